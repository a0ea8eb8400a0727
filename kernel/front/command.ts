// The command `gradlab kernel`, which Jupyter calls. The kernel's start is waited for: its argument is read by hand, and
// the processes that it needs are started before its modules are loaded.
import type { Command } from '../command.js';
import { startCompilerAhead } from '../language/typescript.js';
import { endSessionAhead, startSessionAhead } from './session-process.js';

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
    const file = connectionFile(args);
    // The other processes begin while this one loads its own modules.
    startSessionAhead();
    startCompilerAhead(process.cwd());
    try {
      const [{ historyFolder }, { runKernel }] = await Promise.all([
        import('./history.js'),
        import('./kernel.js'),
      ]);
      await runKernel(file, await historyFolder());
    } catch (error) {
      endSessionAhead();
      throw error;
    }
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
