// gradlab as a contender of `npm run bench`: the cases of peers.py through the public API, one JSON line each.
import { createInterface } from 'node:readline';
import { type DType, NDArray, nn, np, optim } from 'gradlab';
import type { Input, Row } from './rows.js';

const [N, D, K, H] = [100, 2, 3, 100];
const [stepSize, reg] = [1, 1e-3];

function spiralData() {
  np.random.seed(0);
  const X = np.zeros([N * K, D]);
  const y = np.zeros(N * K, { dtype: 'uint8' });
  for (let j = 0; j < K; j++) {
    const ix = np.arange(N * j, N * (j + 1));
    const r = np.linspace(0, 1, N);
    const t = np.linspace(j * 4, (j + 1) * 4, N).add(np.random.randn(N).mul(0.2));
    X.set([ix], np.c_(r.mul(np.sin(t)), r.mul(np.cos(t))));
    y.set([ix], j);
  }
  np.random.randn(18 + D * K);
  const W = np.random.randn(D, H).mul(0.01);
  const W2 = np.random.randn(H, K).mul(0.01);
  return { X, y, W, b: np.zeros([1, H]), W2, b2: np.zeros([1, K]) };
}

/** How the loop is written: plainly, with `np.scope` around every step, or with the step through `np.fuse`. */
type How = 'plain' | 'scope' | 'fuse';

function train(iterations: number, how: How, step: () => NDArray): [number, number] {
  let loss = Number.NaN;
  const once = how === 'fuse' ? np.fuse(step) : step;
  const begun = performance.now();
  for (let i = 0; i < iterations; i++) loss = how === 'scope' ? np.scope(() => once().item()) : once().item();
  return [(performance.now() - begun) / 1000, loss];
}

/** The half of a step that the gradient by hand and autograd share. */
function forward({ X, y, W, b, W2, b2 }: ReturnType<typeof spiralData>, rows: NDArray) {
  const hidden = np.maximum(0, np.dot(X, W).add(b));
  const scores = np.dot(hidden, W2).add(b2);
  const expScores = np.exp(scores);
  const probs = expScores.div(np.sum(expScores, { axis: 1, keepdims: true }));
  const dataLoss = np.sum(np.log(probs.at(rows, y)).neg()).div(X.shape[0]);
  const regLoss = np
    .sum(W.mul(W))
    .mul(0.5 * reg)
    .add(np.sum(W2.mul(W2)).mul(0.5 * reg));
  return { hidden, probs, loss: dataLoss.add(regLoss) };
}

function spiral(iterations: number, how: How): [number, number] {
  const data = spiralData();
  const { X, y, W, b, W2, b2 } = data;
  const n = X.shape[0];
  const rows = np.arange(n);
  return train(iterations, how, () => {
    const { hidden, probs, loss } = forward(data, rows);

    const dscores = probs;
    dscores.set([rows, y], dscores.at(rows, y).sub(1));
    dscores.idiv(n);
    const dW2 = np.dot(hidden.T, dscores);
    const db2 = np.sum(dscores, { axis: 0, keepdims: true });
    const dhidden = np.dot(dscores, W2.T);
    dhidden.set([hidden.lessEqual(0)], 0);
    const dW = np.dot(X.T, dhidden);
    const db = np.sum(dhidden, { axis: 0, keepdims: true });
    dW2.iadd(W2.mul(reg));
    dW.iadd(W.mul(reg));
    W.iadd(dW.mul(-stepSize));
    b.iadd(db.mul(-stepSize));
    W2.iadd(dW2.mul(-stepSize));
    b2.iadd(db2.mul(-stepSize));
    return loss;
  });
}

function spiralAutograd(iterations: number, how: How): [number, number] {
  const data = spiralData();
  const { X, W, b, W2, b2 } = data;
  const rows = np.arange(X.shape[0]);
  const params = [W, b, W2, b2];
  for (const p of params) p.requiresGrad();
  return train(iterations, how, () => {
    const { loss } = forward(data, rows);
    loss.backward();
    np.noGrad(() => {
      for (const p of params) {
        p.isub((p.grad as NDArray).mul(stepSize));
        p.grad = null;
      }
    });
    return loss;
  });
}

/** The mean time of a call over at least `seconds`, after one call that does not count. */
function timed(call: () => unknown, seconds: number): number {
  call();
  let count = 0;
  const begun = performance.now();
  while (performance.now() - begun < 1000 * seconds || count < 3) {
    call();
    count++;
  }
  return (performance.now() - begun) / 1000 / count;
}

function gemm(n: number, dtype: DType): [number, number] {
  const rng = np.random.default_rng(0);
  const A = rng.standard_normal([n, n]).astype(dtype);
  const B = rng.standard_normal([n, n]).astype(dtype);
  return [timed(() => np.dot(A, B), 0.3), np.dot(A, B).at(1, 2).item()];
}

