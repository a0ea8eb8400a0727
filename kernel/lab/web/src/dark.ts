// A chart on a dark page: paper, axes and text of its template change; what the chart itself says keeps its colours,
// because they mean something, except black ink, which could not be seen.

/** Plotly's figure, as a MIME bundle has it. */
export interface Figure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown> & { width?: number; height?: number };
  config?: Record<string, unknown>;
  frames?: unknown[];
}

type Loose = Record<string, unknown>;

const PAPER = '#111111';
const INK = '#e6edf3';
const MUTED = '#9da7b1';
const GRID = '#2d333b';
const LINE = '#6e7681';
const BLACK = new Set(['black', 'k', '#000', '#000000', 'rgb(0,0,0)', 'rgb(0, 0, 0)', '#1f2328']);

const AXIS = {
  gridcolor: GRID,
  linecolor: LINE,
  tickcolor: LINE,
  zerolinecolor: LINE,
  tickfont: { color: MUTED },
  title: { font: { color: INK } },
};
const COLORBAR = { tickcolor: LINE, tickfont: { color: MUTED } };
const SCENE_AXIS = {
  backgroundcolor: '#1c2128',
  gridcolor: GRID,
  linecolor: LINE,
  tickfont: { color: MUTED },
};

const LAYOUT = {
  annotationdefaults: { arrowcolor: INK, font: { color: INK } },
  font: { color: INK },
  hoverlabel: { bgcolor: '#1c2128', bordercolor: LINE, font: { color: INK } },
  legend: { bgcolor: 'rgba(17, 17, 17, 0.85)', bordercolor: GRID },
  modebar: { bgcolor: 'rgba(0, 0, 0, 0)', color: LINE, activecolor: INK },
  paper_bgcolor: PAPER,
  plot_bgcolor: PAPER,
  scene: { xaxis: SCENE_AXIS, yaxis: SCENE_AXIS, zaxis: SCENE_AXIS },
  title: { font: { color: INK } },
  xaxis: AXIS,
  yaxis: AXIS,
};

const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `under` with the leaves of `over` in it; arrays are taken as they are. */
function merged(under: unknown, over: Loose): Loose {
  const result: Loose = isObject(under) ? { ...under } : {};
  for (const [key, value] of Object.entries(over)) {
    result[key] = isObject(value) ? merged(result[key], value) : value;
  }
  return result;
}

/** The same value with black ink turned light, wherever a colour is said by name. */
function lightInk(value: unknown): unknown {
  if (Array.isArray(value) || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const inked = /color$/i.test(key) && typeof inner === 'string' && BLACK.has(inner.toLowerCase());
      return [key, inked ? INK : lightInk(inner)];
    }),
  );
}

export function darkened(figure: Figure): Figure {
  const { template, ...layout } = figure.layout;
  const given = (isObject(template) ? template : {}) as { data?: Loose; layout?: Loose };
  const defaults: Loose = {};
  for (const [kind, traces] of Object.entries(given.data ?? {})) {
    defaults[kind] = (traces as Loose[]).map((trace) => {
      if (isObject(trace.colorbar)) return merged(trace, { colorbar: COLORBAR });
      return isObject(trace.marker) ? merged(trace, { marker: { colorbar: COLORBAR } }) : trace;
    });
  }
  return {
    ...figure,
    data: figure.data.map((trace) => lightInk(trace) as Loose),
    layout: {
      ...(lightInk(layout) as Loose),
      template: { ...given, data: defaults, layout: merged(given.layout, LAYOUT) },
    },
  };
}
