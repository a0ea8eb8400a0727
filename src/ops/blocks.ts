// Layers together with what follows them as one operation: linear layers with their rectifiers, and a convolution with
// batch normalisation, rectifier and max pooling. What lies between is the operation's own, or never written to memory.
// Where the walk back is itself recorded, the gradients are written in operations, so derivatives of every order exist.

import * as backend from '../backend/index.js';
import { asarray } from '../core/create.js';
import { isFloat } from '../core/dtype.js';
import { empty, type NDArray } from '../core/ndarray.js';
import { noGrad, tape } from '../core/node.js';
import { meta, release } from '../core/storage.js';
import { batching } from './batching.js';
import { bilinear, type ConvOptions, geometry, type Pair } from './conv.js';
import { add, less, maximum } from './elementwise.js';
import { get } from './index.js';
import { matmul } from './matmul.js';
import { normalize, recordedGradient } from './normalize.js';
import {
  maximum as largest,
  type PoolOptions,
  poolGeometry,
  scatter,
  type Window,
  windowsOf,
} from './pool.js';
import { sum } from './reduce.js';
import { tracking, trackJointly } from './registry.js';
import { ascontiguousarray, astype, transpose } from './shape.js';
import { where } from './where.js';

/** Whether operations may be done together: nobody looks at what lies between. */
export const joinable = (): boolean =>
  batching.open === 0 && tape.watchers.length === 0 && !meta.on && !backend.recording();

/** The gradient before the rectifier from that after it, whose result is `out`. */
function unrectified(g: NDArray, out: NDArray): NDArray {
  if (tape.recording) return where(less(0, out), g, 0);
  const d = empty(out.shape, out.dtype);
  backend.maskByResult(d, ascontiguousarray(g), out);
  return d;
}

/**
 * Linear layers one after the other, each x W^T + b and, if `rectified`, max(0, ...) of it; null where it has to be done
 * one by one.
 * @param x (N, D) and weights (K, D) of one floating point type
 */
export function linearBlock(x: NDArray, layers: readonly backend.Dense[]): NDArray | null {
  const { dtype } = x;
  if (x.ndim !== 2 || !isFloat(dtype) || layers.length > backend.MOST_DENSE) return null;
  const contiguous = (a: NDArray): NDArray => ascontiguousarray(a.detach());
  const operands = [x];
  const plain: backend.Dense[] = [];
  const results: NDArray[] = [];
  let width = x.shape[1];
  for (const { weight, bias, rectified } of layers) {
    const { shape } = weight;
    if (weight.dtype !== dtype || shape.length !== 2 || shape[1] !== width) return null;
    width = shape[0];
    operands.push(weight);
    if (bias !== null) {
      if (bias.dtype !== dtype || bias.ndim !== 1 || bias.shape[0] !== width) return null;
      operands.push(bias);
    }
    plain.push({ weight: contiguous(weight), bias: bias === null ? null : contiguous(bias), rectified });
  }
  for (const { weight } of plain) results.push(empty([x.shape[0], weight.shape[0]], dtype));
  const out = results.pop()!;
  const first = contiguous(x);
  backend.dense(first, plain, [...results, out]);
  const recorded = tracking(...operands);
  for (const { storage } of results) {
    // They outlive the scope that the result may be returned from, and go back to the pool when a walk has used them.
    if (recorded) storage.exempt = true;
    else release(storage);
  }
  if (!recorded) return out;
  const wanted = operands.map((a) => a.tracked);
  const { rectified } = layers[layers.length - 1];
  const result = out.detach();
  let between: NDArray[] | null = results;
  const rule = (g: NDArray): (NDArray | null)[] => {
    const d = rectified ? unrectified(g, result) : g;
    if (tape.recording || between === null) return linearGradients(d, x, layers, wanted);
    const inputs = [first, ...between];
    between = null;
    const found = operands.map((a, i) => (wanted[i] ? empty(a.shape, dtype) : null));
    const gradients: backend.DenseGradients[] = [];
    let [input] = found;
    let at = 1;
    for (let l = 0; l < layers.length; l++) {
      const weight = found[at++];
      const bias = layers[l].bias === null ? null : found[at++];
      gradients.push({ weight, bias, input });
      // The gradient flows back as far as somebody wants one.
      const on = input !== null || weight !== null || bias !== null;
      input = on && l < results.length ? empty(results[l].shape, dtype) : null;
    }
    backend.denseGrad(gradients, ascontiguousarray(d), plain, inputs);
    for (let l = 1; l < inputs.length; l++) release(inputs[l].storage);
    return found;
  };
  return trackJointly('linear', out, operands, rule, rectified ? [...operands, out] : operands);
}

