// The command `gradlab kernel`, which Jupyter calls. Its argument is read by hand: the kernel's start is waited for.
import type { Command } from '../command.js';
import { historyFolder } from './history.js';
import { runKernel } from './kernel.js';

export const kernel: Command = {
  help: `gradlab kernel --connection-file FILE

  Runs a kernel on the sockets that FILE names, until a client or a signal ends it. Jupyter calls it so; see
  gradlab install.

  -f, --connection-file FILE   Jupyter's connection file

  Environment:
  GRADLAB_HISTORY          the folder that keeps inputs from session to session; empty: none is kept
  GRADLAB_MAX_HEAP_MB      JavaScript heap of a session; half of the memory, at most 4096
  GRADLAB_MAX_MEMORY_MB    what a session may hold in all, arrays included; no limit by default
  GRADLAB_CHECK_TIMEOUT_S  seconds that the type check of one cell may take; 15 by default
`,
  run: async (args) => {
    await runKernel(connectionFile(args), await historyFolder());
    return undefined;
  },
};

function connectionFile(args: string[]): string {
  for (const [at, arg] of args.entries()) {
    if ((arg === '--connection-file' || arg === '-f') && args[at + 1]) return args[at + 1];
    const assigned = /^(?:--connection-file|-f)=(.*)/.exec(arg)?.[1];
    if (assigned) return assigned;
  }
  throw new Error('kernel: --connection-file FILE is missing');
}
