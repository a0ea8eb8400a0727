// Einstein summation (np.einsum): NumPy's subscript grammar, lowered on transposes, sums, products and batched matmul,
// two operands at a time. These are operations of their own, so gradients of any order come with them.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { type DType, promoteTypes, toDType } from '../core/dtype.js';
import { type ArrayLike, emptyZeroed, NDArray } from '../core/ndarray.js';
import { type Shape, sameShape, shapeText, sizeOf } from '../core/shape.js';
import { type Contraction, type ContractionPath, findPath, pathReport } from './einsum-path.js';
import { mul } from './elementwise.js';
import { matmul } from './matmul.js';
import { any, sum } from './reduce.js';
import { register, track } from './registry.js';
import { astype, reshape, transpose } from './shape.js';

export interface EinsumOptions {
  /**
   * The order of the pairs: true or 'greedy' (the default) looks for a cheap one, 'optimal' tries all, false takes the
   * operands as they stand. Also what `einsumPath` returned, or ['greedy', memoryLimit] with a limit in elements.
   */
  optimize?: boolean | 'greedy' | 'optimal' | readonly ['greedy' | 'optimal', number] | ContractionPath;
  /** Element type to compute in and to return. */
  dtype?: DType | string;
}

/** Axis numbers in the place of letters: `np.einsum(a, [0, 1], b, [1, 2], [0, 2])`. */
type Sublist = readonly (number | '...')[];
export type EinsumArgument = ArrayLike | string | Sublist | EinsumOptions;

/** An array that is yet to be computed: its shape, and how to make it of the operands. */
interface Step {
  readonly shape: Shape;
  readonly make: (operands: readonly NDArray[]) => NDArray;
}

/** An operand, or what has been made of some, and the label of each of its axes. */
interface Term {
  readonly a: Step;
  readonly labels: string;
}

interface Problem {
  readonly terms: readonly Term[];
  readonly output: string;
  readonly sizes: ReadonlyMap<string, number>;
}

/** What is asked for: the subscripts of each operand and of the output (undefined when implicit), and the operands. */
interface Question {
  readonly inputs: string[];
  readonly output: string | undefined;
  readonly arrays: NDArray[];
  readonly options: EinsumOptions;
}

// ---------------------------------------------------------------- grammar

// Axes that an ellipsis stands for have labels of their own, counted from the right.
const BROADCAST = 0xe000;
const broadcastLabels = (n: number): string =>
  Array.from({ length: n }, (_, i) => String.fromCharCode(BROADCAST + n - 1 - i)).join('');
const isBroadcast = (label: string): boolean => label.charCodeAt(0) >= BROADCAST;

const isOptions = (v: unknown): v is EinsumOptions =>
  typeof v === 'object' && v !== null && Object.getPrototypeOf(v) === Object.prototype;

function split(caller: string, given: readonly EinsumArgument[]): Question {
  const args = [...given];
  const options = isOptions(args[args.length - 1]) ? (args.pop() as EinsumOptions) : {};
  let inputs: string[];
  let output: string | undefined;
  let values: ArrayLike[];
  if (typeof args[0] === 'string') {
    const text = args[0].replace(/\s/g, '');
    const parts = text.split('->');
    if (parts.length > 2 || (parts.length === 1 && /[->]/.test(text)))
      throw new RangeError(`${caller}: '${args[0]}': the output is set off by one '->', as in 'ij,jk->ik'.`);
    inputs = parts[0].split(',');
    output = parts[1];
    values = args.slice(1) as ArrayLike[];
  } else {
    inputs = [];
    values = [];
    for (let i = 0; i + 1 < args.length; i += 2) {
      values.push(args[i] as ArrayLike);
      inputs.push(fromSublist(caller, args[i + 1], `operand ${i / 2}`));
    }
    if (args.length % 2 === 1 && args.length > 1)
      output = fromSublist(caller, args[args.length - 1], 'the output');
  }
  if (values.length === 0)
    throw new RangeError(
      `${caller}: no operands; write the subscripts, then the arrays: np.${caller}('ij,jk->ik', a, b).`,
    );
  if (values.length !== inputs.length) {
    const fault = values.length > inputs.length ? 'more operands provided' : 'fewer operands provided';
    throw new RangeError(
      `${caller}: ${fault} than subscripts: ${values.length} operands, but '${String(args[0])}' describes ${inputs.length}.`,
    );
  }
  return { inputs, output, arrays: values.map((v) => asarray(v, caller)), options };
}

