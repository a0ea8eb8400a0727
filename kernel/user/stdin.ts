// Asking the user: `input`, `prompt`, `confirm` and `password` block the cell until the client answers, as Python's
// input does. Nothing else of the session runs meanwhile.
import { ask, currentCell } from './channel.js';

/** The cell was interrupted by the user. */
export class Interrupted extends Error {
  constructor(message = 'the cell was interrupted; variables keep their values') {
    super(message);
    this.name = 'Interrupted';
  }
}

let asking = false;

/**
 * Whether the cell waits for an answer, or has just been told in place of one that it is interrupted. That answer ends
 * the cell; the interrupt that comes to the session at the same time has nothing left to do. Says so once.
 */
export function answeredByInterrupt(): boolean {
  const was = asking;
  asking = false;
  return was;
}

function askUser(name: string, prompt: string, password: boolean): string {
  asking = true;
  const answer = ask({ t: 'input', cell: currentCell(), prompt, password });
  if ('interrupted' in answer) throw new Interrupted();
  asking = false;
  if ('refused' in answer) throw new Error(`${name}: ${answer.refused}`);
  return answer.value;
}

/**
 * Asks for a line of text and waits for it.
 * @throws Error when the client takes no input (`allow_stdin` is false), Interrupted when the user interrupts
 * @see Python's input
 */
export function input(prompt = ''): string {
  return askUser('input', String(prompt), false);
}

/** `input` under the browser's name. An empty answer gives `initial`, null without one. */
export function prompt(message = '', initial?: string): string | null {
  return (
    askUser('prompt', initial === undefined ? message : `${message} [${initial}] `, false) ||
    (initial ?? null)
  );
}

/** Asks a question that is answered by yes or no: `y` and `yes` are true, everything else is false. */
export function confirm(message = ''): boolean {
  return /^\s*y(es)?\s*$/i.test(askUser('confirm', `${message} [y/N] `, false));
}

/** `input` that does not show what is typed. */
export function password(message = 'Password: '): string {
  return askUser('password', String(message), true);
}