/** The gradients of `linearBlock` in operations, from that of the last result before its rectifier. */
function linearGradients(
  g: NDArray,
  x: NDArray,
  layers: readonly backend.Dense[],
  wanted: readonly boolean[],
): (NDArray | null)[] {
  const inputs = [x];
  for (const { weight, bias, rectified } of layers.slice(0, -1)) {
    const product = matmul(inputs[inputs.length - 1], transpose(weight));
    const out = bias === null ? product : add(product, bias);
    inputs.push(rectified ? maximum(0, out) : out);
  }
  const found: (NDArray | null)[] = [];
  let d = g;
  for (let l = layers.length - 1; l >= 0; l--) {
    const { weight, bias } = layers[l];
    if (bias !== null) found.unshift(sum(d, { axis: 0 }));
    found.unshift(matmul(transpose(d), inputs[l]));
    if (l === 0 && !wanted[0]) break;
    d = matmul(d, weight);
    if (l > 0 && layers[l - 1].rectified) d = where(less(0, inputs[l]), d, 0);
  }
  return [wanted[0] ? d : null, ...found];
}

/**
 * Convolution, max(0, ...) of it and, unless `pool` is null, the largest element of each window of that; null where it
 * has to be done one by one.
 */
export function convBlock(
  x: NDArray,
  weight: NDArray,
  bias: NDArray | null,
  options: ConvOptions,
  pool: { kernelSize: Pair; options: PoolOptions } | null,
): NDArray | null {
  if (x.ndim !== 4 || x.dtype !== 'float32' || weight.dtype !== 'float32') return null;
  if (bias !== null && bias.dtype !== 'float32') return null;
  const g = geometry('conv2d', x, weight, options);
  const shape = [g.n, g.f, g.oh, g.ow];
  const windows = pool === null ? null : windowsOf('maxPool2d', { shape }, pool.kernelSize, pool.options);
  const [rows, cols] = windows === null ? [g.oh, g.ow] : [windows[0].length, windows[1].length];
  const block: backend.BlockGeometry = {
    ...g,
    rows,
    cols,
    windows: windows === null ? null : asarray(Float64Array.from(windows.flat(2))),
  };
  const out = empty([g.n, g.f, rows, cols], 'float32');
  const winners = windows === null ? null : empty([g.n, Math.ceil(g.f / 16) * 16 * rows * cols], 'uint8');
  const contiguous = (a: NDArray): NDArray => ascontiguousarray(a.detach());
  const [a, w, b] = [contiguous(x), contiguous(weight), bias === null ? null : contiguous(bias)];
  const layout = backend.convolveBlock(out, a, w, b, winners, block, tape.recording && x.tracked);
  if (layout === null) return null;
  const result = out.detach();
  const tracked = [x, weight, bias].map((p) => tape.recording && p?.tracked);
  const fresh = (i: number): NDArray | null =>
    tracked[i] ? empty([x, weight, bias!][i].shape, 'float32') : null;
  const rule = (h: NDArray): (NDArray | null)[] => {
    if (!tape.recording) {
      const found = { x: fresh(0), weight: fresh(1), bias: fresh(2) };
      const kept = winners ?? result;
      if (backend.convolveBlockGrad(found, ascontiguousarray(h), a, w, kept, block, layout))
        return bias === null ? [found.x, found.weight] : [found.x, found.weight, found.bias];
    }
    const d = beforePooling(
      h,
      noGrad(() => bilinear('forward', x, weight, g, bias)),
      windows,
    );
    const found = [bilinear('data', d, weight, g), bilinear('weight', d, x, g)];
    return bias === null ? found : [...found, sum(d, { axis: [0, 2, 3] })];
  };
  const operands = bias === null ? [x, weight] : [x, weight, bias];
  return trackJointly('convBlock', out, operands, rule, [...operands, winners ?? out]);
}

/** Weight, bias and eps of a normalisation by the batch's statistics. */
export interface BatchNormalization {
  readonly weight: NDArray | null;
  readonly bias: NDArray | null;
  readonly eps: number;
}

/**
 * Convolution, its normalisation by the batch's statistics, max(0, ...) of it and, unless `pool` is null, the largest
 * element of each window of that; null where it has to be done one by one.
 * @returns the result, mean and variance of each channel, and over how many elements they were taken
 */
