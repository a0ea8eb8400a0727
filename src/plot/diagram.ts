// Diagrams: boxes with arrows between them, the volumes of a ConvNet as blocks, and nets as circles and lines. They are
// drawn with the same rectangles, texts and arrows that axes.ts offers to everybody.

import type { Axes } from './axes.js';
import { cssColor, translucent } from './colors.js';
import type { StyleOptions } from './coordinates.js';

/** A box of a diagram; positions and sizes are in units of the diagram, y upwards. */
export interface DiagramBox {
  /** What arrows call it; its text unless given. */
  id?: string;
  text: string;
  /** The centre. */
  x: number;
  y: number;
  width?: number;
  height?: number;
  /** Colour of the frame, and, thinned, of the inside. */
  color?: string;
  /** A circle instead of a rectangle, with the width as its diameter. */
  round?: boolean;
}

/** An arrow from box to box, with a text beside it, and corners on the way. */
export type DiagramArrow =
  | readonly [from: string, to: string]
  | {
      from: string;
      to: string;
      text?: string;
      /** Points that the line passes on its way. */
      via?: readonly (readonly [number, number])[];
      color?: string;
    };

export interface DiagramOptions extends StyleOptions {
  /** Pixels of one unit, where the diagram has a figure of its own; 60 unless given. */
  unit?: number;
  fontsize?: number;
}

/** A block of a ConvNet: what a layer gives. */
export interface VolumeBox {
  /** Rows, columns and depth; or the length of a vector. */
  shape: readonly [number, number, number] | readonly [number];
  /** Above the block; its shape stands below. */
  label?: string;
  color?: string;
}

export interface VolumesOptions extends StyleOptions {
  /** What stands between two blocks: `['5x5 conv', '2x2 pool']`. */
  between?: readonly string[];
  fontsize?: number;
}

export interface NetworkOptions extends StyleOptions {
  /** Names of the layers, below them. */
  labels?: readonly string[];
  /** Circles that are drawn of a large layer; 8 unless given. */
  most?: number;
  colors?: readonly string[];
}

type Point = readonly [number, number];
const SLATE = '#334155';

/** The point where the line from the centre of a box towards `to` leaves it. */
function border(
  box: Required<Pick<DiagramBox, 'x' | 'y' | 'width' | 'height'>> & DiagramBox,
  to: Point,
): Point {
  const [dx, dy] = [to[0] - box.x, to[1] - box.y];
  const length = Math.hypot(dx, dy);
  if (length === 0) return [box.x, box.y];
  const reach = box.round
    ? box.width / 2 / length
    : Math.min(
        dx === 0 ? Infinity : box.width / 2 / Math.abs(dx),
        dy === 0 ? Infinity : box.height / 2 / Math.abs(dy),
      );
  return [box.x + dx * Math.min(1, reach), box.y + dy * Math.min(1, reach)];
}

/** Hides the coordinates, gives both the same unit, and shows all of a box of coordinates. */
function frame(axes: Axes, x: Point, y: Point, unit: number | null): void {
  axes.axis('off').axis('equal').xlim(x[0], x[1]).ylim(y[0], y[1]);
  const { layout } = axes.figure;
  if (unit === null || axes.figure.axes.length > 1) return;
  const titled = layout.title === undefined ? 8 : 44;
  layout.width ??= Math.round((x[1] - x[0]) * unit) + 16;
  layout.height ??= Math.round((y[1] - y[0]) * unit) + titled + 8;
  layout.margin ??= { l: 8, r: 8, t: titled, b: 8 };
}

