// Errors on their way to the front process: name, message, stack, causes and telling properties as plain data.
import { inspect } from 'node:util';
import type { WireErrorValue } from '../protocol/pipe.js';
import { mapModuleFrames } from './modules.js';

const MAX_CAUSES = 8;

/** Describes whatever was thrown; never throws itself, not even for hostile values. */
export function describeError(thrown: unknown, depth = 0): WireErrorValue {
  try {
    if (isError(thrown)) return fromError(thrown, depth);
    return { name: 'Uncaught', message: inspect(thrown, { depth: 2 }), stack: '' };
  } catch {
    return { name: 'Uncaught', message: 'a value that cannot be shown', stack: '' };
  }
}

function isError(value: unknown): value is Error {
  return (
    value instanceof Error ||
    (typeof value === 'object' &&
      value !== null &&
      typeof (value as Error).stack === 'string' &&
      'message' in value)
  );
}

function fromError(error: Error, depth: number): WireErrorValue {
  const described: WireErrorValue = {
    name: String(error.name || error.constructor?.name || 'Error'),
    message: String(error.message),
    stack: mapModuleFrames(typeof error.stack === 'string' ? error.stack : ''),
  };
  const details = ownDetails(error);
  if (details) described.details = details;
  if (depth >= MAX_CAUSES) return described;
  if (error.cause !== undefined && error.cause !== null)
    described.cause = describeError(error.cause, depth + 1);
  if (error instanceof AggregateError) {
    described.errors = error.errors.slice(0, MAX_CAUSES).map((member) => describeError(member, depth + 1));
  }
  return described;
}

/** `code: 'ENOENT', path: ...`, as Node prints them after the stack. */
function ownDetails(error: Error): string | undefined {
  const hidden = new Set(['name', 'message', 'stack', 'cause', 'errors']);
  const entries = Object.entries(error).filter(([key]) => !hidden.has(key));
  if (entries.length === 0) return undefined;
  return entries
    .map(([key, value]) => `${key}: ${inspect(value, { depth: 1, breakLength: Infinity })}`)
    .join(', ');
}
