// A run-time twin of library/src/*.d.ts: one-dimensional arrays and the operators of cells, just enough to see what a
// compiled cell really does.

type Values = NDArray | number | bigint | boolean | readonly number[];

export class NDArray {
  grad: NDArray | null = null;
  constructor(readonly values: number[]) {}
  get shape(): number[] {
    return [this.values.length];
  }
  get size(): number {
    return this.values.length;
  }
  get T(): NDArray {
    return this;
  }
  item(): number {
    return this.values[0] as number;
  }
  at(...indices: unknown[]): NDArray {
    return getIndex(this, indices);
  }
  toArray(): number[] {
    return [...this.values];
  }
}

const spread = (x: Values, n: number): number[] =>
  x instanceof NDArray
    ? x.size === 1
      ? new Array(n).fill(x.values[0])
      : x.values
    : Array.isArray(x)
      ? [...x]
      : new Array(n).fill(Number(x));

function zip(a: Values, b: Values, f: (x: number, y: number) => number | boolean): NDArray {
  const n = Math.max(...[a, b].map((x) => (x instanceof NDArray ? x.size : Array.isArray(x) ? x.length : 1)));
  const right = spread(b, n);
  return new NDArray(spread(a, n).map((x, i) => Number(f(x, right[i] as number))));
}

function positions(x: NDArray, [index]: unknown[]): number[] {
  if (typeof index === 'number') return [index < 0 ? index + x.size : index];
  if (index instanceof NDArray) {
    const mask = index.size === x.size && index.values.every((v) => v === 0 || v === 1);
    return mask ? index.values.flatMap((v, i) => (v ? [i] : [])) : index.values;
  }
  const [from, to] = String(index)
    .split(':')
    .map((s) => (s.trim() === '' ? undefined : Number(s)));
  return [...x.values.keys()].slice(from, to);
}

function getIndex(x: NDArray, indices: unknown[]): NDArray {
  return new NDArray(positions(x, indices).map((i) => x.values[i] as number));
}

/** Every call that reached an array, in order. */
export const calls: string[] = [];

function operator(name: string, f: (x: any, y: any) => any) {
  return (a: any, b: any) => {
    if (!(a instanceof NDArray) && !(b instanceof NDArray)) return f(a, b);
    calls.push(name);
    return zip(a, b, f);
  };
}

function inPlace(name: string, f: (x: any, y: any) => any) {
  return (a: any, b: any) => {
    if (!(a instanceof NDArray))
      return b instanceof NDArray && typeof a === 'number' ? zip(a, b, f) : f(a, b);
    calls.push(name);
    a.values.splice(0, a.size, ...zip(a, b, f).values);
    return a;
  };
}

const verbs: Record<string, (x: any, y: any) => any> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  mod: (x, y) => x % y,
  pow: (x, y) => x ** y,
};
const compound = Object.fromEntries(
  Object.entries(verbs).map(([name, f]) => [`i${name}`, inPlace(`i${name}`, f)]),
);
const arithmetic = Object.fromEntries(Object.entries(verbs).map(([name, f]) => [name, operator(name, f)]));

function key(indices: unknown[]): PropertyKey {
  const last = indices.at(-1);
  return last instanceof NDArray ? last.item() : (last as PropertyKey);
}

export const $op = {
  ...arithmetic,
  ...compound,
  lt: operator('lt', (x, y) => x < y),
  le: operator('le', (x, y) => x <= y),
  gt: operator('gt', (x, y) => x > y),
  ge: operator('ge', (x, y) => x >= y),
  // biome-ignore lint/suspicious/noDoubleEquals: the cell wrote ==
  eq: operator('eq', (x, y) => x == y),
  // biome-ignore lint/suspicious/noDoubleEquals: the cell wrote !=
  ne: operator('ne', (x, y) => x != y),
  bitand: operator('bitand', (x, y) => x & y),
  bitor: operator('bitor', (x, y) => x | y),
  bitxor: operator('bitxor', (x, y) => x ^ y),
  shl: operator('shl', (x, y) => x << y),
  shr: operator('shr', (x, y) => x >> y),
  neg: (x: any) => (x instanceof NDArray ? zip(x, -1, (a, b) => a * b) : -x),
  pos: (x: any) => (x instanceof NDArray ? x : +x),
  invert: (x: any) => (x instanceof NDArray ? zip(x, 0, (a) => (a ? 0 : 1)) : ~x),
  truth(x: unknown): boolean {
    if (!(x instanceof NDArray)) return Boolean(x);
    if (x.size === 1) return Boolean(x.item());
    throw new TypeError('the truth value of an array with more than one element is ambiguous');
  },
  get: (x: any, indices: unknown[]) => (x instanceof NDArray ? getIndex(x, indices) : x[key(indices)]),
  set(x: any, indices: unknown[], value: any) {
    if (!(x instanceof NDArray)) x[key(indices)] = value;
    else {
      positions(x, indices).forEach((i, k, { length }) => {
        x.values[i] = spread(value, length)[k] as number;
      });
    }
    return value;
  },
  update(x: any, indices: unknown[], verb: string, value: any) {
    const f = verbs[verb] as (a: any, b: any) => any;
    if (x instanceof NDArray) return $op.set(x, indices, zip(getIndex(x, indices), value, f));
    const k = key(indices);
    x[k] = (compound[`i${verb}`] as any)(x[k], value);
    return x[k];
  },
};

export const np = {
  array: (value: Values | NDArray[]) =>
    new NDArray(spread(value as Values, 1).map((v: any) => (v instanceof NDArray ? v.item() : Number(v)))),
  zeros: (n: number) => new NDArray(new Array(n).fill(0)),
  arange: (n: number) => new NDArray([...new Array(n).keys()]),
  sum: (x: NDArray) => new NDArray([x.values.reduce((a, b) => a + b, 0)]),
  mean: (x: NDArray) => new NDArray([x.values.reduce((a, b) => a + b, 0) / x.size]),
  exp: (x: NDArray) => new NDArray(x.values.map(Math.exp)),
  argmax: (x: NDArray) => new NDArray([x.values.indexOf(Math.max(...x.values))]),
};
