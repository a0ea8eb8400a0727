// Which recorded steps can be part of a fused loop over rows, and in what form: the operands as rows of so many
// elements, products and reductions that take a block of rows or add one up, gathers that stay within their rows.
// A form computes exactly what the step alone would, in the same order, so results are equal to the last bit.

import { dtypeInfo } from '../core/dtype.js';
import { op } from './command.js';
import { matmulForm } from './matmul.js';
import { dtypeNames, names, operandCounts, type Place, predicates, type Step, type Value } from './record.js';

// As in native/cpu/fused.cc.
export const FORM = {
  loop: 0,
  cast: 1,
  fold: 2,
  find: 3,
  foldRows: 4,
  foldAll: 5,
  outer: 6,
  inner: 7,
  outerSum: 8,
  offsets: 9,
  take: 10,
  put: 11,
} as const;
const [ROWS_OF_ELEMENTS, FLAT, ELEMENTS_OF_ROWS] = [0, 1, 2];
const GEMM = { outer: 1, outerPacked: 2, inner: 3, innerPacked: 4, across: 5 };
const FOLDS = ['sum', 'prod', 'max', 'min'];

/** An operand of a part: rows `row` bytes apart of elements `col` bytes apart; row 0: the same for every row. */
export interface Lane {
  readonly value: Value | null;
  readonly offset: number;
  readonly row: number;
  readonly col: number;
  /** Bytes from the first to the end of the last element of a row. */
  readonly span: number;
  readonly bits: Uint8Array | null;
}

export interface Part {
  readonly form: number;
  readonly code: number;
  readonly order: number;
  readonly dtype: number;
  readonly width: number;
  readonly q: readonly number[];
  readonly lanes: readonly Lane[];
  /** Numbers that what follows a product compares with and puts in. */
  readonly numbers?: readonly [number, number];
}

/** What must hold of an index array at run time: element i is i, or all are within -limit .. limit - 1. */
export interface Guard {
  readonly kind: 'iota' | 'bounds';
  readonly place: Place;
  readonly count: number;
  readonly limit: number;
}

export interface Form {
  readonly parts: readonly Part[];
  /** Adds up over the rows into this value, which is complete only after the loop. */
  readonly sums: Value | null;
  /** Steps to take before the loop, and after it. */
  readonly before: readonly Step[];
  readonly after: readonly Step[];
  readonly guards: readonly Guard[];
  /** Blocks must hold a multiple of so many rows. */
  readonly multiple: number;
}

/** What is known of offsets that index arrays gave: row i of the result is element i of an axis, plus a bounded rest. */
interface Offsets {
  guards: Guard[];
  /** Elements between rows when the first index array counts 0, 1, 2..., else 0; and the largest sum of the others. */
  step: number;
  rest: number;
}

/** Largest input, in elements, of a sum over rows inside a loop: such a loop runs on one thread. */
const MAX_SUM = 2 ** 18;
const CHUNK = 8192;

export const sizeOf = (dtype: number): number => dtypeInfo[dtypeNames[dtype]].itemsize;
const isFloat = (dtype: number): boolean => dtypeInfo[dtypeNames[dtype]].kind === 'f';

interface Dims {
  shape: number[];
  strides: number[][];
}

/** Without axes of length 1, neighbours merged where every operand walks them as one. */
function merged(shape: readonly number[], strides: readonly (readonly number[])[]): Dims {
  const out: Dims = { shape: [], strides: strides.map(() => []) };
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] === 1) continue;
    const last = out.shape.length - 1;
    if (last >= 0 && strides.every((s, j) => out.strides[j][last] === s[d] * shape[d])) {
      out.shape[last] *= shape[d];
      strides.forEach((s, j) => {
        out.strides[j][last] = s[d];
      });
    } else {
      out.shape.push(shape[d]);
      strides.forEach((s, j) => {
        out.strides[j].push(s[d]);
      });
    }
  }
  return out;
}

const contiguous = (shape: readonly number[]): number[] => {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d];
  }
  return strides;
};

