// Gathers and scatters as parts of a loop over rows. Index arrays are turned into offsets by steps of their own; what is
// known of those offsets decides whether a take or a put stays within the rows of the loop, and what has to hold of the
// index arrays at every run.

import {
  converted,
  FORM,
  type Form,
  formOf,
  type Guard,
  isFloat,
  type Lane,
  lane,
  laneAt,
  merged,
  type Part,
  partOf,
  product,
  sizeOf,
  type Temporary,
} from './forms.js';
import { dtypeNames, names, type Place, type Step, type Value } from './record.js';

/** What is known of offsets that index arrays gave: row i of the result is element i of an axis, plus a bounded rest. */
interface Offsets {
  guards: Guard[];
  /** Elements between rows when the first index array counts 0, 1, 2..., else 0; and the largest sum of the others. */
  step: number;
  rest: number;
}

/** A lane of offsets: an int64 a row. */
const offsetLane = ({ value, offset }: Place): Lane => laneAt(value, offset, 8, 8, 8);

/** What a program's index arrays give, and the forms of the steps that use it. */
export class Gathers {
  private readonly known = new Map<Value, Offsets>();

  constructor(
    steps: readonly Step[],
    private readonly temporary: Temporary,
  ) {
    for (const step of steps) if (names[step.op] === 'indexOffsets') this.note(step);
  }

  private note(step: Step): void {
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
    const before = this.known.get(out.value);
    if (adds === 0) {
      if (!known || before !== undefined) return;
      const iota = limit >= count && countsUp(index.value, place, count);
      this.known.set(out.value, {
        guards: [iota ? { ...bounds, kind: 'iota' } : bounds],
        step: iota ? by : 0,
        rest: iota ? 0 : Number.POSITIVE_INFINITY,
      });
    } else if (before !== undefined) {
      if (!known) this.known.delete(out.value);
      else {
        before.guards.push(bounds);
        before.rest += by >= 0 ? by * (limit - 1) : Number.POSITIVE_INFINITY;
      }
    }
  }

  offsets(step: Step, n: number): Form[] {
    const [out, index] = step.places;
    const found = out.value === null ? undefined : this.known.get(out.value);
    if (found === undefined || product(step.shape) !== n) return [];
    const dims = merged(step.shape, [index.strides]);
    const row = dims.shape.length === 0 ? 0 : dims.strides[0][0];
    const [limit, by, axis, adds] = step.params;
    const part = partOf(FORM.offsets, index.dtype, 1, [offsetLane(out), lane(index, row, 0, 1)], {
      q: [limit, by, axis, adds],
    });
    return [formOf([part], { guards: found.guards })];
  }

  take(step: Step, n: number): Form[] {
    const [out, from, offsets] = step.places;
    if (step.params[0] !== n || offsets.value === null || from.value === out.value) return [];
    const dims = merged(step.shape, [from.strides]);
    if (dims.shape.length > 1) return [];
    const width = dims.shape[0] ?? 1;
    const col = dims.shape.length === 0 ? 1 : dims.strides[0][0];
    const size = sizeOf(from.dtype);
    const to = laneAt(out.value, out.offset, width * size, size, width * size);
    const part = (source: Lane): Part =>
      partOf(FORM.take, from.dtype, width, [to, source, offsetLane(offsets)]);
    const whole: Lane = { ...lane(from, 0, col, width), row: 0 };
    const forms = [formOf([part(whole)])];
    const found = this.known.get(offsets.value);
    if (found !== undefined && found.step > 0 && Number.isFinite(found.rest)) {
      const source = lane(from, found.step, col, width);
      forms.push(
        formOf([part({ ...source, span: source.span + found.rest * size })], { guards: found.guards }),
      );
    }
    return forms;
  }

  put(step: Step, n: number): Form[] {
    const [to, offsets, value] = step.places;
    const lead = step.params[0];
    if (product(step.shape.slice(0, lead)) !== n || offsets.value === null) return [];
    const found = this.known.get(offsets.value);
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
    const source = converted(this.temporary, given, value.dtype, to.dtype, n, width, parts);
    const reached = { ...target, span: target.span + found.rest * size };
    parts.push(partOf(FORM.put, to.dtype, width, [reached, offsetLane(offsets), source], { code: step.op }));
    return [formOf(parts, { guards: found.guards })];
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
