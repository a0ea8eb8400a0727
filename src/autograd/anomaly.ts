// np.detectAnomaly: while it is on, every recorded operation and every gradient is looked at, and the first value that
// is not finite raises an error that names the operation, what went in, and the line that called it.

import { isInexact } from '../core/dtype.js';
import { NDArray } from '../core/ndarray.js';
import { type Node, noGrad, tape, type Watcher, watched } from '../core/node.js';
import { formatScalar } from '../core/print.js';
import { shapeText } from '../core/shape.js';
import { isfinite } from '../ops/elementwise.js';
import { all, argmin, max, min } from '../ops/reduce.js';
import { ravel } from '../ops/shape.js';

export interface AnomalyOptions {
  /** Look at results too, not only at gradients; true unless given. */
  forward?: boolean;
}

/** Where the first non-finite element stands and what it is; null when all are finite. */
function firstBad(a: NDArray): string | null {
  return noGrad(() => {
    if (!isInexact(a.dtype) || a.size === 0) return null;
    const finite = isfinite(a.detach());
    if (all(finite).item()) return null;
    let rest = Number(argmin(ravel(finite)).item());
    const index: number[] = [];
    for (let d = a.ndim - 1; d >= 0; d--) {
      index.unshift(rest % a.shape[d]);
      rest = Math.floor(rest / a.shape[d]);
    }
    const name = formatScalar(a.element(index), a.dtype);
    return a.ndim === 0 ? name : `${name} at [${index.join(', ')}]`;
  });
}

/** An operand in a few words: its shape and the range of its values. */
function describe(value: unknown): string {
  if (!(value instanceof NDArray)) return String(value);
  const shape = value.ndim === 0 ? '' : ` of shape ${shapeText(value.shape)}`;
  if (value.size === 0) return `${value.dtype}${shape}`;
  return noGrad(() => {
    const a = value.detach();
    if (a.size === 1) return `${max(a).item()}${shape}`;
    return `${a.dtype}${shape}, values from ${min(a).item()} to ${max(a).item()}`;
  });
}

const operandsText = (node: Node): string => {
  const texts = node.operands.filter((o) => o instanceof NDArray || typeof o === 'number').map(describe);
  return texts.length === 0 ? '' : ` Operands: ${texts.join('; ')}.`;
};

/** The library's own folder: its frames say nothing to a user. */
const here = import.meta.url.replace(/autograd\/[^/]*$/, '');

/** The call that made a node, as an error that the report of another one can name as its cause. */
function callOf(node: Node): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const call = new Error(`'${node.op}' was called here`);
  Error.stackTraceLimit = limit;
  call.name = 'Call';
  return call;
}

/** The innermost frame outside of the library, ` (cell:3)`. */
function placeOf(call: Error | undefined): string {
  const frames = (call?.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const plain = here.replace(/^file:\/\//, '');
  const frame = frames.find((line) => !line.includes(here) && !line.includes(plain));
  const place = /\(?([^()\s]+):(\d+):\d+\)?\s*$/.exec(frame ?? '');
  return place === null ? '' : ` It was called in ${place[1].replace(/^file:\/\//, '')}, line ${place[2]}.`;
}

/** The report, with the place of the call; its trace goes along where the error itself arises elsewhere. */
function anomaly(text: string, call: Error | undefined, elsewhere = true): Error {
  const message = `detectAnomaly: ${text}${placeOf(call)}`;
  return elsewhere && call !== undefined ? new Error(message, { cause: call }) : new Error(message);
}

function watcher({ forward = true }: AnomalyOptions): Watcher {
  const calls = new WeakMap<Node, Error>();
  return {
    recorded(node, out) {
      const call = callOf(node);
      calls.set(node, call);
      const bad = forward ? firstBad(out) : null;
      if (bad !== null) {
        throw anomaly(
          `'${node.op}' gave ${bad}${out.ndim === 0 ? '' : ` in a result of shape ${shapeText(out.shape)}`}.${operandsText(node)}`,
          call,
          false,
        );
      }
    },
    walked(node, given, found) {
      found.forEach((g, i) => {
        const bad = g === null ? null : firstBad(g);
        if (bad === null) return;
        const which = node.inputs.length === 1 ? '' : ` ${i}`;
        throw anomaly(
          `the gradient of '${node.op}' for its operand${which} is ${bad}. ` +
            `The gradient of its result: ${describe(given)}.${operandsText(node)}`,
          calls.get(node),
        );
      });
    },
  };
}

let always: Watcher | null = null;

/**
 * Finds where NaN and infinities come from: inside `body` every recorded operation and every gradient is checked, and
 * the first value that is not finite raises an error with the operation, its operands and the line of the cell
 * (torch.autograd.detect_anomaly). Several times slower, so for searching only. Operations are recorded when they
 * depend on an array that requires grad.
 *
 * @param body a synchronous function; or true and false, to switch checking on and off for all that follows
 * @param options `{forward: false}` checks gradients only, as PyTorch does
 * @returns what `body` returns
 * @throws Error that names the operation; its cause is the call that recorded it
 * @example
 * const W = np.array([3, 2, 0, 1]).requiresGrad();
 * np.detectAnomaly(() => np.log(W).sum().backward());
 * // Error: detectAnomaly: 'log' gave -inf at [2] in a result of shape (4,). Operands: float64 of shape (4,), ...
 */
export function detectAnomaly<T>(body: () => T, options?: AnomalyOptions): T;
export function detectAnomaly(on: boolean, options?: AnomalyOptions): void;
export function detectAnomaly<T>(what: boolean | (() => T), options: AnomalyOptions = {}): T | undefined {
  if (typeof what === 'boolean') {
    tape.watchers = tape.watchers.filter((w) => w !== always);
    always = what ? watcher(options) : null;
    if (always !== null) tape.watchers = [...tape.watchers, always];
    return undefined;
  }
  if (typeof what !== 'function') {
    throw new TypeError('detectAnomaly: give a function to run, or true or false.');
  }
  return watched(watcher(options), () => {
    const result = what();
    if (result instanceof Promise)
      throw new TypeError(
        'detectAnomaly: the function returned a promise, and checking ends with its synchronous part. Use np.detectAnomaly(true) before it.',
      );
    return result;
  });
}