const product = (shape: readonly number[]): number => shape.reduce((n, x) => n * x, 1);

function lane(place: Place, row: number, col: number, width: number): Lane {
  const size = sizeOf(place.dtype);
  const reach = col * size * (width - 1);
  return {
    value: place.value,
    offset: place.offset,
    row: row * size,
    col: col * size,
    // A negative step reaches before the first element; such rows are never taken apart.
    span: reach < 0 ? Number.POSITIVE_INFINITY : reach + size,
    bits: place.bits,
  };
}

/** The form of steps, made once per program: it remembers what index arrays gave and makes values of its own. */
export class Forms {
  private readonly offsets = new Map<Value, Offsets>();

  constructor(
    steps: readonly Step[],
    /** A block for a result that only the loop sees. */
    private readonly temporary: (bytes: number) => Value,
  ) {
    for (const step of steps) if (names[step.op] === 'indexOffsets') this.noteOffsets(step);
  }

  /** How many rows the step would like to be taken as. */
  rows(step: Step): number[] {
    const inputs = operandCounts[step.op];
    const { shape } = step;
    if (inputs > 0) {
      const dims = merged(
        shape,
        step.places.map((p) => p.strides),
      ).shape;
      return dims.length === 0 ? [1] : dims.length <= 2 ? [dims[0]] : [];
    }
    if (inputs === 0) {
      const mask = step.params[0];
      const reduced = shape.map((_, d) => mask < 0 || Math.floor(mask / 2 ** d) % 2 === 1);
      const kept = product(shape.filter((_, d) => !reduced[d]));
      return kept > 1 ? [kept, product(shape) / kept] : [product(shape)];
    }
    switch (names[step.op]) {
      case 'matmul':
        return shape.length === 0 ? [step.params[0], step.params[1]] : [];
      case 'indexOffsets':
        return [product(shape)];
      case 'take':
        return [step.params[0]];
      case 'put':
      case 'putAdd':
        return [product(shape.slice(0, step.params[0]))];
      default:
        return [];
    }
  }

  /** The step as part of a loop over `n` rows, in the ways there are; what fits the loop is for the caller to see. */
  of(step: Step, n: number): Form[] {
    const inputs = operandCounts[step.op];
    if (step.places.some((p) => dtypeInfo[dtypeNames[p.dtype]].kind === 'c')) return [];
    if (n < 1 || step.writes.some((w) => w.value === null)) return [];
    if (inputs > 0) return this.elementwise(step, n);
    if (inputs === 0) return this.reduction(step, n);
    switch (names[step.op]) {
      case 'matmul':
        return this.matmul(step, n);
      case 'indexOffsets':
        return this.indexOffsets(step, n);
      case 'take':
        return this.take(step, n);
      case 'put':
      case 'putAdd':
        return this.put(step, n);
      default:
        return [];
    }
  }

  private form(parts: Part[], more: Partial<Form> = {}): Form {
    return { parts, sums: null, before: [], after: [], guards: [], multiple: 1, ...more };
  }

  /** A part that runs a loop or a cast over rows of `width` elements. */
  private loop(form: number, code: number, dtype: number, n: number, width: number, lanes: Lane[]): Part {
    let order = ROWS_OF_ELEMENTS;
    if (width === 1) order = ELEMENTS_OF_ROWS;
    else if (lanes.every((l) => l.row === l.col * width)) order = FLAT;
    else if (width < 8 && n > 2 * width) order = ELEMENTS_OF_ROWS;
    return { form, code, order, dtype, width, q: [], lanes };
  }

  /** A lane of dtype `want` with the elements of `from`, and the conversion it takes. */
  private converted(from: Lane, have: number, want: number, n: number, width: number, parts: Part[]): Lane {
    if (have === want) return from;
    const size = sizeOf(want);
    // What is the same for every row is converted once a row all the same: it costs little.
    const value = this.temporary(n * width * size);
    const to: Lane = { value, offset: 0, row: width * size, col: size, span: width * size, bits: null };
    parts.push(this.loop(FORM.cast, want, have, n, width, [to, from]));
    return to;
  }

