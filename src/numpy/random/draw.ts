// Draws from a bit generator: parameters broadcast to a result, one native call, and the errors of parameters that a
// distribution does not allow. Nothing is taken from the stream when a call fails.

import {
  begin,
  getParam,
  op,
  run,
  setAddress,
  setDim,
  setOperand,
  setParam,
  setShape,
} from '../../backend/index.js';
import { asarray } from '../../core/create.js';
import { type DType, dtypeInfo, readScalar } from '../../core/dtype.js';
import { type ArrayLike, empty, NDArray } from '../../core/ndarray.js';
import { noGrad } from '../../core/node.js';
import { broadcastShapes, type Shape, shapeText } from '../../core/shape.js';
import { astype, broadcastTo, reshape } from '../../ops/shape.js';
import { shapeOfSize } from './arguments.js';
import { type BitGenerator, block } from './bit-generators.js';

/** Where a distribution's numbers come from. */
export interface Source<Bits extends BitGenerator = BitGenerator> {
  readonly bits: Bits;
  /** RandomState's second normal number, which makes the draws legacy ones; without it they are Generator's. */
  readonly waiting?: NDArray;
}

// The distributions in the order of native/cpu/random_continuous.cc and random_discrete.cc.
const CONTINUOUS = [
  'standardUniform',
  'standardNormal',
  'standardExponential',
  'inverseExponential',
  'standardGamma',
  'uniform',
  'normal',
  'exponential',
  'gamma',
  'beta',
  'chisquare',
  'f',
  'noncentralChisquare',
  'noncentralF',
  'laplace',
  'gumbel',
  'logistic',
  'lognormal',
  'pareto',
  'power',
  'weibull',
  'rayleigh',
  'standardCauchy',
  'standardT',
  'triangular',
  'vonmises',
  'wald',
] as const;
const DISCRETE = [
  'binomial',
  'negativeBinomial',
  'poisson',
  'geometric',
  'logseries',
  'zipf',
  'hypergeometric',
] as const;

export type Distribution = (typeof CONTINUOUS)[number] | (typeof DISCRETE)[number];

// What a parameter must satisfy, in the order of native/cpu/random_draw.cc, and what to say when it does not.
const DEMANDS = [
  ['anything', ''],
  ['notNegative', 'NAME < 0: it must not be negative'],
  ['positive', 'NAME <= 0: it must be greater than 0'],
  ['positiveNumber', 'NAME <= 0 or NaN: it must be greater than 0'],
  ['upToOne', 'NAME < 0, NAME > 1 or NaN: it is a probability, from 0 to 1'],
  ['aboveZeroUpToOne', 'NAME <= 0, NAME > 1 or NaN: it must be greater than 0 and at most 1'],
  ['belowOne', 'NAME < 0, NAME >= 1 or NaN: it must be at least 0 and less than 1'],
  ['aboveOne', 'NAME <= 1 or NaN: it must be greater than 1'],
  ['fromOne', 'NAME < 1: it must be at least 1'],
  ['rate', 'NAME < 0, NAME too large or NaN: it must be from 0 to about 9.2e18'],
] as const;

export type Demand = (typeof DEMANDS)[number][0];

const codeOf = <T extends string>(list: readonly T[]) =>
  Object.fromEntries(list.map((name, code) => [name, code])) as Record<T, number>;
const continuous = codeOf<string>(CONTINUOUS);
const discrete = codeOf<string>(DISCRETE);
const demands = codeOf<string>(DEMANDS.map(([name]) => name));

/** A parameter of a distribution: one value, or one for each element. */
export interface Parameter {
  name: string;
  value: number | bigint | NDArray;
  demand: Demand;
}

/** A parameter that is a real number, or an array of them. Gradients do not flow through draws. */
export function real(
  caller: string,
  name: string,
  value: unknown,
  demand: Demand = 'anything',
  otherwise?: number,
): Parameter {
  if (typeof value === 'number') return { name, value, demand };
  if (value === undefined && otherwise !== undefined) return { name, value: otherwise, demand };
  return { name, value: read(caller, name, value, 'float64'), demand };
}

