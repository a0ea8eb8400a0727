// Errors on their way to the front process: name, message, stack, causes and telling properties as plain data.
import { inspect } from 'node:util';
import type { WireErrorValue } from '../protocol/pipe.js';
import { mapModuleFrames } from './modules.js';

const MAX_CAUSES = 8;
/** Of a message; nobody reads more, and notebooks keep all of it. */
const MAX_CHARACTERS = 10_000;
const MAX_LINES = 200;

/** Describes whatever was thrown; never throws itself, not even for hostile values. */
export function describeError(thrown: unknown, above: readonly unknown[] = []): WireErrorValue {
  try {
    if (isError(thrown)) return fromError(thrown, above);
    return { name: 'Uncaught', message: shorten(inspect(thrown, { depth: 2 })), stack: '' };
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

function shorten(message: string): string {
  const lines = message.slice(0, MAX_CHARACTERS).split('\n');
  if (message.length <= MAX_CHARACTERS && lines.length <= MAX_LINES) return message;
  return `${lines.slice(0, MAX_LINES).join('\n')}... (${message.length} characters in all)`;
}

/** @param above the errors that this one is a cause or a member of */
function fromError(error: Error, above: readonly unknown[]): WireErrorValue {
  const described: WireErrorValue = {
    name: String(error.name || error.constructor?.name || 'Error'),
    message: shorten(String(error.message)),
    stack: mapModuleFrames(typeof error.stack === 'string' ? error.stack : ''),
  };
  const details = ownDetails(error);
  if (details) described.details = details;
  if (above.length >= MAX_CAUSES) return described;
  const path = [...above, error];
  const describe = (inner: unknown): WireErrorValue =>
    path.includes(inner)
      ? { name: (inner as Error).name, message: 'the same error as above (a circle)', stack: '' }
      : describeError(inner, path);
  if (error.cause !== undefined && error.cause !== null) described.cause = describe(error.cause);
  if (error instanceof AggregateError) {
    described.errors = error.errors.slice(0, MAX_CAUSES).map(describe);
    described.more = Math.max(0, error.errors.length - MAX_CAUSES);
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