function fromSublist(caller: string, list: unknown, whose: string): string {
  if (!Array.isArray(list))
    throw new TypeError(
      `${caller}: the subscripts of ${whose} must be a list of whole numbers and '...', such as [0, 1]; or begin with a string, 'ij,jk->ik'.`,
    );
  return list
    .map((v) => {
      if (v === '...') return v;
      if (typeof v !== 'number' || !Number.isInteger(v) || v < 0 || v >= 52)
        throw new RangeError(
          `${caller}: subscript ${String(v)} of ${whose} is not a whole number from 0 to 51.`,
        );
      return String.fromCharCode(v < 26 ? 65 + v : 97 + v - 26);
    })
    .join('');
}

/** Letters of one term, with its ellipsis, of which there may be one, as labels for `extra` axes. */
function expand(caller: string, text: string, whose: string, extra: number): string {
  const parts = text.split('...');
  if (parts.length > 2) throw new RangeError(`${caller}: '${text}' of ${whose} has more than one '...'.`);
  for (const c of parts.join('')) {
    if (!/[A-Za-z]/.test(c))
      throw new RangeError(
        `${caller}: invalid subscript '${c}' in '${text}' of ${whose}; subscripts are letters, and '...' for the other axes.`,
      );
  }
  return parts.length === 2 ? parts[0] + broadcastLabels(extra) + parts[1] : text;
}

function parse(caller: string, { inputs, output: explicit, arrays }: Question): Problem {
  let widest = 0;
  const labels = inputs.map((text, i) => {
    const a = arrays[i];
    const whose = `operand ${i}`;
    const letters = expand(caller, text, whose, 0).length;
    const extra = a.ndim - letters;
    if (extra < 0)
      throw new RangeError(
        `${caller}: too many subscripts for ${whose}: '${text}' names ${letters} axes, its shape ${shapeText(a.shape)} has ${a.ndim}.`,
      );
    if (extra > 0 && !text.includes('...'))
      throw new RangeError(
        `${caller}: ${whose} has more dimensions than subscripts: shape ${shapeText(a.shape)}, but '${text}'. Name the other axes, or add '...' for them.`,
      );
    if (text.includes('...')) widest = Math.max(widest, extra);
    return expand(caller, text, whose, extra);
  });
  const sizes = new Map<string, number>();
  const seenIn = new Map<string, number>();
  labels.forEach((term, i) => {
    [...term].forEach((label, axis) => {
      const n = arrays[i].shape[axis];
      const own = arrays[i].shape[term.indexOf(label)];
      if (own !== n)
        throw new RangeError(
          `${caller}: label '${label}' stands for axes of ${own} and of ${n} elements in operand ${i}, shape ${shapeText(arrays[i].shape)}; a diagonal needs equal sizes.`,
        );
      const before = sizes.get(label) ?? 1;
      if (before !== 1 && n !== 1 && before !== n) {
        const first = seenIn.get(label)!;
        const what = isBroadcast(label)
          ? `the axes of '...' do not broadcast: size ${before}`
          : `label '${label}' has size ${before}`;
        throw new RangeError(
          `${caller}: ${what} in operand ${first}, shape ${shapeText(arrays[first].shape)}, and ${n} in operand ${i}, shape ${shapeText(arrays[i].shape)}; they must be equal, or 1.`,
        );
      }
      if (n !== 1 || !sizes.has(label)) {
        if (!seenIn.has(label) || n !== 1) seenIn.set(label, i);
        sizes.set(label, n);
      }
    });
  });
  const output =
    explicit === undefined ? implicitOutput(labels, widest) : expand(caller, explicit, 'the output', widest);
  for (const [i, label] of [...output].entries()) {
    if (!sizes.has(label))
      throw new RangeError(
        `${caller}: output label '${label}' does not appear in any operand; the operands have '${inputs.join(',')}'.`,
      );
    if (output.indexOf(label) !== i)
      throw new RangeError(`${caller}: output label '${label}' appears more than once in '${explicit}'.`);
  }
  if (explicit !== undefined && widest > 0 && !explicit.includes('...'))
    throw new RangeError(
      `${caller}: the output '${explicit}' lacks '...' for the ${widest} axes that it stands for in the operands; add it, or name those axes to sum over them.`,
    );
  const terms = arrays.map((a, i) => ({
    a: { shape: a.shape, make: (operands: readonly NDArray[]) => operands[i] },
    labels: labels[i],
  }));
  return { terms, output, sizes };
}

