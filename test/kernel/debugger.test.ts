// The debugger and the variable explorer as a client drives them: requests of the debug adapter protocol on control,
// its events on iopub. Nothing waits for a time: every step waits for the event that it causes.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { murmur2 } from '../../kernel/front/debugger/cell-files.js';
import type { ExecuteResult, KernelClient } from '../../kernel/protocol/client.js';
import type { Json } from '../../kernel/protocol/messages.js';
import { failure, printed, result, useKernel } from './session.js';

interface Frame {
  id: number;
  name: string;
  line: number;
  column: number;
  source: { path: string; name: string };
}
interface Variable {
  name: string;
  type: string;
  value: string;
  variablesReference: number;
}

/** A client of the debugger: requests that must succeed, and events in their order. */
class Client {
  private readonly events: Json[] = [];
  private wake: (() => void) | undefined;

  constructor(readonly kernel: KernelClient) {
    kernel.onIopub = ({ header, content }) => {
      if (header.msg_type !== 'debug_event') return;
      this.events.push(content);
      this.wake?.();
    };
  }

  async ask<T = Json>(command: string, args: Json = {}): Promise<T> {
    const reply = await this.kernel.debug(command, args);
    if (reply.success !== true) throw new Error(`${command} failed: ${reply.message}`);
    expect(reply).toMatchObject({ type: 'response', command });
    return reply.body as T;
  }

