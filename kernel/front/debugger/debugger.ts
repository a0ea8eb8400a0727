// The debugger: answers the debug adapter protocol's requests in terms of V8's inspector, and tells its pauses as
// events. Lines and columns are those of the cells as they were written.

import { readFile } from 'node:fs/promises';
import type inspector from 'node:inspector';
import { basename } from 'node:path';
import type { CompiledCell, LanguageService } from '../../language/index.js';
import type { Json, MimeBundle } from '../../protocol/messages.js';
import type { InspectorCall, WorkerFrame } from '../../protocol/pipe.js';
import { distFolder } from '../../protocol/product.js';
import { HELD_KEY } from '../../protocol/variables.js';
import { Breakpoints } from './breakpoints.js';
import { cellFile, FILE_PREFIX, FILE_SUFFIX, HASH_METHOD, HASH_SEED } from './cell-files.js';
import {
  CAPABILITIES,
  type DebugRequest,
  type Scope,
  type SourceBreakpoint,
  type StackFrame,
  THREAD,
} from './dap.js';
import { compileExpression } from './expressions.js';
import { argument, type Described, Inspector, type RemoteObject } from './inspector.js';
import { loadModule, modulePath } from './modules.js';
import { type Holder, Variables } from './variables.js';

/** Scripts that steps do not enter and pauses do not show: Node, the kernel, the library, packages, our own calls. */
const FOREIGN = ['^$', '^node:', '^evalmachine', '/node_modules/', escapePattern(distFolder)];

/** Lists that JupyterLab's panel reads of a failed reply, too: a cell may have gone on between two of its requests. */
const EMPTY: Record<string, Json> = {
  inspectVariables: { variables: [] },
  modules: { modules: [], totalModules: 0 },
  scopes: { scopes: [] },
  setBreakpoints: { breakpoints: [] },
  stackTrace: { stackFrames: [], totalFrames: 0 },
  variables: { variables: [] },
};

export interface DebuggerHost {
  send(call: InspectorCall): void;
  /** Cells that have run, the oldest first. */
  cells(): CompiledCell[];
  label(id: string): string;
  language(): Promise<LanguageService>;
  /** Serial number of the running cell, 0 when none runs. */
  runningCell(): number;
  event(content: Json): void;
}

interface Frame extends StackFrame {
  callFrame: inspector.Debugger.CallFrame;
}

interface Pause {
  frames: Frame[];
  event: inspector.Debugger.PausedEventDataType;
}

type Handler = (args: Json) => Promise<Json | undefined> | Json | undefined;

export class Debugger {
  private readonly inspector: Inspector;
  private readonly breakpoints: Breakpoints;
  private readonly variables: Variables;
  private attached = false;
  private pause: Pause | undefined;
  /** Code of cells that a client told us of, by file. */
  private readonly dumped = new Map<string, string>();
  private exceptionFilters: string[] = [];
  /** What the client asked for last, and in which cell: a step does not end in another one. */
  private motion: { kind: 'step' | 'pause'; cell: number } | undefined;
  private frameCount = 0;
  /** Pauses and resumptions so far. */
  private turns = 0;
  private seq = 0;

  constructor(private readonly host: DebuggerHost) {
    this.inspector = new Inspector((call) => host.send(call));
    this.inspector.onEvent = (event, params) => this.onEvent(event, params);
    this.variables = new Variables(this.inspector, async () => (await host.language()).liveReads());
    this.breakpoints = new Breakpoints({
      inspector: this.inspector,
      scriptsOf: async (path) => {
        if (path.startsWith(FILE_PREFIX)) return host.cells().filter((cell) => cellFile(cell.code) === path);
        const module = await loadModule(this.inspector, path);
        return module ? [module] : [];
      },
      compile: async (expression) => compileExpression(await host.language(), expression),
    });
  }

  /** Answers a request; a failure is an answer too. */
  async answer(request: DebugRequest): Promise<Json> {
    const { command, seq, arguments: args } = request;
    const reply = { type: 'response', seq: ++this.seq, request_seq: seq, command };
    try {
      const handler = Object.hasOwn(this.handlers, command) ? this.handlers[command] : undefined;
      if (!handler) throw new Error(`${command}: this debugger does not know the request`);
      const body = await handler(args ?? {});
      return { ...reply, success: true, body: body ?? {} };
    } catch (error) {
      const { message } = error as Error;
      const text = message.startsWith(`${command}: `) ? message : `${command}: ${message}`;
      return {
        ...reply,
        success: false,
        message: text,
        body: { error: { id: 1, format: text }, ...EMPTY[command] },
      };
    }
  }

  receive(frame: WorkerFrame): void {
    this.inspector.receive(frame);
  }

