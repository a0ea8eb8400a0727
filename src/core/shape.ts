// Shapes and strides: broadcasting, axes, reshaping. Pure arithmetic on number arrays; strides count elements.

export type Shape = readonly number[];

/** The most dimensions an array can have, as in NumPy and as in native/command.h. */
export const MAX_DIMS = 32;

const MAX_BYTES = 2 ** 46;

/** `(2, 3)`, `(4,)`, `()`: a shape as NumPy prints it. */
export function shapeText(shape: Shape): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

export function sizeOf(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i];
  return n;
}

/** C-order element strides of a shape. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

/** Whether elements lie in C order without gaps. Axes of length 1 may have any stride. */
export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 0) return true;
    if (shape[i] !== 1 && strides[i] !== step) return false;
    step *= shape[i];
  }
  return true;
}

/** Checks a user's shape: whole numbers, none negative, not too many axes, not more memory than can exist. */
export function checkShape(caller: string, shape: Shape, itemsize = 8): void {
  if (shape.length > MAX_DIMS) {
    throw new RangeError(`${caller}: ${shape.length} dimensions; an array has at most ${MAX_DIMS}.`);
  }
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0) {
      const why = n < 0 ? 'negative dimensions are not allowed' : 'dimensions must be whole numbers';
      throw new RangeError(`${caller}: shape ${shapeText(shape)}: ${why}.`);
    }
  }
  const bytes = sizeOf(shape) * itemsize;
  if (bytes > MAX_BYTES) {
    throw new RangeError(
      `${caller}: unable to allocate ${formatBytes(bytes)} for an array with shape ${shapeText(shape)}.`,
    );
  }
}

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let i = 0;
  let n = bytes;
  while (n >= 1024 && i < units.length - 1) {
    n /= 1024;
    i++;
  }
  return i === 0 ? `${n} bytes` : `${n >= 100 ? n.toFixed(0) : n.toPrecision(3)} ${units[i]}`;
}

/** The shape that two shapes broadcast to. Throws in NumPy's words. */
export function broadcastShapes(caller: string, a: Shape, b: Shape): Shape {
  if (a === b || sameShape(a, b)) return a;
  const ndim = Math.max(a.length, b.length);
  const out = new Array<number>(ndim);
  for (let i = 0; i < ndim; i++) {
    const x = i < ndim - a.length ? 1 : a[i - ndim + a.length];
    const y = i < ndim - b.length ? 1 : b[i - ndim + b.length];
    if (x !== y && x !== 1 && y !== 1) {
      throw new RangeError(
        `${caller}: operands could not be broadcast together with shapes ${shapeText(a)} ${shapeText(b)}: ` +
          `${x} and ${y} differ in axis ${i - ndim} and neither is 1.${broadcastHint(a, b)}`,
      );
    }
    out[i] = x === 1 ? y : x;
  }
  return out;
}

function broadcastHint(a: Shape, b: Shape): string {
  const [long, short, name] = a.length >= b.length ? [a, b, 'second'] : [b, a, 'first'];
  if (short.length === 1 && long.length === 2 && long[0] === short[0]) {
    return ` To pair one value with each row, make the ${name} operand a column: reshape(${short[0]}, 1), or use keepdims: true in the reduction that made it.`;
  }
  if (a.length === 2 && b.length === 2 && a[0] === b[1] && a[1] === b[0])
    return ' Did you mean the transpose, .T?';
  return '';
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Turns a possibly negative axis into 0..ndim-1. */
export function normalizeAxis(caller: string, axis: number, ndim: number): number {
  const at = axis < 0 ? axis + ndim : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= ndim) {
    throw new RangeError(
      `${caller}: axis ${axis} is out of bounds for array of dimension ${ndim}` +
        (ndim > 0 ? `; use ${-ndim} to ${ndim - 1}.` : ': a 0-d array has no axes.'),
    );
  }
  return at;
}

/** 0, 1, ... n - 1. */
export function upTo(n: number): number[] {
  const out = new Array<number>(n);
  for (let i = 0; i < n; i++) out[i] = i;
  return out;
}

/** Axes as a sorted list without repeats; null or undefined means all. */
export function normalizeAxes(
  caller: string,
  axis: number | readonly number[] | null | undefined,
  ndim: number,
): number[] {
  if (axis === null || axis === undefined) return upTo(ndim);
  // NumPy takes the first and the last axis of a single number for none.
  if (ndim === 0 && (axis === 0 || axis === -1)) return [];
  if (typeof axis === 'number') return [normalizeAxis(caller, axis, ndim)];
  const list = axis.map((a) => normalizeAxis(caller, a, ndim));
  if (new Set(list).size !== list.length)
    throw new RangeError(`${caller}: duplicate value in axis [${axis}].`);
  return list.sort((p, q) => p - q);
}

/** Resolves one -1 in a new shape and checks the element count, in NumPy's words. */
export function resolveReshape(caller: string, from: Shape, to: readonly number[]): number[] {
  if (to.length > MAX_DIMS)
    throw new RangeError(`${caller}: ${to.length} dimensions; an array has at most ${MAX_DIMS}.`);
  const size = sizeOf(from);
  const out = [...to];
  const unknown = out.indexOf(-1);
  if (unknown >= 0) {
    if (out.indexOf(-1, unknown + 1) >= 0)
      throw new RangeError(`${caller}: can only specify one unknown dimension (-1).`);
    out[unknown] = 1;
    const rest = sizeOf(out);
    out[unknown] = rest === 0 ? 0 : size / rest;
  }
  if (!out.every((n) => Number.isInteger(n) && n >= 0) || sizeOf(out) !== size) {
    throw new RangeError(
      `${caller}: cannot reshape array of size ${size}, shape ${shapeText(from)}, into shape ${shapeText(to)}.`,
    );
  }
  return out;
}

/**
 * Element strides that let a view of `shape`/`strides` be seen as `to` without a copy, or null when that takes one.
 * Groups of old axes that are contiguous among themselves are split or merged.
 */
export function reshapeStrides(shape: Shape, strides: readonly number[], to: Shape): number[] | null {
  const old: [number, number][] = [];
  for (let i = 0; i < shape.length; i++) if (shape[i] !== 1) old.push([shape[i], strides[i]]);
  const out = new Array<number>(to.length).fill(0);
  if (sizeOf(shape) === 0) return contiguousStrides(to);
  let oi = 0;
  let ni = 0;
  while (oi < old.length && ni < to.length) {
    let on = old[oi][0];
    let nn = to[ni];
    let oj = oi + 1;
    let nj = ni + 1;
    while (on !== nn) {
      if (nn < on) nn *= to[nj++];
      else on *= old[oj++][0];
    }
    for (let k = oi; k < oj - 1; k++) if (old[k][1] !== old[k + 1][0] * old[k + 1][1]) return null;
    let step = old[oj - 1][1];
    for (let k = nj - 1; k >= ni; k--) {
      out[k] = step;
      step *= to[k];
    }
    oi = oj;
    ni = nj;
  }
  return out;
}

/** Element strides of an operand seen through broadcasting to `to`; 0 along the repeated axes. */
export function broadcastStrides(shape: Shape, strides: readonly number[], to: Shape): number[] {
  const lead = to.length - shape.length;
  return to.map((_, i) => (i < lead || shape[i - lead] === 1 ? 0 : strides[i - lead]));
}
