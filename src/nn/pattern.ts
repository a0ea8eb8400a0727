// ConvNets from the course's patterns, `INPUT -> [[CONV -> RELU]*N -> POOL?]*M -> [FC -> RELU]*K -> FC`: a reader of the
// string, whose errors point into it, and the layers it stands for, sized by the course's rules of thumb.

import { type Shape, shapeText } from '../core/shape.js';
import { ReLU, Sigmoid, Tanh } from './activations.js';
import { Sequential } from './containers.js';
import { Conv2d, MaxPool2d } from './conv.js';
import { Dropout } from './dropout.js';
import { Flatten, Linear } from './linear.js';
import type { AnyModule } from './module.js';
import { BatchNorm1d, BatchNorm2d, LocalResponseNorm } from './normalization.js';

/** One number for all, one for each, or a rule from the index (from 0). */
type Each = number | readonly number[] | ((index: number) => number);

export interface PatternOptions {
  /** Shape of an image (C, H, W), or of a vector; [3, 32, 32] unless given. */
  input?: Shape;
  /** Scores of the last FC; 10 unless given. */
  classes?: number;
  /** Filters of the convolutions in order; unless given 32, doubled after each pooling up to 512. `CONV3-64` says its own. */
  filters?: Each;
  /** Width of the windows of convolutions; 3 unless given. */
  window?: Each;
  /** Units of the fully connected layers before the last; 128 unless given. `FC-4096` says its own. */
  hidden?: Each;
  /** What the letters of the pattern stand for: `{ N: 2, M: 3, K: 1 }`. */
  counts?: Readonly<Record<string, number>>;
  /** Whether a layer with a question mark is there: all of them (the default), none, or a rule from its index. */
  optional?: boolean | ((index: number) => boolean);
  dtype?: 'float32' | 'float64';
}

/** A layer of the pattern and where it stands in the string. */
interface Part {
  readonly name: string;
  readonly window: number | null;
  readonly count: number | null;
  readonly stride: number | null;
  readonly optional: boolean;
  readonly at: number;
  readonly length: number;
}

type Item = Part | { readonly group: readonly Item[]; readonly repeat: string; readonly at: number };

const NAMES = ['INPUT', 'CONV', 'POOL', 'FC', 'RELU', 'TANH', 'SIGMOID', 'BN', 'LRN', 'DROPOUT'];

/** The pattern with a mark under the place in question. */
function pointed(pattern: string, at: number, length: number, message: string): string {
  return `fromPattern: ${message}\n  ${pattern}\n  ${' '.repeat(at)}${'^'.repeat(Math.max(1, length))}`;
}

/** Reads a pattern into layers and groups: items with arrows between them; an item is a layer or [pattern]*count. */
class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  read(): Item[] {
    const items = this.sequence();
    if (this.at < this.text.length)
      this.fail(
        this.text[this.at] === ']'
          ? "this ']' has no '['."
          : "expected '->' between two layers, or the end of the pattern.",
      );
    return items;
  }

  private fail(message: string, at = this.at, length = 1): never {
    throw new SyntaxError(pointed(this.text, at, length, message));
  }

  private spaces(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  private take(token: string): boolean {
    this.spaces();
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    this.spaces();
    return true;
  }

  private sequence(): Item[] {
    const items = [this.item()];
    while (this.take('->')) items.push(this.item());
    this.spaces();
    return items;
  }

  private item(): Item {
    this.spaces();
    const at = this.at;
    if (this.take('[')) {
      const group = this.sequence();
      if (!this.take(']')) this.fail("this '[' is never closed by a ']'.", at);
      const repeated = this.take('*');
      const count = repeated
        ? (/^(\d+|[A-Za-z])(?![A-Za-z0-9])/.exec(this.text.slice(this.at))?.[0] ?? '')
        : '1';
      if (repeated && count === '')
        this.fail("expected how often the group stands there after '*': a number, or a letter such as N.");
      if (repeated) this.at += count.length;
      return { group, repeat: count, at: this.at - count.length };
    }
    const found = /^([A-Za-z]+)(\d+)?(?:-(\d+))?(?:\/(\d+))?/.exec(this.text.slice(at));
    if (found === null)
      this.fail(
        at >= this.text.length
          ? 'a layer is missing at the end.'
          : 'expected a layer, such as CONV, or a group in brackets.',
      );
    const [whole, name, window, count, stride] = found;
    const known = NAMES.includes(name.toUpperCase());
    if (!known) this.fail(`'${name}' is no layer; there are ${NAMES.join(', ')}.`, at, name.length);
    this.at += whole.length;
    const optional = this.take('?');
    const number = (text: string | undefined): number | null => (text === undefined ? null : Number(text));
    return {
      name: name.toUpperCase(),
      window: number(window),
      count: number(count),
      stride: number(stride),
      optional,
      at,
      length: whole.length,
    };
  }
}

/** The layers of a pattern in order, groups repeated and letters replaced. */
function expanded(pattern: string, items: readonly Item[], options: PatternOptions): Part[] {
  let optionals = 0;
  const list = (part: Item): Part[] => {
    if (!('group' in part)) {
      if (!part.optional) return [part];
      const { optional = true } = options;
      const index = optionals++;
      return (typeof optional === 'function' ? optional(index) : optional) ? [part] : [];
    }
    const given = /^\d+$/.test(part.repeat) ? Number(part.repeat) : options.counts?.[part.repeat];
    if (given === undefined)
      throw new RangeError(
        pointed(
          pattern,
          part.at,
          part.repeat.length,
          `say what ${part.repeat} is: {counts: {${part.repeat}: 2}}.`,
        ),
      );
    if (!Number.isInteger(given) || given < 0)
      throw new RangeError(
        pointed(
          pattern,
          part.at,
          part.repeat.length,
          `a group stands there a whole number of times, not ${given}.`,
        ),
      );
    return Array.from({ length: given }, () => part.group.flatMap(list)).flat();
  };
  return items.flatMap(list);
}