  /** Sets the breakpoints of a cell before it runs. Undefined, and no time, without a debugger. */
  prepare(cell: CompiledCell): Promise<void> | undefined {
    if (!this.attached) return undefined;
    return this.breakpoints.prepare(cellFile(cell.code), cell).catch(() => {});
  }

  /** The user process is gone, and with it everything that was attached to it. */
  lost(): void {
    this.inspector.lost('the session has ended');
    this.variables.clear();
    if (!this.attached) return;
    this.resumed();
    this.reset();
    this.event('terminated', {});
  }

  private reset(): void {
    this.attached = false;
    this.pause = undefined;
    this.motion = undefined;
    this.exceptionFilters = [];
    this.breakpoints.clear();
  }

  private event(event: string, body: Json): void {
    this.host.event({ type: 'event', seq: ++this.seq, event, body });
  }

  private readonly handlers: Record<string, Handler> = {
    initialize: ({ clientID }) => {
      this.variables.forPanel = clientID === 'jupyterlab';
      return CAPABILITIES;
    },
    attach: () => this.attach(),
    configurationDone: () => undefined,
    disconnect: () => this.disconnect(),
    terminate: () => this.disconnect(),

    debugInfo: () => ({
      isStarted: this.attached,
      hashMethod: HASH_METHOD,
      hashSeed: HASH_SEED,
      tmpFilePrefix: FILE_PREFIX,
      tmpFileSuffix: FILE_SUFFIX,
      breakpoints: this.breakpoints.all.map(([source, breakpoints]) => ({ source, breakpoints })),
      stoppedThreads: this.pause ? [THREAD.id] : [],
      richRendering: true,
      exceptionPaths: [],
      copyToGlobals: true,
    }),
    dumpCell: ({ code }) => {
      const text = String(code ?? '');
      const sourcePath = cellFile(text);
      this.dumped.set(sourcePath, text);
      return { sourcePath };
    },
    source: async ({ source }) => ({
      content: await this.readSource(pathOf(source)),
      mimeType: 'text/x.typescript',
    }),
    modules: async () => {
      const reply = await this.inspector.ask('modules', [], 'look');
      const paths = JSON.parse(String(reply.value)) as string[];
      const modules = paths.map((path, i) => ({ id: i + 1, name: basename(path), path }));
      return { modules, totalModules: modules.length };
    },

    setBreakpoints: async ({ source, breakpoints, lines }) => {
      this.needAttached();
      const path = pathOf(source);
      const asked = (breakpoints ?? (lines as number[] | undefined)?.map((line) => ({ line }))) as
        | SourceBreakpoint[]
        | undefined;
      const list = await this.breakpoints.set(path, asked ?? []);
      return { breakpoints: list.map(({ id, line }) => ({ id, line, verified: true, source: { path } })) };
    },
    setExceptionBreakpoints: async ({ filters }) => {
      this.needAttached();
      this.exceptionFilters = (filters as string[] | undefined) ?? [];
      const state =
        (['all', 'uncaught'] as const).find((each) => this.exceptionFilters.includes(each)) ?? 'none';
      await this.inspector.post('Debugger.setPauseOnExceptions', { state });
      return {};
    },

    continue: async () => {
      await this.go('Debugger.resume');
      return { allThreadsContinued: true };
    },
    next: () => this.go('Debugger.stepOver', 'step'),
    stepIn: () => this.go('Debugger.stepInto', 'step'),
    stepOut: () => this.go('Debugger.stepOut', 'step'),
    pause: async () => {
      this.needAttached();
      this.motion = { kind: 'pause', cell: this.host.runningCell() };
      await this.inspector.post('Debugger.pause');
      return {};
    },
    threads: () => ({ threads: [THREAD] }),
    stackTrace: ({ startFrame, levels }) => {
      const frames = this.needPause().frames;
      const from = Number(startFrame ?? 0);
      const to = levels ? from + Number(levels) : frames.length;
      const stackFrames = frames.slice(from, to).map(({ callFrame, ...frame }) => frame);
      return { stackFrames, totalFrames: frames.length };
    },
    scopes: ({ frameId }) => ({ scopes: this.scopes(this.frame(frameId)) }),
    exceptionInfo: () => {
      const { event } = this.needPause();
      const { description = '', className = 'Error' } = (event.data ?? {}) as { [key: string]: string };
      const [first] = description.split('\n');
      return { exceptionId: className, description: first, breakMode: 'always', details: { message: first } };
    },

    variables: async ({ variablesReference }) => ({
      variables: await this.variables.open(Number(variablesReference)),
    }),
    setVariable: (args) =>
      this.setVariable(Number(args.variablesReference), String(args.name), String(args.value)),
    evaluate: async ({ expression, frameId }) => {
      const frame = this.pause && frameId !== undefined ? this.frame(frameId) : this.pause?.frames[0];
      const value = await this.evaluate(String(expression), frame);
      const shown = await this.variables.single(value, String(expression), frame?.callFrame.callFrameId);
      return { result: shown.value, type: shown.type, variablesReference: shown.variablesReference };
    },

    inspectVariables: async () => {
      this.variables.forget('look');
      return { variables: await this.variables.globals('look') };
    },
    richInspectVariables: async ({ variableName, frameId }) => {
      const frame = this.pause && frameId !== undefined ? this.frame(frameId) : this.pause?.frames[0];
      const value = await this.evaluate(String(variableName), frame);
      const bundle = await this.inspector.ask('bundle', [argument(value)], 'look');
      return { data: JSON.parse(String(bundle.value)) as MimeBundle, metadata: {} };
    },
    copyToGlobals: (args) =>
      this.copyToGlobals(String(args.srcVariableName), String(args.dstVariableName), args.srcFrameId),
  };

