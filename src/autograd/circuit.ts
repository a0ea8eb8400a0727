// The recorded graph as data: the gates of a computation with their values and gradients, in topological layers, as
// the course draws its circuits. The figure is plot.circuit.

import type { Scalar } from '../core/dtype.js';
import { NDArray } from '../core/ndarray.js';
import { type Node, noGrad } from '../core/node.js';
import { shapeText } from '../core/shape.js';
import { mapTree } from '../core/tree.js';
import { copy } from '../ops/shape.js';
import { filled, gradients, recordingOf } from './tape.js';

/** One gate, or one input, of a circuit. */
export interface CircuitNode {
  /** Position in `circuit.nodes`. */
  readonly id: number;
  /** 'leaf' has a gradient of its own, 'constant' has none, 'gate' is an operation. */
  readonly kind: 'leaf' | 'constant' | 'gate';
  /** The operation's name; null for leaves and constants. */
  readonly op: string | null;
  /** The name that the caller gave, or null. */
  readonly name: string | null;
  /** The operation as a sign with its numbers, such as `+ 1`; of a leaf its name, of a constant its value. */
  readonly label: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly value: NDArray;
  /** The gradient of the result with respect to this value; null for a constant. */
  readonly gradient: NDArray | null;
  /** The nodes whose values it takes, in the operation's order. */
  readonly inputs: readonly number[];
  /** How far from the inputs: every gate stands after all that it takes. */
  readonly layer: number;
}

/** A wire: the value of `from` goes into `to`, as its input number `input`. */
export interface CircuitEdge {
  readonly from: number;
  readonly to: number;
  readonly input: number;
}

export interface CircuitOptions {
  /** The gradient of the result to start from; ones unless given, which needs a result of one element. */
  gradient?: NDArray;
}

const signs: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  pow: '**',
  mod: '%',
  neg: '* -1',
  reciprocal: '1/x',
  matmul: '@',
  maximum: 'max',
  minimum: 'min',
  sigmoid: 'σ',
  square: 'x²',
  sqrt: '√',
  transpose: 'T',
};

/** The operation as a sign; numbers that it was called with stand beside it. */
function labelOf(node: Node): string {
  const sign = signs[node.op] ?? node.op;
  const [a, b] = node.operands;
  if (node.operands.length !== 2) return sign;
  if (typeof b === 'number') return `${sign} ${b}`;
  if (typeof a !== 'number') return sign;
  if (node.op === 'div') return `${a}/x`;
  return node.op === 'sub' || node.op === 'pow' ? `${a} ${sign}` : `${sign} ${a}`;
}

/** The recorded computation of an array: nodes in topological order, wires and layers. */
export class Circuit {
  constructor(
    readonly nodes: readonly CircuitNode[],
    readonly edges: readonly CircuitEdge[],
  ) {}

  /** The ids of the nodes, by layer. */
  get layers(): number[][] {
    const layers: number[][] = [];
    for (const { id, layer } of this.nodes) {
      layers[layer] ??= [];
      layers[layer].push(id);
    }
    return layers;
  }

  /** The result, last in the order. */
  get output(): CircuitNode {
    return this.nodes[this.nodes.length - 1];
  }

  /** The node with the name that the caller gave. */
  find(name: string): CircuitNode {
    const found = this.nodes.find((n) => n.name === name);
    if (found === undefined) {
      const names = this.nodes.flatMap((n) => (n.name === null ? [] : [n.name]));
      throw new RangeError(
        `Circuit.find: no node is named '${name}'; ${names.length === 0 ? 'none has a name, give them as circuit(loss, {x, W})' : `there are ${names.join(', ')}`}.`,
      );
    }
    return found;
  }

