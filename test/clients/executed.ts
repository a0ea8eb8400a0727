// Reads an executed notebook: what the spiral case study printed, and the charts it shows.
import { readFileSync } from 'node:fs';

interface Output {
  output_type: string;
  text?: string | string[];
  data?: Record<string, unknown>;
}

const joined = (text: string | string[] | undefined): string =>
  Array.isArray(text) ? text.join('') : (text ?? '');

export interface Executed {
  /** everything the cells wrote to standard output */
  printed: string;
  /** the MIME bundles of all results and displays that hold a Plotly figure */
  charts: Record<string, unknown>[];
  /** the results' texts, in order */
  results: string[];
  /** outputs of type error */
  errors: Output[];
}

export function readExecuted(path: string): Executed {
  const cells = (JSON.parse(readFileSync(path, 'utf8')) as { cells: { outputs?: Output[] }[] }).cells;
  const outputs = cells.flatMap((cell) => cell.outputs ?? []);
  return {
    printed: outputs.map((output) => (output.output_type === 'stream' ? joined(output.text) : '')).join(''),
    charts: outputs.flatMap(({ data }) => (data && 'application/vnd.plotly.v1+json' in data ? [data] : [])),
    results: outputs.flatMap(({ output_type, data }) =>
      output_type === 'execute_result' ? [joined(data?.['text/plain'] as string | string[])] : [],
    ),
    errors: outputs.filter((output) => output.output_type === 'error'),
  };
}

/** The losses of the course's two tables as the notebook printed them: `iteration 10: loss 0.917265`. */
export function printedLosses(printed: string): { linear: string[]; net: number[] } {
  const lines = [...printed.matchAll(/^iteration (\d+): loss (\d+\.\d{6})$/gm)].map(
    (m) => [Number(m[1]), m[2]] as const,
  );
  // Both tables begin with iteration 0.
  const second = lines.findIndex(([iteration], i) => i > 0 && iteration === 0);
  return {
    linear: lines.slice(0, second).map(([, loss]) => loss),
    net: lines.slice(second).map(([, loss]) => Number(loss)),
  };
}

/** The course's printed tables. */
export const courseLosses = {
  linear: [
    ...[
      '1.096956',
      '0.917265',
      '0.851503',
      '0.822336',
      '0.807586',
      '0.799448',
      '0.794681',
      '0.791764',
      '0.789920',
    ],
    ...[
      '0.788726',
      '0.787938',
      '0.787409',
      '0.787049',
      '0.786803',
      '0.786633',
      '0.786514',
      '0.786431',
      '0.786373',
    ],
    ...['0.786331', '0.786302'],
  ],
  net: [1.098744, 0.294946, 0.259301, 0.24831, 0.24617, 0.245649, 0.245491, 0.2454, 0.245335, 0.245292],
};