/** Draws boxes and the arrows between them. */
export function drawDiagram(
  axes: Axes,
  boxes: readonly DiagramBox[],
  arrows: readonly DiagramArrow[],
  options: DiagramOptions,
): void {
  const { unit = 60, fontsize = 12, ...style } = options;
  const placed = new Map(
    boxes.map((box) => [
      box.id ?? box.text,
      { ...box, width: box.width ?? 2, height: box.round ? (box.width ?? 2) : (box.height ?? 0.7) },
    ]),
  );
  const find = (id: string) => {
    const box = placed.get(id);
    if (box === undefined)
      throw new RangeError(
        `diagram: an arrow names '${id}', and there is no such box; there are ${[...placed.keys()].map((k) => `'${k}'`).join(', ')}`,
      );
    return box;
  };
  if (boxes.length === 0) throw new RangeError('diagram: there are no boxes to draw');
  const corners: Point[] = [...placed.values()].flatMap((b) => [
    [b.x - b.width / 2, b.y - b.height / 2] as Point,
    [b.x + b.width / 2, b.y + b.height / 2] as Point,
  ]);
  for (const arrow of arrows) {
    const {
      from,
      to,
      text,
      via = [],
      color = SLATE,
    } = 'from' in arrow ? arrow : { from: arrow[0], to: arrow[1] };
    const [start, end] = [find(from), find(to)];
    const points: Point[] = [
      border(start, via[0] ?? [end.x, end.y]),
      ...via,
      border(end, via.at(-1) ?? [start.x, start.y]),
    ];
    corners.push(...via);
    if (via.length > 0)
      axes.plot(
        points.slice(0, -1).map(([x]) => x),
        points.slice(0, -1).map(([, y]) => y),
        { color, linewidth: 1.5 },
      );
    const [a, b] = [points.at(-2)!, points.at(-1)!];
    axes.arrow(a[0], a[1], b[0] - a[0], b[1] - a[1], { color, linewidth: 1.5 });
    if (text !== undefined) {
      const middle =
        via.length > 0 ? via[Math.floor(via.length / 2)] : [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
      corners.push([middle[0] + 0.2 + 0.11 * text.length, middle[1]]);
      axes.text(middle[0] + 0.12, middle[1], text, { fontsize: fontsize - 1, color, align: 'left' });
    }
  }
  for (const box of placed.values()) {
    const color = cssColor(box.color ?? SLATE, 'diagram');
    const fill = translucent(color, 0.12);
    const [x, y] = [box.x - box.width / 2, box.y - box.height / 2];
    axes.rect(x, y, box.width, box.height, { color, fill, round: box.round });
    axes.text(box.x, box.y, box.text, { fontsize });
  }
  const margin = 0.25;
  const span = (k: 0 | 1): Point => {
    const all = corners.map((c) => c[k]);
    return [Math.min(...all) - margin, Math.max(...all) + margin];
  };
  if (style.title !== undefined) axes.title(style.title);
  frame(axes, span(0), span(1), unit);
}

/** Draws blocks from left to right: the face is rows and columns, the thickness the depth. */
export function drawVolumes(axes: Axes, volumes: readonly VolumeBox[], options: VolumesOptions): void {
  if (volumes.length === 0) throw new RangeError('volumes: there are no volumes to draw');
  const { between = [], fontsize = 11, ...style } = options;
  const flat = volumes.map(({ shape }) => {
    if ((shape.length !== 3 && shape.length !== 1) || shape.some((n) => !(n >= 1)))
      throw new RangeError(
        `volumes: a volume is [rows, columns, depth], or [length] for a vector, not [${shape.join(', ')}]`,
      );
    return shape.length === 3 ? shape : ([1, 1, shape[0]] as const);
  });
  const most = Math.max(...flat.map(([rows, columns]) => Math.max(rows, columns)));
  // Areas tell, not sides: 224 and 7 rows both have to be seen.
  const side = (n: number): number => 2.6 * Math.sqrt(n / most) * (n === 1 ? 0.6 : 1);
  let x = 0;
  const [low, high] = [0, 0].map(() => [0, 0]);
  volumes.forEach(({ label, color = '#2563eb' }, i) => {
    const [rows, columns, depth] = flat[i];
    const vector = rows === 1 && columns === 1;
    const tall = vector ? Math.min(2.2, 0.25 + 0.24 * Math.log2(depth)) : side(rows);
    const slant = vector ? 0.12 : 0.4 * side(columns);
    const thick = vector ? 0.14 : Math.max(0.06, 0.11 * Math.log2(1 + depth));
    const css = cssColor(color, 'volumes');
    const y = -tall / 2;
    const face = (xs: number[], ys: number[], alpha: number): void => {
      axes.fill(xs, ys, { color: css, alpha, text: `${label ?? ''} ${flat[i].join('x')}`.trim() });
    };
    face([x, x + thick, x + thick, x], [y, y, y + tall, y + tall], 0.28);
    face(
      [x, x + slant, x + slant + thick, x + thick],
      [y + tall, y + tall + slant, y + tall + slant, y + tall],
      0.16,
    );
    face(
      [x + thick, x + thick + slant, x + thick + slant, x + thick],
      [y, y + slant, y + tall + slant, y + tall],
      0.42,
    );
    const middle = x + (thick + slant) / 2;
    const size = volumes[i].shape.length === 1 ? String(depth) : flat[i].join('x');
    axes.text(middle, y - 0.28, size, { fontsize });
    if (label !== undefined) axes.text(middle, y + tall + slant + 0.28, `<b>${label}</b>`, { fontsize });
    low[1] = Math.min(low[1], y - 0.5);
    high[1] = Math.max(high[1], y + tall + slant + 0.5);
    const wide = Math.max(thick + slant, 0.095 * Math.max(size.length, (label ?? '').length));
    const end = middle + wide / 2;
    if (i === 0) low[0] = middle - wide / 2 - 0.1;
    high[0] = end + 0.1;
    const gap = 0.55 + 0.085 * (between[i]?.length ?? 0);
    if (i + 1 < volumes.length) {
      axes.arrow(end + 0.06, 0, gap - 0.12, 0, { color: SLATE, linewidth: 1.5 });
      if (between[i]) axes.text(end + gap / 2, 0.2, between[i], { fontsize: fontsize - 1 });
    }
    // The next block stands so that its widest part begins after the arrow.
    const next = flat[i + 1];
    if (next !== undefined) {
      const nextVector = next[0] === 1 && next[1] === 1;
      const nextWide =
        (nextVector ? 0.12 : 0.4 * side(next[1])) +
        (nextVector ? 0.14 : Math.max(0.06, 0.11 * Math.log2(1 + next[2])));
      const nextText = volumes[i + 1].shape.length === 1 ? String(next[2]) : next.join('x');
      const nextSpan = Math.max(
        nextWide,
        0.095 * Math.max(nextText.length, (volumes[i + 1].label ?? '').length),
      );
      x = end + gap + (nextSpan - nextWide) / 2;
    }
  });
  if (style.title !== undefined) axes.title(style.title);
  frame(axes, [low[0], high[0]], [low[1], high[1]], Math.min(80, 1100 / (high[0] - low[0])));
}

/** Draws layers of circles, each connected with all of the next. */
export function drawNetwork(axes: Axes, sizes: readonly number[], options: NetworkOptions): void {
  if (sizes.length < 2 || sizes.some((n) => !Number.isInteger(n) || n < 1))
    throw new RangeError(
      `network: the sizes of at least two layers, whole numbers of at least 1, not [${sizes.join(', ')}]`,
    );
  const { labels, most = 8, colors = ['#dc2626', '#2563eb', '#16a34a'], ...style } = options;
  const shown = sizes.map((n) => Math.min(n, most));
  const step = { x: 1.8, y: 0.62 };
  const at = (layer: number, i: number): Point => [layer * step.x, ((shown[layer] - 1) / 2 - i) * step.y];
  const lines = { x: [] as (number | null)[], y: [] as (number | null)[] };
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    for (let i = 0; i < shown[layer]; i++) {
      for (let j = 0; j < shown[layer + 1]; j++) {
        const [a, b] = [at(layer, i), at(layer + 1, j)];
        lines.x.push(a[0], b[0], null);
        lines.y.push(a[1], b[1], null);
      }
    }
  }
  axes.plot(lines.x as number[], lines.y as number[], {
    color: '#94a3b8',
    linewidth: 0.8,
  });
  const tall = (Math.max(...shown) * step.y) / 2;
  shown.forEach((n, layer) => {
    const points = Array.from({ length: n }, (_, i) => at(layer, i));
    const color =
      layer === 0 ? colors[0] : layer === sizes.length - 1 ? colors.at(-1)! : colors[1 % colors.length];
    axes.scatter(
      points.map(([x]) => x),
      points.map(([, y]) => y),
      { color, s: 260 },
    );
    const name = [labels?.[layer], n < sizes[layer] ? `${n} of ${sizes[layer]} shown` : undefined];
    const text = name.filter((t) => t !== undefined).join('<br>');
    if (text !== '') axes.text(layer * step.x, -tall - 0.25, text, { fontsize: 11 });
  });
  if (style.title !== undefined) axes.title(style.title);
  frame(axes, [-0.8, (sizes.length - 1) * step.x + 0.8], [-tall - 0.6, tall + 0.2], 75);
}