  /** The next event of this name; those before it are dropped. */
  async event(name: string): Promise<Json> {
    for (;;) {
      const at = this.events.findIndex(({ event }) => event === name);
      if (at >= 0) return this.events.splice(0, at + 1)[at].body as Json;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async attach(): Promise<void> {
    await this.ask('initialize', { clientID: 'test' });
    await this.ask('attach');
    await this.event('initialized');
    await this.ask('configurationDone');
  }

  /** Sets breakpoints in a cell; returns its path. */
  async breakAt(code: string, ...breakpoints: (number | Json)[]): Promise<string> {
    const { sourcePath } = await this.ask<{ sourcePath: string }>('dumpCell', { code });
    const list = breakpoints.map((each) => (typeof each === 'number' ? { line: each } : each));
    await this.ask('setBreakpoints', { source: { path: sourcePath }, breakpoints: list });
    return sourcePath;
  }

  /** Waits for a stop; returns the frames. */
  async stop(reason?: string): Promise<Frame[]> {
    const stopped = await this.event('stopped');
    if (reason) expect(stopped).toMatchObject({ reason, threadId: 1, allThreadsStopped: true });
    return (await this.ask<{ stackFrames: Frame[] }>('stackTrace', { threadId: 1 })).stackFrames;
  }

  /** A motion and the stop after it: the line where it ended. */
  async move(command: string): Promise<number> {
    await this.ask(command, { threadId: 1 });
    return (await this.stop())[0].line;
  }

  async open(variablesReference: number): Promise<Record<string, Variable>> {
    const { variables } = await this.ask<{ variables: Variable[] }>('variables', { variablesReference });
    return Object.fromEntries(variables.map((each) => [each.name, each]));
  }

  /** The variables of a frame's scope. */
  async scope(frame: Frame, name: string): Promise<{ reference: number; all: Record<string, Variable> }> {
    const { scopes } = await this.ask<{ scopes: { name: string; variablesReference: number }[] }>('scopes', {
      frameId: frame.id,
    });
    const reference = scopes.find((each) => each.name === name)?.variablesReference ?? 0;
    return { reference, all: await this.open(reference) };
  }

  async evaluate(expression: string, frame?: Frame): Promise<string> {
    return (await this.ask<{ result: string }>('evaluate', { expression, frameId: frame?.id })).result;
  }
}

const ok = ({ reply }: ExecuteResult) => expect(reply).toMatchObject({ status: 'ok' });

describe('the names of cells', () => {
  it('are Murmur2 hashes, as Jupyter computes them', () => {
    const seed = 0x67726164;
    expect(['', 'a', 'ab', 'abc', 'abcd'].map((text) => murmur2(text, seed))).toEqual([
      1902846484, 298375597, 3904185587, 1776143321, 2549496228,
    ]);
    expect(murmur2('const x = 1;\nx + 1', seed)).toBe(1075061481);
    expect(murmur2('é ü 😀 z', seed)).toBe(3435275417);
  });
});

describe('the variable explorer', () => {
  const session = useKernel();

  it('lists the variables of cells with no debugger attached', async () => {
    ok(
      await session.run(
        `const A = np.zeros([3, 4]); let step = 0.5; const words = ['a', 'b'];
class Point { x = 1; get far() { throw new Error('not asked') } }
const p = new Point(), seen = new Map([['A', A]]), long = Array.from({ length: 250 }, (_, i) => i);
const layers = { W: A, b: np.ones(4) };`,
      ),
    );
    const client = new Client(session.kernel);
    const { variables } = await client.ask<{ variables: Variable[] }>('inspectVariables');
    const shown = Object.fromEntries(variables.map(({ name, type, value }) => [name, [type, value]]));
    expect(shown).toMatchObject({
      A: ['NDArray', 'NDArray float64 (3, 4)'],
      step: ['number', '0.5'],
      words: ['Array', "[ 'a', 'b' ]"],
      p: ['Point', 'Point { x: 1 }'],
      seen: ['Map', "Map(1) { 'A' => NDArray float64 (3, 4) }"],
      layers: ['Object', '{ W: NDArray float64 (3, 4), b: NDArray float64 (4) }'],
      Point: ['class', '[class Point]'],
    });
    expect(Object.keys(shown)).not.toContain('np');
    const open = (name: string) =>
      client.open(variables.find((each) => each.name === name)?.variablesReference ?? 0);
    const array = await open('A');
    expect(array.shape.value).toBe('[ 3, 4 ]');
    expect(array['[2]'].value).toBe('NDArray float64 (4)');
    expect((await client.open(array['[2]'].variablesReference))['[3]']).toMatchObject({ value: '0' });
    const pages = await open('long');
    expect(Object.keys(pages)).toEqual(['[0…99]', '[100…199]', '[200…249]']);
    const last = await client.open(pages['[200…249]'].variablesReference);
    expect([last['[200]'].value, Object.keys(last).length]).toEqual(['200', 50]);
    expect((await open('seen'))["'A'"].value).toBe('NDArray float64 (3, 4)');
  });

  it('shows a variable richly: an array as text and as a table', async () => {
    const client = new Client(session.kernel);
    const { data } = await client.ask<{ data: Record<string, string> }>('richInspectVariables', {
      variableName: 'A',
    });
    expect(data['text/plain']).toContain('array([[0., 0., 0., 0.]');
    expect(data['text/html']).toContain('<caption>NDArray float64 (3, 4)</caption>');
    const unknown = await session.kernel.debug('richInspectVariables', { variableName: 'nothing' });
    expect(unknown).toMatchObject({ success: false, command: 'richInspectVariables' });
    expect(unknown.message).toMatch(/^richInspectVariables: .*nothing is not defined/);
  });

  it('looks into a cell that loops without an end, and leaves it running', async () => {
    const client = new Client(session.kernel);
    let cell: Promise<ExecuteResult> | undefined;
    await new Promise<void>((resolve) => {
      cell = session.run('let turns = 0; print("on"); while (true) turns++;', {
        onMessage: ({ header }) => header.msg_type === 'stream' && resolve(),
      });
    });
    const turns = async () => {
      const { variables } = await client.ask<{ variables: Variable[] }>('inspectVariables');
      return Number(variables.find(({ name }) => name === 'turns')?.value);
    };
    const before = await turns();
    // Two questions in a row can meet the same turn.
    while ((await turns()) === before);
    await session.kernel.interrupt();
    await cell;
    expect(result(await session.run('turns > 0'))).toBe('true');
  });

  it('shows imported variables as their module has them now', async () => {
    const text = 'export let count = 0; export const increment = () => { count++ };';
    writeFileSync(join(session.folder, 'counted.ts'), text);
    await session.run("import { count as seen, increment } from './counted';");
    await session.run('increment(); increment()');
    const client = new Client(session.kernel);
    const { variables } = await client.ask<{ variables: Variable[] }>('inspectVariables');
    expect(variables.find(({ name }) => name === 'seen')?.value).toBe('2');
  });

  it('says what a request lacks, and goes on', async () => {
    for (const [command, fault] of [
      ['fly', 'fly: this debugger does not know the request'],
      ['setBreakpoints', 'setBreakpoints: the debugger is not attached; send "attach" first'],
      ['stackTrace', 'stackTrace: no cell is paused'],
      ['variables', /^variables: there is no reference/],
      ['source', 'source: the arguments have no "source" with a "path"'],
    ] as const) {
      const reply = await session.kernel.debug(command, {});
      expect(reply).toMatchObject({ success: false, command });
      expect(reply.message).toEqual(typeof fault === 'string' ? fault : expect.stringMatching(fault));
    }
  });

  it('is announced in kernel_info', async () => {
    const info = await session.kernel.kernelInfo();
    expect(info.debugger).toBe(true);
    expect(info.supported_features).toContain('debugger');
  });
});

describe('the debugger', () => {
  const session = useKernel();
  const holder: { client?: Client } = {};
  const attached = async (): Promise<Client> => {
    holder.client ??= new Client(session.kernel);
    const { isStarted } = await holder.client.ask<{ isStarted: boolean }>('debugInfo');
    if (!isStarted) await holder.client.attach();
    return holder.client;
  };

  // A test that failed must not leave its cell paused for the next.
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await session.kernel.debug('disconnect');
  });

  it('stops in a loop of a cell, shows its variables, and goes on', async () => {
    const client = await attached();
    const code = `const base = np.arange(12).reshape(3, 4);
const sums: number[] = [];
for (let i = 0; i < 3; i++) {
  const row = base[i] * 2;
  sums.push(row.sum().item() as number);
}
sums`;
    const path = await client.breakAt(code, 5);
    const cell = session.run(code);
    for (const turn of [0, 1, 2]) {
      const [frame, ...more] = await client.stop('breakpoint');
      expect(frame).toMatchObject({ line: 5, source: { path } });
      expect(more).toEqual([]);
      const { all } = await client.scope(frame, 'Locals');
      expect(all.i.value).toBe(`${turn}`);
      expect(all.row.value).toBe('NDArray int64 (4)');
      const globals = (await client.scope(frame, 'Globals')).all;
      expect(globals.base.value).toBe('NDArray int64 (3, 4)');
      // The language of cells, with an operator between arrays.
      expect(await client.evaluate('(row + base[0]).sum().item()', frame)).toBe(`${2 * (6 + 16 * turn) + 6}`);
      await client.ask('continue', { threadId: 1 });
    }
    expect(result(await cell)).toBe('[ 12, 44, 76 ]');
  });

  it('steps over, into and out of a function of an earlier cell, past the library', async () => {
    const client = await attached();
    const functions = `function scale(X: NDArray, by: number): NDArray {
  const Y = X * by;
  return Y;
}`;
    ok(await session.run(functions));
    const code = `const X = np.ones([2, 2]);
const Z = scale(X, 3);
Z.sum()`;
    await client.breakAt(code, 1);
    const cell = session.run(code);
    expect((await client.stop('breakpoint'))[0].line).toBe(1);
    expect(await client.move('next')).toBe(2);
    await client.ask('stepIn');
    const frames = await client.stop('step');
    expect(frames.map(({ name, line }) => [name, line])).toEqual([
      ['scale', 2],
      [frames[1].name, 2],
    ]);
    expect(frames[1].name).toMatch(/^Cell \[\d+\]$/);
    // Into the product would be the library's code: a step into it is a step over it.
    expect(await client.move('stepIn')).toBe(3);
    const { all } = await client.scope(
      (await client.ask<{ stackFrames: Frame[] }>('stackTrace')).stackFrames[0],
      'Locals',
    );
    expect(all.Y.value).toBe('NDArray float64 (2, 2)');
    expect(await client.move('stepOut')).toBe(3);
    await client.ask('next');
    expect(result(await cell)).toBe('12.0');
    await client.event('continued');
    // The last step ended with its cell: the next one runs through.
    expect(result(await session.run('1 + 1'))).toBe('2');
  });

  it('stops in a function of an earlier cell, and at another run of the same cell', async () => {
    const client = await attached();
    const code = 'const half = (x: number) => {\n  const y = x / 2;\n  return y;\n};';
    ok(await session.run(code));
    const path = await client.breakAt(code, 3);
    const cell = session.run('half(8)');
    const [frame, below] = await client.stop('breakpoint');
    expect(frame).toMatchObject({ name: 'half', line: 3, source: { path } });
    expect(below.line).toBe(1);
    await client.ask('continue');
    expect(result(await cell)).toBe('4');
    ok(await session.run(code));
    const again = session.run('half(10)');
    expect((await client.stop('breakpoint'))[0]).toMatchObject({ name: 'half', line: 3 });
    await client.breakAt(code);
    await client.ask('continue');
    expect(result(await again)).toBe('5');
    expect(result(await session.run('half(12)'))).toBe('6');
  });

  it('knows lines and columns of cells with types, rewritten operators and hoisted functions', async () => {
    const client = await attached();
    const code = `interface Pair {
  a: number;
}
const later = twice({ a: 2 }); let M = np.eye(2);

// a comment, no code
M += M * 3; M[0, 1] = 7;
function twice(pair: Pair): number {
  return pair.a * 2;
}
later + M[0, 1]`;
    const path = await client.breakAt(code, 5, 9, 11);
    const cell = session.run(code);
    const [inside, outside] = await client.stop('breakpoint');
    expect(inside).toMatchObject({ name: 'twice', line: 9, source: { path } });
    expect(outside).toMatchObject({ line: 4, column: 15 });
    await client.ask('continue');
    // Line 5 is blank and 6 a comment: the stop is at the next code.
    expect((await client.stop('breakpoint'))[0].line).toBe(7);
    await client.ask('continue');
    expect((await client.stop('breakpoint'))[0].line).toBe(11);
    await client.ask('continue');
    expect(result(await cell)).toContain('11');
  });

  it('steps over awaits of an async cell', async () => {
    const client = await attached();
    const code = `const wait = (n: number) => new Promise<number>((done) => setTimeout(() => done(n), 1));
const first = await wait(1);
const second = await wait(first + 1);
first + second`;
    await client.breakAt(code, 3);
    const cell = session.run(code);
    expect((await client.stop('breakpoint'))[0].line).toBe(3);
    await client.breakAt(code, 4);
    await client.ask('continue');
    const [frame] = await client.stop('breakpoint');
    expect(frame.line).toBe(4);
    expect(await client.evaluate('first * 10 + second', frame)).toBe('12');
    await client.ask('continue');
    expect(result(await cell)).toBe('3');
  });

  it('stops on conditions, on counts, and prints the messages of logpoints', async () => {
    const client = await attached();
    const code = 'let hits = 0;\nfor (let k = 0; k < 10; k++) {\n  hits += k;\n  hits += 0;\n}\nhits';
    await client.breakAt(code, { line: 3, condition: 'k === 7' }, { line: 4, logMessage: 'k is {k + 1}' });
    const cell = session.run(code);
    expect(await client.evaluate('k', (await client.stop('breakpoint'))[0])).toBe('7');
    await client.breakAt(code, { line: 3, hitCondition: '2' });
    await client.ask('continue');
    expect(await client.evaluate('k', (await client.stop('breakpoint'))[0])).toBe('9');
    await client.ask('continue');
    const ended = await cell;
    expect(printed(ended)).toBe([1, 2, 3, 4, 5, 6, 7].map((k) => `k is ${k}\n`).join(''));
    expect(result(ended)).toBe('45');
  });

  it('stops on uncaught exceptions, or on all', async () => {
    const client = await attached();
    await client.ask('setExceptionBreakpoints', { filters: ['uncaught'] });
    const code = 'const size = 3;\ntry { JSON.parse("{") } catch {}\nnp.dot(np.ones(size), np.ones(2))';
    const cell = session.run(code);
    const [frame] = await client.stop('exception');
    expect(frame.line).toBe(3);
    expect(await client.ask('exceptionInfo')).toMatchObject({ description: expect.stringMatching(/dot/) });
    await client.ask('continue');
    expect(failure(await cell).evalue).toMatch(/dot/);
    await client.ask('setExceptionBreakpoints', { filters: ['all'] });
    const caught = session.run(
      'let caught = 0;\ntry {\n  throw new Error("in vain");\n} catch { caught = 1 }\ncaught',
    );
    expect((await client.stop('exception'))[0].line).toBe(3);
    await client.ask('setExceptionBreakpoints', { filters: [] });
    await client.ask('continue');
    expect(result(await caught)).toBe('1');
  });

  it('changes variables of a paused cell: locals, globals, elements and keys', async () => {
    const client = await attached();
    const code = `let weight = 1; const table = new Map([['k', 1]]), V = np.zeros(3), list = [1, 2];
function sum(local: number) {
  return local + weight + list[1] + (table.get('k') ?? 0) + (V[2].item() as number);
}
sum(1)`;
    await client.breakAt(code, 3);
    const cell = session.run(code);
    const [frame] = await client.stop('breakpoint');
    const change = (variablesReference: number, name: string, value: string) =>
      client.ask<Variable>('setVariable', { variablesReference, name, value });
    const locals = await client.scope(frame, 'Locals');
    const globals = await client.scope(frame, 'Globals');
    expect(await change(locals.reference, 'local', '10 as number')).toMatchObject({ value: '10' });
    expect(await change(globals.reference, 'weight', 'local * 10')).toMatchObject({ value: '100' });
    expect(await change(globals.all.list.variablesReference, '[1]', '1000')).toMatchObject({ value: '1000' });
    expect(await change(globals.all.table.variablesReference, "'k'", '1e4')).toMatchObject({
      value: '10000',
    });
    expect(await change(globals.all.V.variablesReference, '[2]', '1e5')).toMatchObject({ value: '100000' });
    await client.ask('copyToGlobals', {
      srcVariableName: 'local',
      dstVariableName: 'kept',
      srcFrameId: frame.id,
    });
    await client.ask('continue');
    expect(result(await cell)).toBe('111110');
    expect(result(await session.run('kept + 1'))).toBe('11');
  });

  it('shows closures, pauses a loop, and is interrupted while paused', async () => {
    const client = await attached();
    ok(
      await session.run(
        'function counter() {\n  let n = 40;\n  return () => {\n    debugger;\n    return ++n;\n  };\n}\nconst count = counter();',
      ),
    );
    const counted = session.run('count()');
    const [frame] = await client.stop();
    expect((await client.scope(frame, 'Closure')).all.n.value).toBe('40');
    await client.ask('continue');
    expect(result(await counted)).toBe('41');
    const cell = session.run('let spin = 0;\nwhile (true) {\n  spin++;\n}', {
      onMessage: ({ header }) => void (header.msg_type === 'execute_input' && client.ask('pause')),
    });
    await client.stop('pause');
    await session.kernel.interrupt();
    expect(failure(await cell).ename).toBe('Interrupted');
    await client.event('continued');
    expect((await client.ask('debugInfo')).stoppedThreads).toEqual([]);
    expect(result(await session.run('spin >= 0'))).toBe('true');
  });

  it('stops in a TypeScript module beside the notebook, before and after it is loaded', async () => {
    const client = await attached();
    const path = join(session.folder, 'shapes.ts');
    const text = `export interface Box { width: number; height: number }

export function area(box: Box): number {
  const size: number = box.width * box.height;
  return size;
}
`;
    writeFileSync(path, text);
    await client.ask('setBreakpoints', { source: { path }, breakpoints: [{ line: 5 }] });
    const cell = session.run("import { area } from './shapes';\narea({ width: 2, height: 3 })");
    const frames = await client.stop('breakpoint');
    expect(frames.map(({ name, line, source }) => [name, line, source.name])).toEqual([
      ['area', 5, 'shapes.ts'],
      [frames[1].name, 2, frames[1].source.name],
    ]);
    expect(frames[0].source.path).toBe(path);
    expect((await client.scope(frames[0], 'Locals')).all.size.value).toBe('6');
    expect(await client.ask('source', { source: { path } })).toMatchObject({ content: text });
    expect(await client.ask('modules')).toMatchObject({ modules: [{ name: 'shapes.ts', path }] });
    await client.ask('setBreakpoints', { source: { path }, breakpoints: [{ line: 4 }] });
    await client.ask('continue');
    expect(result(await cell)).toBe('6');
    const again = session.run('area({ width: 4, height: 5 })');
    expect((await client.stop('breakpoint'))[0]).toMatchObject({ name: 'area', line: 4 });
    await client.ask('setBreakpoints', { source: { path }, breakpoints: [] });
    await client.ask('continue');
    expect(result(await again)).toBe('20');
  });

  it('gives the source of cells, and lists breakpoints', async () => {
    const client = await attached();
    const path = await client.breakAt('const listed = 1', 1);
    expect(await client.ask('source', { source: { path } })).toMatchObject({ content: 'const listed = 1' });
    const info = await client.ask<{ breakpoints: Json[]; tmpFilePrefix: string; tmpFileSuffix: string }>(
      'debugInfo',
    );
    expect(info.breakpoints).toContainEqual(expect.objectContaining({ source: path }));
    expect(path.startsWith(info.tmpFilePrefix) && path.endsWith(info.tmpFileSuffix)).toBe(true);
  });

  it('lets a paused cell go on when the client leaves, and stops nowhere after that', async () => {
    const client = await attached();
    const code = 'let left = 1;\nleft += 1;\nleft';
    await client.breakAt(code, 2);
    const cell = session.run(code);
    await client.stop('breakpoint');
    await client.ask('disconnect');
    expect(result(await cell)).toBe('2');
    expect(await client.ask('debugInfo')).toMatchObject({ isStarted: false, breakpoints: [] });
    expect(result(await session.run(code))).toBe('2');
  });

  it('ends with the session that it was attached to, and starts again with the next', async () => {
    const client = await attached();
    expect(failure(await session.run('process.exit(3)')).ename).toBe('SessionEnded');
    await client.event('terminated');
    expect((await client.ask('debugInfo')).isStarted).toBe(false);
    expect(result(await session.run('6 * 7'))).toBe('42');
    await attached();
    const code = 'let fresh = 1;\nfresh + 1';
    await client.breakAt(code, 2);
    const paused = session.run(code);
    await client.stop('breakpoint');
    // A session that dies in the middle of a pause takes the pause with it.
    const { variables } = await client.ask<{ variables: Variable[] }>('inspectVariables');
    expect(variables.map(({ name }) => name)).toEqual(['fresh']);
    process.kill(Number(await client.evaluate('process.pid')), 'SIGKILL');
    await client.event('terminated');
    expect(failure(await paused).ename).toBe('SessionEnded');
    expect(result(await session.run('1'))).toBe('1');
  });
});
