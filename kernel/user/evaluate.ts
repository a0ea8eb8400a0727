// Runs cells: V8's REPL mode through the inspector, each cell in its own AsyncLocalStorage scope; while one of them
// awaits, those of other shells run.
// A cell ends once: by its completion, its error, or an interrupt; whichever comes first settles it.
import { createHook, executionAsyncResource } from 'node:async_hooks';
import inspector from 'node:inspector';
import type { MimeBundle } from '../protocol/messages.js';
import type { CellOutcome, CommEvent, ExecuteOrder, UserFrame } from '../protocol/pipe.js';
import { type CellScope, cellScope, isWriting, makeScope, send, whenWritten } from './channel.js';
import { handleComm } from './comms.js';
import { startRunningCell, toMimeBundle, withOwnFigures } from './display.js';
import { describeError } from './errors.js';
import { INTERRUPT_KEY } from './interrupt-key.js';
import { charts } from './modules.js';
import { rememberResult } from './results.js';
import { answeredByInterrupt, Interrupted } from './stdin.js';

const session = new inspector.Session();

interface Running {
  order: ExecuteOrder;
  scope: CellScope;
  /** The evaluate call has not returned: user code is on the stack below us. */
  synchronous: boolean;
  interruptedAt?: string;
  /** When the evaluation began, in ms of performance.now(). */
  began: number;
}

/** An interrupt waits until a script is this many ms old, see `interruptCells`. */
const SETTLED_MS = 50;

const running = new Map<number, Running>();
/** Interrupts that overtook the orders they are for. */
const interruptsAhead = new Set<number>();
/** How the latest cells ended. */
const ended = new Map<number, CellOutcome>();
const REMEMBERED_ENDS = 16;

const ENDLESS_AWAIT =
  'the cell awaits a promise that nothing can settle any more: nobody holds its resolve function';

/** Where the inspector leaves the value that a cell threw. */
const thrownKey = Symbol('gradlab.thrown');
const globals = globalThis as unknown as Record<symbol, unknown>;

export function startEvaluator(): void {
  session.connect();
  Object.defineProperty(globalThis, Symbol.for(INTERRUPT_KEY), { value: interruptCells, enumerable: false });
  Object.defineProperty(globalThis, Symbol.for('gradlab.kernel.thrown'), {
    value: (value: unknown) => {
      globals[thrownKey] = value;
    },
    enumerable: false,
  });
  Object.defineProperty(globalThis, HANDLER, { value: new Map(), enumerable: false });
  Object.defineProperty(globalThis, thrownKey, { value: undefined, writable: true, enumerable: false });
}

/** The value that a cell handed over, for `$cell.value`. */
export function setCellValue(value: unknown): void {
  const scope = cellScope.getStore();
  if (!scope) return;
  scope.value = value;
  scope.hasValue = true;
}

/** Starts a cell; its end is a `done` frame. */
export function executeCell(order: ExecuteOrder): void {
  ending = false;
  const scope = makeScope(order.cell, order.comm === undefined);
  const cell: Running = { order, scope, synchronous: true, began: performance.now() };
  running.set(order.cell, cell);
  answeredByInterrupt();
  if (order.value === 'show') startRunningCell(scope, order.js);
  if (interruptsAhead.delete(order.cell)) return settle(cell, { status: 'interrupted', stack: '' });
  cellScope.run(scope, () => {
    evaluate(order.id, order.comm ? handlerCode(order) : order.js, (failure) => {
      if (failure === 'terminated') settle(cell, { status: 'interrupted', stack: cell.interruptedAt ?? '' });
      else if (failure) fail(cell, failure.thrown);
      else finish(cell);
    });
  });
  cell.synchronous = false;
}

/** Under this name cells find the handlers of the comm message that they are for. */
const HANDLER = Symbol.for('gradlab.kernel.comm');

/** Handlers run inside an evaluation as cells do, so that an interrupt ends them and nothing around them. */
function handlerCode({ cell, comm }: ExecuteOrder): string {
  const waiting = (globalThis as unknown as Record<symbol, Map<number, () => unknown>>)[HANDLER];
  waiting.set(cell, () => {
    waiting.delete(cell);
    return withOwnFigures(() => handleComm(comm as CommEvent));
  });
  return `await globalThis[Symbol.for('${HANDLER.description}')].get(${cell})()`;
}

/**
 * Evaluates a script in REPL mode and calls back once: at its end, with what it threw, or 'terminated'.
 * Callbacks and not promises, since an interrupt drops the microtasks that are waiting.
 */
