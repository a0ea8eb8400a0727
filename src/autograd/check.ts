// Gradient checking: the gradients that the rules give against centred differences, to any order. The tests run it
// over every differentiable operation; users run it over their own functions.

import { asarray } from '../core/create.js';
import { isComplex } from '../core/dtype.js';
import { type ArrayLike, NDArray } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';
import { imag, real } from '../ops/complex.js';
import { mul } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { valueAndGrad } from './grad.js';

export interface GradCheckOptions {
  /** 1 checks the gradient, 2 also the gradient of the gradient. */
  order?: number;
  /** Step of the centred difference. */
  h?: number;
  /** Largest difference allowed, relative to the larger of the two values. */
  rtol?: number;
  /** Difference that counts as rounding whatever the values. */
  atol?: number;
}

/** The worst element of one input at one order. */
export interface GradCheckEntry {
  readonly order: number;
  readonly input: number;
  readonly index: readonly number[];
  /** Which part of a complex element. */
  readonly part: 'real' | 'imag';
  readonly analytic: number;
  readonly numeric: number;
  readonly relativeError: number;
  readonly passed: boolean;
}

export interface GradCheckReport {
  readonly passed: boolean;
  readonly entries: readonly GradCheckEntry[];
  toString(): string;
}

/** |a - n| / max(|a|, |n|), and 0 where both are 0. */
export function relativeError(a: number, n: number): number {
  const scale = Math.max(Math.abs(a), Math.abs(n));
  return scale === 0 ? 0 : Math.abs(a - n) / scale;
}

/** Fixed, irregular weights, so that errors of single elements cannot cancel in the sum. */
function weights(shape: readonly number[], salt: number): NDArray {
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = 0.5 + Math.abs(Math.sin(12.9898 * (i + 1) + 78.233 * salt));
  return asarray(data).reshape(shape as number[]);
}

/** One real number of all elements, and of both parts of complex ones. */
function weighted(a: NDArray, salt: number): NDArray {
  if (!isComplex(a.dtype)) return sum(mul(a, weights(a.shape, salt)));
  return weighted(real(a), salt).add(weighted(imag(a), salt + 0.5));
}

/**
 * Compares gradients with centred differences, (f(x+h) - f(x-h)) / 2h, element by element in float64
 * (torch.autograd.gradcheck). Of complex inputs both parts are moved: the gradient is d/dre + i d/dim.
 *
 * @param f any differentiable function of arrays; results of more than one element are weighted and summed
 * @param inputs float64 or complex128 arrays, the point to check at; away from kinks such as max at a tie
 * @example
 * const report = gradCheck((W, b) => np.tanh(X.dot(W).add(b)), [W, np.zeros(3)]);
 * if (!report.passed) console.log(String(report));
 */
export function gradCheck(
  f: (...inputs: NDArray[]) => ArrayLike,
  inputs: readonly NDArray[],
  options: GradCheckOptions = {},
): GradCheckReport {
  const { order = 2, h = 1e-6, rtol = 1e-5, atol = 1e-7 } = options;
  for (const [i, input] of inputs.entries()) {
    if (!(input instanceof NDArray) || (input.dtype !== 'float64' && input.dtype !== 'complex128')) {
      throw new TypeError(
        `gradCheck: input ${i} is ${input instanceof NDArray ? input.dtype : typeof input}; centred differences need float64 or complex128 arrays.`,
      );
    }
  }
  const entries: GradCheckEntry[] = [];
  let scalarOf = (args: NDArray[]): NDArray => {
    return weighted(asarray(f(...args)), 1);
  };
  for (let level = 1; level <= order; level++) {
    const current = scalarOf;
    const gradient = valueAndGrad((args: NDArray[]) => current(args));
    const [, analytic] = gradient([...inputs]) as [NDArray, NDArray[]];
    inputs.forEach((_, i) => {
      entries.push(compare(current, inputs, i, analytic[i], level, h, rtol, atol));
    });
    // The next level checks a weighted sum of these gradients.
    scalarOf = (args) => {
      const [, gs] = gradient(args) as [NDArray, NDArray[]];
      return gs.map((g, i) => weighted(g, i + 2)).reduce((p, q) => p.add(q));
    };
  }
  return {
    passed: entries.every((e) => e.passed),
    entries,
    toString: () => entries.map(entryText).join('\n'),
  };
}

function compare(
  f: (args: NDArray[]) => NDArray,
  inputs: readonly NDArray[],
  which: number,
  analytic: NDArray,
  order: number,
  h: number,
  rtol: number,
  atol: number,
): GradCheckEntry {
  const { shape } = inputs[which];
  let worst: GradCheckEntry = {
    order,
    input: which,
    index: [],
    part: 'real',
    analytic: 0,
    numeric: 0,
    relativeError: 0,
    passed: true,
  };
  let worstScore = -1;
  const index = new Array<number>(shape.length).fill(0);
  const parts = isComplex(inputs[which].dtype) ? (['real', 'imag'] as const) : (['real'] as const);
  const n = sizeOf(shape) * parts.length;
  for (let k = 0; k < n; k++) {
    const part = parts[k % parts.length];
    const at = (delta: number): number => {
      const args = inputs.map((a) => a.copy());
      const moved = args[which][part];
      moved.setElement(index, (moved.element(index) as number) + delta);
      return f(args).item();
    };
    const numeric = (at(h) - at(-h)) / (2 * h);
    const exact = analytic[part].element(index) as number;
    const scale = Math.max(Math.abs(exact), Math.abs(numeric));
    const score = Math.abs(exact - numeric) / (atol + rtol * scale);
    const bad = Number.isNaN(score) || score > 1;
    if (Number.isNaN(score) || score > worstScore) {
      worstScore = Number.isNaN(score) ? Number.POSITIVE_INFINITY : score;
      worst = {
        order,
        input: which,
        index: [...index],
        part,
        analytic: exact,
        numeric,
        relativeError: relativeError(exact, numeric),
        passed: !bad,
      };
    }
    if (part !== parts[parts.length - 1]) continue;
    for (let d = shape.length - 1; d >= 0; d--) {
      if (++index[d] < shape[d]) break;
      index[d] = 0;
    }
  }
  return worst;
}

function entryText(e: GradCheckEntry): string {
  const place = `order ${e.order}, input ${e.input}, element [${e.index.join(', ')}]${e.part === 'imag' ? ', imaginary part' : ''}`;
  const numbers = `gradient ${e.analytic}, centred difference ${e.numeric}, relative error ${e.relativeError.toExponential(1)}`;
  return `${e.passed ? 'ok   ' : 'WRONG'} ${place}: ${numbers}`;
}
