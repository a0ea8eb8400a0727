// `npm run bench nn`: training steps of the networks of net-rows.ts and recurrent-rows.ts for gradlab, NumPy and
// PyTorch. Every contender runs at the number of threads, and PyTorch in the way of writing the step, that suits it
// best; all are measured in turns.
import { atBest, type Contender, type Kind, median } from './contenders.js';
import { type NetRow, netRows } from './net-rows.js';
import { recurrentRows } from './recurrent-rows.js';
import { interleave, ms, table } from './report.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
/** Only rows whose name contains this. */
const ONLY = process.env.BENCH_ROWS ?? '';

interface Entry {
  kind: Kind;
  contender: Contender;
  request: object;
}

interface Measured {
  /** Median and smallest seconds of a step. */
  median: number;
  least: number;
  how: string;
}

export async function nets(others: Kind[]): Promise<void> {
  console.log('\n## Networks: one training step, medians in ms (smallest in brackets)\n');
  const kinds: Kind[] = ['gradlab', ...others];
  const lines: string[][] = [];
  const leads: number[] = [];
  for (const row of [...netRows, ...recurrentRows]) {
    if (!row.name.includes(ONLY)) continue;
    const found = await measure(row, kinds);
    const own = found.get('gradlab')!;
    const rest = [...found].filter(([kind]) => kind !== 'gradlab').map(([, m]) => m.median);
    if (rest.length > 0) leads.push(Math.min(...rest) / own.median);
    lines.push([
      row.name,
      ...kinds.map((kind) => {
        const m = found.get(kind);
        return m === undefined ? '' : `${ms(m.median)} (${ms(m.least)}) ${m.how}`;
      }),
      rest.length > 0 ? leads[leads.length - 1].toFixed(2) : '',
    ]);
  }
  table(['', ...kinds, 'best peer / gradlab'], lines);
  if (leads.length > 0)
    console.log(
      `\n- ahead of the best peer in ${leads.filter((l) => l > 1).length} of ${leads.length} rows, in the median by ${median(leads).toFixed(2)}`,
    );
}

async function measure(row: NetRow, kinds: Kind[]): Promise<Map<Kind, Measured>> {
  const entries: Entry[] = [];
  for (const kind of kinds) {
    const ways: Record<string, string | undefined> =
      kind === 'torch' ? row.torch : { '': kind === 'numpy' ? row.numpy : row.gradlab };
    for (const [way, code] of Object.entries(ways)) {
      if (code === undefined) continue;
      const request = { case: 'net', inputs: row.inputs, code, budget: (row.budget ?? 100) / 1000 };
      const contender = await atBest(kind, [kind, way].filter(Boolean).join(', '), request);
      entries.push({ kind, contender, request });
    }
  }
  const answers = await interleave(entries, ROUNDS, row.tolerance ?? 1e-4);
  const found = new Map<Kind, Measured>();
  for (const [i, { kind, contender }] of entries.entries()) {
    const seconds = answers[i].map((answer) => answer.seconds);
    const way = contender.name.split(', ')[1];
    const one: Measured = {
      median: median(seconds),
      least: Math.min(...seconds),
      how: [way, `${contender.threads} T`].filter(Boolean).join(', '),
    };
    const best = found.get(kind);
    if (best === undefined || one.median < best.median) found.set(kind, one);
    contender.close();
  }
  return found;
}
