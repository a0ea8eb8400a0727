#!/usr/bin/env node
// The command `gradlab`. Only dispatches: every command's code, its help too, is loaded when it is the one that was
// asked for, so that a kernel starts without the others.
import type { Command } from './command.js';
import { readVersion } from './protocol/product.js';

interface Entry {
  /** One line of `gradlab --help`. */
  summary: string;
  load(): Promise<Command>;
}

const commands: Record<string, Entry> = {
  lab: {
    summary: 'JupyterLab in the browser, without Python',
    load: async () => (await import('./lab/lab.js')).lab,
  },
  repl: {
    summary: 'TypeScript with arrays in the terminal; runs scripts of the same language',
    load: async () => (await import('./repl/repl.js')).repl,
  },
  run: {
    summary: 'runs notebooks without a browser',
    load: async () => (await import('./notebook/run-command.js')).run,
  },
  install: {
    summary: 'writes the kernelspec where Jupyter finds it',
    load: async () => (await import('./install.js')).installCommand,
  },
  uninstall: {
    summary: 'removes the kernelspec',
    load: async () => (await import('./install.js')).uninstallCommand,
  },
  list: {
    summary: 'the kernels that Jupyter finds, and where',
    load: async () => (await import('./list.js')).list,
  },
  doctor: {
    summary: 'what is missing on this machine, and how to get it',
    load: async () => (await import('./doctor.js')).doctor,
  },
  kernel: {
    summary: 'runs a kernel; this is what Jupyter calls',
    load: async () => (await import('./front/command.js')).kernel,
  },
};

const HELP = `gradlab: TypeScript notebooks with NumPy-like, differentiable arrays

  gradlab COMMAND [OPTIONS]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

  gradlab help COMMAND    the command's options
  gradlab --version
`;

async function main([name, ...args]: string[]): Promise<number | undefined> {
  const print = (text: string): number => {
    process.stdout.write(text);
    return 0;
  };
  if (name === '--version' || name === '-v') return print(`${readVersion()}\n`);
  if (name === undefined || name === '--help' || name === '-h') {
    print(HELP);
    return name === undefined ? 2 : 0;
  }
  if (name === 'help') return print(args.length === 0 ? HELP : (await find(args[0])).help);
  const command = await find(name);
  // A script of `repl` has options of its own.
  const own = name === 'repl' ? args.slice(0, 1) : args;
  if (own.includes('--help') || own.includes('-h')) return print(command.help);
  return command.run(args);
}

async function find(name: string): Promise<Command> {
  if (Object.hasOwn(commands, name)) return commands[name].load();
  const { didYouMean } = await import('./command.js');
  const known = Object.keys(commands);
  const hint = `${didYouMean(name, known)} Commands: ${known.join(', ')}; see gradlab --help`;
  throw new Error(`there is no command ${JSON.stringify(name)}${hint}`);
}

try {
  const code = await main(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  process.stderr.write(`gradlab: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