function evaluate(
  id: string,
  js: string,
  back: (failure?: { thrown: unknown } | 'terminated') => void,
): void {
  const named = js.trimEnd().endsWith(`//# sourceURL=${id}`) ? js : `${js}\n//# sourceURL=${id}`;
  lastReaction = undefined;
  reactions.enable();
  session.post('Runtime.evaluate', { expression: named, replMode: true, objectGroup: id }, (error, reply) => {
    if (error) {
      if (/terminated/.test(error.message)) back('terminated');
      else if (/collected/.test(error.message)) back({ thrown: new Error(ENDLESS_AWAIT) });
      // What remains is a context that is being torn down: the process is on its way out, and says so itself.
      return;
    }
    const details = (reply as inspector.Runtime.EvaluateReturnType).exceptionDetails;
    const failure = details && { thrown: thrownValue(details) };
    session.post('Runtime.releaseObjectGroup', { objectGroup: id });
    back(failure);
  });
  reactions.disable();
  if (lastReaction) inspectorReactions.add(lastReaction);
}

/**
 * The last promise made in an evaluate call is the inspector's own reaction to the script's promise. Its handler is
 * native and aborts the process when it runs under a termination, so it must never be stopped.
 */
const inspectorReactions = new WeakSet<object>();
let lastReaction: object | undefined;
const reactions = createHook({
  init(_id, type, _trigger, resource) {
    if (type === 'PROMISE') lastReaction = resource;
  },
});

/** The thrown value itself, fetched out of the inspector's remote object. */
function thrownValue(details: inspector.Runtime.ExceptionDetails): unknown {
  const remote = details.exception;
  if (!remote) return new Error(details.text);
  if (remote.objectId) {
    session.post('Runtime.callFunctionOn', {
      objectId: remote.objectId,
      functionDeclaration: "function () { globalThis[Symbol.for('gradlab.kernel.thrown')](this); }",
    });
    const value = globals[thrownKey];
    globals[thrownKey] = undefined;
    return value;
  }
  if (remote.type === 'undefined') return undefined;
  if (remote.type === 'bigint') return BigInt(String(remote.unserializableValue).slice(0, -1));
  if (remote.unserializableValue) return Number(remote.unserializableValue);
  return remote.type === 'symbol' ? remote.description : remote.value;
}

/** The script ran: show its value and wait for its displays. */
function finish(cell: Running): void {
  const run = async () => {
    const { scope, order } = cell;
    let data: MimeBundle | undefined;
    const last: UserFrame[] = [];
    if (order.value !== 'return' && order.comm === undefined) charts()?.showFigures(scope.value);
    if (order.value === 'return' || (order.value === 'show' && scope.hasValue && scope.value !== undefined)) {
      data = await toMimeBundle(scope.value);
      if (!isRunning(cell)) return;
      if (order.value === 'show') {
        last.push({ t: 'result', cell: scope.serial, data, metadata: {} });
        rememberResult(scope.value);
      }
    }
    // Result and end are one write, and wake the reader once, unless something is still to come between them.
    if (scope.pending.size > 0) send(...last.splice(0));
    while (scope.pending.size > 0) await Promise.all(scope.pending);
    settle(cell, order.value === 'return' ? { status: 'ok', data } : { status: 'ok' }, last);
  };
  cellScope.run(cell.scope, () => void run().catch((error) => settle(cell, failed(error))));
}

/** The script threw: what it has drawn until then is shown above the error. */
function fail(cell: Running, thrown: unknown): void {
  if (cell.order.value !== 'return' && cell.order.comm === undefined) {
    try {
      cellScope.run(cell.scope, () => charts()?.showFigures());
    } catch {
      // A chart that cannot be shown must not take the place of the error.
    }
  }
  settle(cell, failed(thrown));
}

function failed(thrown: unknown): CellOutcome {
  if (thrown instanceof Interrupted) return { status: 'interrupted', stack: thrown.stack ?? '' };
  return { status: 'error', error: describeError(thrown) };
}

function isRunning(cell: Running): boolean {
  return running.get(cell.order.cell) === cell;
}

function settle(cell: Running, outcome: CellOutcome, last: UserFrame[] = []): void {
  if (!isRunning(cell)) return;
  const serial = cell.order.cell;
  running.delete(serial);
  cell.scope.over = true;
  ended.set(serial, outcome);
  for (const oldest of ended.keys()) {
    if (ended.size <= REMEMBERED_ENDS) break;
    ended.delete(oldest);
  }
  send(...last, { t: 'done', cell: serial, outcome });
}

interface AsyncWrap {
  clearAsyncIdStack?(): void;
}
let asyncWrap: AsyncWrap | undefined;

/** Fetched ahead of time: in the middle of an interrupt nothing should be loaded. */
export function prepareInterrupts(): void {
  const quiet = process.noDeprecation;
  process.noDeprecation = true;
  try {
    asyncWrap = (process as unknown as { binding(name: string): AsyncWrap }).binding('async_wrap');
  } catch {
    asyncWrap = undefined;
  } finally {
    process.noDeprecation = quiet;
  }
}

