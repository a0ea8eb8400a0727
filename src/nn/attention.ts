// Attention: scaled dot products of queries and keys that weigh values, in several heads (Vaswani et al. 2017).

import { asarray } from '../core/create.js';
import type { ArrayLike, NDArray } from '../core/ndarray.js';
import { shapeText } from '../core/shape.js';
import { add, mul } from '../ops/elementwise.js';
import { get } from '../ops/index.js';
import { matmul } from '../ops/matmul.js';
import { mean } from '../ops/reduce.js';
import { reshape, swapaxes, transpose } from '../ops/shape.js';
import { where } from '../ops/where.js';
import { type Given, layerArguments, type Named } from './arguments.js';
import { dropout } from './dropout.js';
import { linear, softmax } from './functional.js';
import * as init from './init.js';
import { checkCounts, type LayerOptions, Linear, newParameter } from './linear.js';
import { layerInput, Module, type Parameter } from './module.js';

export interface AttentionOptions {
  /** bool: true where a query may look (PyTorch 2's meaning), or numbers added to the scores. Broadcasts to (..., L, S). */
  mask?: ArrayLike | null;
  /** Each query looks only at keys up to its own place. */
  causal?: boolean;
  dropout?: number;
  training?: boolean;
}

/**
 * softmax(Q K^T / sqrt(E)) V: queries (..., L, E), keys (..., S, E), values (..., S, Ev) give (..., L, Ev)
 * (torch.nn.functional.scaled_dot_product_attention). Returns the weights (..., L, S) too.
 */
export function scaledDotProductAttention(
  query: ArrayLike,
  key: ArrayLike,
  value: ArrayLike,
  options: AttentionOptions = {},
): [output: NDArray, weights: NDArray] {
  const [q, k, v] = [query, key, value].map((a) => asarray(a, 'scaledDotProductAttention'));
  const [L, S, E] = [q.shape.at(-2)!, k.shape.at(-2)!, q.shape.at(-1)!];
  if (q.ndim < 2 || k.ndim < 2 || v.ndim < 2 || k.shape.at(-1) !== E || v.shape.at(-2) !== S) {
    throw new RangeError(
      `scaledDotProductAttention: queries ${shapeText(q.shape)}, keys ${shapeText(k.shape)} and values ${shapeText(v.shape)} do not fit (..., L, E), (..., S, E), (..., S, Ev).`,
    );
  }
  let scores = mul(matmul(q, swapaxes(k, -1, -2)), 1 / Math.sqrt(E));
  const { mask = null, causal = false } = options;
  if (mask !== null) {
    const m = asarray(mask, 'scaledDotProductAttention');
    scores = m.dtype === 'bool' ? where(m, scores, Number.NEGATIVE_INFINITY) : add(scores, m);
  }
  if (causal) {
    const upTo = asarray(Array.from({ length: L }, (_, i) => Array.from({ length: S }, (_, j) => j <= i)));
    scores = where(upTo, scores, Number.NEGATIVE_INFINITY);
  }
  const weights = softmax(scores);
  const used = options.dropout
    ? dropout(weights, options.dropout, { training: options.training ?? true })
    : weights;
  return [matmul(used, v), weights];
}

export interface MultiheadAttentionOptions extends LayerOptions {
  dropout?: number;
  bias?: boolean;
  batchFirst?: boolean;
}

/**
 * Attention in several heads over parts of the features. Query (L, N, E), key and value (S, N, E), or with the batch
 * first; gives the output and the weights (N, L, S) averaged over the heads. @see torch.nn.MultiheadAttention
 */
export class MultiheadAttention extends Module<
  [query: ArrayLike, key: ArrayLike, value: ArrayLike, options?: AttentionOptions],
  [output: NDArray, weights: NDArray]
> {
  readonly in_proj_weight: Parameter;
  readonly in_proj_bias: Parameter | null;
  readonly out_proj: Linear;

  readonly embedDim: number;
  readonly numHeads: number;
  readonly options: MultiheadAttentionOptions;

  constructor(
    embedDim: number,
    numHeads: number,
    dropout?: Given<number, MultiheadAttentionOptions>,
    bias?: Given<boolean, MultiheadAttentionOptions>,
  );
  constructor(named: Named<{ embedDim: number; numHeads: number }, MultiheadAttentionOptions>);
  constructor(...given: unknown[]) {
    super();
    const { embedDim, numHeads, ...options } = layerArguments<
      { embedDim: number; numHeads: number },
      MultiheadAttentionOptions
    >('MultiheadAttention', given, ['embedDim', 'numHeads'], ['dropout', 'bias'], ['batchFirst', 'dtype']);
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.options = options;
    checkCounts('MultiheadAttention', { embedDim, numHeads });
    if (embedDim % numHeads !== 0)
      throw new RangeError(
        `MultiheadAttention: ${embedDim} features cannot be divided into ${numHeads} heads.`,
      );
    const bias = options.bias ?? true;
    this.in_proj_weight = init.xavierUniform(newParameter([3 * embedDim, embedDim], options));
    this.in_proj_bias = bias ? init.zeros(newParameter([3 * embedDim], options)) : null;
    this.out_proj = new Linear(embedDim, embedDim, { bias, dtype: options.dtype });
    if (this.out_proj.bias !== null) init.zeros(this.out_proj.bias);
  }

  forward(
    query: ArrayLike,
    key: ArrayLike,
    value: ArrayLike,
    attention: AttentionOptions = {},
  ): [output: NDArray, weights: NDArray] {
    const { embedDim: E, numHeads: heads, options, in_proj_weight: w, in_proj_bias: b } = this;
    const [q, k, v] = [query, key, value].map((given, i) => {
      const a = layerInput('MultiheadAttention', given, w.dtype);
      if (a.ndim !== 3 || a.shape[2] !== E)
        throw new RangeError(
          `MultiheadAttention: expected three axes with ${E} features at the end, got ${shapeText(a.shape)}.`,
        );
      const batched = options.batchFirst ? a : transpose(a, [1, 0, 2]);
      const rows = `${i * E}:${(i + 1) * E}`;
      const projected = linear(batched, get(w, [rows]), b === null ? null : get(b, [rows]));
      const [N, length] = projected.shape;
      return transpose(reshape(projected, [N, length, heads, E / heads]), [0, 2, 1, 3]);
    });
    let { mask = null } = attention;
    if (mask !== null) {
      const m = asarray(mask, 'MultiheadAttention');
      // A mask for each example is one for each of its heads.
      mask = m.ndim === 3 ? reshape(m, [m.shape[0], 1, m.shape[1], m.shape[2]]) : m;
    }
    const [mixed, weights] = scaledDotProductAttention(q, k, v, {
      ...attention,
      mask,
      dropout: options.dropout,
      training: this.training,
    });
    const [N, , L] = mixed.shape;
    const joined = reshape(transpose(mixed, [0, 2, 1, 3]), [N, L, E]);
    const out = this.out_proj(joined);
    return [options.batchFirst ? out : transpose(out, [1, 0, 2]), mean(weights, { axis: 1 })];
  }

  protected override extraRepr(): string {
    return `embed_dim=${this.embedDim}, num_heads=${this.numHeads}`;
  }
}

/** Sine and cosine waves that tell places apart: (length, dim) (Vaswani et al. 2017). */
export function positionalEncoding(length: number, dim: number): NDArray {
  checkCounts('positionalEncoding', { length, dim });
  const table = Array.from({ length }, (_, t) =>
    Array.from({ length: dim }, (_, i) => {
      const angle = t / 10000 ** ((2 * Math.floor(i / 2)) / dim);
      return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }),
  );
  return asarray(table);
}
