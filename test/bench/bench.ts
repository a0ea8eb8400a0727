// `npm run bench [spiral] [gemm] [arrays] [nn] [memory] [kernel] [lab]`: gradlab beside NumPy, PyTorch and other kernels on this
// machine. All contenders run in turns within one session, so that whatever else the machine does hits them alike; medians are compared.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { arrays } from './arrays.js';
import { atBest, contend, type Kind, median, peers } from './contenders.js';
import { kernels } from './kernel.js';
import { lab } from './lab.js';
import { labServer } from './lab-server.js';
import { nets } from './nets.js';
import { interleave, ms, type Peak, peakProgram, table } from './report.js';

async function spiral(others: Kind[]): Promise<void> {
  const iterations = 10_000;
  console.log(`\n## Spiral: ${iterations} full-batch steps, 300 x 2 -> 100 -> 3, float64\n`);
  const entries: { kind: Kind; name: string; request: { case: string; how?: string } }[] = [
    {
      kind: 'gradlab',
      name: 'gradlab, gradient by hand, np.fuse',
      request: { case: 'spiral', how: 'fuse' },
    },
    {
      kind: 'gradlab',
      name: 'gradlab, gradient by hand, np.scope',
      request: { case: 'spiral', how: 'scope' },
    },
    { kind: 'gradlab', name: 'gradlab, gradient by hand', request: { case: 'spiral' } },
    {
      kind: 'gradlab',
      name: 'gradlab, autograd, np.fuse',
      request: { case: 'spiral-autograd', how: 'fuse' },
    },
    {
      kind: 'gradlab',
      name: 'gradlab, autograd, np.scope',
      request: { case: 'spiral-autograd', how: 'scope' },
    },
    { kind: 'gradlab', name: 'gradlab, autograd', request: { case: 'spiral-autograd' } },
    { kind: 'numpy', name: 'NumPy, gradient by hand', request: { case: 'spiral' } },
    { kind: 'torch', name: 'PyTorch, gradient by hand', request: { case: 'spiral' } },
    { kind: 'torch', name: 'PyTorch, autograd', request: { case: 'spiral-autograd' } },
  ];
  const contenders = [];
  for (const { kind, name, request } of entries) {
    if (kind !== 'gradlab' && !others.includes(kind)) continue;
    const contender = await atBest(kind, name, { ...request, iterations: 500 });
    contenders.push({ contender, request: { ...request, iterations } });
  }
  const answers = await interleave(contenders, 5, 1e-5);
  const times = answers.map((runs) => median(runs.map((run) => run.seconds)));
  table(
    ['', 'threads', 'median s', 'fastest s', 'times gradlab', 'peak RSS MB'],
    contenders.map(({ contender }, i) => [
      contender.name,
      String(contender.threads),
      times[i].toFixed(3),
      Math.min(...answers[i].map((run) => run.seconds)).toFixed(3),
      (times[i] / times[0]).toFixed(2),
      answers[i][answers[i].length - 1].rss.toFixed(0),
    ]),
  );
  for (const { contender } of contenders) contender.close();
}

async function gemm(others: Kind[]): Promise<void> {
  const measurePeak = peakProgram();
  for (const threads of new Set([1, availableParallelism()])) {
    console.log(`\n## GEMM: np.dot of two n x n matrices, ${threads} thread${threads === 1 ? '' : 's'}\n`);
    const peak = measurePeak?.(threads);
    if (peak)
      console.log(`arithmetic peak: float64 ${peak.float64} GFLOP/s, float32 ${peak.float32} GFLOP/s\n`);
    await gemmTable(['gradlab', ...others], threads, peak);
  }
}

async function gemmTable(kinds: Kind[], threads: number, peak: Peak | undefined): Promise<void> {
  const contenders = kinds.map((kind) => contend(kind, kind, threads));
  const rows: string[][] = [];
  for (const dtype of ['float64', 'float32'] as const) {
    for (const n of [128, 512, 2048]) {
      const asked = contenders.map((contender) => ({ contender, request: { case: 'gemm', n, dtype } }));
      const answers = await interleave(asked, 5, dtype === 'float64' ? 1e-9 : 1e-2);
      const times = answers.map((runs) => median(runs.map((run) => run.seconds)));
      const share = (seconds: number) =>
        peak ? ` (${((100 * 2 * n ** 3) / seconds / 1e9 / peak[dtype]).toFixed(0)}%)` : '';
      rows.push([
        `${dtype} ${n}`,
        ...times.map((seconds) => `${ms(seconds)}${share(seconds)}`),
        ...times.slice(1).map((seconds) => (seconds / times[0]).toFixed(2)),
      ]);
    }
  }
  const peers = kinds.slice(1);
  table(
    ['', ...kinds.map((kind) => `${kind} ms (of peak)`), ...peers.map((kind) => `${kind} / gradlab`)],
    rows,
  );
  for (const contender of contenders) contender.close();
}

async function memory(others: Kind[]): Promise<void> {
  console.log('\n## Memory: a synchronous loop, peak resident set\n');
  const kinds: Kind[] = ['gradlab', ...others];
  const rows: string[][] = [];
  const loops = [
    { what: '10,000 additions of 1 MB arrays', request: { case: 'additions', count: 10_000 } },
    { what: 'spiral, 10,000 steps', request: { case: 'spiral', iterations: 10_000 } },
  ];
  for (const { what, request } of loops) {
    const cells = [];
    for (const kind of kinds) {
      const contender = contend(kind, kind);
      const answer = await contender.ask(request);
      contender.close();
      cells.push(`${answer.rss.toFixed(0)} MB, ${answer.seconds.toFixed(2)} s`);
    }
    rows.push([what, ...cells]);
  }
  table(['', ...kinds], rows);
}

const benches: Record<string, (others: Kind[]) => Promise<void>> = {
  spiral,
  gemm,
  arrays,
  nn: nets,
  memory,
  kernel: kernels,
  lab: async () => {
    await lab();
    await labServer();
  },
};
const asked = process.argv.slice(2);
for (const name of asked) {
  if (!(name in benches)) {
    console.error(`bench: no benchmark "${name}". There are: ${Object.keys(benches).join(', ')}`);
    process.exit(1);
  }
}
const load = Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model.trim()}, ${availableParallelism()} cores, ` +
    `Node ${process.versions.node}, load ${load.toFixed(1)} before the start`,
);
const others = peers();
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length === 0 || asked.includes(name)) await bench(others);
}
