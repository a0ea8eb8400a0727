// np.detectAnomaly: the first value that is not finite, in results and in gradients, with the operation, what went in,
// and the call that recorded it.

import { afterEach, describe, expect, it } from 'vitest';
import { tape } from '../../src/core/node.js';
import { grad, type NDArray, np, vmap } from '../../src/index.js';

afterEach(() => np.detectAnomaly(false));

const caught = (body: () => unknown): Error => {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

describe('np.detectAnomaly', () => {
  it('names the operation whose result is not finite, its operands, and the line', () => {
    const x = np.array([1, 2, 0, 3]).requiresGrad();
    const error = caught(() => np.detectAnomaly(() => np.log(x).mul(2)));
    expect(error.message).toMatch(
      /^detectAnomaly: 'log' gave -inf at \[2\] in a result of shape \(4,\)\. Operands: float64 of shape \(4,\), values from 0 to 3\. It was called in .*anomaly\.test\.ts, line \d+\.$/,
    );
    expect(error.stack).toMatch(/anomaly\.test\.ts/);
  });

  it('names the operation whose gradient is not finite', () => {
    const x = np.array([0, 4]).requiresGrad();
    const error = caught(() => np.detectAnomaly(() => np.sqrt(x).sum().backward()));
    expect(error.message).toMatch(
      /^detectAnomaly: the gradient of 'sqrt' for its operand is inf at \[0\]\. The gradient of its result: float64 of shape \(2,\), values from 1 to 1\. Operands: float64 of shape \(2,\), values from 0 to 4\. It was called in .*anomaly\.test\.ts, line/,
    );
  });

  it('carries the call that recorded the operation as its cause', () => {
    const x = np.array([0]).requiresGrad();
    const recorded = () => np.sqrt(x);
    const error = caught(() => np.detectAnomaly(() => recorded().backward()));
    expect((error.cause as Error).message).toBe("'sqrt' was called here");
    expect((error.cause as Error).stack).toMatch(/at recorded .*anomaly\.test\.ts/);
  });

  it('says which operand of several', () => {
    const a = np.array([1, 0]).requiresGrad();
    const b = np.array([0.5, 0.5]).requiresGrad();
    const error = caught(() => np.detectAnomaly(() => np.pow(a, b).sum().backward()));
    expect(error.message).toMatch(/the gradient of 'pow' for its operand 0 is inf at \[1\]/);
  });

  it('checks gradients only with {forward: false}', () => {
    const x = np.array([0, 1]).requiresGrad();
    expect(np.detectAnomaly(() => np.log(x).at(1), { forward: false }).item()).toBe(0);
    expect(() => np.detectAnomaly(() => np.log(x).sum().backward(), { forward: false })).toThrow(
      /the gradient of 'log' for its operand is inf/,
    );
  });

  it('looks inside grad, through shapes and vmap, and returns what the body returns', () => {
    const f = (x: NDArray) => np.log(x.reshape(2, 2).sum(0)).sum();
    expect(() => np.detectAnomaly(() => grad(f)(np.array([0, 1, 0, 1])))).toThrow(/'log' gave -inf at \[0\]/);
    expect(() =>
      np.detectAnomaly(() => vmap(grad((x: NDArray) => np.sqrt(x).sum()))(np.array([[1, 0]]))),
    ).toThrow(/'sqrt'/);
    expect(np.detectAnomaly(() => grad(f)(np.ones(4))).toArray()).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it('is switched on and off for all that follows', () => {
    const x = np.array([0]).requiresGrad();
    np.detectAnomaly(true);
    expect(() => np.log(x)).toThrow(/'log' gave -inf/);
    np.detectAnomaly(false);
    expect(np.log(x).item()).toBe(Number.NEGATIVE_INFINITY);
  });

  it('leaves nothing behind after an error, and refuses promises', () => {
    const x = np.array([0]).requiresGrad();
    expect(() => np.detectAnomaly(() => np.log(x))).toThrow();
    expect(tape.watchers).toEqual([]);
    expect(np.log(x).tracked).toBe(true);
    expect(() => np.detectAnomaly(async () => 1)).toThrow(/^detectAnomaly: the function returned a promise/);
    expect(() => np.detectAnomaly(3 as never)).toThrow(/^detectAnomaly: give a function/);
  });
});