/** A parameter that counts: numbers are cut to whole ones, as NumPy does. */
export function whole(caller: string, name: string, value: unknown, demand: Demand = 'anything'): Parameter {
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return { name, value: Math.trunc(value), demand };
    throw new RangeError(`${caller}: ${name} must be a whole number, not ${value}.`);
  }
  if (typeof value === 'bigint') return { name, value, demand };
  return { name, value: read(caller, name, value, 'int64'), demand };
}

function read(caller: string, name: string, value: unknown, dtype: 'float64' | 'int64'): number | NDArray {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof NDArray || Array.isArray(value) || ArrayBuffer.isView(value)) {
    const a = asarray(value as ArrayLike, caller);
    return a.dtype === dtype ? a : noGrad(() => astype(a, dtype));
  }
  throw new TypeError(
    value === undefined
      ? `${caller}: ${name} is missing: pass a number or an array of numbers.`
      : `${caller}: ${name} must be a number or an array of numbers, not ${typeof value} ${String(value)}.`,
  );
}

/** Whether a parameter is a single value; a 0-d array is one. */
const isSingle = (value: number | bigint | NDArray): boolean =>
  !(value instanceof NDArray) || value.ndim === 0;

/** The shape of a draw; undefined for a single number. */
export function drawShape(
  caller: string,
  parameters: readonly Parameter[],
  size: unknown,
): Shape | undefined {
  const given = shapeOfSize(caller, size);
  let own: Shape = [];
  let single = true;
  for (const { value } of parameters) {
    if (isSingle(value)) continue;
    single = false;
    own = broadcastShapes(caller, own, (value as NDArray).shape);
  }
  if (given === undefined) return single ? undefined : own;
  if (!single) checkFits(caller, own, given);
  return given;
}

/** Throws unless parameters of shape `own` broadcast to a size. */
export function checkFits(caller: string, own: Shape, size: Shape): void {
  const lead = size.length - own.length;
  if (lead >= 0 && own.every((n, d) => n === 1 || n === size[lead + d])) return;
  throw new RangeError(
    `${caller}: parameters of shape ${shapeText(own)} do not broadcast to size ${shapeText(size)}. Leave size out, or let its last axes be those of the parameters.`,
  );
}

// Single numbers are drawn into one array per dtype that is used again and again.
const single = new Map<DType, NDArray>();

export function one(dtype: DType): NDArray {
  let out = single.get(dtype);
  if (out === undefined) {
    out = block(8, dtype, []);
    single.set(dtype, out);
  }
  return out;
}

/** Reads what was drawn into one(dtype). */
export const readOne = (out: NDArray): number => Number(readScalar(out.dtype, out.raw(), 0));

/**
 * Draws from a distribution: `size` numbers, or as many as the parameters have elements; a plain number when they are
 * numbers and no size is given.
 */
export function draw(
  source: Source,
  caller: string,
  distribution: Distribution,
  parameters: readonly Parameter[],
  size: unknown,
): number | NDArray {
  const shape =
    size === undefined && parameters.every((p) => isSingle(p.value))
      ? undefined
      : drawShape(caller, parameters, size);
  const dtype = distribution in discrete ? 'int64' : 'float64';
  const out = shape === undefined ? one(dtype) : empty(shape, dtype);
  fill(source, caller, distribution, parameters, out);
  return shape === undefined ? readOne(out) : out;
}

/** Fills a contiguous array with draws; parameters broadcast to its shape. */
export function fill(
  source: Source,
  caller: string,
  distribution: Distribution,
  parameters: readonly Parameter[],
  out: NDArray,
): void {
  const { bits, waiting } = source;
  const { shape, dtype } = out;
  const counts = distribution in discrete;
  begin(counts ? op.randomDiscrete : op.randomContinuous, dtype, shape.length);
  setShape(shape);
  setAddress(0, out);
  setAddress(1, bits.memory);
  if (waiting !== undefined) setAddress(2, waiting);
  setParam(0, bits.code);
  setParam(1, counts ? discrete[distribution] : continuous[distribution]);
  setParam(2, waiting === undefined ? 0 : 1);
  for (let k = 0; k < parameters.length; k++) {
    const { value, demand } = parameters[k];
    // Numbers take the type that the distribution reads: its first parameters when they count.
    setOperand(3 + k, value, readsWhole(distribution, k) ? 'int64' : 'float64', shape.length);
    setParam(4 + k, demands[demand]);
  }
  run();
  const wrong = getParam(7);
  if (parameters.length > 0 && wrong > 0) {
    const { name, demand } = parameters[wrong - 1];
    const text = DEMANDS[demands[demand]][1].replaceAll('NAME', name);
    throw new RangeError(`${caller}: ${text}, got ${getParam(8)}.`);
  }
}