function additions(count: number): [number, number] {
  let a = np.zeros(131072);
  const one = np.ones(131072);
  const begun = performance.now();
  for (let i = 0; i < count; i++) a = a.add(one);
  return [(performance.now() - begun) / 1000, a.at(7).item()];
}

let inputs: { key: string; arrays: NDArray[] } = { key: '', arrays: [] };

/** The inputs of a row; they stay for the next request, which is mostly for the same row. */
function prepare(specs: Row['inputs']): NDArray[] {
  const key = JSON.stringify(specs);
  if (inputs.key !== key) {
    const rng = np.random.default_rng(0);
    inputs = { key, arrays: Object.values(specs).map((spec) => input(rng, spec)) };
  }
  return inputs.arrays;
}

function input(rng: ReturnType<typeof np.random.default_rng>, [kind, shape, dtype]: Input): NDArray {
  switch (kind) {
    case 'normal':
      return rng.standard_normal(shape).astype(dtype);
    case 'sorted':
      return np.sort(rng.standard_normal(shape)).astype(dtype);
    case 'uniform':
      return rng.random(shape).add(0.5).astype(dtype);
    case 'mask':
      return np.less(rng.random(shape), 0.3);
    case 'integers':
      return np.floor(rng.random(shape).mul(100)).astype(dtype);
    case 'positions':
      return np.floor(rng.random(shape).mul(1000)).astype(dtype);
    case 'labels':
      return np.floor(rng.random(shape).mul(10)).astype(dtype);
  }
}

/** Sum of absolute values, by which contenders are compared. */
const checksum = (result: unknown, fallback: NDArray): number =>
  np.sum(np.abs((result instanceof NDArray ? result : fallback).astype('float64'))).item() as number;

/**
 * The mean time of a call. All but small results go back to the pool through np.scope, as reference counts free them for the
 * peers.
 */
function row(request: Request): [number, number] {
  const arrays = prepare(request.inputs);
  const names = Object.keys(request.inputs);
  const call = new Function('np', 'nn', ...names, `return () => ${request.code};`)(np, nn, ...arrays);
  const scope = request.size > 512;
  const repeat = (count: number): number => {
    const begun = performance.now();
    if (scope) for (let i = 0; i < count; i++) np.scope(() => void call());
    else for (let i = 0; i < count; i++) call();
    return (performance.now() - begun) / 1000;
  };
  const value = checksum(call(), arrays[0]);
  // Until the code is compiled and caches and threads are warm, as they are in a loop of any length.
  let calls = 1;
  let spent = repeat(1);
  for (; spent < request.budget && calls < 5000; calls *= 2) spent += repeat(calls);
  const count = Math.max(1, Math.min(10_000, Math.round((request.budget * calls) / spent)));
  return [repeat(count) / count, value];
}

/** Gives a model its weights, in the order of its parameters; running statistics stay as they are. */
function load(model: nn.Module, ...weights: NDArray[]): void {
  const names = model.namedParameters().map(([name]) => name);
  model.loadStateDict(Object.fromEntries(names.map((name, i) => [name, weights[i]])), { strict: false });
}

let net: { key: string; step: () => number } = { key: '', step: () => Number.NaN };

/** The mean time of a training step, and the loss after a few. The model stays for the next request. */
function trainNet(request: Request): [number, number] {
  const key = JSON.stringify(request.inputs) + request.code;
  const arrays = prepare(request.inputs);
  const make = (): (() => number) =>
    new Function(
      'np',
      'nn',
      'optim',
      'load',
      ...Object.keys(request.inputs),
      `${request.code}\nreturn step;`,
    )(np, nn, optim, load, ...arrays);
  let value = Number.NaN;
  const fresh = make();
  for (let i = 0; i < 5; i++) value = fresh();
  if (net.key !== key) {
    net = { key, step: make() };
    const begun = performance.now();
    while (performance.now() - begun < 2000 * request.budget) net.step();
  }
  let count = 0;
  const begun = performance.now();
  while (performance.now() - begun < 1000 * request.budget || count < 3) {
    net.step();
    count++;
  }
  return [(performance.now() - begun) / 1000 / count, value];
}

interface Request extends Pick<Row, 'inputs' | 'size'> {
  code: string;
  budget: number;
  case: string;
  iterations: number;
  how?: How;
  n: number;
  dtype: DType;
  count: number;
}

for await (const line of createInterface(process.stdin)) {
  const request = JSON.parse(line) as Request;
  const cases: Record<string, () => [number, number]> = {
    spiral: () => spiral(request.iterations, request.how ?? 'plain'),
    'spiral-autograd': () => spiralAutograd(request.iterations, request.how ?? 'plain'),
    gemm: () => gemm(request.n, request.dtype),
    additions: () => additions(request.count),
    row: () => row(request),
    net: () => trainNet(request),
  };
  const [seconds, value] = cases[request.case]();
  console.log(JSON.stringify({ seconds, value, rss: process.resourceUsage().maxRSS / 1024 }));
}
