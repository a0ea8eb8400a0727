// What follows a product in a fused loop, done to its elements while they are in registers: a row is added, a maximum
// taken, a mask applied; and column sums beside it. The same operations in the same order, so the same bits.

import { FORM, type Lane, type Part, sizeOf } from './forms.js';
import { dtypeNames, names, type Value } from './record.js';

const AFTER = { nothing: 0, add: 1, addMaxRight: 2, addMaxLeft: 3, drop: 4, keep: 5 };
/** Rows of a product that column sums can go beside, as in native/cpu/products.h. */
const SUM_ROWS = 4;
const MASKS: Readonly<Record<string, number>> = {
  'lessEqual drop': AFTER.drop,
  'number greaterEqual drop': AFTER.drop,
  'greater keep': AFTER.keep,
  'number less keep': AFTER.keep,
};

/** Comparisons with a number s that say of max(s, p) what they say of p. */
const SAME_OF_MAXIMUM = new Set(['number less', 'greater', 'lessEqual', 'number greaterEqual']);

/** The number that a lane stands for, or null when it is none. */
function numberOf(lane: Lane, dtype: number): number | null {
  if (lane.bits === null) return null;
  const view = new DataView(lane.bits.buffer, lane.bits.byteOffset);
  return dtypeNames[dtype] === 'float32' ? view.getFloat32(0, true) : view.getFloat64(0, true);
}

/**
 * Lets products do what comes after them to their elements while those are in registers: adding a row, the maximum
 * with a number, a mask by comparing another array with a number. Only values that nobody else meets in between, and
 * that are `local` to the loop, disappear.
 */
export function finished(parts: readonly Part[], local: (value: Value) => boolean): Part[] {
  const list: Part[] = [...parts];
  list.forEach((_, i) => {
    compareMaximum(list, i);
  });
  for (let i = 0; i < list.length; i++) {
    if (list[i].form !== FORM.outer && list[i].form !== FORM.inner) continue;
    for (let next = merge(list, i, local); next !== null; next = merge(list, i, local)) {
      list[i] = next.product;
      for (const part of next.gone) list.splice(list.indexOf(part), 1);
    }
  }
  for (const part of [...list]) if (part.form === FORM.outerSum) withSums(list, part);
  return list;
}

/**
 * Lets later comparisons of p with s read max(s, p) instead, as the gradient of a rectifier has them: p itself is then
 * needed no longer.
 */
function compareMaximum(list: Part[], i: number): void {
  const { form, code, dtype, width, lanes } = list[i];
  if (form !== FORM.loop || names[code] !== 'maximum') return;
  const [max, left, right] = lanes;
  const [p, number] = left.value === null ? [right, left] : [left, right];
  const s = numberOf(number, dtype);
  if (s === null || Number.isNaN(s) || p.value === null || p.value === max.value) return;
  if (p.row !== max.row || p.col !== max.col) return;
  for (let k = i + 1; k < list.length; k++) {
    const test = list[k];
    const [out, a, b] = test.lanes;
    if (out.value === p.value || out.value === max.value) return;
    if (test.form !== FORM.loop || test.dtype !== dtype || test.width !== width || b === undefined) continue;
    const flip = a.value === null;
    const [x, other] = flip ? [b, a] : [a, b];
    if (!SAME_OF_MAXIMUM.has(`${flip ? 'number ' : ''}${names[test.code]}`) || numberOf(other, dtype) !== s)
      continue;
    if (x.value !== p.value || x.offset !== p.offset || x.row !== p.row || x.col !== p.col) continue;
    list[k] = { ...test, lanes: flip ? [out, a, max] : [out, max, b] };
  }
}

/** Lets a product that adds up over the rows of b add up those rows themselves too, where another part does. */
function withSums(list: Part[], product: Part): void {
  const [, , b] = product.lanes;
  const size = sizeOf(product.dtype);
  if (product.q[0] > SUM_ROWS || product.q[0] < 1 || b.col !== size) return;
  const at = list.findIndex((p) => {
    if (p.form !== FORM.foldRows || p.code !== 0 || p.dtype !== product.dtype || p.width !== product.width)
      return false;
    const [, from] = p.lanes;
    return from.value === b.value && from.offset === b.offset && from.row === b.row && from.col === b.col;
  });
  if (at < 0) return;
  const i = list.indexOf(product);
  const between = list.slice(Math.min(i, at), Math.max(i, at));
  if (between.some((p) => p.lanes[0].value === b.value)) return;
  list[i] = { ...product, lanes: [...product.lanes, list[at].lanes[0]] };
  list.splice(at, 1);
}

