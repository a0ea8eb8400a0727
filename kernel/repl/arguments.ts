// What `gradlab repl` is told: its command line read into options, and what those name: the script, the folder that
// cells import from, and whether a stream has colours.

import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { didYouMean } from '../command.js';

export interface ReplOptions {
  script?: string;
  /** What follows the script. */
  argv: string[];
  /** Code of `--eval`. */
  code?: string;
  /** Stay at the prompt after the script or code. */
  interactive: boolean;
  /** The folder for charts. */
  charts?: string;
  /** Open charts in the browser too. */
  open: boolean;
  /** Whether inputs are kept for the next time. */
  history: boolean;
}

/** Options end at the script: what follows is the script's. */
export function readArguments(args: string[]): ReplOptions {
  const options: ReplOptions = { argv: [], interactive: false, open: false, history: true };
  const flags: Record<string, () => void> = {
    '-i': () => (options.interactive = true),
    '--interactive': () => (options.interactive = true),
    '--open': () => (options.open = true),
    '--no-history': () => (options.history = false),
  };
  const valued: Record<string, (value: string) => void> = {
    '-e': (value) => (options.code = value),
    '--eval': (value) => (options.code = value),
    '--charts': (value) => (options.charts = value),
  };
  for (let at = 0; at < args.length; at++) {
    const [, name, assigned] = /^(--[^=]+)=([\s\S]*)$/.exec(args[at]) ?? [undefined, args[at], undefined];
    if (name === '-h' || name === '--help') throw new Error('repl: see gradlab help repl');
    if (Object.hasOwn(flags, name)) flags[name]();
    else if (Object.hasOwn(valued, name)) {
      const value = assigned ?? args[++at];
      if (value === undefined) throw new Error(`repl: ${name} needs a value; see gradlab help repl`);
      valued[name](value);
    } else if (name.startsWith('-') && name !== '-' && name !== '--') {
      const hint = didYouMean(name, [...Object.keys(flags), ...Object.keys(valued)]);
      throw new Error(`repl: there is no option ${name}${hint} See gradlab help repl`);
    } else {
      const rest = args.slice(name === '--' ? at + 1 : at);
      if (options.code === undefined && rest[0] !== undefined && rest[0] !== '-')
        options.script = rest.shift();
      options.argv = rest;
      break;
    }
  }
  return options;
}

interface Source {
  code: string;
  /** How errors name it. */
  label: string;
}

/** The code of a script; a first line for the shell becomes a comment. */
export function readScript(file: string, command = 'repl'): Source {
  const code = readText(command, file).replace(/^#!/, '//');
  const near = relative(process.cwd(), resolve(file));
  return { code, label: near.startsWith('..') || isAbsolute(near) ? resolve(file) : near };
}

/** @throws Error that begins with the command */
function readText(command: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? `there is no file ${file}` : code === 'EISDIR' ? `${file} is a folder` : message;
    throw new Error(`${command}: ${why}`);
  }
}

/** The folder that cells import from, and `process.argv` behind the program. */
export function placeOf({ script, argv }: ReplOptions): { folder: string; argv: string[] } {
  if (script === undefined) return { folder: process.cwd(), argv };
  const path = resolve(script);
  return { folder: dirname(path), argv: [path, ...argv] };
}

export const isColored = (stream: NodeJS.WriteStream): boolean =>
  process.env.NO_COLOR ? false : process.env.FORCE_COLOR ? true : stream.isTTY && process.env.TERM !== 'dumb';
