// How the session describes variables to the debugger: one row each, made in the user process (kernel/user/variables.ts),
// turned into the debug adapter protocol's variables in the front process.

/** The name of the global symbol under which the user process leaves its describing functions. */
export const VARIABLES_KEY = 'gradlab.kernel.variables';

/** The name of the global symbol that gives, once, the value which the debugger is about to assign. */
export const HELD_KEY = 'gradlab.kernel.held';

export interface VariableRow {
  name: string;
  type: string;
  /** A few words. */
  value: string;
  /** Position of the value itself beside the rows, when it can be opened. */
  at?: number;
}
