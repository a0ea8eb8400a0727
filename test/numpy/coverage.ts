// What of NumPy's public names exists here: counted for the test beside this file, and written as a table for
// docs/numpy-coverage.md.

import { readFileSync } from 'node:fs';
import { NDArray, np } from '../../src/index.js';
import { leftOut } from '../../src/numpy/left-out.js';
import { registry } from '../../src/ops/registry.js';
import { ufuncs } from '../../src/ops/ufunc.js';

interface Names {
  version: string;
  names: Record<string, { functions: string[]; others: string[] }>;
}

const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/numpy_names.json', import.meta.url), 'utf8'),
) as Names;

/** Functions whose gradients the tests check besides the registered operations, by the rows of that test. */
const checked = new Set(
  [
    ...readFileSync(new URL('./gradients.test.ts', import.meta.url), 'utf8').matchAll(
      /np\.((?:linalg\.)?\w+)\(/g,
    ),
  ].map((m) => m[1]),
);

const camel = (name: string): string =>
  name.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

/** The object that holds a namespace's names. */
function owner(space: string): Record<string, unknown> {
  if (space === 'ndarray') return NDArray.prototype as unknown as Record<string, unknown>;
  const path = space.split('.').slice(1);
  return path.reduce<Record<string, unknown>>(
    (o, part) => o[part] as Record<string, unknown>,
    np as unknown as Record<string, unknown>,
  );
}

// What an array's constructor sets, so that the prototype has no property of that name.
const own = new Set(['base', 'dtype', 'shape', 'size']);

export interface Row {
  name: string;
  kind: 'function' | 'other';
  /** The names here, canonical first; null when there is none. */
  ours: string | null;
  differentiable: boolean;
  note: string;
}

export function rows(space: string): Row[] {
  const target = owner(space);
  const { functions, others } = fixture.names[space];
  return [...functions, ...others].sort().map((name): Row => {
    const canonical = camel(name);
    const ours =
      canonical in target || (space === 'ndarray' && own.has(canonical))
        ? canonical
        : name in target
          ? name
          : null;
    // Attributes of arrays are not read from the prototype.
    const f = ours === null || space === 'ndarray' ? null : target[ours];
    // An alias is the function that it is the same as.
    const same = f === null ? [] : Object.keys(target).filter((k) => target[k] === f);
    const op = [...ufuncs].find(([, u]) => (u as unknown) === f)?.[0];
    const names = new Set([name, canonical, op ?? '', ...same]);
    return {
      name,
      kind: functions.includes(name) ? 'function' : 'other',
      ours,
      differentiable:
        ours !== null &&
        [...names].some(
          (n) => registry.get(n)?.differentiable || checked.has(n) || checked.has(`linalg.${n}`),
        ),
      note: ours === null ? (leftOut[space]?.[name] ?? '') : op !== undefined ? 'ufunc' : '',
    };
  });
}

export const spaces: readonly string[] = Object.keys(fixture.names);

/** Functions here and in NumPy. */
export function share(space: string): { ours: number; all: number } {
  const functions = rows(space).filter((r) => r.kind === 'function');
  return { ours: functions.filter((r) => r.ours !== null).length, all: functions.length };
}

const title: Readonly<Record<string, string>> = { ndarray: 'Methods and attributes of arrays' };

/** The text of docs/numpy-coverage.md. */
export function document(): string {
  const lines = [
    `# Coverage of NumPy ${fixture.version}`,
    '',
    'Which of NumPy’s public names exist here. Names with an underscore exist in NumPy’s spelling too. *Gradient*: gradients flow through the function, and a test compares them with differences. Parameters that have a default can be given by their names in an object at the end of the call, as Python’s keywords, in either spelling: `np.linalg.svd(X, {full_matrices: false})`. This page is made by `npx vitest run test/docs -u`.',
    '',
    '| namespace | functions here | of NumPy’s | share |',
    '|---|---|---|---|',
    ...spaces.map((s) => {
      const { ours, all } = share(s);
      return `| [${s}](#${(title[s] ?? s)
        .toLowerCase()
        .replace(/[^a-z ]/g, '')
        .replace(/ /g, '-')}) | ${ours} | ${all} | ${((100 * ours) / all).toFixed(1)} % |`;
    }),
    '',
    '`np.polynomial` (the newer polynomial classes), `np.ma` (masked arrays), `np.char`, `np.rec`, `np.ctypeslib` and `np.lib` are not covered: `np.poly1d` and its functions, and the `nan` functions, serve their common uses.',
    '',
  ];
  for (const space of spaces) {
    lines.push(`## ${title[space] ?? space}`, '', '| NumPy | here | gradient | notes |', '|---|---|---|---|');
    for (const r of rows(space))
      lines.push(
        `| \`${r.name}\` | ${r.ours === null ? '—' : `\`${r.ours}\``} | ${r.differentiable ? 'yes' : ''} | ${r.note} |`,
      );
    lines.push('');
  }
  return lines.join('\n');
}
