// The program of a worker process of learn.Master: node worker.js MODULE. It loads the module, takes one assignment after
// the other from the master and hands each, with the whole library, to the module's default export.

import { pathToFileURL } from 'node:url';
import * as random from '../numpy/random/index.js';
import { type Assignment, type Report, type WorkerFunction, WorkerTrial } from './trial.js';

const send = (report: Report): void => {
  process.send?.(report);
};

async function serve(file: string): Promise<void> {
  const module = (await import(pathToFileURL(file).href)) as { default?: WorkerFunction };
  // The module gets everything at once; it cannot import a library whose place it does not know.
  const library = (await import('../index.js' as string)) as Record<string, unknown>;
  process.on('message', (assignment: Assignment) => {
    const trial = new WorkerTrial(assignment, send);
    random.seed(assignment.seed);
    Promise.resolve()
      .then(() => {
        if (typeof module.default !== 'function')
          throw new TypeError(
            `Master: ${file} has no default export that is a function of (trial, library).`,
          );
        return module.default(trial, library);
      })
      .then(
        () => send({ kind: 'done', id: trial.id }),
        (error: unknown) =>
          send({
            kind: 'failed',
            id: trial.id,
            error: error instanceof Error ? error.message : String(error),
          }),
      );
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ kind: 'ready' });
}

serve(process.argv[2]).catch((error: unknown) => {
  process.send?.({ kind: 'broken', error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.disconnect?.();
});
