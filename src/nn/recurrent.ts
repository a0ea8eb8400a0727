// Recurrent nets: the vanilla RNN, LSTM and GRU, in several layers and both directions, and one step of each. Inputs
// are (T, N, features) unless `batchFirst`; names, shapes and first weights are PyTorch's. What a layer computes is in
// sequence.ts.

import { requireLabels } from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import { get } from '../ops/index.js';
import { concatenate, stack } from '../ops/join.js';
import { astype, reshape, transpose } from '../ops/shape.js';
import { type Given, layerArguments, type Named } from './arguments.js';
import { dropout } from './dropout.js';
import * as init from './init.js';
import { checkCounts, type LayerOptions, newParameter } from './linear.js';
import { layerInput, Module, type Parameter } from './module.js';
import { kinds, type RecurrentKind, type State, sequence, type Weights } from './sequence.js';

export interface RecurrentOptions extends LayerOptions {
  numLayers?: number;
  bias?: boolean;
  /** Inputs and outputs are (N, T, features). */
  batchFirst?: boolean;
  /** Probability of dropping a unit between layers while training. */
  dropout?: number;
  bidirectional?: boolean;
  /** The vanilla RNN's. */
  nonlinearity?: 'tanh' | 'relu';
  /**
   * The input holds indices, (T, N) or (T): each stands for the one-hot vector with its 1 there. The result is the same
   * and faster, because a one-hot vector times a matrix is one of its columns.
   */
  oneHot?: boolean;
}

/** Makes the parameters of one direction of one layer, under PyTorch's names, and fills them. */
function makeWeights(
  owner: object,
  suffix: string,
  inputSize: number,
  hiddenSize: number,
  parts: number,
  options: RecurrentOptions,
): void {
  const bound = 1 / Math.sqrt(hiddenSize);
  const fresh = (shape: number[]): Parameter => init.uniform(newParameter(shape, options), -bound, bound);
  const made: Record<string, Parameter> = {
    [`weight_ih${suffix}`]: fresh([parts * hiddenSize, inputSize]),
    [`weight_hh${suffix}`]: fresh([parts * hiddenSize, hiddenSize]),
  };
  if (options.bias ?? true) {
    made[`bias_ih${suffix}`] = fresh([parts * hiddenSize]);
    made[`bias_hh${suffix}`] = fresh([parts * hiddenSize]);
  }
  Object.assign(owner, made);
}

function weightsOf(owner: object, suffix: string): Weights {
  const own = owner as Record<string, NDArray | undefined>;
  return {
    wIh: own[`weight_ih${suffix}`]!,
    wHh: own[`weight_hh${suffix}`]!,
    bIh: own[`bias_ih${suffix}`] ?? null,
    bHh: own[`bias_hh${suffix}`] ?? null,
  };
}

/** The kind of a vanilla RNN is its nonlinearity. */
function vanilla(caller: string, { nonlinearity = 'tanh' }: RecurrentOptions): RecurrentKind {
  if (nonlinearity !== 'tanh' && nonlinearity !== 'relu')
    throw new TypeError(`${caller}: nonlinearity is 'tanh' or 'relu', not '${String(nonlinearity)}'.`);
  return nonlinearity;
}

interface Sizes {
  inputSize: number;
  hiddenSize: number;
}
const SIZES = ['inputSize', 'hiddenSize'];

/** The layers and directions of a net, whatever its step. */
abstract class Recurrent<S> extends Module<[x: ArrayLike, state?: S | null], [output: NDArray, state: S]> {
  protected abstract kind(): RecurrentKind;

  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly options: RecurrentOptions;

  constructor(
    inputSize: number,
    hiddenSize: number,
    numLayers?: Given<number, RecurrentOptions>,
    bias?: Given<boolean, RecurrentOptions>,
    batchFirst?: Given<boolean, RecurrentOptions>,
    dropout?: Given<number, RecurrentOptions>,
    bidirectional?: Given<boolean, RecurrentOptions>,
  );
  constructor(named: Named<Sizes, RecurrentOptions>);
  constructor(...given: unknown[]) {
    super();
    const name = this.constructor.name;
    const { inputSize, hiddenSize, ...options } = layerArguments<Sizes, RecurrentOptions>(
      name,
      given,
      SIZES,
      ['numLayers', 'bias', 'batchFirst', 'dropout', 'bidirectional'],
      ['nonlinearity', 'oneHot', 'dtype'],
    );
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.options = options;
    const { numLayers = 1, bidirectional = false } = options;
    checkCounts(name, { inputSize, hiddenSize, numLayers });
    const directions = bidirectional ? 2 : 1;
    for (let layer = 0; layer < numLayers; layer++) {
      for (let d = 0; d < directions; d++) {
        const width = layer === 0 ? inputSize : directions * hiddenSize;
        makeWeights(this, suffixOf(layer, d), width, hiddenSize, kinds[this.kind()].parts, options);
      }
    }
  }

