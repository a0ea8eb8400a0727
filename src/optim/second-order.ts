// Full-batch methods that use curvature: L-BFGS, which builds it from past gradients, and Newton's method, which
// computes the Hessian. Both evaluate the loss themselves, so `step` takes a closure.

import '../autograd/tape.js';
import { NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import type { Given } from '../core/options.js';
import { shapeText } from '../core/shape.js';
import { eye } from '../numpy/creation.js';
import { solve } from '../numpy/linalg.js';
import { abs, add, mul, neg, sub } from '../ops/elementwise.js';
import { get, set } from '../ops/index.js';
import { concatenate, stack } from '../ops/join.js';
import { dot } from '../ops/matmul.js';
import { max, sum } from '../ops/reduce.js';
import { astype, copy, reshape, zerosLike } from '../ops/shape.js';
import { type BaseOptions, checkSetting, Optimizer, type Params } from './optimizer.js';

type Closure = () => NDArray | number;

const lossValue = (loss: NDArray | number): number => Number(loss instanceof NDArray ? loss.item() : loss);

/** All parameters as one vector, and back. */
class Flat {
  constructor(private readonly params: readonly NDArray[]) {}

  gradient(): NDArray {
    return concatenate(this.params.map((p) => reshape(p.grad ?? zerosLike(p.detach()), -1)));
  }

  values(): NDArray[] {
    return this.params.map((p) => copy(p.detach()));
  }

  restore(values: readonly NDArray[]): void {
    noGrad(() => {
      this.params.forEach((p, i) => {
        set(p, ['...'], values[i]);
      });
    });
  }

  /** p += t d for every parameter. */
  move(t: number, d: NDArray): void {
    noGrad(() => {
      let at = 0;
      for (const p of this.params) {
        const part = reshape(get(d, [`${at}:${at + p.size}`]), p.shape as number[]);
        set(p, ['...'], add(p, mul(part, t)));
        at += p.size;
      }
    });
  }
}

export interface LBFGSOptions extends BaseOptions {
  /** Iterations of one `step`. */
  maxIter?: number;
  /** Evaluations of the closure in one `step`; 1.25 maxIter unless given. */
  maxEval?: number | null;
  /** Stop when the largest element of the gradient is below this. */
  toleranceGrad?: number;
  /** Stop when loss or parameters change by less than this. */
  toleranceChange?: number;
  /** How many past steps describe the curvature. */
  historySize?: number;
  lineSearch?: 'strongWolfe' | null;
}

interface Memory {
  d: NDArray;
  t: number;
  olds: { y: NDArray; s: NDArray; ro: number }[];
  scale: number;
  previousGradient: NDArray;
  iterations: number;
}

/**
 * Limited-memory BFGS (Nocedal and Wright, algorithm 7.4) on the whole batch. `step(closure)` runs up to `maxIter`
 * iterations; the closure zeroes gradients, computes the loss, calls backward() and returns the loss.
 * @see torch.optim.LBFGS
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  private memory: Memory | null = null;

  constructor(params: Params<LBFGSOptions>, options: Given<number, LBFGSOptions> = {}) {
    super(params, options, {
      lr: 1,
      weightDecay: 0,
      maximize: false,
      maxIter: 20,
      maxEval: null,
      toleranceGrad: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearch: null,
    });
    if (this.paramGroups.length !== 1)
      throw new RangeError('LBFGS: all parameters must be in one group, because they share one curvature.');
    const group = this.paramGroups[0];
    if (group.weightDecay !== 0 || group.maximize)
      throw new TypeError('LBFGS: put weight decay and signs into the loss of the closure.');
    checkSetting('LBFGS', 'maxIter', group.maxIter, 1);
    checkSetting('LBFGS', 'historySize', group.historySize, 1);
    if (group.lineSearch !== null && group.lineSearch !== 'strongWolfe')
      throw new TypeError(`LBFGS: lineSearch is 'strongWolfe' or null, not '${String(group.lineSearch)}'.`);
  }

  protected update(): void {
    // All parameters move together, in step.
  }

  override step<T>(closure?: () => T): T {
    if (closure === undefined)
      throw new TypeError('LBFGS: step needs a closure that computes the loss and calls backward().');
    const group = this.paramGroups[0];
    const { lr, maxIter, toleranceGrad, toleranceChange, historySize } = group;
    const maxEval = group.maxEval ?? Math.floor(maxIter * 1.25);
    const flat = new Flat(group.params);
    const evaluate = closure as unknown as Closure;

    const first = evaluate();
    let loss = lossValue(first);
    let evaluations = 1;
    let g = flat.gradient();
    if (largest(g) <= toleranceGrad) return first as T;
    const { memory } = this;
    let d = memory?.d ?? neg(g);
    let t = memory?.t ?? lr;
    let olds = memory?.olds ?? [];
    let scale = memory?.scale ?? 1;
    let previous = memory?.previousGradient ?? g;
    let iterations = memory?.iterations ?? 0;

    for (let n = 1; n <= maxIter; n++) {
      iterations++;
      if (iterations === 1) {
        d = neg(g);
        olds = [];
        scale = 1;
      } else {
        const y = sub(g, previous);
        const s = mul(d, t);
        const ys = inner(y, s);
        if (ys > 1e-10) {
          if (olds.length === historySize) olds.shift();
          olds.push({ y, s, ro: 1 / ys });
          scale = ys / inner(y, y);
        }
        d = direction(g, olds, scale);
      }
      previous = g;
      const previousLoss = loss;
      t = iterations === 1 ? Math.min(1, 1 / Number(sum(abs(g)).item())) * lr : lr;
      const slope = inner(g, d);
      if (slope > -toleranceChange) break;

      if (group.lineSearch === 'strongWolfe') {
        const start = flat.values();
        const along = (step: number): Point => {
          flat.move(step, d);
          const f = lossValue(evaluate());
          const gradient = flat.gradient();
          flat.restore(start);
          return { t: step, f, g: gradient, slope: inner(gradient, d) };
        };
        const found = strongWolfe(along, t, { t: 0, f: loss, g, slope }, largest(d), toleranceChange);
        ({ f: loss, g, t } = found.point);
        evaluations += found.evaluations;
        flat.move(t, d);
      } else {
        flat.move(t, d);
        if (n !== maxIter) {
          loss = lossValue(evaluate());
          g = flat.gradient();
          evaluations++;
        }
      }
      if (evaluations >= maxEval || largest(g) <= toleranceGrad) break;
      if (largest(d) * t <= toleranceChange || Math.abs(loss - previousLoss) < toleranceChange) break;
    }
    this.memory = { d, t, olds, scale, previousGradient: previous, iterations };
    return first as T;
  }
}

const largest = (a: NDArray): number => (a.size === 0 ? 0 : Number(max(abs(a)).item()));
const inner = (a: NDArray, b: NDArray): number => Number(dot(a, b).item());

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function direction(g: NDArray, olds: Memory['olds'], scale: number): NDArray {
  let q = neg(g);
  const al: number[] = [];
  for (let i = olds.length - 1; i >= 0; i--) {
    al[i] = inner(olds[i].s, q) * olds[i].ro;
    q = sub(q, mul(olds[i].y, al[i]));
  }
  let r = mul(q, scale);
  for (let i = 0; i < olds.length; i++) {
    const be = inner(olds[i].y, r) * olds[i].ro;
    r = add(r, mul(olds[i].s, al[i] - be));
  }
  return r;
}

/** A step length and what was found there: loss, gradient, and the slope along the direction. */
interface Point {
  t: number;
  f: number;
  g: NDArray;
  slope: number;
}

/** Where the cubic through two points with their slopes is lowest, held within [low, high]. */
function cubicMinimum(p: Point, q: Point, low: number, high: number): number {
  const d1 = p.slope + q.slope - (3 * (p.f - q.f)) / (p.t - q.t);
  const square = d1 * d1 - p.slope * q.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const at =
    p.t <= q.t
      ? q.t - (q.t - p.t) * ((q.slope + d2 - d1) / (q.slope - p.slope + 2 * d2))
      : p.t - (p.t - q.t) * ((p.slope + d2 - d1) / (p.slope - q.slope + 2 * d2));
  return Math.min(Math.max(at, low), high);
}

const SUFFICIENT = 1e-4;
const CURVATURE = 0.9;
const MAX_SEARCH = 25;

/**
 * A step length that lowers the loss enough and flattens the slope enough: Nocedal and Wright, algorithms 3.5 (bracket)
 * and 3.6 (zoom), with cubic interpolation.
 */
function strongWolfe(
  along: (t: number) => Point,
  first: number,
  origin: Point,
  size: number,
  tolerance: number,
): { point: Point; evaluations: number } {
  const tooHigh = (p: Point): boolean => p.f > origin.f + SUFFICIENT * p.t * origin.slope;
  const flat = (p: Point): boolean => Math.abs(p.slope) <= -CURVATURE * origin.slope;
  let evaluations = 1;
  let rounds = 0;
  let previous = origin;
  let point = along(first);
  let bracket: [Point, Point] | null = null;
  for (; rounds < MAX_SEARCH; rounds++) {
    if (tooHigh(point) || (rounds > 1 && point.f >= previous.f)) {
      bracket = [previous, point];
      break;
    }
    if (flat(point)) return { point, evaluations };
    if (point.slope >= 0) {
      bracket = [previous, point];
      break;
    }
    const { t } = point;
    const next = cubicMinimum(previous, point, t + 0.01 * (t - previous.t), t * 10);
    previous = point;
    point = along(next);
    evaluations++;
  }
  let [low, high] = sorted(bracket ?? [origin, point]);
  let stuck = false;
  for (; rounds < MAX_SEARCH; rounds++) {
    const from = Math.min(low.t, high.t);
    const to = Math.max(low.t, high.t);
    if ((to - from) * size < tolerance) break;
    let t = cubicMinimum(low, high, from, to);
    // A minimum near an end of the bracket for the second time: move away from that end.
    const margin = 0.1 * (to - from);
    if (Math.min(to - t, t - from) < margin) {
      if (stuck || t >= to || t <= from) {
        t = Math.abs(t - to) < Math.abs(t - from) ? to - margin : from + margin;
        stuck = false;
      } else {
        stuck = true;
      }
    } else {
      stuck = false;
    }
    const trial = along(t);
    evaluations++;
    if (tooHigh(trial) || trial.f >= low.f) {
      [low, high] = sorted([low, trial]);
    } else {
      if (flat(trial)) return { point: trial, evaluations };
      if (trial.slope * (high.t - low.t) >= 0) high = low;
      low = trial;
    }
  }
  return { point: low, evaluations };
}

/** The lower of two points first. */
const sorted = ([a, b]: [Point, Point]): [Point, Point] => (a.f <= b.f ? [a, b] : [b, a]);

export interface NewtonOptions extends BaseOptions {
  /** Added to the Hessian's diagonal, so that steps stay finite where it is singular. */
  damping?: number;
}

/** Above this many numbers the Hessian does not fit into memory: 4096^2 doubles are 128 MiB. */
const NEWTON_LIMIT = 4096;

/**
 * Newton's method: p -= lr H^-1 g with the whole Hessian, computed by differentiating the gradient. One step solves a
 * quadratic. The closure computes and returns the loss, without backward().
 */
export class Newton extends Optimizer<NewtonOptions> {
  constructor(params: Params<NewtonOptions>, options: Given<number, NewtonOptions> = {}) {
    super(params, options, { lr: 1, weightDecay: 0, maximize: false, damping: 0 });
    const n = this.paramGroups.flatMap((g) => g.params).reduce((total, p) => total + p.size, 0);
    if (n > NEWTON_LIMIT) {
      throw new RangeError(
        `Newton: the Hessian of ${n} parameters has ${n * n} elements (${((n * n * 8) / 2 ** 30).toFixed(2)} GiB); use optim.LBFGS, which stores a few gradients instead.`,
      );
    }
    if (this.paramGroups.length !== 1)
      throw new RangeError('Newton: all parameters must be in one group, because they share one Hessian.');
  }

  protected update(): void {
    // All parameters move together, in step.
  }

  override step<T>(closure?: () => T): T {
    if (closure === undefined)
      throw new TypeError('Newton: step needs a closure that computes and returns the loss.');
    const [{ params, lr, damping }] = this.paramGroups;
    const loss = closure();
    if (!(loss instanceof NDArray))
      throw new TypeError(
        'Newton: the closure must return the loss as an array, so that it can be differentiated.',
      );
    const collect = (out: NDArray, createGraph: boolean): NDArray => {
      for (const p of params) p.grad = null;
      // A component that does not depend on the parameters has no tape to walk: its derivatives are zero.
      if (out.tracked) out.backward({ createGraph });
      return concatenate(params.map((p) => reshape(p.grad ?? zerosLike(p.detach()), -1)));
    };
    const g = collect(loss, true);
    const rows = Array.from({ length: g.size }, (_, i) => collect(get(g, [i]), false));
    noGrad(() => {
      const hessian = astype(stack(rows), 'float64');
      const curved = damping === 0 ? hessian : add(hessian, mul(eye(g.size), damping));
      let direction: NDArray;
      try {
        direction = solve(curved, astype(g.detach(), 'float64'));
      } catch (error) {
        throw new RangeError(
          `Newton: the Hessian of shape ${shapeText(hessian.shape)} is singular (${(error as Error).message}). Pass {damping}, e.g. 1e-4.`,
        );
      }
      new Flat(params).move(-lr, astype(direction, params[0].dtype));
    });
    return loss;
  }
}