/**
 * Ends cells from outside. The interrupt worker has this called on the main thread by its inspector session: in the
 * middle of whatever JavaScript is running (a loop's back edge is enough), or from the event loop when nothing is.
 * @returns true when it should be called again: this was no good moment, or it is not known yet whether it worked
 */
export function interruptCells(serials: number[]): boolean {
  if (isWriting()) {
    // Should that be no good moment either, the worker's next call finds one.
    whenWritten(() => interruptCells(serials));
    return true;
  }
  const stack = stackHere();
  // Below this function stands the expression that calls it; below that nothing, when the event loop was idle.
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const below = frames.slice(frames.findIndex((line) => line.includes('interruptCells')) + 2);
  if (isBookkeeping(below)) return true;
  const place: Place = { stack, busy: below.length > 0, again: false, end: undefined };
  for (const serial of serials) interruptCell(serial, place);
  const here = cellScope.getStore();
  if (ending && place.busy && (!here || here.stopped)) {
    // Our own code on its way back to the event loop is not what goes on.
    if (below.some(isUserFrame)) place.end = terminate;
    else place.again = true;
  }
  if (!place.end) return place.again;
  ending = true;
  setImmediate(() => {
    ending = false;
  });
  // Last: V8 takes a termination at its next check of the stack, and one inside this function would be lost with it.
  place.end();
  return true;
}

/**
 * A termination is on its way, until the event loop is reached. Another call of the inspector may take it in place of
 * the code that it is for, which then goes on: so the worker asks again.
 */
let ending = false;

/** Where an interrupt found the session, and what it has to do there. */
interface Place {
  readonly stack: string;
  /** Something is running. */
  readonly busy: boolean;
  again: boolean;
  /** Ends what is running. */
  end: (() => void) | undefined;
}

function interruptCell(serial: number, place: Place): void {
  const { stack, busy } = place;
  const cell = running.get(serial);
  const here = cellScope.getStore();
  if (!cell) {
    // It ended by itself a moment ago; should an interrupt have cut its last words off, say them again. Or its order
    // still waits behind code that an earlier cell left running.
    const outcome = ended.get(serial);
    if (outcome) return send({ t: 'done', cell: serial, outcome });
    interruptsAhead.add(serial);
    if (busy && here?.over) place.end = terminate;
    return;
  }
  if (cell.synchronous) {
    if (answeredByInterrupt()) return;
    // The end of a short script is native code that a termination would crash; a loop is still there a moment later.
    if (performance.now() - cell.began < SETTLED_MS) {
      place.again = true;
      return;
    }
    cell.scope.stopped = true;
    cell.interruptedAt = stack;
    // The evaluation says that it was terminated; if it had not begun, or had just ended, this does.
    setImmediate(() => settle(cell, { status: 'interrupted', stack }));
    place.end = () => session.post('Runtime.terminateExecution');
    return;
  }
  cell.scope.stopped = true;
  for (const stop of cell.scope.onStop) stop();
  // What runs here may be a cell of another shell, which is interrupted for itself.
  const elsewhere = here !== undefined && here !== cell.scope && !here.over;
  settle(cell, { status: 'interrupted', stack: busy && !elsewhere ? stack : '' });
  stopContinuations.enable();
  if (busy && !elsewhere) place.end = terminate;
}

/**
 * Whether V8 has called Node for its book-keeping of promises (hooks, rejections), where a termination would be
 * swallowed and leave the books open; or Node is loading a part of itself, which would stay half-made for ever.
 */
function isBookkeeping(frames: string[]): boolean {
  const user = frames.findIndex(isUserFrame);
  const top = user < 0 ? frames : frames.slice(0, user);
  return top.some((line) =>
    /async_hooks|internal\/process\/promises|internal\/errors|internal\/bootstrap\/realm/.test(line),
  );
}

/** Neither Node's, nor the kernel's, nor a built-in function that either may have called. */
function isUserFrame(line: string): boolean {
  return !/\(?(node:|file:.*\/kernel\/user\/)|\(<anonymous>\)$/.test(line);
}

function stackHere(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const { stack } = new Error('interrupted');
  Error.stackTraceLimit = limit;
  return stack ?? '';
}

/**
 * Ends the JavaScript that is running, up to the event loop. Node checks at the end of every callback that its stack
 * of async ids is balanced, and aborts when it is not; terminated code never pops its own entries.
 */
function terminate(): void {
  asyncWrap?.clearAsyncIdStack?.();
  session.post('Runtime.terminateExecution');
}

/**
 * A cell that was interrupted while it waited must not go on when what it waited for happens. Its continuations are
 * ended before their first line; enabled by the first interrupt of this kind, since it slows all awaits a little.
 */
const stopContinuations = createHook({
  before() {
    if (!cellScope.getStore()?.stopped) return;
    const resource = executionAsyncResource();
    if (resource instanceof Promise && !inspectorReactions.has(resource)) terminate();
  },
});