export function convNormBlock(
  x: NDArray,
  weight: NDArray,
  bias: NDArray | null,
  options: ConvOptions,
  norm: BatchNormalization,
  pool: { kernelSize: Pair; options: PoolOptions } | null,
): { out: NDArray; mean: NDArray; variance: NDArray; count: number } | null {
  const operands = [x, weight, bias, norm.weight, norm.bias].filter((a) => a !== null);
  if (x.ndim !== 4 || operands.some((a) => a.dtype !== 'float32')) return null;
  const g = geometry('conv2d', x, weight, options);
  const [shape, f] = [[g.n, g.f, g.oh, g.ow], g.f];
  const count = g.n * g.oh * g.ow;
  if (count <= 1 || [norm.weight, norm.bias].some((a) => a !== null && a.size !== f)) return null;
  const windows = windowsOf('maxPool2d', { shape }, pool?.kernelSize ?? 1, pool?.options ?? {});
  const [rows, cols] = [windows[0].length, windows[1].length];
  const block: backend.BlockGeometry = { ...g, rows, cols, windows: null };
  const padded = Math.ceil(f / 16) * 16;
  const { normRows } = backend;
  const numbers = empty([normRows.windows * f + 3 * (rows + cols)], 'float64');
  const row = (which: keyof typeof normRows): NDArray =>
    get(numbers, [`${normRows[which] * f}:${(normRows[which] + 1) * f}`]);
  const float = (which: keyof typeof normRows): NDArray => astype(row(which), 'float32');
  backend.copy(row('weight'), norm.weight === null ? 1 : norm.weight.detach());
  backend.copy(row('bias'), norm.bias === null ? 0 : norm.bias.detach());
  backend.copy(get(numbers, [`${normRows.windows * f}:`]), asarray(Float64Array.from(windows.flat(2))));
  const out = empty([g.n, f, rows, cols], 'float32');
  const winners = empty([g.n, padded * rows * cols], 'uint8');
  const between = empty([g.n, padded, g.oh, g.ow], 'float32');
  const contiguous = (a: NDArray): NDArray => ascontiguousarray(a.detach());
  const [a, w, b] = [contiguous(x), contiguous(weight), bias === null ? null : contiguous(bias)];
  const wanted = tape.recording && x.tracked;
  const layout = backend.convolveNorm(out, a, w, b, winners, numbers, between, block, norm.eps, wanted);
  const recorded = tracking(...operands);
  if (layout === null || !recorded) release(between.storage);
  if (layout === null) return null;
  const statistics = { mean: float('mean'), variance: float('variance'), count };
  // It outlives the scope that the result may be returned from, and goes back to the pool when a walk has used it.
  between.storage.exempt = recorded;
  let kept: NDArray | null = between;
  const fresh = (p: NDArray, want: boolean): NDArray | null => (want ? empty(p.shape, 'float32') : null);
  const [xWanted, weightWanted] = [x.tracked, weight.tracked];
  const rule = (h: NDArray): (NDArray | null)[] => {
    const chosen = (found: Record<keyof BlockGradients, NDArray | null>): (NDArray | null)[] => [
      found.x,
      found.weight,
      ...(bias === null ? [] : [found.bias]),
      ...(norm.weight === null ? [] : [found.normWeight]),
      ...(norm.bias === null ? [] : [found.normBias]),
    ];
    if (!tape.recording && kept !== null) {
      const found = { x: fresh(x, xWanted), weight: fresh(weight, weightWanted) };
      const done = backend.convolveNormGrad(
        found,
        ascontiguousarray(h),
        a,
        w,
        winners,
        numbers,
        kept,
        block,
        norm.eps,
        layout,
      );
      release(kept.storage);
      kept = null;
      if (done)
        return chosen({
          ...found,
          bias: float('convBiasGrad'),
          normWeight: float('weightGrad'),
          normBias: float('biasGrad'),
        });
    }
    return chosen(normGradients(h, x, weight, bias, g, norm, windows));
  };
  const result = trackJointly('convNormBlock', out, operands, rule, [...operands, winners, numbers]);
  return { out: result, ...statistics };
}

interface BlockGradients {
  x: NDArray;
  weight: NDArray;
  bias: NDArray;
  normWeight: NDArray;
  normBias: NDArray;
}

/** The gradients of `convNormBlock` in operations. */
function normGradients(
  h: NDArray,
  x: NDArray,
  weight: NDArray,
  bias: NDArray | null,
  g: backend.ConvGeometry,
  norm: BatchNormalization,
  windows: [Window[], Window[]],
): BlockGradients {
  const z = bilinear('forward', x, weight, g, bias);
  const shape = [g.n, g.f, g.oh * g.ow] as const;
  const { out: y, statistics } = noGrad(() => normalize(z, shape, norm.eps, norm.weight, norm.bias, null));
  const found = recordedGradient(beforePooling(h, y, windows), z, shape, norm.eps, norm.weight, statistics);
  const d = found[0];
  return {
    x: bilinear('data', d, weight, g),
    weight: bilinear('weight', d, x, g),
    bias: sum(d, { axis: [0, 2, 3] }),
    normWeight: found[1],
    normBias: found[found.length - 1],
  };
}

/** The gradient of what is rectified, z, from that of its rectified and pooled elements, in operations. */
function beforePooling(h: NDArray, z: NDArray, windows: [Window[], Window[]] | null): NDArray {
  let d = h;
  if (windows !== null) {
    const { winners } = noGrad(() => largest(maximum(0, z), ...windows));
    d = scatter(d, winners, poolGeometry(z, ...windows));
  }
  return where(less(0, z), d, 0);
}