/** The number for the layer of this index. */
function chosen(value: Each | undefined, index: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'function') return value(index);
  return typeof value === 'number' ? value : (value[Math.min(index, value.length - 1)] ?? otherwise);
}

/**
 * Builds the net that a pattern of layers stands for. `->` comes between layers, `[...]*3` repeats a group, a letter in
 * the place of the number is looked up in `counts`, and a layer with `?` may be left out. Layers are CONV, POOL, FC,
 * RELU, TANH, SIGMOID, BN, LRN and DROPOUT after INPUT; `CONV5-64/2` has 64 filters of 5x5 at stride 2, `POOL3/2` windows
 * of 3x3 at stride 2, `FC-4096` 4096 units. What is not said follows the course's rules: filters of 3x3 at stride 1 with
 * padding (F - 1)/2, pooling of 2x2.
 *
 * @returns a row of layers that knows the shape of its input
 * @throws SyntaxError or RangeError that points into the pattern
 * @example
 * const net = nn.fromPattern('INPUT -> [[CONV -> RELU]*2 -> POOL]*3 -> [FC -> RELU]*2 -> FC');
 * net(np.zeros([1, 3, 32, 32])).shape;   // [1, 10]
 */
export function fromPattern(pattern: string, options: PatternOptions = {}): Sequential {
  const parts = expanded(pattern, new Reader(pattern).read(), options);
  const { input = [3, 32, 32], classes = 10, dtype } = options;
  const refuse = (part: Part, message: string): never => {
    throw new RangeError(pointed(pattern, part.at, part.length, message));
  };
  const [first, ...layers] = parts;
  if (first?.name !== 'INPUT')
    throw new SyntaxError(
      pointed(pattern, first?.at ?? 0, first?.length ?? 1, 'a pattern begins with INPUT.'),
    );
  if ((input.length !== 3 && input.length !== 1) || input.some((n) => !Number.isInteger(n) || n < 1))
    throw new RangeError(
      `fromPattern: the input's shape is [channels, rows, columns], or [features], not ${shapeText(input)}.`,
    );
  let shape = input;
  let [convs, pools, fcs] = [0, 0, 0];
  const lastFc = layers.findLastIndex((part) => part.name === 'FC');
  const made: AnyModule[] = [];
  const build = (part: Part, index: number): void => {
    const { name } = part;
    const volume = shape.length === 3;
    switch (name) {
      case 'CONV': {
        if (!volume) refuse(part, 'a convolution needs an image, and after FC there is none.');
        const filters = part.count ?? chosen(options.filters, convs, Math.min(512, 32 * 2 ** pools));
        const window = part.window ?? chosen(options.window, convs, 3);
        const stride = part.stride ?? 1;
        if (window % 2 === 0)
          refuse(part, `windows of ${window} have no padding (F - 1)/2; use an odd width.`);
        if (filters < 1 || window < 1 || stride < 1)
          refuse(part, 'filters, window and stride are at least 1.');
        const padding = (window - 1) / 2;
        made.push(new Conv2d(shape[0], filters, window, { stride, padding, dtype }));
        shape = [filters, ...shape.slice(1).map((n) => Math.floor((n - 1) / stride) + 1)];
        convs++;
        return;
      }
      case 'POOL': {
        if (!volume) refuse(part, 'pooling needs an image, and after FC there is none.');
        const window = part.window ?? 2;
        const stride = part.stride ?? window;
        const sizes = shape.slice(1).map((n) => (n - window) / stride + 1);
        if (sizes.some((n) => n < 1 || !Number.isInteger(n)))
          refuse(
            part,
            `windows of ${window}x${window} at stride ${stride} do not fit on ${shape[1]}x${shape[2]}: (${shape[1]} - ${window})/${stride} + 1 = ${Number(sizes[0].toFixed(4))}. Start from an image that can be halved often enough, or pool less.`,
          );
        made.push(new MaxPool2d(window, { stride }));
        shape = [shape[0], ...sizes];
        pools++;
        return;
      }
      case 'FC': {
        if (volume) made.push(new Flatten());
        const inputs = shape.reduce((p, n) => p * n, 1);
        const units = part.count ?? (index === lastFc ? classes : chosen(options.hidden, fcs, 128));
        made.push(new Linear(inputs, units, { dtype }));
        shape = [units];
        fcs++;
        return;
      }
      case 'BN':
        made.push(volume ? new BatchNorm2d(shape[0], { dtype }) : new BatchNorm1d(shape[0], { dtype }));
        return;
      case 'LRN':
        if (!volume) refuse(part, 'LRN compares the maps of an image, and after FC there is none.');
        made.push(new LocalResponseNorm(part.window ?? 5));
        return;
      case 'RELU':
        made.push(new ReLU());
        return;
      case 'TANH':
        made.push(new Tanh());
        return;
      case 'SIGMOID':
        made.push(new Sigmoid());
        return;
      case 'DROPOUT':
        made.push(new Dropout(0.5));
        return;
      default:
        refuse(part, 'INPUT stands at the beginning only.');
    }
  };
  layers.forEach(build);
  const net = new Sequential(...made);
  Object.defineProperty(net, 'inputShape', { value: input });
  return net;
}