  get numLayers(): number {
    return this.options.numLayers ?? 1;
  }

  protected get directions(): number {
    return this.options.bidirectional ? 2 : 1;
  }

  /** Runs the net; states are (layers x directions, N, H). */
  protected run(x: ArrayLike, initial: State | null): { output: NDArray; states: NDArray[] } {
    const { options, hiddenSize: H, numLayers, directions } = this;
    const kind = this.kind();
    const name = this.constructor.name;
    const dtype = weightsOf(this, '_l0').wIh.dtype;
    // Of indices the last axis is missing.
    const ndim = options.oneHot ? 2 : 3;
    let a = options.oneHot ? asarray(x, name) : layerInput(name, x, dtype);
    const single = a.ndim === ndim - 1;
    if (single) a = reshape(a, [a.shape[0], 1, ...a.shape.slice(1)]);
    else if (options.batchFirst && a.ndim === ndim) a = transpose(a, ndim === 2 ? [1, 0] : [1, 0, 2]);
    if (a.ndim !== ndim || (ndim === 3 && a.shape[2] !== this.inputSize)) {
      const axes = options.batchFirst ? 'N, T' : 'T, N';
      const wanted =
        ndim === 2
          ? `indices of shape (${axes}) or (T)`
          : `(${axes}, features) or (T, features) with ${this.inputSize} features`;
      throw new RangeError(`${name}: expected ${wanted}, got ${shapeText(a.shape)}.`);
    }
    if (options.oneHot) a = places(name, a, this.inputSize);
    const [T, N] = a.shape;
    if (T === 0) throw new RangeError(`${name}: the sequence is empty; it needs at least one step.`);
    const wanted = [numLayers * directions, N, H];
    const starts =
      initial?.map((given) => {
        let s = layerInput(name, given, dtype);
        if (single && s.ndim === 2) s = reshape(s, [s.shape[0], 1, s.shape[1]]);
        if (s.ndim !== 3 || s.shape.some((n, d) => n !== wanted[d])) {
          throw new RangeError(
            `${name}: the initial state must be ${shapeText(wanted)} (layers x directions, N, H), got ${shapeText(s.shape)}.`,
          );
        }
        return s;
      }) ?? null;
    const finals: NDArray[][] = Array.from({ length: kinds[kind].states }, () => []);
    let layerIn = a;
    for (let layer = 0; layer < numLayers; layer++) {
      const outputs: NDArray[] = [];
      for (let d = 0; d < directions; d++) {
        const state = starts?.map((s) => get(s, [layer * directions + d])) ?? null;
        const { output, states } = sequence(kind, layerIn, state, weightsOf(this, suffixOf(layer, d)), {
          reverse: d === 1,
          oneHot: options.oneHot && layer === 0,
        });
        outputs.push(output);
        states.forEach((s, k) => {
          finals[k].push(s);
        });
      }
      layerIn = outputs.length === 1 ? outputs[0] : concatenate(outputs, -1);
      const p = options.dropout ?? 0;
      if (p > 0 && layer + 1 < numLayers) layerIn = dropout(layerIn, p, { training: this.training });
    }
    let output = layerIn;
    const states = finals.map((parts) => stack(parts));
    if (single) {
      output = reshape(output, [T, -1]);
      return { output, states: states.map((s) => reshape(s, [s.shape[0], H])) };
    }
    if (options.batchFirst) output = transpose(output, [1, 0, 2]);
    return { output, states };
  }

  protected override extraRepr(): string {
    const { numLayers = 1, batchFirst, bidirectional, dropout: p = 0, bias = true } = this.options;
    return [
      `${this.inputSize}, ${this.hiddenSize}`,
      ...(numLayers === 1 ? [] : [`num_layers=${numLayers}`]),
      ...(bias ? [] : ['bias=false']),
      ...(batchFirst ? ['batch_first=true'] : []),
      ...(p === 0 ? [] : [`dropout=${p}`]),
      ...(bidirectional ? ['bidirectional=true'] : []),
      ...(this.options.oneHot ? ['one_hot=true'] : []),
    ].join(', ');
  }
}

/** Indices below `size`, int64. */
function places(caller: string, a: NDArray, size: number): NDArray {
  const whole = isFloat(a.dtype) || a.dtype !== 'int64' ? astype(a, 'int64') : a;
  try {
    requireLabels(reshape(whole, [-1]), size);
  } catch (error) {
    throw new RangeError(`${caller}: ${(error as Error).message}`);
  }
  return whole;
}

const suffixOf = (layer: number, direction: number): string =>
  `_l${layer}${direction === 1 ? '_reverse' : ''}`;

/**
 * h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh) (Elman 1990). @see torch.nn.RNN
 *
 * @example
 * const rnn = new nn.RNN(4, 3);
 * const [output, h] = rnn(np.zeros([25, 1, 4]));
 * [output.shape, h.shape];   // [[25, 1, 3], [1, 1, 3]]
 */
