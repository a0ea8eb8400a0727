// `npm run bench kernel`: the kernel beside tslab, Deno and ipykernel, those that are found, in turns within one run.
// All are asked by the project's own client over TCP; every time ends when the reply and the idle status have come.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ExecuteOptions,
  type ExecuteResult,
  type KernelClient,
  type KernelOptions,
  launchKernel,
} from '../../kernel/protocol/client.js';
import { denoKernel, ipykernel, tslabKernel } from '../clients/guests.js';
import { median } from './contenders.js';
import { table } from './report.js';

/** The same work in two languages. */
interface Language {
  first: string;
  ten: string;
  complete: string;
  inspect: string;
  lines: string;
  print(megabytes: number): string;
  loop: string;
  /** Cell number i of a long session: uses what the cell before it made. */
  step(i: number): string;
}

const TEN_TYPESCRIPT = `
interface Point { x: number; y: number }
const points: Point[] = [];
for (let i = 0; i < 10; i++) {
  points.push({ x: i, y: i * i });
}
const total = points.map((p) => p.x + p.y).reduce((a, b) => a + b, 0);
const longest = Math.max(...points.map((p) => p.y));
function scaled(p: Point, by: number): Point { return { x: p.x * by, y: p.y * by } }
const half = points.map((p) => scaled(p, 0.5));
[total, longest, half.length]`;

const TEN_PYTHON = `
points = []
for i in range(10):
    points.append({'x': i, 'y': i * i})
total = sum(p['x'] + p['y'] for p in points)
longest = max(p['y'] for p in points)
def scaled(p, by):
    return {'x': p['x'] * by, 'y': p['y'] * by}

half = [scaled(p, 0.5) for p in points]
[total, longest, len(half)]`;

const LINES = 10_000;

const typescript: Language = {
  first: 'const first: number = 20 + 22; first',
  ten: TEN_TYPESCRIPT,
  complete: 'points.ma',
  inspect: 'points',
  lines: `for (let i = 0; i < ${LINES}; i++) console.log(i)`,
  print: (megabytes) => `console.log('x'.repeat(${megabytes * 2 ** 20}))`,
  loop: "console.log('looping'); while (true) {}",
  step: (i) =>
    `const v${i} = { n: ${i === 0 ? 0 : `v${i - 1}.n`} + 1, name: 'cell ${i}' };\n` +
    `function f${i}(x: number): number { return x + v${i}.n }\nf${i}(${i})`,
};

const python: Language = {
  first: 'first = 20 + 22; first',
  ten: TEN_PYTHON,
  complete: 'points.ap',
  inspect: 'points',
  lines: `for i in range(${LINES}): print(i)`,
  print: (megabytes) => `print('x' * ${megabytes * 2 ** 20})`,
  loop: "print('looping', flush=True)\nwhile True: pass",
  step: (i) =>
    `v${i} = {'n': ${i === 0 ? 0 : `v${i - 1}['n']`} + 1, 'name': 'cell ${i}'}\n` +
    `def f${i}(x): return x + v${i}['n']\nf${i}(${i})`,
};

interface Contender {
  name: string;
  argv?: readonly string[];
  language: Language;
  interrupt: 'message' | 'signal';
}

function contenders(): Contender[] {
  const found: Contender[] = [
    { name: 'gradlab', language: typescript, interrupt: 'message' },
    { name: 'tslab', argv: tslabKernel, language: typescript, interrupt: 'signal' },
  ];
  const deno = denoKernel();
  if (deno) found.push({ name: 'Deno', argv: deno, language: typescript, interrupt: 'message' });
  else console.log('(without Deno: it is neither on the PATH nor named by GRADLAB_DENO)\n');
  const ipython = ipykernel();
  if (ipython) found.push({ name: 'ipykernel', argv: ipython, language: python, interrupt: 'signal' });
  else console.log('(without ipykernel: apt-get install python3-ipykernel)\n');
  return found;
}

// ------------------------------------------------------------------------------------------------------- one session

/** Seconds after which a kernel is given up. */
const PATIENCE = 20;

class GivenUp extends Error {}

function within<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new GivenUp()), PATIENCE * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Runs a cell that has to succeed. */
async function run(kernel: KernelClient, code: string, options?: ExecuteOptions): Promise<ExecuteResult> {
  const result = await within(kernel.execute(code, options));
  if (result.reply.status !== 'ok')
    throw new Error(`${code}: ${JSON.stringify([result.reply, result.outputs])}`);
  return result;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** The median of many. The first ones warm up. */
async function typical(count: number, work: (i: number) => Promise<unknown>, warm = 5): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count + warm; i++) {
    const time = await timed(() => work(i));
    if (i >= warm) times.push(time);
  }
  return median(times);
}

/** Resident megabytes of a process and all it has started. */
function residentMegabytes(pid: number): number {
  let bytes = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim();
    for (const child of children.split(' ')) if (child) bytes += residentMegabytes(Number(child)) * 2 ** 20;
  }
  return bytes / 2 ** 20;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What was measured, by the row's name; a row is missing where the kernel was given up. */
type Figures = Record<string, number>;

type Part = (kernel: KernelClient, who: Contender, figures: Figures, begun: number) => Promise<void>;

