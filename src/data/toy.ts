// Small data sets made up on the spot, from np.random's generator unless another is passed, so that a seed fixes them.

import { asarray } from '../core/create.js';
import { empty, type NDArray } from '../core/ndarray.js';
import { checkShape } from '../core/shape.js';
import { linspace } from '../numpy/grid.js';
import * as random from '../numpy/random/index.js';
import { add, cos, mul, sin } from '../ops/elementwise.js';
import { set } from '../ops/index.js';
import { columnStack } from '../ops/join.js';
import { dot } from '../ops/matmul.js';

/** Points (N, 2) or (N, D) and their labels (N) as uint8. */
export type Labelled = [X: NDArray, y: NDArray];

function counts(caller: string, ...sizes: number[]): void {
  checkShape(caller, sizes);
}

/** Fills `X` and `y` class by class from what `points(j)` gives. */
function byClass(n: number, classes: number, points: (j: number) => NDArray): Labelled {
  const X = empty([n * classes, 2], 'float64');
  const y = empty([n * classes], 'uint8');
  for (let j = 0; j < classes; j++) {
    set(X, [`${n * j}:${n * (j + 1)}`], points(j));
    set(y, [`${n * j}:${n * (j + 1)}`], j);
  }
  return [X, y];
}

/**
 * Arms of a spiral, the course's case study: `n` points for each of `classes` arms.
 *
 * @example
 * np.random.seed(0);
 * const [X, y] = data.spiral();   // shapes (300, 2) and (300,), labels 0, 1, 2
 */
export function spiral(n = 100, classes = 3, options: { noise?: number } = {}): Labelled {
  counts('spiral', n, classes);
  const { noise = 0.2 } = options;
  return byClass(n, classes, (j) => {
    const r = linspace(0, 1, n);
    const t = add(linspace(j * 4, (j + 1) * 4, n), mul(asarray(random.randn(n)), noise));
    return columnStack([mul(r, sin(t)), mul(r, cos(t))]);
  });
}

/** Gaussian clouds of `n` points around each of `centers` (K, 2). */
export function blobs(
  n: number,
  centers: readonly (readonly [number, number])[],
  options: { std?: number } = {},
): Labelled {
  counts('blobs', n, centers.length);
  return byClass(n, centers.length, (j) =>
    add(mul(asarray(random.randn(n, 2)), options.std ?? 1), asarray(centers[j] as [number, number])),
  );
}

/** A disc of class 0 inside a ring of class 1, `n` points each; not linearly separable. */
export function circles(n: number, options: { noise?: number; factor?: number } = {}): Labelled {
  counts('circles', n);
  const { noise = 0.05, factor = 0.5 } = options;
  return byClass(n, 2, (j) => {
    const t = mul(asarray(random.rand(n)), 2 * Math.PI);
    const radius = j === 0 ? factor : 1;
    const ring = columnStack([mul(cos(t), radius), mul(sin(t), radius)]);
    return add(ring, mul(asarray(random.randn(n, 2)), noise));
  });
}

/** Two half moons that reach into each other, `n` points each. */
export function moons(n: number, options: { noise?: number } = {}): Labelled {
  counts('moons', n);
  const { noise = 0.1 } = options;
  return byClass(n, 2, (j) => {
    const t = linspace(0, Math.PI, n);
    const moon =
      j === 0
        ? columnStack([cos(t), sin(t)])
        : columnStack([add(mul(cos(t), -1), 1), add(mul(sin(t), -1), 0.5)]);
    return add(moon, mul(asarray(random.randn(n, 2)), noise));
  });
}

/** `n` points of a Gaussian with the given 2 x 2 mixing matrix and mean: the correlated cloud of the PCA figures. */
export function gaussianCloud(
  n: number,
  options: { mix?: readonly (readonly number[])[]; mean?: readonly number[] } = {},
): NDArray {
  counts('gaussianCloud', n);
  const {
    mix = [
      [2, 1.2],
      [0, 0.6],
    ],
    mean = [3, 2],
  } = options;
  return add(
    dot(asarray(random.randn(n, mix.length)), asarray(mix as number[][])),
    asarray(mean as number[]),
  );
}

/** The shapes that `shapesImages` draws, in the order of its labels. */
export const shapeNames = ['disc', 'square', 'triangle', 'cross', 'ring'] as const;

/**
 * Small colour images of five shapes at random places, sizes and colours on a noisy ground, for experiments with
 * ConvNets that must be quick: uint8 of shape (n, side, side, 3), labels 0 to 4.
 */
export function shapesImages(n: number, side = 16): Labelled {
  counts('shapesImages', n, side);
  if (side < 8)
    throw new RangeError(`shapesImages: images of side ${side} are too small for shapes; use at least 8.`);
  const images = empty([n, side, side, 3], 'uint8');
  const labels = empty([n], 'uint8');
  const pixels = images.raw() as Uint8Array;
  const classes = labels.raw() as Uint8Array;
  const uniform = asarray(random.random([n, 8])).data as Float64Array;
  const noise = asarray(random.random([n * side * side * 3])).data as Float64Array;
  for (let i = 0; i < n; i++) {
    const u = uniform.subarray(8 * i, 8 * i + 8);
    const kind = Math.min(4, Math.floor(u[0] * 5));
    classes[i] = kind;
    const radius = side * (0.2 + 0.15 * u[1]);
    const [cx, cy] = [radius + u[2] * (side - 1 - 2 * radius), radius + u[3] * (side - 1 - 2 * radius)];
    const ground = 40 * u[7];
    const colour = [u[4], u[5], u[6]].map((c) => 110 + 145 * c);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const inside = covers(kind, (x - cx) / radius, (y - cy) / radius);
        for (let c = 0; c < 3; c++) {
          const at = ((i * side + y) * side + x) * 3 + c;
          pixels[at] = (inside ? colour[c] - 30 : ground) + 30 * noise[at];
        }
      }
    }
  }
  return [images, labels];
}

/** Whether a point of the unit square belongs to a shape. */
function covers(kind: number, x: number, y: number): boolean {
  switch (kind) {
    case 0:
      return x * x + y * y <= 1;
    case 1:
      return Math.abs(x) <= 0.85 && Math.abs(y) <= 0.85;
    case 2:
      return y <= 0.8 && y >= -0.9 && Math.abs(x) <= (y + 0.9) * 0.55;
    case 3:
      return (Math.abs(x) <= 0.3 && Math.abs(y) <= 1) || (Math.abs(y) <= 0.3 && Math.abs(x) <= 1);
    default: {
      const d = x * x + y * y;
      return d <= 1 && d >= 0.36;
    }
  }
}