function merge(
  list: readonly Part[],
  i: number,
  local: (value: Value) => boolean,
): { product: Part; gone: Part[] } | null {
  const product = list[i];
  const { dtype, width } = product;
  const size = sizeOf(dtype);
  const out = product.lanes[0];
  const kind = product.q[5] ?? AFTER.nothing;
  const uses = (value: Value | null): number[] =>
    list.flatMap((p, k) => (p.lanes.some((l) => l.value === value) ? [k] : []));
  const dense = (l: Lane): boolean => l.value !== null && l.col === size && l.row === width * size;
  const own = uses(out.value).filter((k) => k > i);
  const at = own[0];
  if (out.value === null || !local(out.value) || !dense(out) || at === undefined) return null;
  const user = list[at];
  if (user.form !== FORM.loop || user.dtype !== dtype || user.width !== width || !dense(user.lanes[0]))
    return null;
  const [to, ...operands] = user.lanes;
  const mine = operands.filter((l) => l.value === out.value);
  if (mine.length !== 1 || mine[0].offset !== out.offset || !dense(mine[0])) return null;
  // The result takes the place of the product: nobody may have met either of them in between, or later the product.
  const inPlace = to.value === out.value;
  if (!inPlace && (own.length > 1 || uses(to.value)[0] !== at)) return null;
  /** Whether the loop leaves a lane as it is from the product to its user. */
  const settled = (l: Lane): boolean => !list.slice(i, at + 1).some((p) => p.lanes[0].value === l.value);
  const then = (after: number, more: Partial<Part>, gone: Part[]): { product: Part; gone: Part[] } => {
    const lanes = [to, ...(more.lanes ?? product.lanes).slice(1)];
    return { product: { ...product, ...more, q: [...product.q.slice(0, 5), after], lanes }, gone };
  };
  const name = names[user.code];
  if (name === 'add' && operands[0] === mine[0] && kind === AFTER.nothing) {
    const [, x] = operands;
    if (x.value === null || x.col !== size || (x.row !== 0 && !dense(x)) || !settled(x)) return null;
    return then(AFTER.add, { lanes: [...product.lanes, x] }, [user]);
  }
  if (product.form === FORM.inner) return null;
  if (name === 'maximum' && kind === AFTER.add) {
    const other = operands[operands[0] === mine[0] ? 1 : 0];
    const s = numberOf(other, dtype);
    if (s === null || Number.isNaN(s)) return null;
    return then(operands[0] === mine[0] ? AFTER.addMaxLeft : AFTER.addMaxRight, { numbers: [s, 0] }, [user]);
  }
  if (name === 'where' && operands[0] !== mine[0] && kind === AFTER.nothing) {
    const [mask, yes] = operands;
    const c = numberOf(operands[yes === mine[0] ? 2 : 1], dtype);
    const makers = uses(mask.value);
    const test = list[makers[0]];
    if (
      c === null ||
      mask.value === null ||
      !local(mask.value) ||
      makers.length !== 2 ||
      test.form !== FORM.loop
    )
      return null;
    if (test.dtype !== dtype || test.width !== width || test.lanes.length !== 3) return null;
    const [made, left, right] = test.lanes;
    if (made.value !== mask.value || made.offset !== mask.offset || made.row !== mask.row) return null;
    const flip = left.value === null;
    const x = flip ? right : left;
    const s = numberOf(flip ? left : right, dtype);
    const which = `${flip ? 'number ' : ''}${names[test.code]} ${yes === mine[0] ? 'keep' : 'drop'}`;
    const after = MASKS[which];
    if (s === null || after === undefined || !dense(x) || !settled(x) || x.value === out.value) return null;
    return then(after, { lanes: [...product.lanes, x], numbers: [s, c] }, [test, user]);
  }
  return null;
}
