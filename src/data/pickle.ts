// Reads the pickles that data sets are distributed as: dictionaries, lists, numbers, strings and NumPy arrays. Only
// those: nothing that a pickle names is ever called, so a file cannot run code.

/** An array as it stands in a pickle: element type in NumPy's letters, shape, bytes in C order. */
export interface PickledArray {
  dtype: string;
  shape: number[];
  bytes: Uint8Array;
}

export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickledArray
  | Pickled[]
  | Map<string, Pickled>;

/** A class or function that the pickle names; only arrays and dtypes are known. */
interface Named {
  name: string;
}

/** What `reduce` made: filled by the state that follows. */
interface Shell {
  made: 'array' | 'dtype';
  value: PickledArray | string;
}

type Item = Pickled | Named | Shell | typeof MARK | Item[];

const fromHex = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
/** The text of a Python 2 string literal. */
const unescaped = (text: string): string =>
  text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, hex?: string, c?: string) =>
    hex !== undefined ? fromHex(hex) : (escapes[c!] ?? c!),
  );

const MARK = Symbol('mark');
const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder();

/** The value in a pickle of protocol 0 to 5. Throws Error for anything but plain data and NumPy arrays. */
export function unpickle(bytes: Uint8Array, name = 'the file'): Pickled {
  return new Reader(bytes, name).read();
}

class Reader {
  private at = 0;
  private readonly stack: Item[] = [];
  private readonly memo = new Map<number, Item>();
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly name: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private fail(why: string): never {
    throw new Error(`unpickle: ${this.name} at byte ${this.at}: ${why}.`);
  }

  private take(n: number): Uint8Array {
    if (n < 0 || this.at + n > this.bytes.length) this.fail('the file is cut short');
    this.at += n;
    return this.bytes.subarray(this.at - n, this.at);
  }