  // ---------------------------------------------------------------- element-wise

  private elementwise(step: Step, n: number): Form[] {
    const { places } = step;
    if (step.checks && !isFloat(step.loop)) return [];
    const dims = merged(
      step.shape,
      places.map((p) => p.strides),
    );
    let width = 1;
    let row: number[];
    let col: number[];
    const zero = places.map(() => 0);
    if (dims.shape.length === 0) {
      if (n !== 1) return [];
      row = zero;
      col = zero;
    } else if (dims.shape.length === 1) {
      if (dims.shape[0] % n !== 0) return [];
      width = dims.shape[0] / n;
      col = dims.strides.map((s) => s[0]);
      row = col.map((s) => s * width);
    } else if (dims.shape.length === 2 && dims.shape[0] === n) {
      width = dims.shape[1];
      row = dims.strides.map((s) => s[0]);
      col = dims.strides.map((s) => s[1]);
    } else return [];
    const lanes = places.map((p, j) => lane(p, row[j], col[j], width));
    const out = lanes[0];
    // An operand that shares the result's memory has to be the result, element by element.
    for (const l of lanes.slice(1)) {
      if (l.value === out.value && (l.offset !== out.offset || l.row !== out.row || l.col !== out.col))
        return [];
    }
    const code = step.op;
    if (names[code] === 'copy')
      return [this.form([this.loop(FORM.cast, places[0].dtype, places[1].dtype, n, width, lanes)])];
    const parts: Part[] = [];
    const boolean = dtypeInfo.bool.code;
    const inner = lanes
      .slice(1)
      .map((l, j) =>
        this.converted(
          l,
          places[j + 1].dtype,
          names[code] === 'where' && j === 0 ? boolean : step.loop,
          n,
          width,
          parts,
        ),
      );
    const want = predicates[code] ? boolean : step.loop;
    if (want === places[0].dtype) {
      parts.push(this.loop(FORM.loop, code, step.loop, n, width, [out, ...inner]));
    } else {
      const size = sizeOf(want);
      const value = this.temporary(n * width * size);
      const to: Lane = { value, offset: 0, row: width * size, col: size, span: width * size, bits: null };
      parts.push(this.loop(FORM.loop, code, step.loop, n, width, [to, ...inner]));
      parts.push(this.loop(FORM.cast, places[0].dtype, want, n, width, [out, to]));
    }
    return [this.form(parts)];
  }

  // ---------------------------------------------------------------- reductions

