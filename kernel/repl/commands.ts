// The commands of the prompt that begin with a dot: what they do and what `.help` says of them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { closest } from '../command.js';
import { readScript } from './arguments.js';
import { typeOfExpression } from './help.js';
import { highlight } from './highlight.js';
import type { ReplSession } from './session.js';
import type { Show } from './show.js';

/** What commands work on. What only a prompt has is missing where there is none. */
export interface CommandContext {
  session: ReplSession;
  show: Show;
  /** Reads a block that ends with Ctrl-D, and runs it. */
  editBlock?(): Promise<void>;
  clearScreen?(): void;
}

interface DotCommand {
  /** What follows the name. */
  argument?: string;
  summary: string;
  /** @returns true to leave */
  run(context: CommandContext, argument: string): Promise<boolean | undefined>;
}

const commands: Record<string, DotCommand> = {
  help: {
    summary: 'this list',
    run: async ({ show }) => {
      for (const row of helpText()) show.line(row);
      return undefined;
    },
  },
  exit: { summary: 'leaves, as Ctrl-D does', run: async () => true },
  type: {
    argument: 'EXPRESSION',
    summary: "the type of an expression, which isn't run",
    run: async ({ session, show }, code) => {
      if (code === '') throw new Error('.type: an expression is needed, such as .type np.zeros(3)');
      const { type, errors } = typeOfExpression(await session.language(), code);
      if (type !== undefined) show.line(highlight(type));
      else show.publish('error', { ename: 'TypeScriptError', evalue: '', traceback: [errors ?? ''] });
      return undefined;
    },
  },
  load: {
    argument: 'FILE',
    summary: 'runs a file as one cell',
    run: async ({ session, show }, file) => {
      if (file === '') throw new Error('.load: a file is needed, such as .load net.ts');
      const { code, label } = readScript(file, '.load');
      await session.run(code, { label });
      await show.endCell();
      return undefined;
    },
  },
  save: {
    argument: 'FILE',
    summary: 'writes the inputs of this session to a file',
    run: async ({ session, show }, file) => {
      if (file === '') throw new Error('.save: a file is needed, such as .save session.ts');
      const rows = session.history.find({ hist_access_type: 'range', session: 0 });
      const inputs = rows.map(([, , input]) => String(input).trimEnd());
      mkdirSync(dirname(resolve(file)), { recursive: true });
      writeFileSync(file, inputs.map((input) => `${input}\n`).join(''));
      show.line(`Wrote ${inputs.length} input${inputs.length === 1 ? '' : 's'} to ${file}`);
      return undefined;
    },
  },
  editor: {
    summary: 'a block of several lines; Ctrl-D runs it, Ctrl-C drops it',
    run: async ({ editBlock }) => {
      if (!editBlock) throw new Error('.editor: this needs a terminal');
      await editBlock();
      return undefined;
    },
  },
  restart: {
    summary: 'a fresh session: all variables are gone',
    run: async ({ session, show }) => {
      await session.restart();
      show.line('Fresh session.');
      return undefined;
    },
  },
  clear: {
    summary: 'clears the screen, as Ctrl-L does',
    run: async ({ clearScreen }) => {
      clearScreen?.();
      return undefined;
    },
  },
};

function helpText(): string[] {
  const rows = Object.entries(commands).map(
    ([name, { argument, summary }]) =>
      `  \x1b[32m${`.${name} ${argument ?? ''}`.padEnd(18)}\x1b[0m ${summary}`,
  );
  const keys: [string, string][] = [
    ['name?  name??', 'signature and documentation; with ?? the source too'],
    ['Tab', 'completes; again: the next of the list'],
    ['Shift-Tab', 'explains the name at the cursor'],
    ['Alt-Enter', 'a new line where Enter would run the cell'],
    ['Up, Down, Ctrl-R', 'earlier inputs; what is typed is their beginning'],
    ['Ctrl-C', 'clears the line; stops a cell, whose variables stay'],
    ['Ctrl-D', 'leaves'],
  ];
  return [...rows, '', ...keys.map(([key, what]) => `  \x1b[32m${key.padEnd(18)}\x1b[0m ${what}`)];
}

const DOT = /^\s*\.([a-z]+)(?:\s+([\s\S]*))?$/;

/** Whether a line is a command. A line that goes on with a method call, `.map(...)`, is none. */
export function isDotCommand(line: string): boolean {
  const [, name, rest = ''] = DOT.exec(line) ?? [];
  return name !== undefined && (Object.hasOwn(commands, name) || !/^[=.(?[]/.test(rest));
}

/** The names that Tab offers. */
export const dotCommandNames = (): string[] => Object.keys(commands).map((name) => `.${name}`);

/** Runs a command; what goes wrong is shown. Returns true when it was to leave. */
export async function runDotCommand(context: CommandContext, line: string): Promise<boolean> {
  const [, name = '', argument = ''] = DOT.exec(line) ?? [];
  try {
    if (Object.hasOwn(commands, name)) return (await commands[name].run(context, argument.trim())) === true;
    const near = closest(`.${name}`, dotCommandNames());
    throw new Error(`.${name}: there is no such command.${near ? ` Did you mean ${near}?` : ''} See .help`);
  } catch (error) {
    const { message } = error as Error;
    context.show.publish('error', { ename: 'Error', evalue: message, traceback: [message] });
    return false;
  }
}