export class RNN extends Recurrent<NDArray> {
  protected kind(): RecurrentKind {
    return vanilla('RNN', this.options);
  }
  forward(x: ArrayLike, h0?: NDArray | null): [output: NDArray, h: NDArray] {
    const { output, states } = this.run(x, h0 ? [h0] : null);
    return [output, states[0]];
  }
}

/**
 * Long short-term memory: gates i, f, o and candidate g; c = f c + i g, h = o tanh(c). @see torch.nn.LSTM
 *
 * @example
 * const lstm = new nn.LSTM(4, 8, { numLayers: 2 });
 * const [output, [h, c]] = lstm(np.zeros([25, 1, 4]));
 * [output.shape, h.shape, c.shape];   // [[25, 1, 8], [2, 1, 8], [2, 1, 8]]
 */
export class LSTM extends Recurrent<readonly [h: NDArray, c: NDArray]> {
  protected kind(): RecurrentKind {
    return 'LSTM';
  }
  forward(
    x: ArrayLike,
    state?: readonly [h: NDArray, c: NDArray] | null,
  ): [output: NDArray, state: readonly [h: NDArray, c: NDArray]] {
    const { output, states } = this.run(x, state ?? null);
    return [output, [states[0], states[1]]];
  }
}

/** Gated recurrent unit. @see torch.nn.GRU */
export class GRU extends Recurrent<NDArray> {
  protected kind(): RecurrentKind {
    return 'GRU';
  }
  forward(x: ArrayLike, h0?: NDArray | null): [output: NDArray, h: NDArray] {
    const { output, states } = this.run(x, h0 ? [h0] : null);
    return [output, states[0]];
  }
}

// ---------------------------------------------------------------- one step

type CellOptions = Pick<RecurrentOptions, 'bias' | 'nonlinearity' | 'dtype'>;

abstract class Cell<S, Out> extends Module<[x: ArrayLike, state?: S | null], Out> {
  protected abstract kind(): RecurrentKind;

  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly options: CellOptions;

  constructor(inputSize: number, hiddenSize: number, bias?: Given<boolean, CellOptions>);
  constructor(named: Named<Sizes, CellOptions>);
  constructor(...given: unknown[]) {
    super();
    const { inputSize, hiddenSize, ...options } = layerArguments<Sizes, CellOptions>(
      this.constructor.name,
      given,
      SIZES,
      ['bias'],
      ['nonlinearity', 'dtype'],
    );
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.options = options;
    checkCounts(this.constructor.name, { inputSize, hiddenSize });
    makeWeights(this, '', inputSize, hiddenSize, kinds[this.kind()].parts, options);
  }

  protected next(x: ArrayLike, state: State | null): NDArray[] {
    const name = this.constructor.name;
    const w = weightsOf(this, '');
    const a = layerInput(name, x, w.wIh.dtype);
    if (a.ndim !== 2 || a.shape[1] !== this.inputSize)
      throw new RangeError(`${name}: expected (N, ${this.inputSize}), got ${shapeText(a.shape)}.`);
    const wanted = [a.shape[0], this.hiddenSize];
    const before =
      state?.map((given) => {
        const s = layerInput(name, given, w.wIh.dtype);
        if (s.ndim !== 2 || s.shape.some((n, d) => n !== wanted[d]))
          throw new RangeError(`${name}: the state must be ${shapeText(wanted)}, got ${shapeText(s.shape)}.`);
        return s;
      }) ?? null;
    return sequence(this.kind(), reshape(a, [1, ...a.shape]), before, w).states;
  }

  protected override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}`;
  }
}

/** One step of the vanilla RNN: (N, inputSize) and (N, H) give (N, H). @see torch.nn.RNNCell */
export class RNNCell extends Cell<NDArray, NDArray> {
  protected kind(): RecurrentKind {
    return vanilla('RNNCell', this.options);
  }
  forward(x: ArrayLike, h?: NDArray | null): NDArray {
    return this.next(x, h ? [h] : null)[0];
  }
}

/** One step of the LSTM: gives [h, c]. @see torch.nn.LSTMCell */
export class LSTMCell extends Cell<readonly [NDArray, NDArray], [h: NDArray, c: NDArray]> {
  protected kind(): RecurrentKind {
    return 'LSTM';
  }
  forward(x: ArrayLike, state?: readonly [NDArray, NDArray] | null): [h: NDArray, c: NDArray] {
    const [h, c] = this.next(x, state ?? null);
    return [h, c];
  }
}

/** One step of the GRU. @see torch.nn.GRUCell */
export class GRUCell extends Cell<NDArray, NDArray> {
  protected kind(): RecurrentKind {
    return 'GRU';
  }
  forward(x: ArrayLike, h?: NDArray | null): NDArray {
    return this.next(x, h ? [h] : null)[0];
  }
}
