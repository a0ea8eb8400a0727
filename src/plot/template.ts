// The look of every chart: one small Plotly template (fonts, axes, colours, colour bars) and the default
// config. White paper in light and dark themes alike, so that colours mean the same on both.

import type { Config } from 'plotly.js';
import { CYCLE } from './colors.js';

const INK = '#1f2328';
const MUTED = '#59636e';
const GRID = '#e7eaee';
const FONT = '"Inter", "Segoe UI", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif';

const AXIS = {
  automargin: true,
  gridcolor: GRID,
  gridwidth: 1,
  linecolor: '#8c959f',
  linewidth: 1,
  mirror: true,
  showline: true,
  tickcolor: '#8c959f',
  tickfont: { size: 12, color: MUTED },
  ticklen: 4,
  ticks: 'outside',
  title: { font: { size: 13, color: INK }, standoff: 10 },
  zeroline: false,
};

const COLORBAR = {
  len: 1,
  lenmode: 'fraction',
  outlinewidth: 0,
  thickness: 14,
  tickcolor: '#8c959f',
  tickfont: { size: 11, color: MUTED },
  ticklen: 4,
  ticks: 'outside',
};

const SCENE_AXIS = {
  backgroundcolor: '#f6f8fa',
  gridcolor: '#dfe3e8',
  linecolor: '#8c959f',
  showbackground: true,
  tickfont: { size: 11, color: MUTED },
  zerolinecolor: '#c5ccd3',
};

/** A `layout.template`. */
export const TEMPLATE = {
  data: {
    contour: [{ colorbar: COLORBAR }],
    heatmap: [{ colorbar: COLORBAR }],
    surface: [{ colorbar: { ...COLORBAR, len: 0.7 } }],
    scatter: [{ marker: { colorbar: COLORBAR } }],
    scattergl: [{ marker: { colorbar: COLORBAR } }],
  },
  layout: {
    annotationdefaults: { arrowcolor: INK, arrowhead: 2, arrowwidth: 1.2, font: { size: 12, color: INK } },
    colorway: CYCLE,
    font: { family: FONT, size: 13, color: INK },
    hoverlabel: { bgcolor: '#ffffff', bordercolor: '#c5ccd3', font: { family: FONT, size: 12, color: INK } },
    hovermode: 'closest',
    legend: {
      bgcolor: 'rgba(255, 255, 255, 0.85)',
      bordercolor: GRID,
      borderwidth: 1,
      font: { size: 12 },
    },
    paper_bgcolor: '#ffffff',
    plot_bgcolor: '#ffffff',
    scene: { xaxis: SCENE_AXIS, yaxis: SCENE_AXIS, zaxis: SCENE_AXIS },
    title: { font: { size: 16, color: INK }, x: 0.5, xanchor: 'center' },
    xaxis: AXIS,
    yaxis: AXIS,
  },
};

export const CONFIG: Partial<Config> = {
  displaylogo: false,
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'],
  responsive: true,
};