const readsWhole = (distribution: Distribution, k: number): boolean =>
  distribution === 'hypergeometric' || (distribution === 'binomial' && k === 0);

/** Fills an integer or bool array with integers from low to high, both included, one pair for each element. */
export function fillBetween(
  source: Source,
  caller: string,
  out: NDArray,
  low: NDArray,
  high: NDArray,
  endpoint: boolean,
): void {
  const { shape, dtype } = out;
  begin(op.randomIntegersEach, dtype, shape.length);
  setShape(shape);
  setAddress(0, out);
  setAddress(1, source.bits.memory);
  setOperand(2, low, low.dtype, shape.length);
  setOperand(3, high, high.dtype, shape.length);
  setParam(0, source.bits.code);
  setParam(1, method(source));
  setParam(2, endpoint ? 1 : 0);
  setParam(3, dtypeInfo[dtype].min < 0n ? 1 : 0);
  run();
  const wrong = getParam(7);
  if (wrong === 0) return;
  const at = getParam(8);
  const element = (a: NDArray) => reshape(broadcastTo(a, shape), -1).item(at);
  const [from, to] = [element(low), element(high)];
  const info = dtypeInfo[dtype];
  throw new RangeError(
    wrong === 1
      ? `${caller}: low is out of bounds for ${dtype}: ${from} < ${info.min}.`
      : wrong === 2
        ? `${caller}: high is out of bounds for ${dtype}: ${to} > ${info.max}${endpoint ? '' : ' + 1'}.`
        : `${caller}: low ${endpoint ? '>' : '>='} high: there is no integer from ${from} to ${to}${endpoint ? '' : ', high not included'} (element ${at}).`,
  );
}

/** NumPy's way to integers below a bound: masks in RandomState, multiplication in Generator. */
const method = (source: Source): number => (source.waiting === undefined ? 1 : 0);

// [low, range] of bounded integers, as unsigned 64-bit words.
const bounds = block(16, 'int64', [2]);
const boundWords = new BigUint64Array(bounds.storage.buffer);

/** Fills a contiguous integer or bool array with integers from low to high, both included. */
export function fillIntegers(source: Source, out: NDArray, low: bigint, high: bigint): void {
  boundWords[0] = BigInt.asUintN(64, low);
  boundWords[1] = BigInt.asUintN(64, high - low);
  begin(op.randomIntegers, out.dtype, 0);
  setAddress(0, out);
  setAddress(1, source.bits.memory);
  setAddress(2, bounds);
  setParam(0, source.bits.code);
  setParam(1, method(source));
  setParam(2, out.size);
  run();
}

/** Shuffles `rows` rows of `bytes` bytes that begin with `first` and lie `step` bytes apart. */
export function shuffleRows(source: Source, first: NDArray, rows: number, bytes: number, step = bytes): void {
  if (rows < 2) return;
  begin(op.randomShuffle, first.dtype, 0);
  setDim(0, rows);
  setAddress(0, first);
  setAddress(1, source.bits.memory);
  setParam(0, source.bits.code);
  setParam(2, rows);
  setParam(3, bytes);
  setParam(4, step);
  run();
  first.storage.version++;
}

/** Fills a contiguous int64 array with distinct integers of 0 ... population - 1. */
export function sample(source: Source, out: NDArray, population: number, shuffled: boolean): void {
  if (out.size === 0) return;
  begin(op.randomChoice, 'int64', 0);
  setAddress(0, out);
  setAddress(1, source.bits.memory);
  setParam(0, source.bits.code);
  setParam(2, out.size);
  setParam(3, population);
  setParam(4, shuffled ? 1 : 0);
  run();
}
