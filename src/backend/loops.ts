// Which recorded steps can be part of a fused loop over rows, and in what form: the operands as rows of so many
// elements, products and reductions that take a block of rows or add one up, gathers that stay within their rows.
// A form computes exactly what the step alone would, in the same order, so results are equal to the last bit.

import { dtypeInfo } from '../core/dtype.js';
import {
  converted,
  FORM,
  type Form,
  formOf,
  isFloat,
  type Lane,
  lane,
  laneAt,
  loopPart,
  MAX_SUM,
  merged,
  ownLane,
  type Part,
  partOf,
  product,
  sizeOf,
  type Temporary,
} from './forms.js';
import { Gathers } from './loop-gathers.js';
import { productForms } from './loop-products.js';
import { dtypeNames, names, operandCounts, predicates, type Step } from './record.js';

const FOLDS = ['sum', 'prod', 'max', 'min'];
const CHUNK = 8192;

/** The forms of a program's steps. */
export class Forms {
  private readonly gathers: Gathers;

  constructor(
    steps: readonly Step[],
    private readonly temporary: Temporary,
  ) {
    this.gathers = new Gathers(steps, temporary);
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
    if (inputs > 0) return elementwise(step, n, this.temporary);
    if (inputs === 0) return reduction(step, n, this.temporary);
    switch (names[step.op]) {
      case 'matmul':
        return productForms(step, n, this.temporary);
      case 'indexOffsets':
        return this.gathers.offsets(step, n);
      case 'take':
        return this.gathers.take(step, n);
      case 'put':
      case 'putAdd':
        return this.gathers.put(step, n);
      default:
        return [];
    }
  }
}

// ---------------------------------------------------------------- element-wise

function elementwise(step: Step, n: number, temporary: Temporary): Form[] {
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
    return [formOf([loopPart(FORM.cast, places[0].dtype, places[1].dtype, n, width, lanes)])];
  const parts: Part[] = [];
  const boolean = dtypeInfo.bool.code;
  const inner = lanes
    .slice(1)
    .map((l, j) =>
      converted(
        temporary,
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
    parts.push(loopPart(FORM.loop, code, step.loop, n, width, [out, ...inner]));
  } else {
    const to = ownLane(temporary, want, n, width);
    parts.push(loopPart(FORM.loop, code, step.loop, n, width, [to, ...inner]));
    parts.push(loopPart(FORM.cast, places[0].dtype, want, n, width, [out, to]));
  }
  return [formOf(parts)];
}

// ---------------------------------------------------------------- reductions

function reduction(step: Step, n: number, temporary: Temporary): Form[] {
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
      : converted(temporary, lane(from, row, col, w), from.dtype, step.loop, n, w, parts);
  /** The result: one row for all, or an element a row. */
  const out = (step: number, count: number): Lane => laneAt(to.value, to.offset, step, size, size * count);
  if (rows.shape[0] !== n || row <= 0) return [];
  if (back.length === 0) {
    // Every axis: only as one run of elements.
    if (!axes[0].reduced || find || n > MAX_SUM) return [];
    const a = input(1);
    parts.push(partOf(FORM.foldAll, step.loop, 1, [out(0, 1), a], { code: fold }));
    return [formOf(parts, { sums: to.value, multiple: CHUNK })];
  }
  // The order of additions is that of the strides, so rows must be the outer axis in memory too.
  if (col <= 0 || col >= row) return [];
  if (axes[0].reduced) {
    if (find || n * width > MAX_SUM) return [];
    const a = input(width);
    parts.push(partOf(FORM.foldRows, step.loop, width, [out(0, width), a], { code: fold }));
    return [formOf(parts, { sums: to.value })];
  }
  const a = input(width);
  parts.push(
    find
      ? partOf(FORM.find, from.dtype, width, [out(size, 1), a], { code: step.op })
      : partOf(FORM.fold, step.loop, width, [out(size, 1), a], { code: fold }),
  );
  return [formOf(parts)];
}
