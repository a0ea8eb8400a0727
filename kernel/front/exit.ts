// The cells `exit`, `exit()`, `exit(0)` and the same with `quit`: what they look like, and the payload by which a
// client knows that it is to leave. The executor ends the session.
import type { Json } from '../protocol/messages.js';

/** The name in a cell that is nothing but the wish to leave. */
export function exitName(code: string): string | undefined {
  return /^\s*(exit|quit)\s*(?:\(\s*\d*\s*\))?\s*;?\s*$/.exec(code)?.[1];
}

/** Asks a client to leave, and to end the kernel that it has started. */
export const ASK_EXIT: Json = { source: 'ask_exit', keepkernel: false };
