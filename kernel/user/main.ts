// The user process: where cells run. It captures output first, then preloads the library, says that it is ready and
// takes orders from the control pipe. It never decides to end by itself; the supervisor in the front process does.
import { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type ControlFrame, FD_CONTROL, FrameDecoder } from '../protocol/pipe.js';
import { distFolder } from '../protocol/product.js';
import { currentCell, send, sendOutput } from './channel.js';
import { hideAsyncNotes } from './display.js';
import { describeError } from './errors.js';
import { executeCell, prepareInterrupts, startEvaluator } from './evaluate.js';
import { prepareFetch } from './fetching.js';
import { defineGlobals, defineLibrary, loadWidgets, wantsWidgets } from './globals.js';
import { captureOutput } from './stdio.js';
import { models } from './widgets/models.js';
import { takeWidgetComms } from './widgets/targets.js';

Error.stackTraceLimit = 50;
captureOutput();
hideAsyncNotes();
watchErrors();
watchExit();
defineGlobals(startFolder());
takeWidgetComms();
prepareInterrupts();
prepareFetch();
startEvaluator();
const interrupts = new Worker(new URL('./interrupt.js', import.meta.url));
interrupts.unref();
await preload();
takeOrders();

/** Where cells import from: the first argument, which the program's own arguments follow, or the working folder. */
function startFolder(): string {
  if (process.argv.length < 3) return process.cwd();
  const [node, , folder, ...argv] = process.argv;
  process.argv = [node, ...argv];
  return folder;
}

/** Loads the library. Without it the session still runs plain TypeScript, and says why. */
async function preload(): Promise<void> {
  try {
    const [library, operators] = await Promise.all(
      ['src/index.js', 'src/operators.js'].map((file) => import(pathToFileURL(`${distFolder}/${file}`).href)),
    );
    defineLibrary(library, operators.$op);
    send({ t: 'ready' });
  } catch (error) {
    send({ t: 'ready', libraryError: describeError(error).message });
  }
}

function takeOrders(): void {
  const decoder = new FrameDecoder<ControlFrame>();
  const control = new Socket({ fd: FD_CONTROL, readable: true, writable: false });
  const behind: ControlFrame[] = [];
  let loading = false;
  const take = (frame: ControlFrame): void => {
    if (frame.t === 'exit') process.exit(0);
    if (!loading && frame.t === 'execute' && wantsWidgets(frame.js)) {
      loading = true;
      void loadWidgets().finally(() =>
        setImmediate(() => {
          loading = false;
          for (const waiting of behind.splice(0)) take(waiting);
        }),
      );
    }
    if (loading) behind.push(frame);
    else if (frame.t === 'finish') control.unref();
    else if (frame.t === 'outputs') models.get(frame.comm_id)?.receiveOutputs(frame.outputs);
    else executeCell(frame);
  };
  control.on('data', (chunk: Buffer) => decoder.push(chunk, take));
  // The worker ends the process when the front process is gone; until then there is nothing to do.
  control.on('error', () => {});
}

/** Errors that nobody caught: shown under the cell that caused them; the session goes on. */
function watchErrors(): void {
  process.on('uncaughtException', (error) => {
    sendOutput({ t: 'error', cell: currentCell(), origin: 'uncaught error', error: describeError(error) });
  });
  process.on('unhandledRejection', (reason) => {
    sendOutput({
      t: 'error',
      cell: currentCell(),
      origin: 'unhandled rejection',
      error: describeError(reason),
    });
  });
}

/** Says how the process ends, as far as it has a say. SIGINT is the front process's business. */
function watchExit(): void {
  process.on('SIGINT', () => {});
  process.on('exit', (code) => {
    const how = new Error('exit').stack ?? '';
    send({ t: 'exit', code, how });
  });
}