/** The operands in one type. */
function inOneType(caller: string, { arrays, options }: Question): NDArray[] {
  let dtype = options.dtype === undefined ? undefined : toDType(options.dtype, caller);
  dtype ??= arrays.map((a) => a.dtype).reduce(promoteTypes);
  return arrays.map((a) => (a.dtype === dtype ? a : astype(a, dtype)));
}

/** Labels that occur once, in alphabetical order, after the axes of the ellipsis. */
function implicitOutput(labels: readonly string[], widest: number): string {
  const all = [...labels.join('')].filter((l) => !isBroadcast(l));
  const once = all.filter((l) => all.indexOf(l) === all.lastIndexOf(l));
  return broadcastLabels(widest) + once.sort().join('');
}

// ---------------------------------------------------------------- one operand

/** The elements whose places along axes of the same label are equal, as a view: a diagonal. */
function diagonalOf(a: NDArray, labels: string, to: string): NDArray {
  const strides = (of: NDArray): number[] =>
    [...to].map((label) => [...labels].reduce((s, l, d) => (l === label ? s + of.stridesEl[d] : s), 0));
  const shape = [...to].map((label) => a.shape[labels.indexOf(label)]);
  const out = a.remap(shape, strides(a), a.offset);
  return track('diagonal', out, [a], [(g) => onDiagonal(g, a.shape, labels, to)], []);
}
register('diagonal', true);

/** Zeros with `g` on a diagonal: the reverse of taking it. */
function onDiagonal(g: NDArray, shape: Shape, labels: string, to: string): NDArray {
  const out = emptyZeroed(shape, g.dtype);
  backend.copy(diagonalOf(out, labels, to), g);
  return track('onDiagonal', out, [g], [(gg) => diagonalOf(gg, labels, to)], []);
}
register('onDiagonal', true);

// ---------------------------------------------------------------- steps

const reshaped = (a: Step, shape: readonly number[]): Step =>
  sameShape(a.shape, shape) ? a : { shape, make: (x) => reshape(a.make(x), [...shape]) };

/** The sum over some axes; of booleans, whether any is true. */
const summedOver = (a: Step, axis: readonly number[]): Step => ({
  shape: a.shape.filter((_, d) => !axis.includes(d)),
  make: (x) => {
    const value = a.make(x);
    return value.dtype === 'bool' ? any(value, { axis }) : sum(value, { axis, dtype: value.dtype });
  },
});

/** Every label once, without axes that only broadcast, and without those that nobody asks for. */
function reduce(term: Term, sizes: ReadonlyMap<string, number>, wanted: string): Term {
  let { a, labels } = term;
  const distinct = [...new Set(labels)].join('');
  if (distinct !== labels) {
    const [whole, all] = [a, labels];
    a = {
      shape: [...distinct].map((l) => whole.shape[all.indexOf(l)]),
      make: (x) => diagonalOf(whole.make(x), all, distinct),
    };
    labels = distinct;
  }
  const stretched = [...labels].filter((l, d) => a.shape[d] === 1 && sizes.get(l) !== 1);
  if (stretched.length > 0) {
    const kept = [...labels].filter((l) => !stretched.includes(l));
    a = reshaped(
      a,
      kept.map((l) => sizes.get(l)!),
    );
    labels = kept.join('');
  }
  return summed({ a, labels }, wanted);
}

