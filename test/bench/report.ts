// What the benchmarks share: asking contenders in turns, tables in Markdown, the machine's arithmetic peak.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Answer, type Contender, root } from './contenders.js';

/** Asks all contenders in turns, `rounds` times; an answer that differs from the first contender's ends the run. */
export async function interleave(
  contenders: { contender: Contender; request: object }[],
  rounds: number,
  tolerance: number,
): Promise<Answer[][]> {
  const answers = contenders.map((): Answer[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { contender, request }] of contenders.entries()) {
      const answer = await contender.ask(request);
      const expected = answers[0][0]?.value ?? answer.value;
      if (!(Math.abs(answer.value - expected) <= tolerance * Math.max(1, Math.abs(expected)))) {
        throw new Error(
          `${contender.name} computed ${answer.value}, ${contenders[0].contender.name} ${expected}`,
        );
      }
      answers[i].push(answer);
    }
  }
  return answers;
}

export function table(header: string[], rows: string[][]): void {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column].length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  console.log(line(header));
  console.log(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  for (const row of rows) console.log(line(row));
}

export const ms = (seconds: number): string => {
  const value = seconds * 1000;
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(4);
};

export interface Peak {
  /** GFLOP/s */
  float64: number;
  float32: number;
  /** GB/s of memory: of what is read for a sum, and of operands and result of a + b. */
  read: number;
  add: number;
}

/** Builds peak.cc and returns what measures the peaks with so many threads; undefined without a compiler. */
export function peakProgram(): ((threads: number) => Peak) | undefined {
  const program = join(root, 'build/bench/peak');
  const source = join(root, 'test/bench/peak.cc');
  const built = spawnSync('g++', ['-O3', '-march=native', '-fopenmp', source, '-o', program], {
    stdio: 'inherit',
  });
  if (built.status !== 0) return undefined;
  return (threads) => {
    const env = { ...process.env, OMP_NUM_THREADS: String(threads) };
    const found = spawnSync(program, { encoding: 'utf8', env }).stdout.split(' ').map(Number);
    const [float64, float32, read, add] = found;
    return { float64, float32, read, add };
  };
}