  private needAttached(): void {
    if (!this.attached) throw new Error('the debugger is not attached; send "attach" first');
  }

  private needPause(): Pause {
    if (!this.pause) throw new Error('no cell is paused');
    return this.pause;
  }

  private async attach(): Promise<undefined> {
    if (!this.attached) {
      await this.inspector.post('Debugger.enable');
      await this.inspector.post('Debugger.setBlackboxPatterns', { patterns: FOREIGN });
      this.attached = true;
    }
    this.event('initialized', {});
    return undefined;
  }

  private async disconnect(): Promise<undefined> {
    if (!this.attached) return undefined;
    this.resumed();
    this.reset();
    await this.inspector.detach();
    this.variables.clear();
    return undefined;
  }

  private async go(method: string, kind?: 'step'): Promise<undefined> {
    this.needPause();
    this.motion = kind && { kind, cell: this.host.runningCell() };
    await this.inspector.post(method);
    return undefined;
  }

  // Pauses -----------------------------------------------------------------------------------------------------------

  private onEvent(name: string, params: Json): void {
    if (!this.attached) return;
    if (name === 'Debugger.resumed') this.resumed();
    if (name === 'Debugger.paused')
      void this.paused(params as unknown as inspector.Debugger.PausedEventDataType);
  }

  private async paused(event: inspector.Debugger.PausedEventDataType): Promise<void> {
    const turn = ++this.turns;
    const frames: Frame[] = [];
    for (const callFrame of event.callFrames) {
      const frame = await this.toFrame(callFrame);
      if (frame) frames.push(frame);
    }
    // It went on meanwhile.
    if (turn !== this.turns || !this.attached) return;
    const { motion } = this;
    const hit = event.hitBreakpoints ?? [];
    const thrown = event.reason === 'exception' || event.reason === 'promiseRejection';
    const asked = hit.length > 0 || thrown || motion?.kind === 'pause';
    const elsewhere = motion?.kind === 'step' && motion.cell !== this.host.runningCell();
    if (frames.length === 0 || (elsewhere && !asked)) {
      void this.inspector.post('Debugger.resume').catch(() => {});
      return;
    }
    this.pause = { frames, event };
    const reason = thrown ? 'exception' : hit.length > 0 || !motion ? 'breakpoint' : motion.kind;
    this.motion = undefined;
    const body: Json = { reason, threadId: THREAD.id, allThreadsStopped: true };
    const text = thrown && (event.data as { description?: string } | undefined)?.description;
    if (text) Object.assign(body, { description: 'Paused on exception', text: text.split('\n')[0] });
    if (hit.length > 0) body.hitBreakpointIds = this.breakpoints.ids(hit);
    this.event('stopped', body);
  }

  private resumed(): void {
    this.turns++;
    if (!this.pause) return;
    this.pause = undefined;
    this.variables.forget('pause');
    this.event('continued', { threadId: THREAD.id, allThreadsContinued: true });
  }

  /** A frame in a cell or in a module of the user; others are not shown. */
  private async toFrame(callFrame: inspector.Debugger.CallFrame): Promise<Frame | undefined> {
    const path = modulePath(callFrame.url);
    const script = path
      ? await loadModule(this.inspector, path)
      : this.host.cells().find(({ id }) => id === callFrame.url);
    if (!script) return undefined;
    const { lineNumber, columnNumber } = callFrame.location;
    const place = script.positions.toCell(lineNumber + 1, (columnNumber ?? 0) + 1);
    if (!place) return undefined;
    const label = path ? basename(path) : this.host.label(script.id);
    const isFunction = callFrame.scopeChain.some(({ type }) => type === 'local');
    return {
      id: ++this.frameCount,
      name: callFrame.functionName || (isFunction ? '(anonymous)' : label),
      ...place,
      source: { path: path ?? cellFile(script.code), name: label },
      callFrame,
    };
  }

