#!/usr/bin/env node
// The command `gradlab`. Only dispatches: every command's code is loaded when it is the one that was asked for, so
// that a kernel starts without the others.
import { readVersion } from './protocol/product.js';

const HELP = `gradlab: TypeScript notebooks with NumPy-like, differentiable arrays

  gradlab install [--user | --prefix DIR | --sys-prefix]
        writes the kernelspec "gradlab" where Jupyter finds it (default: --user)
  gradlab uninstall [--user | --prefix DIR | --sys-prefix]
        removes it
  gradlab run NOTEBOOK.ipynb [-o OUT.ipynb] [--html OUT.html] [--timeout SECONDS]
              [--cwd DIR] [--allow-errors]
        runs a notebook without a browser; exit code 1 when a cell fails
  gradlab lab [DIR | NOTEBOOK.ipynb] [--port N] [--ip ADDRESS] [--no-browser] [--classic] [--password]
        JupyterLab in the browser, without Python; --classic opens Jupyter Notebook's pages.
        Also: --token TOKEN, --base-url PATH, --allow-host NAME, --allow-origin ORIGIN, --allow-hidden,
        --no-follow-links, --cull-idle SECONDS, --yes (Ctrl-C asks nothing)
  gradlab lab list [--json], gradlab lab stop [PORT | --all]
        the servers that run, and their end
  gradlab kernel --connection-file FILE
        runs a kernel; this is what Jupyter calls
  gradlab --version
  gradlab --help
`;

type Command = (args: string[]) => Promise<number | undefined>;

const commands: Record<string, Command> = {
  kernel: async (args) => {
    const { runKernel } = await import('./front/kernel.js');
    await runKernel(optionValue(args, ['--connection-file', '-f'], 'kernel'), await historyFolder());
    return undefined;
  },
  install: async (args) => (await import('./install.js')).install(args),
  uninstall: async (args) => (await import('./install.js')).uninstall(args),
  lab: async (args) => (await import('./lab/lab.js')).labCommand(args),
  run: async (args) => (await import('./notebook/run.js')).runCommand(args),
};

/** The environment variable GRADLAB_HISTORY names another folder; empty, it switches the kept history off. */
async function historyFolder(): Promise<string | undefined> {
  const { GRADLAB_HISTORY: named } = process.env;
  if (named !== undefined) return named || undefined;
  const { privateFolder } = await import('./lab/server/folders.js');
  return `${privateFolder()}/history`;
}

function optionValue(args: string[], names: string[], command: string): string {
  for (const [at, arg] of args.entries()) {
    if (names.includes(arg) && args[at + 1]) return args[at + 1];
    const assigned = names.find((name) => arg.startsWith(`${name}=`));
    if (assigned) return arg.slice(assigned.length + 1);
  }
  throw new Error(`${command}: ${names[0]} FILE is missing`);
}

async function main([name, ...args]: string[]): Promise<number | undefined> {
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${readVersion()}\n`);
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(commands, name)) {
    const known = Object.keys(commands).join(', ');
    throw new Error(`there is no command ${JSON.stringify(name)}. Commands: ${known}; see gradlab --help`);
  }
  return commands[name](args);
}

try {
  const code = await main(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  process.stderr.write(`gradlab: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
