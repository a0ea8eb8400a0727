// `npm run bench arrays`: the rows of rows.ts for gradlab, NumPy and PyTorch, with one thread and with all. Every row is
// measured by all contenders in turns; the table shows medians and how many times faster than its best peer gradlab is.
import { availableParallelism } from 'node:os';
import { type Contender, contend, type Kind, median } from './contenders.js';
import { interleave, ms, type Peak, peakProgram, table } from './report.js';
import { type Row, rows } from './rows.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** Only rows whose group or name contains this. */
const ONLY = process.env.BENCH_ROWS ?? '';

interface Measured {
  row: Row;
  threads: number;
  /** Median seconds of gradlab and of each peer. */
  seconds: number[];
}

export async function arrays(others: Kind[]): Promise<void> {
  const kinds: Kind[] = ['gradlab', ...others];
  const measurePeak = peakProgram();
  const chosen = rows.filter((row) => `${row.group}: ${row.name}`.includes(ONLY));
  const measured: Measured[] = [];
  for (const threads of new Set([1, availableParallelism()])) {
    const contenders = kinds.map((kind) => contend(kind, kind, threads));
    const peak = measurePeak?.(threads);
    // The first row would pay for all that is compiled on the way.
    for (const row of chosen.slice(0, 2)) await measure(row, contenders);
    for (const group of new Set(chosen.map((row) => row.group))) {
      const found: Measured[] = [];
      for (const row of chosen)
        if (row.group === group) found.push({ row, threads, seconds: await measure(row, contenders) });
      console.log(`\n## Arrays, ${group}: ${threads} thread${threads === 1 ? '' : 's'}, medians in ms\n`);
      print(found, kinds, peak);
      measured.push(...found);
    }
    for (const contender of contenders) contender.close();
  }
  summarize(measured, kinds);
}

async function measure(row: Row, contenders: Contender[]): Promise<number[]> {
  const asked = contenders.map((contender) => ({
    contender,
    request: {
      case: 'row',
      inputs: row.inputs,
      code: row[contender.name as Kind],
      size: row.size,
      budget: (row.budget ?? 20) / 1000,
    },
  }));
  const single = Object.values(row.inputs).some(([, , dtype]) => dtype === 'float32');
  for (const { contender, request } of asked) await contender.ask(request);
  const answers = await interleave(asked, ROUNDS, row.tolerance ?? (single ? 1e-4 : 1e-9));
  return answers.map((runs) => median(runs.map((run) => run.seconds)));
}

/** Times faster than the best peer. */
const lead = ({ seconds: [own, ...others] }: Measured): number => Math.min(...others) / own;

function print(found: Measured[], kinds: Kind[], peak: Peak | undefined): void {
  table(
    ['', 'elements', ...kinds, 'best peer / gradlab'],
    found.map((m) => [
      m.row.name,
      String(m.row.size),
      ...m.seconds.map((seconds) => `${ms(seconds)}${share(m.row, seconds, peak)}`),
      m.seconds.length > 1 ? lead(m).toFixed(2) : '',
    ]),
  );
}

/** What a row reaches of the machine's peak, of arithmetic or of memory. */
function share({ flops, dtype, traffic }: Row, seconds: number, peak: Peak | undefined): string {
  if (peak === undefined) return '';
  const percent = (work: number, best: number): string => ((100 * work) / seconds / 1e9 / best).toFixed(0);
  if (traffic !== undefined) return ` (${percent(traffic.bytes, peak[traffic.of])} % of memory)`;
  if (flops === undefined || dtype === undefined) return '';
  return ` (${percent(flops, peak[dtype])} % of peak)`;
}

function summarize(measured: Measured[], kinds: Kind[]): void {
  if (kinds.length === 1 || measured.length === 0) return;
  console.log('\n## Arrays, summary\n');
  const behind = measured.filter((m) => lead(m) < 1);
  console.log(
    `- ${measured.length - behind.length} of ${measured.length} rows at least as fast as the best peer`,
  );
  for (const [i, kind] of kinds.entries()) {
    if (i === 0) continue;
    const ratios = measured.map(({ seconds }) => seconds[i] / seconds[0]);
    console.log(`- median against ${kind}: ${median(ratios).toFixed(2)} times faster`);
  }
  if (behind.length > 0) console.log('- behind, with the ratio to the best peer:');
  for (const m of behind.sort((a, b) => lead(a) - lead(b)))
    console.log(`  - ${m.row.name}, ${m.row.size} elements, ${m.threads} T: ${lead(m).toFixed(2)}`);
}