/** The sum over all axes whose labels are not wanted. */
function summed({ a, labels }: Term, wanted: string): Term {
  const axis = [...labels].flatMap((l, d) => (wanted.includes(l) ? [] : [d]));
  if (axis.length === 0) return { a, labels };
  return { a: summedOver(a, axis), labels: [...labels].filter((l) => wanted.includes(l)).join('') };
}

/** The axes in the order of `to`, which has the same labels. */
function arranged({ a, labels }: Term, to: string): Step {
  if (labels === to) return a;
  const axes = [...to].map((l) => labels.indexOf(l));
  return { shape: axes.map((d) => a.shape[d]), make: (x) => transpose(a.make(x), axes) };
}

// ---------------------------------------------------------------- two operands

/** The product of two terms, summed over the labels that are not wanted. */
function contract(left: Term, right: Term, wanted: string): Term {
  let x = summed(left, wanted + right.labels);
  let y = summed(right, wanted + left.labels);
  const both = [...x.labels].filter((l) => y.labels.includes(l));
  const inner = both.filter((l) => !wanted.includes(l));
  if (inner.length === 0) return spreadProduct(x, y, wanted);
  // The one whose labels come last in the result stands right, so that the result lies in order.
  const last = [...wanted].reverse().find((l) => x.labels.includes(l) !== y.labels.includes(l));
  if (last !== undefined && x.labels.includes(last)) [x, y] = [y, x];
  const batch = both.filter((l) => wanted.includes(l));
  const order = [...(sizeOf(x.a.shape) >= sizeOf(y.a.shape) ? x : y).labels].filter((l) => inner.includes(l));
  const rows = [...x.labels].filter((l) => !both.includes(l));
  const columns = [...y.labels].filter((l) => !both.includes(l));
  const size = (list: readonly string[], of: Term) =>
    list.reduce((n, l) => n * of.a.shape[of.labels.indexOf(l)], 1);
  const lead = batch.map((l) => x.a.shape[x.labels.indexOf(l)]);
  // Many short inner products: a pass over all of them beats a call for each.
  if (rows.length === 0 && columns.length === 0 && batch.length > 0 && size(order, x) < 32)
    return summed(spreadProduct(x, y, [...batch, ...order].join('')), wanted);
  const [m, k, n] = [size(rows, x), size(order, x), size(columns, y)];
  const a = reshaped(arranged(x, [...batch, ...rows, ...order].join('')), [...lead, m, k]);
  const b = reshaped(arranged(y, [...batch, ...order, ...columns].join('')), [...lead, k, n]);
  const labels = [...batch, ...rows, ...columns].join('');
  const shape = [...labels].map((l) => (x.labels.includes(l) ? size([l], x) : size([l], y)));
  const product: Step = { shape: [...lead, m, n], make: (v) => matmul(a.make(v), b.make(v)) };
  return { a: reshaped(product, shape), labels };
}

/** Without a sum: the element-wise product over the labels of both. */
function spreadProduct(x: Term, y: Term, wanted: string): Term {
  const labels = [...wanted].filter((l) => x.labels.includes(l) || y.labels.includes(l)).join('');
  const aligned = (t: Term): Step => {
    const own = [...labels].filter((l) => t.labels.includes(l)).join('');
    const a = arranged(t, own);
    return reshaped(
      a,
      [...labels].map((l) => (own.includes(l) ? a.shape[own.indexOf(l)] : 1)),
    );
  };
  const [a, b] = [aligned(x), aligned(y)];
  const shape = a.shape.map((n, d) => (n === 1 ? b.shape[d] : n));
  return { a: { shape, make: (v) => mul(a.make(v), b.make(v)) }, labels };
}

// ---------------------------------------------------------------- all of them

const described = (problem: Problem): Contraction => ({
  inputs: problem.terms.map((t) => [...new Set(t.labels)].join('')),
  output: problem.output,
  sizes: problem.sizes,
});