  private reduction(step: Step, n: number): Form[] {
    const name = names[step.op];
    const fold = FOLDS.indexOf(name);
    const find = name === 'argmax' || name === 'argmin';
    if (fold < 0 && !find) return [];
    const [to, from] = step.places;
    if (to.value === from.value || product(step.shape) === 0) return [];
    const mask = step.params[0];
    const axes = step.shape
      .map((length, d) => ({
        length,
        stride: from.strides[d],
        reduced: mask < 0 || Math.floor(mask / 2 ** d) % 2 === 1,
      }))
      .filter((a) => a.length !== 1);
    const flip = axes.findIndex((a) => a.reduced !== axes[0].reduced);
    const front = flip < 0 ? axes : axes.slice(0, flip);
    const back = flip < 0 ? [] : axes.slice(flip);
    if (axes.length === 0 || back.some((a) => a.reduced === axes[0].reduced)) return [];
    const one = (list: typeof axes) =>
      merged(
        list.map((a) => a.length),
        [list.map((a) => a.stride)],
      );
    const rows = one(front);
    const cols = one(back);
    if (rows.shape.length !== 1 || cols.shape.length > 1) return [];
    const [row] = rows.strides[0];
    const width = cols.shape[0] ?? 1;
    const col = cols.strides[0][0] ?? 0;
    const size = sizeOf(to.dtype);
    const parts: Part[] = [];
    const input = (w: number): Lane =>
      find
        ? lane(from, row, col, w)
        : this.converted(lane(from, row, col, w), from.dtype, step.loop, n, w, parts);
    if (rows.shape[0] !== n || row <= 0) return [];
    if (back.length === 0) {
      // Every axis: only as one run of elements.
      if (!axes[0].reduced || find || n > MAX_SUM) return [];
      const a = input(1);
      const out: Lane = { value: to.value, offset: to.offset, row: 0, col: size, span: size, bits: null };
      parts.push({
        form: FORM.foldAll,
        code: fold,
        order: 0,
        dtype: step.loop,
        width: 1,
        q: [],
        lanes: [out, a],
      });
      return [this.form(parts, { sums: to.value, multiple: CHUNK })];
    }
    // The order of additions is that of the strides, so rows must be the outer axis in memory too.
    if (col <= 0 || col >= row) return [];
    if (axes[0].reduced) {
      if (find || n * width > MAX_SUM) return [];
      const a = input(width);
      const out: Lane = {
        value: to.value,
        offset: to.offset,
        row: 0,
        col: size,
        span: size * width,
        bits: null,
      };
      parts.push({
        form: FORM.foldRows,
        code: fold,
        order: 0,
        dtype: step.loop,
        width,
        q: [],
        lanes: [out, a],
      });
      return [this.form(parts, { sums: to.value })];
    }
    const a = input(width);
    const out: Lane = { value: to.value, offset: to.offset, row: size, col: size, span: size, bits: null };
    parts.push({
      form: find ? FORM.find : FORM.fold,
      code: find ? step.op : fold,
      order: 0,
      dtype: find ? from.dtype : step.loop,
      width,
      q: [],
      lanes: [out, a],
    });
    return [this.form(parts)];
  }

  // ---------------------------------------------------------------- products

  private matmul(step: Step, n: number): Form[] {
    const [m, k, cols, as0, as1, bs0, bs1] = step.params;
    const [c, a, b] = step.places;
    const dtype = c.dtype;
    if (step.shape.length > 0 || !isFloat(dtype) || c.value === a.value || c.value === b.value) return [];
    const form = matmulForm(dtypeNames[dtype], m, k, cols, [as0, as1, bs0, bs1]);
    const size = sizeOf(dtype);
    const forms: Form[] = [];
    const part = (kind: number, width: number, q: number[], lanes: Lane[]): Part => ({
      form: kind,
      code: 0,
      order: 0,
      dtype,
      width,
      q,
      lanes,
    });
    if (n === m && as0 > 0 && as1 > 0 && m > 1) {
      const out = lane({ ...c, strides: [] }, cols, 1, cols);
      const left = lane({ ...a, strides: [] }, as0, as1, k);
      const whole = (value: Value | null, offset: number): Lane => ({
        value,
        offset,
        row: 0,
        col: 0,
        span: 0,
        bits: null,
      });
      if (form === GEMM.outer)
        forms.push(
          this.form([
            part(FORM.outer, cols, [k, cols, as0, as1, bs0], [out, left, whole(b.value, b.offset)]),
          ]),
        );
      if (form === GEMM.inner)
        forms.push(
          this.form([part(FORM.inner, cols, [k, cols, as0, 0, bs1], [out, left, whole(b.value, b.offset)])]),
        );
      if (form === GEMM.outerPacked || form === GEMM.innerPacked) {
        // b laid out once, not for every block.
        const packed = this.temporary(k * cols * size);
        const rowwise = form === GEMM.outerPacked;
        const shape = rowwise ? [k, cols] : [cols, k];
        const pack = copyStep(
          dtype,
          shape,
          { value: packed, offset: 0, strides: contiguous(shape) },
          { value: b.value, offset: b.offset, strides: rowwise ? [bs0, bs1] : [bs1, bs0] },
        );
        const last = whole(packed, 0);
        forms.push(
          this.form(
            [
              rowwise
                ? part(FORM.outer, cols, [k, cols, as0, as1, cols], [out, left, last])
                : part(FORM.inner, cols, [k, cols, as0, 0, k], [out, left, last]),
            ],
            { before: [pack] },
          ),
        );
      }
    }
    if (n === k && k > 1 && m * cols * k <= MAX_SUM && as1 > 0 && bs0 > 0) {
      if (form === GEMM.across) {
        const sums = this.temporary(m * cols * size);
        const out: Lane = { value: sums, offset: 0, row: 0, col: size, span: m * cols * size, bits: null };
        const unpack = copyStep(
          dtype,
          [m, cols],
          { value: c.value, offset: c.offset, strides: [cols, 1] },
          { value: sums, offset: 0, strides: [1, m] },
        );
        forms.push(
          this.form(
            [
              part(
                FORM.outerSum,
                m,
                [cols, m, bs1, bs0, as1],
                [out, lane({ ...b, strides: [] }, bs0, bs1, cols), lane({ ...a, strides: [] }, as1, 1, m)],
              ),
            ],
            { sums, after: [unpack] },
          ),
        );
      }
      if (form === GEMM.outer && (bs1 === 1 || cols === 1)) {
        const out = { ...lane({ ...c, strides: [] }, 0, 1, m * cols), row: 0 };
        forms.push(
          this.form(
            [
              part(
                FORM.outerSum,
                cols,
                [m, cols, as0, as1, bs0],
                [out, lane({ ...a, strides: [] }, as1, as0, m), lane({ ...b, strides: [] }, bs0, 1, cols)],
              ),
            ],
            { sums: c.value },
          ),
        );
      }
    }
    return forms;
  }

