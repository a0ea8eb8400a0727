// Properties of widgets on their way to the page and back: other widgets as references, dates as the page writes them,
// binary data beside the message with its paths. Also says when two values of a property are the same.
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../protocol/messages.js';

export interface Packed {
  state: Json;
  buffer_paths: (string | number)[][];
  buffers: Uint8Array[];
}

const REFERENCE = 'IPY_MODEL_';

export function pack(values: Json): Packed {
  const packed: Packed = { state: {}, buffer_paths: [], buffers: [] };
  packed.state = packValue(values, [], packed) as Json;
  return packed;
}

function packValue(value: unknown, path: (string | number)[], packed: Packed): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    packed.buffer_paths.push(path);
    packed.buffers.push(
      value instanceof ArrayBuffer
        ? new Uint8Array(value)
        : new Uint8Array(value.buffer, value.byteOffset, value.byteLength),
    );
    return null;
  }
  const { model_id, send_state, tolist } = value as Record<string, unknown>;
  if (typeof send_state === 'function') return REFERENCE + String(model_id);
  if (value instanceof Date)
    return { year: value.getUTCFullYear(), month: value.getUTCMonth(), date: value.getUTCDate() };
  if (typeof tolist === 'function') return tolist.call(value);
  if (Array.isArray(value)) return value.map((each, i) => packValue(each, [...path, i], packed));
  const out: Json = {};
  for (const [key, each] of Object.entries(value)) {
    const inner = packValue(each, [...path, key], packed);
    const isBinary = inner === null && each !== null;
    if (!isBinary && inner !== undefined) out[key] = inner;
  }
  return out;
}

export function unpack(
  state: Json,
  paths: readonly (string | number)[][],
  buffers: readonly Uint8Array[],
  find: (id: string) => unknown,
): Json {
  paths.forEach((path, i) => {
    let at = state as Record<string | number, unknown>;
    for (const key of path.slice(0, -1)) at = at[key] as typeof at;
    at[path.at(-1) as string] = buffers[i];
  });
  return unpackValue(state, find) as Json;
}

function unpackValue(value: unknown, find: (id: string) => unknown): unknown {
  if (typeof value === 'string' && value.startsWith(REFERENCE))
    return find(value.slice(REFERENCE.length)) ?? value;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((each) => unpackValue(each, find));
  const entries = Object.entries(value);
  if (entries.length === 3 && 'year' in value && 'month' in value && 'date' in value) {
    const { year, month, date } = value as Record<string, number>;
    const day = new Date(0);
    day.setUTCFullYear(year, month, date);
    return day;
  }
  return Object.fromEntries(entries.map(([key, each]) => [key, unpackValue(each, find)]));
}

/** Whether a property keeps its value: widgets are themselves, everything else is compared by what it holds. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if ('send_state' in a || 'send_state' in b) return false;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, i) => isSame(each, b[i]));
  return isDeepStrictEqual(a, b);
}
