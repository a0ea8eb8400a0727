// Types of what the kernel itself puts into every cell (`display`, `print`, `input`...), as the checker sees them. The
// functions live in kernel/user; the library's own names (np, nn, plot...) come from its declarations instead.

export const GLOBALS = `
interface MimeBundle { [mime: string]: unknown }
/** A value that shows itself: its method \`Symbol.for('Jupyter.display')\` returns a MIME bundle. */
interface Displayable {}
interface DisplayOptions {
  /** The value is a MIME bundle already, such as \`{'text/html': '<b>hi</b>'}\`. */
  raw?: boolean;
  /** A name by which \`display(value, {display_id, update: true})\` replaces this output later. */
  display_id?: string;
  /** Replace the outputs of this \`display_id\` instead of adding one. */
  update?: boolean;
  /** Metadata of the MIME bundle, by MIME type. */
  metadata?: { [key: string]: unknown };
}
interface DisplayHandle {
  readonly display_id: string;
  update(value: unknown, options?: { raw?: boolean; metadata?: { [key: string]: unknown } }): void;
}
/** Prints values separated by spaces, as Python's print does. */
declare function print(...values: unknown[]): void;
/** Shows a value in the cell's output now; the handle's \`update\` replaces it later. */
declare function display(value: unknown, options?: DisplayOptions): DisplayHandle;
/** Clears the cell's output; with \`wait\` only when the next output comes. */
declare function clearOutput(wait?: boolean): void;
/** HTML as a value. As a tag, html\`<b>\${name}</b>\`, it escapes what is filled in. */
declare function html(source: string | TemplateStringsArray, ...values: unknown[]): Displayable;
/** Markdown as a value, with LaTeX between dollar signs; also as a tag. */
declare function markdown(source: string | TemplateStringsArray, ...values: unknown[]): Displayable;
/** The result that was shown last; \`__\` and \`___\` are those before it. */
declare const _: any;
declare const __: any;
declare const ___: any;
/** Asks the reader of the notebook for a line of text. */
declare function input(prompt?: string): string;
/** Asks the reader of the notebook for a line of text; null when nothing was given. */
declare function prompt(message?: string, initial?: string): string | null;
/** Asks a question that is answered by yes or no: y and yes are true, everything else is false. */
declare function confirm(message?: string): boolean;
/** Asks for a line of text that is not shown. */
declare function password(message?: string): string;
declare const $magic: {
  shell(command: string): Promise<void>;
  capture(command: string): Promise<string[]>;
  run(file: string, args: string[], name: string): Promise<void>;
  timeStart(): void;
  timeEnd(): void;
  timed<T>(body: () => T): Promise<Awaited<T>>;
  timeit(body: () => unknown, options?: { loops?: number; runs?: number }): Promise<void>;
  who(names: readonly string[], live: { [name: string]: () => unknown }): void;
  whos(names: readonly string[], live: { [name: string]: () => unknown }): void;
  reset(names: readonly string[], force: boolean): void;
  cd(folder: string): void;
  env(text: string): void;
  write(path: string, text: string, append: boolean): Promise<void>;
};
`;