  private frame(id: unknown): Frame {
    const { frames } = this.needPause();
    const found = id === undefined ? frames[0] : frames.find((each) => each.id === Number(id));
    if (!found) throw new Error(`there is no frame ${id} any more; ask for the stack trace again`);
    return found;
  }

  // Variables ----------------------------------------------------------------------------------------------------------

  /** The frame's scopes in three: what its functions and blocks declare, what they close over, what cells declare. */
  private scopes({ callFrame: { scopeChain, callFrameId } }: Frame): Scope[] {
    const kinds: { name: string; types: string[] }[] = [
      { name: 'Locals', types: ['local', 'block', 'catch', 'with', 'eval'] },
      { name: 'Closure', types: ['closure', 'module'] },
    ];
    const firstClosure = scopeChain.findIndex(({ type }) => type === 'closure' || type === 'module');
    const scopes: Scope[] = [];
    const add = (name: string, holder: Holder) => {
      const variablesReference = this.variables.reference(holder, 'pause');
      scopes.push({ name, variablesReference, expensive: false });
    };
    for (const { name, types } of kinds) {
      const own = scopeChain.filter(({ type }, i) => {
        // A block around a closure is closed over, too.
        const outside = firstClosure >= 0 && i > firstClosure && type === 'block';
        return name === 'Closure' ? types.includes(type) || outside : types.includes(type) && !outside;
      });
      const objects = own.map(({ object }) => object);
      if (objects.length > 0) add(name, { kind: 'scopes', scopes: objects, callFrameId });
    }
    add('Globals', { kind: 'globals' });
    return scopes;
  }

  private async evaluate(expression: string, frame: Frame | undefined): Promise<RemoteObject> {
    const language = await this.host.language();
    if (!frame) return this.inspector.evaluate(compileExpression(language, expression), 'look');
    const { callFrameId, scopeChain } = frame.callFrame;
    const objects = scopeChain.filter(({ type }) => type !== 'script' && type !== 'global');
    const args = [{ value: '' }, ...objects.map(({ object }) => argument(object))];
    const { rows } = await this.inspector.describe('scopes', args, 'pause');
    const locals = rows.map(({ name }) => name);
    return this.inspector.evaluateInFrame(
      callFrameId,
      compileExpression(language, expression, locals),
      'pause',
    );
  }

  private async setVariable(reference: number, name: string, text: string): Promise<Json> {
    const { holder, lifetime } = this.variables.find(reference);
    const own = 'callFrameId' in holder ? holder.callFrameId : undefined;
    const frame =
      lifetime === 'pause'
        ? this.pause?.frames.find((each) => own === undefined || each.callFrame.callFrameId === own)
        : undefined;
    const value = await this.evaluate(text, frame);
    let described: Described;
    if (holder.kind === 'value') {
      const args = [argument(holder.value), { value: name }, argument(value)];
      described = await this.inspector.describe('set', args, lifetime);
    } else {
      await this.inspector.ask('hold', [argument(value)], lifetime);
      const assignment = `${name} = globalThis[Symbol.for('${HELD_KEY}')]`;
      if (holder.kind === 'globals') await this.inspector.evaluate(assignment, lifetime);
      else await this.inspector.evaluateInFrame(holder.callFrameId, assignment, lifetime);
      described = await this.inspector.describe('rows', [{ value: name }, argument(value)], lifetime);
    }
    const [shown] = this.variables.toVariables(described, holder, lifetime);
    return { value: shown.value, type: shown.type, variablesReference: shown.variablesReference };
  }

  /** Makes a frame's variable one of the session: later cells know it, as `any`. */
  private async copyToGlobals(from: string, to: string, frameId: unknown): Promise<Json> {
    const value = await this.evaluate(from, this.frame(frameId));
    const language = await this.host.language();
    const compiled = language.compile(
      'copied',
      `let ${to}: any = (globalThis as any)[Symbol.for('${HELD_KEY}')];`,
    );
    if (compiled.failed) throw new Error(`${JSON.stringify(to)} cannot be the name of a variable`);
    await this.inspector.ask('hold', [argument(value)], 'pause');
    this.inspector.declare(compiled.js);
    language.commit('copied');
    return {};
  }

  private async readSource(path: string): Promise<string> {
    const known =
      this.dumped.get(path) ?? this.host.cells().find(({ code }) => cellFile(code) === path)?.code;
    if (known !== undefined) return known;
    try {
      return await readFile(path, 'utf8');
    } catch {
      throw new Error(`there is no file ${path}, and no cell of that name`);
    }
  }
}

function pathOf(source: unknown): string {
  const path = (source as { path?: unknown } | undefined)?.path;
  if (typeof path !== 'string') throw new Error('the arguments have no "source" with a "path"');
  return path;
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
