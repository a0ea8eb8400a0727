// The figure of a recorded computation: gates in layers from left to right, values above the wires, gradients below.

import { type Circuit, type CircuitNode, valueText } from '../autograd/circuit.js';
import { Figure } from './figure.js';
import type { FigureOptions } from './sheet.js';

export interface CircuitFigureOptions extends FigureOptions {
  /** Colours of values and gradients; green and red unless given. */
  valueColor?: string;
  gradientColor?: string;
}

const GREEN = '#15803d';
const RED = '#dc2626';
const STEP = 130;
const ROW = 92;

/** Where the nodes stand: layers from left to right, each sorted by where its neighbours are, so that few wires cross. */
function placed(circuit: Circuit): { x: number[]; y: number[]; rows: number } {
  const { nodes, edges } = circuit;
  const layers = circuit.layers;
  const rows = Math.max(...layers.map((layer) => layer.length));
  const y = new Array<number>(nodes.length).fill(0);
  const spread = (layer: readonly number[]) => {
    layer.forEach((id, i) => {
      y[id] = (layer.length - 1) / 2 - i;
    });
  };
  layers.forEach(spread);
  const neighbours = nodes.map(() => ({ before: [] as number[], after: [] as number[] }));
  for (const { from, to } of edges) {
    neighbours[to].before.push(from);
    neighbours[from].after.push(to);
  }
  const mean = (ids: readonly number[], otherwise: number) =>
    ids.length === 0 ? otherwise : ids.reduce((s, id) => s + y[id], 0) / ids.length;
  for (let pass = 0; pass < 6; pass++) {
    const forward = pass % 2 === 0;
    for (const layer of forward ? layers : [...layers].reverse()) {
      const wanted = new Map(
        layer.map((id) => [id, mean(forward ? neighbours[id].before : neighbours[id].after, y[id])]),
      );
      layer.sort((p, q) => wanted.get(q)! - wanted.get(p)! || p - q);
      spread(layer);
    }
  }
  // A gate alone in its layer stands between what it takes.
  for (const layer of layers)
    if (layer.length === 1) y[layer[0]] = mean(neighbours[layer[0]].before, y[layer[0]]);
  return { x: nodes.map((n) => n.layer), y, rows };
}

const title = (n: CircuitNode): string =>
  [
    n.name ?? n.label,
    n.op === null ? n.kind : n.op,
    `value ${valueText(n.value)}`,
    n.gradient === null ? 'no gradient' : `gradient ${valueText(n.gradient)}`,
  ].join('<br>');

/**
 * Draws a recorded computation as the course draws circuits: values in green above the wires, gradients in red below.
 *
 * @param circuit what `circuit(loss, {x, y})` gives
 * @returns a figure
 * @example
 * const [x, y, z] = [-2, 5, -4].map((v) => np.array(v).requiresGrad());
 * plot.circuit(circuit(x.add(y).mul(z), { x, y, z }));
 */
export function circuit(of: Circuit, options: CircuitFigureOptions = {}): Figure {
  const { valueColor = GREEN, gradientColor = RED, ...size } = options;
  const { nodes, edges } = of;
  const { x, y, rows } = placed(of);
  const columns = Math.max(...x) + 1;
  const figure = new Figure({
    width: Math.min(Math.max((columns + 1) * STEP, 360), 1400),
    height: Math.max((rows + 1) * ROW, 240),
    ...size,
  });
  // The last wire leads out of the circuit.
  const end = Math.max(...x) + 0.8;
  const last = of.output.id;
  const wires = { x: [] as (number | null)[], y: [] as (number | null)[] };
  for (const { from, to } of edges) {
    wires.x.push(x[from], x[to], null);
    wires.y.push(y[from], y[to], null);
  }
  wires.x.push(x[last], end, null);
  wires.y.push(y[last], y[last], null);
  const gates = nodes.filter((n) => n.kind === 'gate');
  const inputs = nodes.filter((n) => n.kind !== 'gate');
  const at = (list: readonly CircuitNode[]) => ({
    x: list.map((n) => x[n.id]),
    y: list.map((n) => y[n.id]),
    hovertext: list.map(title),
    hoverinfo: 'text',
    showlegend: false,
    type: 'scatter',
  });
  figure.data.push(
    {
      type: 'scatter',
      mode: 'lines',
      ...wires,
      line: { color: '#64748b', width: 1.5 },
      hoverinfo: 'skip',
      showlegend: false,
      name: 'wires',
    },
    {
      ...at(gates),
      mode: 'markers+text',
      text: gates.map(gateText),
      marker: { size: 38, color: 'white', line: { color: '#334155', width: 1.5 } },
      textfont: { size: 13, color: '#0f172a' },
      name: 'gates',
    } as never,
    {
      ...at(inputs),
      mode: 'markers+text',
      text: inputs.map((n) => n.label),
      textposition: 'middle left',
      marker: { size: 6, color: '#334155' },
      textfont: { size: 14, color: '#0f172a' },
      name: 'inputs',
    } as never,
  );
  const note = (px: number, py: number, text: string, color: string, above: boolean) => ({
    x: px,
    y: py,
    text,
    showarrow: false,
    font: { color, size: 13 },
    yanchor: above ? 'bottom' : 'top',
    yshift: above ? 3 : -3,
    bgcolor: 'rgba(255,255,255,0.75)',
    borderpad: 1,
  });
  const notes = nodes.flatMap((n) => {
    // Beside the node, on the wire that leaves it.
    const next = edges.find((e) => e.from === n.id);
    const [tx, ty] = next === undefined ? [end, y[n.id]] : [x[next.to], y[next.to]];
    const part = 0.42 / Math.max(tx - x[n.id], 0.42);
    const px = x[n.id] + (tx - x[n.id]) * part;
    const py = y[n.id] + (ty - y[n.id]) * part;
    const list = [note(px, py, valueText(n.value), valueColor, true)];
    if (n.gradient !== null) list.push(note(px, py, valueText(n.gradient), gradientColor, false));
    if (n.kind === 'gate' && n.name !== null)
      list.push({ ...note(x[n.id], y[n.id], `<i>${n.name}</i>`, '#0f172a', true), yshift: 20 });
    return list;
  });
  Object.assign(figure.layout, {
    annotations: [...(figure.layout.annotations ?? []), ...notes],
    xaxis: { visible: false, range: [-0.7, end + 0.3], fixedrange: true },
    yaxis: { visible: false, range: [-(rows + 0.4) / 2, (rows + 0.4) / 2], fixedrange: true },
    hovermode: 'closest',
    margin: { l: 16, r: 16, t: size.title === undefined ? 16 : 48, b: 16 },
    plot_bgcolor: 'white',
  });
  return figure;
}

/** The sign on a gate, cut to what fits. */
const gateText = ({ label }: CircuitNode): string => (label.length > 8 ? `${label.slice(0, 7)}…` : label);