  // ---------------------------------------------------------------- gathers and scatters

  private noteOffsets(step: Step): void {
    const [out, index] = step.places;
    const [limit, by, , adds] = step.params;
    if (out.value === null || index.value === null) return;
    const count = product(step.shape);
    const dims = merged(step.shape, [index.strides]);
    const known =
      index.value.writes === 0 &&
      dims.shape.length <= 1 &&
      (dims.shape.length === 0 || dims.strides[0][0] > 0);
    const place = { ...index, strides: dims.shape.length === 0 ? [0] : dims.strides[0] };
    const bounds: Guard = { kind: 'bounds', place, count, limit };
    const before = this.offsets.get(out.value);
    if (adds === 0) {
      if (!known || before !== undefined) return;
      const iota = limit >= count && countsUp(index.value, place, count);
      this.offsets.set(out.value, {
        guards: [iota ? { ...bounds, kind: 'iota' } : bounds],
        step: iota ? by : 0,
        rest: iota ? 0 : Number.POSITIVE_INFINITY,
      });
    } else if (before !== undefined) {
      if (!known) this.offsets.delete(out.value);
      else {
        before.guards.push(bounds);
        before.rest += by >= 0 ? by * (limit - 1) : Number.POSITIVE_INFINITY;
      }
    }
  }

  private indexOffsets(step: Step, n: number): Form[] {
    const [out, index] = step.places;
    const found = out.value === null ? undefined : this.offsets.get(out.value);
    if (found === undefined || product(step.shape) !== n) return [];
    const dims = merged(step.shape, [index.strides]);
    const row = dims.shape.length === 0 ? 0 : dims.strides[0][0];
    const [limit, by, axis, adds] = step.params;
    const to: Lane = { value: out.value, offset: out.offset, row: 8, col: 8, span: 8, bits: null };
    const part: Part = {
      form: FORM.offsets,
      code: 0,
      order: 0,
      dtype: index.dtype,
      width: 1,
      q: [limit, by, axis, adds],
      lanes: [to, lane(index, row, 0, 1)],
    };
    return [this.form([part], { guards: found.guards })];
  }