/**
 * Sums of products over labelled axes. A label that stands in several operands pairs their axes; what the output does
 * not name is summed. Without `->` the output has the labels that occur once, in alphabetical order; `...` stands for
 * the other axes, which broadcast; a label twice in one operand is its diagonal.
 *
 * Operands are multiplied two at a time as matrix products, in a cheap order. One operand without a sum gives a view.
 * @param args subscripts and arrays, or arrays each followed by a list of axis numbers, then options
 * @returns NDArray of the promoted dtype
 * @throws RangeError naming the operand, the label and the sizes
 * @example
 * np.einsum('ij,jk->ik', A, B);              // A @ B
 * np.einsum('bhqd,bhkd->bhqk', Q, K);        // attention scores
 * np.einsum('ii', A);                        // trace
 * np.einsum('...i,...i', u, v);              // inner products of stacks of vectors
 * np.einsum(A, [0, 1], B, [1, 2], [0, 2]);   // A @ B
 * @see numpy.einsum
 */
export function einsum(...args: EinsumArgument[]): NDArray {
  // Operands of one type under subscripts in a text: the way is found once for each list of shapes.
  const key = knownBy(args);
  const way = key === '' ? undefined : ways.get(key);
  if (way !== undefined) return way.make(args.slice(1) as NDArray[]);
  const question = split('einsum', args);
  const found = wayOf(parse('einsum', question), question.options);
  if (key !== '') {
    if (ways.size >= MOST_WAYS) ways.clear();
    ways.set(key, found);
  }
  return found.make(inOneType('einsum', question));
}

const ways = new Map<string, Step>();
const MOST_WAYS = 512;

/** What the way to a result depends on, as a text; empty when there are options, or operands to be converted. */
function knownBy(args: readonly EinsumArgument[]): string {
  let key = args[0];
  if (typeof key !== 'string') return '';
  const first = args[1];
  for (let i = 1; i < args.length; i++) {
    const a = args[i];
    if (!(a instanceof NDArray) || a.dtype !== (first as NDArray).dtype) return '';
    key += '|';
    for (let d = 0; d < a.shape.length; d++) key += `${a.shape[d]},`;
  }
  return key;
}

function wayOf({ terms: given, output, sizes }: Problem, options: EinsumOptions): Step {
  // What an operand needs to keep is what the output or another operand names.
  const wantedBy = (list: readonly Term[], skip?: number): string =>
    [...new Set(output + list.map((t, i) => (i === skip ? '' : t.labels)).join(''))].join('');
  let terms = given.map((t, i) => reduce(t, sizes, wantedBy(given, i)));
  const path =
    terms.length > 2
      ? findPath('einsum', described({ terms: given, output, sizes }), options.optimize ?? true)
      : [];
  const product = (positions: readonly number[]): void => {
    const chosen = positions.map((i) => terms[i]);
    const rest = terms.filter((_, i) => !positions.includes(i));
    let result = chosen[0];
    chosen.slice(1).forEach((t, i) => {
      const wanted = wantedBy([...rest, ...chosen.slice(i + 2)]);
      result = contract(result, t, wanted);
    });
    terms = [...rest, result];
  };
  for (const positions of path) product(positions);
  if (terms.length > 1) product(terms.map((_, i) => i));
  return arranged(summed(terms[0], output), output);
}
register('einsum', true);

/**
 * The order in which `einsum` would multiply its operands, and a report of what it costs.
 * @param args as for `einsum`; `optimize` is 'greedy' unless given
 * @returns [path, report]: the path is ['einsum_path', [i, j], ...], positions in the list of what is left, to which
 *   each result is appended; pass it to `einsum` as `optimize`
 * @example
 * const [path, report] = np.einsumPath('ij,jk,kl->il', A, B, C);
 * np.einsum('ij,jk,kl->il', A, B, C, { optimize: path });
 * @see numpy.einsum_path
 */
export function einsumPath(...args: EinsumArgument[]): [ContractionPath, string] {
  const question = split('einsumPath', args);
  const contraction = described(parse('einsumPath', question));
  const path = findPath('einsumPath', contraction, question.options.optimize ?? 'greedy');
  return [['einsum_path', ...path], pathReport(contraction, path)];
}
