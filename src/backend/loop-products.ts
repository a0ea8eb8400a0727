// Matrix products as parts of a loop over rows: by rows of the result, or as a sum over the rows of both operands. An
// operand that the product wants in another order is laid out once, before the loop.

import { op } from './command.js';
import {
  FORM,
  type Form,
  formOf,
  isFloat,
  type Lane,
  lane,
  laneAt,
  MAX_SUM,
  type Part,
  partOf,
  sizeOf,
  type Temporary,
} from './forms.js';
import { matmulForm } from './matmul.js';
import { dtypeNames, type Place, type Step, type Value } from './record.js';

const GEMM = { outer: 1, outerPacked: 2, inner: 3, innerPacked: 4, across: 5 };

/** The product as part of a loop over `n` rows, in the ways there are. */
export function productForms(step: Step, n: number, temporary: Temporary): Form[] {
  const [m, k, cols, as0, as1, bs0, bs1] = step.params;
  const [c, a, b] = step.places;
  if (step.shape.length > 0 || !isFloat(c.dtype) || c.value === a.value || c.value === b.value) return [];
  // What the backend would choose for the step alone.
  const chosen = matmulForm(dtypeNames[c.dtype], m, k, cols, [as0, as1, bs0, bs1]);
  const forms: Form[] = [];
  if (n === m && m > 1 && as0 > 0 && as1 > 0) forms.push(...byRows(step, chosen, temporary));
  if (n === k && k > 1 && as1 > 0 && bs0 > 0 && m * cols * k <= MAX_SUM)
    forms.push(...bySums(step, chosen, temporary));
  return forms;
}

/** Row i of the result from row i of the left operand and the whole right one. */
function byRows(step: Step, chosen: number, temporary: Temporary): Form[] {
  const [, k, cols, as0, as1, bs0, bs1] = step.params;
  const [c, a, b] = step.places;
  const { dtype } = c;
  const out = lane(c, cols, 1, cols);
  const left = lane(a, as0, as1, k);
  const outer = (right: Lane, stride: number): Part =>
    partOf(FORM.outer, dtype, cols, [out, left, right], { q: [k, cols, as0, as1, stride] });
  const inner = (right: Lane, stride: number): Part =>
    partOf(FORM.inner, dtype, cols, [out, left, right], { q: [k, cols, as0, 0, stride] });
  const whole = laneAt(b.value, b.offset, 0, 0, 0);
  if (chosen === GEMM.outer) return [formOf([outer(whole, bs0)])];
  if (chosen === GEMM.inner) return [formOf([inner(whole, bs1)])];
  if (chosen !== GEMM.outerPacked && chosen !== GEMM.innerPacked) return [];
  // b laid out once, not for every block.
  const packed = temporary(k * cols * sizeOf(dtype));
  const rowwise = chosen === GEMM.outerPacked;
  const pack = copyStep(
    dtype,
    rowwise ? [k, cols] : [cols, k],
    { value: packed, offset: 0, strides: [rowwise ? cols : k, 1] },
    { value: b.value, offset: b.offset, strides: rowwise ? [bs0, bs1] : [bs1, bs0] },
  );
  const right = laneAt(packed, 0, 0, 0, 0);
  return [formOf([rowwise ? outer(right, cols) : inner(right, k)], { before: [pack] })];
}

/** Everything adds up over the rows of both operands, which are the columns of a and the rows of b. */
function bySums(step: Step, chosen: number, temporary: Temporary): Form[] {
  const [m, _k, cols, as0, as1, bs0, bs1] = step.params;
  const [c, a, b] = step.places;
  const { dtype } = c;
  const size = sizeOf(dtype);
  if (chosen === GEMM.across) {
    const sums = temporary(m * cols * size);
    const out = laneAt(sums, 0, 0, size, m * cols * size);
    const part = partOf(FORM.outerSum, dtype, m, [out, lane(b, bs0, bs1, cols), lane(a, as1, 1, m)], {
      q: [cols, m, bs1, bs0, as1],
    });
    const unpack = copyStep(
      dtype,
      [m, cols],
      { value: c.value, offset: c.offset, strides: [cols, 1] },
      { value: sums, offset: 0, strides: [1, m] },
    );
    return [formOf([part], { sums, after: [unpack] })];
  }
  if (chosen === GEMM.outer && (bs1 === 1 || cols === 1)) {
    const part = partOf(
      FORM.outerSum,
      dtype,
      cols,
      [lane(c, 0, 1, m * cols), lane(a, as1, as0, m), lane(b, bs0, 1, cols)],
      { q: [m, cols, as0, as1, bs0] },
    );
    return [formOf([part], { sums: c.value })];
  }
  return [];
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
