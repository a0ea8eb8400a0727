// The debug adapter protocol as far as it is spoken here: requests with what they carry and what they give back, and
// what the adapter announces of itself. Jupyter's additions (dumpCell, debugInfo, inspectVariables...) are among them.
import type { Json } from '../../protocol/messages.js';

export interface DebugRequest {
  type: string;
  seq: number;
  command: string;
  arguments?: Json;
}

export interface SourceBreakpoint {
  line: number;
  condition?: string;
  /** A count, or a comparison with it: `3`, `>= 10`, `% 100`. */
  hitCondition?: string;
  /** Printed instead of a stop; `{x}` is filled in. */
  logMessage?: string;
}

export interface Source {
  path: string;
  name?: string;
}

export interface StackFrame {
  id: number;
  name: string;
  line: number;
  column: number;
  source: Source;
}

export interface Variable {
  name: string;
  type: string;
  value: string;
  /** 0 when there is nothing to open. */
  variablesReference: number;
  evaluateName?: string;
}

export interface Scope {
  name: string;
  variablesReference: number;
  expensive: boolean;
}

export const CAPABILITIES = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsEvaluateForHovers: true,
  supportsSetVariable: true,
  supportsExceptionInfoRequest: true,
  supportsModulesRequest: true,
  exceptionBreakpointFilters: [
    { filter: 'all', label: 'All exceptions', default: false },
    { filter: 'uncaught', label: 'Uncaught exceptions', default: false },
  ],
};

/** The only thread that runs cells. */
export const THREAD = { id: 1, name: 'Cells' };
