// Settings for all charts of the session by matplotlib's names, `plot.rcParams['figure.figsize'] = [10, 8]`, and its
// styles. What a chart has no use for is kept and changes nothing.

import { TEMPLATE } from './template.js';

/** The settings that take effect; others may be set and are kept. */
export interface RcParams {
  'figure.figsize'?: readonly [width: number, height: number];
  'figure.dpi'?: number;
  'figure.facecolor'?: string;
  'axes.facecolor'?: string;
  'axes.grid'?: boolean;
  'axes.titlesize'?: number;
  'axes.labelsize'?: number;
  'image.cmap'?: string;
  'image.interpolation'?: string;
  'image.origin'?: 'upper' | 'lower';
  'lines.linewidth'?: number;
  'lines.markersize'?: number;
  'lines.linestyle'?: string;
  'font.size'?: number;
  'font.family'?: string;
  'legend.loc'?: string;
  'xtick.labelsize'?: number;
  'ytick.labelsize'?: number;
  [other: string]: unknown;
}

/**
 * Settings for all charts that are made from now on, by matplotlib's names.
 * @example
 * plot.rcParams['image.cmap'] = 'gray';
 * plot.rcParams['image.cmap']   // 'gray'
 * plot.rcdefaults();
 * @see matplotlib.pyplot.rcParams
 */
export const rcParams: RcParams = {};

/**
 * Sets several settings of one group: `plot.rc('lines', { linewidth: 3 })`.
 * @see matplotlib.pyplot.rc
 */
export function rc(group: string, settings: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(settings)) rcParams[`${group}.${name}`] = value;
}

/**
 * Forgets all settings, and the style.
 * @see matplotlib.pyplot.rcdefaults
 */
export function rcdefaults(): void {
  for (const name of Object.keys(rcParams)) delete rcParams[name];
  look = STYLES.default;
}

/** What a style changes: the paper, the axes, the lines of the grid, the ink, the colours of series. */
interface Look {
  paper?: string;
  axes?: string;
  grid?: string;
  line?: string;
  ink?: string;
  muted?: string;
  colors?: readonly string[];
}

const DEEP = '#4c72b0 #dd8452 #55a868 #c44e52 #8172b3 #937860 #da8bc3 #8c8c8c #ccb974 #64b5cd'.split(' ');
const seaborn: Look = { axes: '#eaeaf2', grid: '#ffffff', line: '#eaeaf2', muted: '#262626', colors: DEEP };
const whitegrid: Look = { grid: '#cccccc', line: '#cccccc', muted: '#262626', colors: DEEP };
const STYLES: Record<string, Look> = {
  default: {},
  classic: {},
  ggplot: {
    axes: '#e5e5e5',
    grid: '#ffffff',
    line: '#ffffff',
    muted: '#555555',
    colors: '#e24a33 #348abd #988ed5 #777777 #fbc15e #8eba42 #ffb5b8'.split(' '),
  },
  bmh: {
    axes: '#eeeeee',
    grid: '#b2b2b2',
    line: '#bcbcbc',
    colors: '#348abd #a60628 #7a68a6 #467821 #d55e00 #cc79a7 #56b4e9 #009e73 #f0e442 #0072b2'.split(' '),
  },
  fivethirtyeight: {
    paper: '#f0f0f0',
    axes: '#f0f0f0',
    grid: '#cbcbcb',
    line: '#f0f0f0',
    colors: '#008fd5 #fc4f30 #e5ae38 #6d904f #8b8b8b #810f7c'.split(' '),
  },
  dark_background: {
    paper: '#000000',
    axes: '#000000',
    grid: '#333333',
    line: '#ffffff',
    ink: '#ffffff',
    muted: '#ffffff',
    colors: '#8dd3c7 #feffb3 #bfbbd9 #fa8174 #81b1d2 #fdb462 #b3de69 #bc82bd #ccebc4 #ffed6f'.split(' '),
  },
  grayscale: { colors: '#000000 #666666 #999999 #b3b3b3'.split(' ') },
  seaborn,
  'seaborn-v0_8': seaborn,
  'seaborn-darkgrid': seaborn,
  'seaborn-v0_8-darkgrid': seaborn,
  'seaborn-whitegrid': whitegrid,
  'seaborn-v0_8-whitegrid': whitegrid,
};
let look: Look = STYLES.default;

/**
 * The looks of charts: `plot.style.use('ggplot')`, for all charts that are made from now on; `available` lists them.
 * @see matplotlib.style.use
 */
export const style = {
  available: Object.keys(STYLES),
  use(name: string): void {
    const found = STYLES[name];
    if (found === undefined)
      throw new RangeError(
        `style.use: there is no style '${name}'. Known are ${Object.keys(STYLES).join(', ')}`,
      );
    look = found;
  },
};

/** The colours that series take in turn, where a style has its own. */
export const styleColors = (): readonly string[] | undefined => look.colors;

/** The template of charts in the style and with the settings of now. */
export function styled(): unknown {
  const of = <T>(name: string): T | undefined => rcParams[name] as T | undefined;
  if (look === STYLES.default && Object.keys(rcParams).length === 0) return TEMPLATE;
  const { layout } = TEMPLATE;
  const ink = look.ink ?? layout.font.color;
  const size = of<number>('font.size');
  const axis = (ticks: number | undefined) => ({
    ...layout.xaxis,
    gridcolor: look.grid ?? layout.xaxis.gridcolor,
    linecolor: look.line ?? layout.xaxis.linecolor,
    tickcolor: look.muted ?? layout.xaxis.tickcolor,
    tickfont: { size: ticks ?? size ?? 12, color: look.muted ?? layout.xaxis.tickfont.color },
    title: {
      ...layout.xaxis.title,
      font: { size: of<number>('axes.labelsize') ?? size ?? 13, color: ink },
    },
    ...(of('axes.grid') === undefined ? {} : { showgrid: of('axes.grid') }),
  });
  return {
    ...TEMPLATE,
    layout: {
      ...layout,
      annotationdefaults: {
        ...layout.annotationdefaults,
        arrowcolor: ink,
        font: { ...layout.annotationdefaults.font, color: ink },
      },
      colorway: look.colors ?? layout.colorway,
      font: { ...layout.font, color: ink, size: size ?? 13, family: of('font.family') ?? layout.font.family },
      legend: look.ink ? { ...layout.legend, bgcolor: 'rgba(0, 0, 0, 0.6)' } : layout.legend,
      paper_bgcolor: of('figure.facecolor') ?? look.paper ?? layout.paper_bgcolor,
      plot_bgcolor: of('axes.facecolor') ?? look.axes ?? layout.plot_bgcolor,
      title: { ...layout.title, font: { ...layout.title.font, color: ink } },
      xaxis: axis(of('xtick.labelsize')),
      yaxis: axis(of('ytick.labelsize')),
    },
  };
}
