// The recorded graph as data, on the circuits of the course, and its figure.

import { describe, expect, it } from 'vitest';
import { circuit, grad, type NDArray, np, plot } from '../../src/index.js';

const leaf = (v: number | number[][]) => np.array(v).requiresGrad();
const num = (a: NDArray | null) => (a === null ? null : Number(Number(a.item()).toFixed(2)));

/** f = (x + y) z at -2, 5, -4. */
function first() {
  const [x, y, z] = [-2, 5, -4].map(leaf);
  const q = x.add(y);
  return circuit(q.mul(z), { x, y, z, q });
}

/** The sigmoid of w0 x0 + w1 x1 + w2, gate by gate. */
function second() {
  const [w0, x0, w1, x1, w2] = [2, -1, -3, -2, -3].map(leaf);
  const f = np.div(1, np.exp(w0.mul(x0).add(w1.mul(x1)).add(w2).mul(-1)).add(1));
  return circuit(f, { w0, x0, w1, x1, w2 });
}

describe('circuit', () => {
  it('has the values and gradients of f = (x + y) z', () => {
    const c = first();
    const table = ['x', 'y', 'q', 'z'].map((n) => [num(c.find(n).value), num(c.find(n).gradient)]);
    expect(table).toEqual([
      [-2, -4],
      [5, -4],
      [3, -4],
      [-4, 3],
    ]);
    expect([num(c.output.value), num(c.output.gradient), c.output.op]).toEqual([-12, 1, 'mul']);
    expect(c.find('q').inputs.map((i) => c.nodes[i].name)).toEqual(['x', 'y']);
    expect(c.edges.length).toBe(4);
    expect(c.layers.map((l) => l.map((i) => c.nodes[i].name))).toEqual([['x', 'y'], ['q', 'z'], [null]]);
  });

  it('has those of the sigmoid circuit, with numbers on the gates that take them', () => {
    const c = second();
    const gates = c.nodes.filter((n) => n.kind === 'gate');
    expect(gates.map((n) => n.label)).toEqual(['*', '*', '+', '+', '* -1', 'exp', '+ 1', '1/x']);
    expect(gates.map((n) => num(n.value))).toEqual([-2, 6, 4, 1, -1, 0.37, 1.37, 0.73]);
    expect(gates.map((n) => num(n.gradient))).toEqual([0.2, 0.2, 0.2, 0.2, -0.2, -0.53, -0.53, 1]);
    expect(['w0', 'x0', 'w1', 'x1', 'w2'].map((n) => num(c.find(n).gradient))).toEqual([
      -0.2, 0.39, -0.39, -0.59, 0.2,
    ]);
    // w2 waits for its gate beside the sum that it is added to.
    expect(c.find('w2').layer).toBe(2);
  });

  it('every gate stands after what it takes, also in a net of arrays with constants', () => {
    const X = np.ones([5, 3]);
    const p = {
      W: leaf([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      b: np.zeros(2).requiresGrad(),
    };
    const h = np.maximum(0, np.dot(X, p.W).add(p.b));
    const c = circuit(h.mul(h).add(h).mean(), { p, h });
    for (const n of c.nodes) for (const i of n.inputs) expect(c.nodes[i].layer).toBeLessThan(n.layer);
    expect(c.nodes.filter((n) => n.kind === 'constant').map((n) => n.shape)).toEqual([[5, 3]]);
    expect(c.find('p.W').gradient!.shape).toEqual([3, 2]);
    expect(c.find('h').label).toBe('max 0');
    // h goes into three places, twice into one.
    expect(c.edges.filter((e) => e.from === c.find('h').id).length).toBe(3);
    np.testing.assertAllclose(c.find('h').gradient!, h.detach().mul(2).add(1).div(10), { rtol: 1e-14 });
  });

  it('leaves the arrays as they are, and copies what it shows', () => {
    const x = leaf(2);
    const y = x.mul(x);
    const c = circuit(y, { x });
    expect(x.grad).toBeNull();
    np.noGrad(() => x.iadd(1));
    expect(num(c.find('x').value)).toBe(2);
    y.detach();
  });

  it('follows a write in place, and starts from a given gradient', () => {
    const x = np.array([1, 2]).requiresGrad();
    const y = x.mul(3);
    y.iadd(1);
    const c = circuit(y, { x, y }, { gradient: np.array([1, 10]) });
    expect(c.find('y').op).toBe('add');
    expect(c.find('x').gradient!.toArray()).toEqual([3, 30]);
  });

  it('shows the inside of grad', () => {
    const seen: string[] = [];
    grad((x: NDArray) => {
      const y = np.sin(x).mul(2);
      seen.push(String(circuit(y, { x, y })));
      return y;
    })(np.array(1));
    expect(seen[0]).toMatch(/x +leaf +1 +1\.081\n.*sin.*\n.*y +\* 2 +1\.683 +1/);
  });

  it('prints as a table', () => {
    expect(String(first())).toBe(
      [
        'layer  node  gate  value  gradient  from',
        '0      x     leaf  -2     -4',
        '0      y     leaf  5      -4',
        '1      q     +     3      -4        x, y',
        '1      z     leaf  -4     3',
        '2      #4    *     -12    1         q, z',
      ].join('\n'),
    );
  });

  it('of ten thousand gates does not overflow', () => {
    let x = leaf(1) as NDArray;
    for (let i = 0; i < 10_000; i++) x = x.add(1);
    const c = circuit(x);
    expect(c.layers.length).toBe(10_001);
  });

  it('says what it cannot show', () => {
    expect(() => circuit(np.ones(2))).toThrow(/^circuit: the array is not the result of recorded operations/);
    expect(() => circuit(np.ones(2).requiresGrad().mul(2))).toThrow(
      /^circuit: gradients start from a single number.*\(2,\)/,
    );
    expect(() => first().find('w')).toThrow(/^Circuit\.find: no node is named 'w'; there are x, y, q, z/);
  });
});

describe('plot.circuit', () => {
  it('writes values in green above the wires and gradients in red below', () => {
    const figure = plot.circuit(first());
    const notes = figure.layout.annotations! as { text: string; font: { color: string }; yanchor: string }[];
    const of = (color: string) => notes.filter((n) => n.font.color === color);
    expect(of('#15803d').map((n) => n.text)).toEqual(['-2', '5', '3', '-4', '-12']);
    expect(of('#dc2626').map((n) => n.text)).toEqual(['-4', '-4', '-4', '3', '1']);
    expect(
      of('#15803d').every((n) => n.yanchor === 'bottom') && of('#dc2626').every((n) => n.yanchor === 'top'),
    ).toBe(true);
  });

  it('draws one wire for each edge and one out, gates with signs, inputs with names', () => {
    const c = second();
    const [wires, gates, inputs] = plot.circuit(c).data as unknown as {
      x: (number | null)[];
      text: string[];
    }[];
    expect(wires.x.filter((v) => v === null).length).toBe(c.edges.length + 1);
    expect(gates.text).toEqual(['*', '*', '+', '+', '* -1', 'exp', '+ 1', '1/x']);
    expect(inputs.text).toEqual(['w0', 'x0', 'w1', 'x1', 'w2']);
  });
});