  private take(step: Step, n: number): Form[] {
    const [out, from, offsets] = step.places;
    if (step.params[0] !== n || offsets.value === null || from.value === out.value) return [];
    const dims = merged(step.shape, [from.strides]);
    if (dims.shape.length > 1) return [];
    const width = dims.shape[0] ?? 1;
    const col = dims.shape.length === 0 ? 1 : dims.strides[0][0];
    const size = sizeOf(from.dtype);
    const to: Lane = {
      value: out.value,
      offset: out.offset,
      row: width * size,
      col: size,
      span: width * size,
      bits: null,
    };
    const index: Lane = { value: offsets.value, offset: offsets.offset, row: 8, col: 8, span: 8, bits: null };
    const part = (source: Lane): Part => ({
      form: FORM.take,
      code: 0,
      order: 0,
      dtype: from.dtype,
      width,
      q: [],
      lanes: [to, source, index],
    });
    const whole: Lane = { ...lane(from, 0, col, width), row: 0 };
    const forms = [this.form([part(whole)])];
    const found = this.offsets.get(offsets.value);
    if (found !== undefined && found.step > 0 && Number.isFinite(found.rest)) {
      const source: Lane = { ...lane(from, found.step, col, width) };
      forms.push(
        this.form([part({ ...source, span: source.span + found.rest * size })], { guards: found.guards }),
      );
    }
    return forms;
  }

  private put(step: Step, n: number): Form[] {
    const [to, offsets, value] = step.places;
    const lead = step.params[0];
    if (product(step.shape.slice(0, lead)) !== n || offsets.value === null) return [];
    const found = this.offsets.get(offsets.value);
    if (found === undefined || found.step <= 0 || !Number.isFinite(found.rest)) return [];
    if (value.value !== null && value.value === to.value) return [];
    if (names[step.op] === 'putAdd' && !isFloat(to.dtype)) return [];
    const rows = merged(step.shape.slice(0, lead), [value.strides.slice(0, lead)]);
    const cols = merged(step.shape.slice(lead), [value.strides.slice(lead), to.strides.slice(lead)]);
    if (rows.shape.length > 1 || cols.shape.length > 1) return [];
    const width = cols.shape[0] ?? 1;
    const size = sizeOf(to.dtype);
    const target = lane(to, found.step, cols.strides[1][0] ?? 1, width);
    const parts: Part[] = [];
    const given = lane(value, rows.strides[0][0] ?? 0, cols.strides[0][0] ?? 0, width);
    const source = this.converted(given, value.dtype, to.dtype, n, width, parts);
    const index: Lane = { value: offsets.value, offset: offsets.offset, row: 8, col: 8, span: 8, bits: null };
    parts.push({
      form: FORM.put,
      code: step.op,
      order: 0,
      dtype: to.dtype,
      width,
      q: [],
      lanes: [{ ...target, span: target.span + found.rest * size }, index, source],
    });
    return [this.form(parts, { guards: found.guards })];
  }
}

/** Whether an index array holds 0, 1, 2... now. For one that the program does not own this is checked at every run. */
function countsUp(value: Value, place: Place, count: number): boolean {
  if (dtypeNames[place.dtype] !== 'int64') return false;
  const own = value.initial instanceof Uint8Array ? value.initial : null;
  const { slab, byteOffset } = value.storage;
  if (own === null && value.kind === 'fresh') return false;
  const view =
    own !== null
      ? new DataView(own.buffer, own.byteOffset)
      : new DataView(slab.buffer, byteOffset + value.origin);
  for (let i = 0; i < count; i++) {
    if (view.getBigInt64(place.offset + 8 * i * place.strides[0], true) !== BigInt(i)) return false;
  }
  return true;
}

interface CopyEnd {
  readonly value: Value | null;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A copy between two layouts, as a step. */
function copyStep(dtype: number, shape: readonly number[], to: CopyEnd, from: CopyEnd): Step {
  const place = (end: CopyEnd, slot: number): Place => ({ ...end, slot, dtype, bits: null });
  const places = [place(to, 0), place(from, 1)];
  return {
    op: op.copy,
    loop: dtype,
    params: new Array<number>(12).fill(0),
    shape,
    places,
    writes: [places[0]],
    reads: [places[1]],
    checks: false,
  };
}