const startAndCells: Part = async (kernel, { language }, figures, begun) => {
  await within(kernel.kernelInfo());
  figures['start to kernel_info, ms'] = performance.now() - begun;
  await run(kernel, language.first);
  figures['start to the first cell run, ms'] = performance.now() - begun;
  await kernel.waitUntilReady(PATIENCE * 1000);
  await run(kernel, '1+1');
  await pause(1500);
  figures['memory after the start, MB'] = residentMegabytes(kernel.pid);
  figures['later 1+1, ms'] = await typical(40, (i) => run(kernel, `${i}+1`));
  figures['later cell of ten lines, ms'] = await typical(20, () => run(kernel, language.ten));
  figures['completion, ms'] = await typical(20, () => within(kernel.complete(language.complete)));
  figures['inspection, ms'] = await typical(20, () => within(kernel.inspect(language.inspect)));
  const times: number[] = [];
  for (let i = 0; i < 200; i++) times.push(await timed(() => run(kernel, language.step(i))));
  figures['cells 1 to 20 of 200, ms each'] = median(times.slice(0, 20));
  figures['cells 181 to 200 of 200, ms each'] = median(times.slice(180));
  figures['memory after these cells, MB'] = residentMegabytes(kernel.pid);
};

const lines: Part = async (kernel, { language }, figures) => {
  await kernel.waitUntilReady(PATIENCE * 1000);
  await run(kernel, '1+1');
  let messages = 0;
  let text = '';
  const onMessage: ExecuteOptions['onMessage'] = ({ header, content }) => {
    if (header.msg_type !== 'stream') return;
    messages++;
    text += String(content.text);
  };
  const arrived = () => text.split('\n').length - 1;
  try {
    figures['10,000 lines, ms'] = await timed(() => run(kernel, language.lines, { onMessage }));
  } finally {
    figures['of them there at idle'] = arrived();
    figures['messages for them'] = messages;
  }
};

const prints: Part = async (kernel, { language }, figures) => {
  await kernel.waitUntilReady(PATIENCE * 1000);
  await run(kernel, '1+1');
  for (const megabytes of [1, 20]) {
    figures[`${megabytes} MB printed, ms`] = await timed(() => run(kernel, language.print(megabytes)));
  }
};

const interrupt: Part = async (kernel, who, figures) => {
  await kernel.waitUntilReady(PATIENCE * 1000);
  await run(kernel, '1+1');
  let looping = () => {};
  const printed = new Promise<void>((resolve) => {
    looping = resolve;
  });
  const cell = kernel.execute(who.language.loop, {
    onMessage: ({ header }) => header.msg_type === 'stream' && looping(),
  });
  // Some kernels send what was printed only when the cell is over.
  await Promise.race([printed, pause(1000)]);
  await pause(300);
  const begun = performance.now();
  if (who.interrupt === 'signal') kernel.signal('SIGINT');
  else await within(kernel.request('control', 'interrupt_request', {}, { idle: false }));
  await within(cell);
  for (;;) {
    const { reply } = await within(kernel.execute('1+1'));
    if (reply.status === 'ok') break;
  }
  figures['interrupt of a loop to the next cell run, ms'] = performance.now() - begun;
};

const PARTS: Part[] = [startAndCells, lines, prints, interrupt];

/** One round of a kernel: a fresh process for each part. */
async function measure(who: Contender, home: string): Promise<Figures> {
  const figures: Figures = {};
  for (const part of PARTS) {
    const begun = performance.now();
    const env = { HOME: home, IPYTHONDIR: home, DENO_DIR: join(home, 'deno'), NO_COLOR: '1' };
    const options: KernelOptions = { argv: who.argv, transport: 'tcp', cwd: home, env };
    const kernel = await launchKernel(options);
    try {
      await part(kernel, who, figures, begun);
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
    } finally {
      kernel.kill();
    }
  }
  return figures;
}

// --------------------------------------------------------------------------------------------------------- the table

const ROWS = [
  'start to kernel_info, ms',
  'start to the first cell run, ms',
  'later 1+1, ms',
  'later cell of ten lines, ms',
  'cells 1 to 20 of 200, ms each',
  'cells 181 to 200 of 200, ms each',
  'completion, ms',
  'inspection, ms',
  '10,000 lines, ms',
  'of them there at idle',
  'messages for them',
  '1 MB printed, ms',
  '20 MB printed, ms',
  'interrupt of a loop to the next cell run, ms',
  'memory after the start, MB',
  'memory after these cells, MB',
];

const shown = (value: number | undefined, row: string): string => {
  if (value === undefined) return 'never';
  return row.endsWith('ms') && value < 20 ? value.toFixed(1) : value.toFixed(0);
};

export async function kernels(): Promise<void> {
  const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
  console.log(`\n## Kernels: medians of ${rounds} rounds in turns, times as a client sees them\n`);
  const all = contenders();
  const home = mkdtempSync(join(tmpdir(), 'gradlab-bench-'));
  const runs = new Map(all.map((who) => [who, [] as Figures[]]));
  try {
    for (let round = 0; round < rounds; round++)
      for (const [who, done] of runs) done.push(await measure(who, home));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  const figure = (who: Contender, row: string): number | undefined => {
    const values = (runs.get(who) ?? [])
      .map((figures) => figures[row])
      .filter((value) => value !== undefined);
    return values.length > rounds / 2 ? median(values) : undefined;
  };
  const others = all.slice(1);
  table(
    ['', ...all.map(({ name }) => name), ...others.map(({ name }) => `${name} / gradlab`)],
    ROWS.map((row) => {
      const values = all.map((who) => figure(who, row));
      const [ours, ...theirs] = values;
      const ratio = (value?: number) =>
        value === undefined || ours === undefined || /idle|messages/.test(row)
          ? ''
          : (value / ours).toFixed(2);
      return [row, ...values.map((value) => shown(value, row)), ...theirs.map(ratio)];
    }),
  );
}