  private line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) this.fail('the file is cut short');
    const text = latin1.decode(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  private u8 = (): number => this.take(1)[0];
  private u16(): number {
    this.take(2);
    return this.view.getUint16(this.at - 2, true);
  }
  private u32(): number {
    this.take(4);
    return this.view.getUint32(this.at - 4, true);
  }
  private u64(): number {
    this.take(8);
    return Number(this.view.getBigUint64(this.at - 8, true));
  }

  private pop(): Item {
    if (this.stack.length === 0) this.fail('the stack is empty');
    return this.stack.pop()!;
  }

  private popToMark(): Item[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) this.fail('a mark is missing');
    const items = this.stack.splice(mark);
    return items.slice(1);
  }

  private long(n: number): number | bigint {
    const raw = this.take(n);
    let value = 0n;
    for (let i = n - 1; i >= 0; i--) value = (value << 8n) | BigInt(raw[i]);
    if (n > 0) value = BigInt.asIntN(8 * n, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  private integer(text: string): number | boolean {
    if (text === '01') return true;
    if (text === '00') return false;
    return Number.parseInt(text, 10);
  }

  read(): Pickled {
    for (;;) {
      const code = String.fromCharCode(this.u8());
      if (code === '.') return this.finished(this.pop());
      this.step(code);
    }
  }

  /** A value without the shells that states were filled into. */
  private finished(item: Item): Pickled {
    if (typeof item === 'object' && item !== null && 'made' in item) return item.value as PickledArray;
    if (Array.isArray(item)) return item.map((i) => this.finished(i as Item));
    if (item instanceof Map) {
      return new Map([...item].map(([k, v]) => [k, this.finished(v as Item)] as const));
    }
    if (typeof item === 'symbol' || (typeof item === 'object' && item !== null && 'name' in item))
      this.fail('it holds something that is no plain data');
    return item as Pickled;
  }

  private step(code: string): void {
    const { stack } = this;
    const push = (item: Item): void => {
      stack.push(item);
    };
    switch (code) {
      case '\x80':
        this.u8();
        return;
      case '\x95':
        this.take(8);
        return;
      case '(':
        return push(MARK);
      case 'N':
        return push(null);
      case '\x88':
        return push(true);
      case '\x89':
        return push(false);
      case 'K':
        return push(this.u8());
      case 'M':
        return push(this.u16());
      case 'J':
        this.take(4);
        return push(this.view.getInt32(this.at - 4, true));
      case 'I':
        return push(this.integer(this.line()));
      case 'L':
        return push(Number(this.line().replace('L', '')));
      case '\x8a':
        return push(this.long(this.u8()));
      case '\x8b':
        return push(this.long(this.u32()));
      case 'G':
        this.take(8);
        return push(this.view.getFloat64(this.at - 8));
      case 'F':
        return push(Number(this.line()));
      case 'U':
        return push(latin1.decode(this.take(this.u8())));
      case 'T':
        return push(latin1.decode(this.take(this.u32())));
      case 'S':
        return push(unescaped(this.line().slice(1, -1)));
      case 'V':
        return push(this.line().replace(/\\u([0-9a-fA-F]{4})/g, (_, hex) => fromHex(hex)));
      case '\x8c':
        return push(utf8.decode(this.take(this.u8())));
      case 'X':
        return push(utf8.decode(this.take(this.u32())));
      case '\x8d':
        return push(utf8.decode(this.take(this.u64())));
      case 'C':
        return push(this.take(this.u8()));
      case 'B':
        return push(this.take(this.u32()));
      case '\x8e':
        return push(this.take(this.u64()));
      case ']':
      case ')':
        return push([]);
      case '}':
        return push(new Map() as Map<string, Pickled>);
      case 'l':
      case 't':
        return push(this.popToMark());
      case '\x85':
        return push([this.pop()]);
      case '\x86':
      case '\x87': {
        const n = code === '\x86' ? 2 : 3;
        if (stack.length < n) this.fail('the stack is empty');
        return push(stack.splice(stack.length - n));
      }
      case 'd': {
        const map = new Map() as Map<string, Pickled>;
        this.fill(map, this.popToMark());
        return push(map);
      }
      case 'a': {
        const item = this.pop();
        return this.append([item]);
      }
      case 'e':
        return this.append(this.popToMark());
      case 's': {
        const value = this.pop();
        const key = this.pop();
        return this.fill(stack.at(-1) as Map<string, Pickled>, [key, value]);
      }
      case 'u': {
        const items = this.popToMark();
        return this.fill(stack.at(-1) as Map<string, Pickled>, items);
      }
      case 'q':
        this.memo.set(this.u8(), stack.at(-1)!);
        return;
      case 'r':
        this.memo.set(this.u32(), stack.at(-1)!);
        return;
      case 'p':
        this.memo.set(Number(this.line()), stack.at(-1)!);
        return;
      case '\x94':
        this.memo.set(this.memo.size, stack.at(-1)!);
        return;
      case 'h':
        return push(this.recall(this.u8()));
      case 'j':
        return push(this.recall(this.u32()));
      case 'g':
        return push(this.recall(Number(this.line())));
      case 'c':
        return push({ name: `${this.line()}.${this.line()}` });
      case '\x93': {
        const attribute = String(this.pop());
        return push({ name: `${String(this.pop())}.${attribute}` });
      }
      case 'R': {
        const args = this.pop() as Item[];
        return push(this.make(this.pop() as Named, args));
      }
      case 'b': {
        const state = this.pop() as Item[];
        return this.build(stack.at(-1) as Shell, state);
      }
      case '0':
        this.pop();
        return;
      default:
        this.fail(`unknown instruction ${JSON.stringify(code)}`);
    }
  }

  private recall(key: number): Item {
    if (!this.memo.has(key)) this.fail(`nothing was stored as ${key}`);
    return this.memo.get(key)!;
  }

  private append(items: Item[]): void {
    const list = this.stack.at(-1);
    if (!Array.isArray(list)) this.fail('items are appended to something that is no list');
    list.push(...(items as never[]));
  }

  private fill(map: Map<string, Pickled>, items: Item[]): void {
    if (!(map instanceof Map)) this.fail('entries are set in something that is no dictionary');
    for (let i = 0; i + 1 < items.length; i += 2) {
      const key = items[i];
      map.set(key instanceof Uint8Array ? latin1.decode(key) : String(key), items[i + 1] as Pickled);
    }
  }

  /** What naming a function of NumPy with arguments stands for. */
  private make({ name }: Named, args: Item[]): Item {
    const base = String(name).replace(/^numpy\.(_core|core)\./, 'numpy.core.');
    if (base === 'numpy.core.multiarray._reconstruct') {
      return { made: 'array', value: { dtype: '', shape: [], bytes: new Uint8Array() } };
    }
    if (base === 'numpy.dtype') return { made: 'dtype', value: String(args[0]) };
    if (base === '_codecs.encode') {
      return Uint8Array.from(String(args[0]), (c) => c.charCodeAt(0));
    }
    return this.fail(`it names ${name}, which is not plain data; nothing was run`);
  }

  /** The state of an array: (version, shape, dtype, Fortran order, bytes). */
  private build(shell: Shell, state: Item[]): void {
    if (typeof shell !== 'object' || shell === null || !('made' in shell))
      this.fail('a state belongs to nothing');
    if (shell.made === 'dtype') return;
    const [, shape, dtype, fortran, raw] = state;
    const type = (dtype as Shell)?.value;
    if (!Array.isArray(shape) || typeof type !== 'string' || fortran === true)
      this.fail('an array is not in C order');
    const bytes =
      typeof raw === 'string' ? Uint8Array.from(raw, (c) => c.charCodeAt(0)) : (raw as Uint8Array);
    const dims = shape.map(Number);
    const width = Number(type.slice(1));
    if (!(bytes instanceof Uint8Array) || bytes.length !== dims.reduce((p, n) => p * n, width))
      this.fail(`an array of shape (${dims}) and type ${type} does not have its bytes`);
    shell.value = { dtype: type, shape: dims, bytes };
  }
}