  toString(): string {
    const text = (n: CircuitNode) => n.name ?? (n.kind === 'gate' ? `#${n.id}` : n.label);
    const rows = this.nodes.map((n) => [
      String(n.layer),
      text(n),
      n.kind === 'gate' ? n.label : n.kind,
      valueText(n.value),
      n.gradient === null ? '' : valueText(n.gradient),
      n.inputs.map((i) => text(this.nodes[i])).join(', '),
    ]);
    const all = [['layer', 'node', 'gate', 'value', 'gradient', 'from'], ...rows];
    const widths = all[0].map((_, c) => Math.max(...all.map((r) => r[c].length)));
    return all
      .map((r) =>
        r
          .map((cell, c) => cell.padEnd(widths[c]))
          .join('  ')
          .trimEnd(),
      )
      .join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** A number in four digits; of an array its shape. */
export function valueText(a: NDArray): string {
  if (a.size !== 1) return shapeText(a.shape);
  const value: Scalar = a.item();
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}

/** Identity steps of functional transforms are no gates. */
const through = (source: Node | NDArray): Node | NDArray =>
  !(source instanceof NDArray) && source.op === 'identity' ? through(source.sources[0]) : source;

/**
 * The recorded computation of `out` as data: every gate with its value and its gradient, wires, and topological layers.
 * Values are those in memory now; one that was overwritten in place since shows the new one.
 *
 * @param out an array that depends on arrays that require grad; one number, unless `{gradient}` says where to start
 * @param names names for arrays, as an object or a tree of them: `{x, y}`
 * @returns a `Circuit`, which prints as a table; `plot.circuit` draws it
 * @throws Error when `out` is not on the tape
 * @example
 * const [x, y, z] = [-2, 5, -4].map((v) => np.array(v).requiresGrad());
 * const c = circuit(x.add(y).mul(z), { x, y, z });
 * c.find('x').gradient;       // -4.0
 * plot.circuit(c);
 */
export function circuit(out: NDArray, names: object = {}, options: CircuitOptions = {}): Circuit {
  if (!(out instanceof NDArray) || out.node === null) {
    throw new Error(
      'circuit: the array is not the result of recorded operations. Call requiresGrad() on the inputs before the computation.',
    );
  }
  if (options.gradient === undefined && out.size !== 1) {
    throw new RangeError(
      `circuit: gradients start from a single number, but this array has shape ${shapeText(out.shape)}. Reduce it first, or pass {gradient}.`,
    );
  }
  const nameOf = new Map<Node | NDArray, string>();
  mapTree(names, (leaf, path) => {
    if (leaf instanceof NDArray) nameOf.set(through(leaf.node ?? leaf), path);
    return leaf;
  });
  const { nodes } = recordingOf([out], [], 0);
  const gates = [...nodes].reverse().filter((node) => node.op !== 'identity');
  const values = new Map<Node | NDArray, NDArray>();
  for (const node of nodes) {
    node.sources.forEach((source, i) => {
      values.set(through(source), node.inputs[i]);
    });
  }
  values.set(through(out.node), out);
  const found = gradientsOf(out, [...values.keys()], values, options.gradient);

  // Everything that stands somewhere: gates, leaves, constants; constants by the array that they are.
  const places = new Map<Node | NDArray, { inputs: (Node | NDArray)[]; layer: number }>();
  const constants = new Set<NDArray>();
  const visit = (key: Node | NDArray): number => {
    const known = places.get(key);
    if (known !== undefined) return known.layer;
    const inputs: (Node | NDArray)[] = [];
    if (!(key instanceof NDArray)) {
      for (const operand of key.operands) {
        const at = operand instanceof NDArray ? key.inputs.indexOf(operand) : -1;
        if (at >= 0) inputs.push(through(key.sources[at]));
        else if (operand instanceof NDArray) {
          constants.add(operand);
          inputs.push(operand);
        }
      }
    }
    // Results of operations that name no operands still have their inputs.
    if (inputs.length === 0 && !(key instanceof NDArray)) inputs.push(...key.sources.map(through));
    const layer = inputs.reduce((l, input) => Math.max(l, visit(input) + 1), 0);
    places.set(key, { inputs, layer });
    return layer;
  };
  for (const gate of gates) visit(gate);
  // Leaves stand right before the first gate that takes them.
  const first = new Map<Node | NDArray, number>();
  for (const { inputs, layer } of places.values()) {
    for (const input of inputs)
      first.set(input, Math.min(first.get(input) ?? Number.POSITIVE_INFINITY, layer));
  }
  const order = [...places.keys()].sort((p, q) => layerOf(p) - layerOf(q));
  function layerOf(key: Node | NDArray): number {
    return key instanceof NDArray ? (first.get(key) ?? 1) - 1 : places.get(key)!.layer;
  }
  const ids = new Map(order.map((key, id) => [key, id]));
  const edges: CircuitEdge[] = [];
  const list = order.map((key, id): CircuitNode => {
    const inputs = places.get(key)!.inputs.map((input) => ids.get(input)!);
    inputs.forEach((from, input) => {
      edges.push({ from, to: id, input });
    });
    const gate = key instanceof NDArray ? null : key;
    const value = values.get(key) ?? (key as NDArray);
    const name = nameOf.get(key) ?? null;
    const constant = key instanceof NDArray && constants.has(key);
    return {
      id,
      kind: gate !== null ? 'gate' : constant ? 'constant' : 'leaf',
      op: gate?.op ?? null,
      name,
      label:
        gate !== null
          ? labelOf(gate)
          : (name ?? (constant && value.size === 1 ? valueText(value) : shapeOr(value))),
      shape: value.shape,
      dtype: value.dtype,
      value: noGrad(() => copy(value)),
      gradient: constant ? null : (found.get(key) ?? null),
      inputs,
      layer: layerOf(key),
    };
  });
  return new Circuit(list, edges);
}

const shapeOr = (a: NDArray): string => (a.ndim === 0 ? 'input' : shapeText(a.shape));

/** Gradients at every place of the tape: a walk that keeps all of them. */
function gradientsOf(
  out: NDArray,
  keys: readonly (Node | NDArray)[],
  values: ReadonlyMap<Node | NDArray, NDArray>,
  gradient: NDArray | undefined,
): Map<Node | NDArray, NDArray> {
  // An array that an in-place write moved on no longer stands where it did; a stand-in does.
  const stands = keys.map((key) => {
    if (key instanceof NDArray) return key;
    const stand = values.get(key)!.detach();
    stand.node = key;
    stand.tracked = true;
    return stand;
  });
  return noGrad(() => {
    const found = gradients(recordingOf([out], stands, 0), [gradient ?? filled(out, 1)]);
    return new Map(keys.map((key, i) => [key, found[i]]));
  });
}
