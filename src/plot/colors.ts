// Colormaps by matplotlib's names, as a few anchor colours that are interpolated linearly, and matplotlib's
// short colour codes. Sequential and diverging anchors are ColorBrewer's and matplotlib's published values.

import { asarray } from '../core/create.js';
import type { NDArray } from '../core/ndarray.js';
import { reshape } from '../ops/shape.js';
import { type ArrayObject, isArrayObject, numbers, type Values } from './values.js';

type ColormapName =
  | 'viridis'
  | 'plasma'
  | 'inferno'
  | 'magma'
  | 'cividis'
  | 'turbo'
  | 'jet'
  | 'hot'
  | 'gray'
  | 'grey'
  | 'Greys'
  | 'Blues'
  | 'Reds'
  | 'Greens'
  | 'YlOrRd'
  | 'Spectral'
  | 'RdBu'
  | 'RdYlBu'
  | 'coolwarm'
  | 'PiYG'
  | 'bwr'
  | 'tab10'
  | 'Set1'
  | 'Set2'
  | 'Paired'
  | 'bone'
  | 'copper'
  | 'pink'
  | 'spring'
  | 'summer'
  | 'autumn'
  | 'winter'
  | 'cool'
  | 'hsv'
  | 'rainbow'
  | 'gist_rainbow'
  | 'terrain'
  | 'ocean'
  | 'cubehelix'
  | 'gnuplot'
  | 'gist_heat'
  | 'twilight'
  | 'binary'
  | 'Oranges'
  | 'Purples'
  | 'BuGn'
  | 'BuPu'
  | 'GnBu'
  | 'OrRd'
  | 'PuBu'
  | 'PuRd'
  | 'RdPu'
  | 'YlGn'
  | 'YlGnBu'
  | 'YlOrBr'
  | 'RdYlGn'
  | 'RdGy'
  | 'PRGn'
  | 'BrBG'
  | 'PuOr'
  | 'seismic'
  | 'Set3'
  | 'Accent'
  | 'Dark2'
  | 'Pastel1'
  | 'Pastel2'
  | 'tab20';

/** A colormap that gives colours: `plot.cm.viridis(0.3)`. As an option `cmap` it is what its name is. */
export interface ColormapFunction {
  /**
   * The colour of a value from 0 to 1: [r, g, b, a], each from 0 to 1. Maps that are lists of colours, such as tab10,
   * take whole numbers as places in the list.
   */
  (value: number, alpha?: number): [r: number, g: number, b: number, a: number];
  /** The colours of all values: an array with one more axis, of length 4. */
  (values: Values, alpha?: number): NDArray;
  readonly name: string;
  /** How many colours it has. */
  readonly N: number;
  /** The colours of a map that is a list of them. */
  readonly colors: readonly (readonly [number, number, number])[];
  reversed(): ColormapFunction;
  /** The map in so many steps. */
  resampled(n: number): ColormapFunction;
}

export type Colormap =
  | ColormapName
  | ColormapFunction
  | `${string}_r`
  // Colours of one's own, for classes: "r, #1f77b4, C2".
  | `${string},${string}`;

/** Colormaps by their names, each also with `_r` behind it, reversed. */
export interface Colormaps extends Readonly<Record<ColormapName | `${ColormapName}_r`, ColormapFunction>> {
  get_cmap(name: Colormap, n?: number): ColormapFunction;
}

// Anchors are evenly spaced over [0, 1].
const ANCHORS: Record<string, string> = {
  viridis: '440154 482878 3e4a89 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725',
  plasma: '0d0887 46039f 7201a8 9c179e bd3786 d8576b ed7953 fb9f3a fdca26 f0f921',
  inferno: '000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4',
  magma: '000004 180f3d 440f76 721f81 9e2f7f cd4071 f1605d fd9668 feca8d fcfdbf',
  cividis: '00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838',
  turbo: '30123b 4662d7 36aaf9 1ae4b6 72fe5e c8ef34 faba39 f66b19 ca2a04 7a0403',
  jet: '000080 0000ff 0080ff 00ffff 80ff80 ffff00 ff8000 ff0000 800000',
  hot: '0b0000 660000 c00000 ff1b00 ff7700 ffd200 ffff4b ffffff',
  gray: '000000 ffffff',
  grey: '000000 ffffff',
  binary: 'ffffff 000000',
  bone: '000000 1a1a24 333347 4d4d6b 666f7f 809494 a6b8b8 d1d9d9 ffffff',
  copper: '000000 282018 503f28 785f3c a07f50 c89f65 f0bf79 ffc77f',
  pink: '1e0000 753e3e a36f5f bd9279 cfb18f deceab e9e9c6 f4f4e4 ffffff',
  spring: 'ff00ff ffff00',
  summer: '008066 ffff66',
  autumn: 'ff0000 ffff00',
  winter: '0000ff 00ff80',
  cool: '00ffff ff00ff',
  hsv: 'ff0000 ffff00 00ff00 00ffff 0000ff ff00ff ff0000',
  rainbow: '8000ff 4062fa 00b5eb 40ecd4 80ffb4 c0eb8d ffb360 ff6232 ff0000',
  gist_rainbow: 'ff0029 ffd700 00ff1f 00ffff 0013ff ff00bf',
  terrain: '333399 0199ff 01cc66 ffff99 805d54 ffffff',
  ocean: '008000 004040 000080 0080c0 ffffff',
  cubehelix: '000000 1a1935 15474e 2b6f39 767b30 c17a6f d490c6 c3c0f2 e1f3ef ffffff',
  gnuplot: '000000 5a01b4 800280 a206e6 b4109b cf2900 e35c00 ffff00',
  gist_heat: '000000 600000 c00000 ff4000 ffc080 ffffff',
  twilight: 'e2d9e2 9ebbc9 6785be 5e43a5 421653 2f1436 591f4d a34a51 c6896b d5bdab e2d9e2',
  Greys: 'ffffff f0f0f0 d9d9d9 bdbdbd 969696 737373 525252 252525 000000',
  Blues: 'f7fbff deebf7 c6dbef 9ecae1 6baed6 4292c6 2171b5 08519c 08306b',
  Reds: 'fff5f0 fee0d2 fcbba1 fc9272 fb6a4a ef3b2c cb181d a50f15 67000d',
  Greens: 'f7fcf5 e5f5e0 c7e9c0 a1d99b 74c476 41ab5d 238b45 006d2c 00441b',
  Oranges: 'fff5eb fee6ce fdd0a2 fdae6b fd8d3c f16913 d94801 a63603 7f2704',
  Purples: 'fcfbfd efedf5 dadaeb bcbddc 9e9ac8 807dba 6a51a3 54278f 3f007d',
  BuGn: 'f7fcfd e5f5f9 ccece6 99d8c9 66c2a4 41ae76 238b45 006d2c 00441b',
  BuPu: 'f7fcfd e0ecf4 bfd3e6 9ebcda 8c96c6 8c6bb1 88419d 810f7c 4d004b',
  GnBu: 'f7fcf0 e0f3db ccebc5 a8ddb5 7bccc4 4eb3d3 2b8cbe 0868ac 084081',
  OrRd: 'fff7ec fee8c8 fdd49e fdbb84 fc8d59 ef6548 d7301f b30000 7f0000',
  PuBu: 'fff7fb ece7f2 d0d1e6 a6bddb 74a9cf 3690c0 0570b0 045a8d 023858',
  PuRd: 'f7f4f9 e7e1ef d4b9da c994c7 df65b0 e7298a ce1256 980043 67001f',
  RdPu: 'fff7f3 fde0dd fcc5c0 fa9fb5 f768a1 dd3497 ae017e 7a0177 49006a',
  YlGn: 'ffffe5 f7fcb9 d9f0a3 addd8e 78c679 41ab5d 238443 006837 004529',
  YlGnBu: 'ffffd9 edf8b1 c7e9b4 7fcdbb 41b6c4 1d91c0 225ea8 253494 081d58',
  YlOrBr: 'ffffe5 fff7bc fee391 fec44f fe9929 ec7014 cc4c02 993404 662506',
  YlOrRd: 'ffffcc ffeda0 fed976 feb24c fd8d3c fc4e2a e31a1c bd0026 800026',
  Spectral: '9e0142 d53e4f f46d43 fdae61 fee08b ffffbf e6f598 abdda4 66c2a5 3288bd 5e4fa2',
  RdBu: '67001f b2182b d6604d f4a582 fddbc7 f7f7f7 d1e5f0 92c5de 4393c3 2166ac 053061',
  RdYlBu: 'a50026 d73027 f46d43 fdae61 fee090 ffffbf e0f3f8 abd9e9 74add1 4575b4 313695',
  coolwarm: '3b4cc0 6282ea 8db0fe b8d0f9 dddddd f5c4ad f49a7b de604d b40426',
  PiYG: '8e0152 c51b7d de77ae f1b6da fde0ef f7f7f7 e6f5d0 b8e186 7fbc41 4d9221 276419',
  RdYlGn: 'a50026 d73027 f46d43 fdae61 fee08b ffffbf d9ef8b a6d96a 66bd63 1a9850 006837',
  RdGy: '67001f b2182b d6604d f4a582 fddbc7 ffffff e0e0e0 bababa 878787 4d4d4d 1a1a1a',
  PRGn: '40004b 762a83 9970ab c2a5cf e7d4e8 f7f7f7 d9f0d3 a6dba0 5aae61 1b7837 00441b',
  BrBG: '543005 8c510a bf812d dfc27d f6e8c3 f5f5f5 c7eae5 80cdc1 35978f 01665e 003c30',
  PuOr: '7f3b08 b35806 e08214 fdb863 fee0b6 f7f7f7 d8daeb b2abd2 8073ac 542788 2d004b',
  seismic: '00004c 0000ff ffffff ff0000 800000',
  bwr: '0000ff ffffff ff0000',
  tab10: '1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b e377c2 7f7f7f bcbd22 17becf',
  Set1: 'e41a1c 377eb8 4daf4a 984ea3 ff7f00 ffff33 a65628 f781bf 999999',
  Set2: '66c2a5 fc8d62 8da0cb e78ac3 a6d854 ffd92f e5c494 b3b3b3',
  Set3: '8dd3c7 ffffb3 bebada fb8072 80b1d3 fdb462 b3de69 fccde5 d9d9d9 bc80bd ccebc5 ffed6f',
  Accent: '7fc97f beaed4 fdc086 ffff99 386cb0 f0027f bf5b17 666666',
  Dark2: '1b9e77 d95f02 7570b3 e7298a 66a61e e6ab02 a6761d 666666',
  Pastel1: 'fbb4ae b3cde3 ccebc5 decbe4 fed9a6 ffffcc e5d8bd fddaec f2f2f2',
  Pastel2: 'b3e2cd fdcdac cbd5e8 f4cae4 e6f5c9 fff2ae f1e2cc cccccc',
  tab20:
    '1f77b4 aec7e8 ff7f0e ffbb78 2ca02c 98df8a d62728 ff9896 9467bd c5b0d5 8c564b c49c94 e377c2 f7b6d2 7f7f7f c7c7c7 bcbd22 dbdb8d 17becf 9edae5',
  Paired: 'a6cee3 1f78b4 b2df8a 33a02c fb9a99 e31a1c fdbf6f ff7f00 cab2d6 6a3d9a ffff99 b15928',
};
const QUALITATIVE = new Set('tab10 tab20 Set1 Set2 Set3 Accent Dark2 Pastel1 Pastel2 Paired'.split(' '));

/** The ten colours that series take in turn (matplotlib's C0..C9). */
export const CYCLE: readonly string[] = ANCHORS.tab10.split(' ').map((c) => `#${c}`);

// matplotlib's one-letter colours, in the tones of the colour cycle: pure #0000ff on white is hard to look at.
const LETTERS: Record<string, string> = {
  b: '#1f77b4',
  g: '#2ca02c',
  r: '#d62728',
  c: '#17becf',
  m: '#c450b3',
  y: '#d4b106',
  k: '#1f2328',
  w: '#ffffff',
};

type RGB = [number, number, number];
const parseHex = (hex: string): RGB => [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as RGB;

function anchors(given: Colormap | string, fn: string): { colors: RGB[]; qualitative: boolean } {
  const cmap = String(given);
  if (cmap.includes(',')) {
    // Colours of one's own, taken in order.
    const colors = cmap.split(',').map((name) => {
      const css = cssColor(name.trim(), fn);
      if (!/^#[0-9a-f]{6}$/i.test(css))
        throw new RangeError(
          `${fn}: '${name.trim()}' in the list of colours "${cmap}" is none of b, r, C0, tab:red, 0.5 or #rrggbb`,
        );
      return parseHex(css.slice(1));
    });
    return { colors, qualitative: true };
  }
  const reversed = cmap.endsWith('_r');
  const base = reversed ? cmap.slice(0, -2) : cmap;
  const name =
    Object.keys(ANCHORS).find((n) => n === base) ??
    Object.keys(ANCHORS).find((n) => n.toLowerCase() === base.toLowerCase());
  if (!name) {
    throw new RangeError(
      `${fn}: there is no colormap "${cmap}". Known are ${Object.keys(ANCHORS).join(', ')}; ` +
        'add _r to any to reverse it',
    );
  }
  const colors = ANCHORS[name].split(' ').map(parseHex);
  return { colors: reversed ? colors.reverse() : colors, qualitative: QUALITATIVE.has(name) };
}

/** The colormap as a function of t in [0, 1]. */
export function sampler(cmap: Colormap | string, fn = 'plot'): (t: number) => RGB {
  const { colors, qualitative } = anchors(cmap, fn);
  return (t) => {
    const clipped = Math.min(1, Math.max(0, t));
    if (qualitative) return colors[Math.min(colors.length - 1, Math.floor(clipped * colors.length))];
    const position = clipped * (colors.length - 1);
    const i = Math.min(colors.length - 2, Math.floor(position));
    const f = position - i;
    return [0, 1, 2].map((k) => Math.round(colors[i][k] * (1 - f) + colors[i + 1][k] * f)) as RGB;
  };
}

const rgb = ([r, g, b]: RGB): string => `#${[r, g, b].map((v) => v.toString(16).padStart(2, '0')).join('')}`;

/** A Plotly colour scale for numbers. */
export function colorscale(cmap: Colormap | string, fn: string): [number, string][] {
  const { colors } = anchors(cmap, fn);
  return colors.map((c, i) => [i / (colors.length - 1), rgb(c)]);
}

/**
 * One colour per class. Sequential and diverging maps are spread over the classes as matplotlib spreads
 * them over the labels' range (Spectral with labels 0, 1, 2: red, yellow, blue); qualitative maps are
 * taken in order.
 */
export function classColors(
  labels: readonly (number | string)[],
  cmap: Colormap | string,
  fn: string,
): string[] {
  const { colors, qualitative } = anchors(cmap, fn);
  if (qualitative) return labels.map((_, i) => rgb(colors[i % colors.length]));
  const at = sampler(cmap, fn);
  const last = labels.length - 1;
  const numeric = labels.every((l) => typeof l === 'number');
  const low = Number(labels[0]);
  const high = Number(labels[last]);
  return labels.map((l, i) =>
    rgb(at(last === 0 ? 0.5 : numeric ? (Number(l) - low) / (high - low) : i / last)),
  );
}

/** A colour as CSS: 'b', 'C3', 'tab:red', '0.5' (grey), [r, g, b] in 0..1, or any CSS colour. */
export function cssColor(given: string | readonly number[] | ArrayObject, fn: string): string {
  const color = isArrayObject(given) ? (numbers(given, `${fn}: color`).flat as number[]) : given;
  if (typeof color !== 'string') {
    if (color.length < 3 || color.length > 4) {
      throw new RangeError(
        `${fn}: a colour as numbers is [r, g, b] or [r, g, b, a] in 0..1, got ${color.length} of them`,
      );
    }
    const [r, g, b] = color.map((v) => Math.round(255 * v));
    return color.length === 4 ? `rgba(${r}, ${g}, ${b}, ${color[3]})` : rgb([r, g, b]);
  }
  if (LETTERS[color]) return LETTERS[color];
  const cycle = /^C(\d+)$/.exec(color);
  if (cycle) return CYCLE[Number(cycle[1]) % CYCLE.length];
  if (/^(0?\.\d+|[01](\.0*)?)$/.test(color))
    return rgb(Array(3).fill(Math.round(255 * Number(color))) as RGB);
  const tab = ['blue', 'orange', 'green', 'red', 'purple', 'brown', 'pink', 'gray', 'olive', 'cyan'].indexOf(
    color.replace(/^tab:/, '').replace('grey', 'gray'),
  );
  return color.startsWith('tab:') && tab >= 0 ? CYCLE[tab] : color;
}

/** The colour with an opacity, for fills. */
export function translucent(css: string, alpha: number): string {
  const hex = /^#([0-9a-f]{6})$/i.exec(css);
  return hex ? `rgba(${parseHex(hex[1]).join(', ')}, ${alpha})` : css;
}

/** A colormap as a function of values. */
function colormap(name: string, steps?: number): ColormapFunction {
  const { colors, qualitative } = anchors(name, 'cm');
  const smooth = sampler(name, 'cm');
  const n = steps ?? (qualitative ? colors.length : 256);
  const whole = qualitative || steps !== undefined;
  const at = (t: number): RGB => {
    if (!whole) return smooth(t);
    const step = Math.min(n - 1, Math.max(0, Math.floor(t * n)));
    return qualitative ? colors[step % colors.length] : smooth(n === 1 ? 0 : step / (n - 1));
  };
  const rgba = (t: number, alpha: number, integers: boolean): number[] => {
    if (Number.isNaN(t)) return [0, 0, 0, 0];
    // A whole number is a place in a list of colours.
    const place = integers || (whole && Number.isInteger(t) && t >= 1);
    return [...at(place ? (t + 0.5) / n : t).map((v) => v / 255), alpha];
  };
  const f = (values: number | Values, alpha = 1): unknown => {
    if (typeof values === 'number') return rgba(values, alpha, false);
    const { shape, flat, dtype } = numbers(values, `cm.${name}`);
    const integers = /int/.test(dtype);
    const all = flat.map((v) => rgba(v, alpha, integers));
    return reshape(asarray(all, `cm.${name}`), [...shape, 4]);
  };
  Object.defineProperty(f, 'name', { value: name });
  return Object.assign(f, {
    N: n,
    colors: colors.map((c) => c.map((v) => v / 255)),
    toString: () => name,
    reversed: () => colormap(name.endsWith('_r') ? name.slice(0, -2) : `${name}_r`, steps),
    resampled: (count: number) => colormap(name, count),
  }) as unknown as ColormapFunction;
}

/**
 * A colormap by its name, in `n` steps where that is given. It gives colours, and stands for its name as an option.
 * @example
 * const map = plot.get_cmap('viridis');
 * map(np.linspace(0, 1, 5)).shape   // [ 5, 4 ]
 * @see matplotlib.pyplot.get_cmap
 */
export function getCmap(name: Colormap = 'viridis', n?: number): ColormapFunction {
  sampler(name, 'get_cmap');
  return colormap(String(name), n);
}

/**
 * The colormaps by their names: `plot.scatter(x, y, {c, cmap: plot.cm.Spectral})`. Each gives colours as well.
 * @example
 * plot.cm.gray(0.5)[3]   // 1
 * plot.plot([1, 2], { color: plot.cm.viridis(0.3) });
 * @see matplotlib.cm
 */
export const cm = Object.defineProperties(
  { get_cmap: getCmap },
  Object.fromEntries(
    Object.keys(ANCHORS).flatMap((name) =>
      [name, `${name}_r`].map((each) => [each, { enumerable: true, get: () => colormap(each) }]),
    ),
  ),
) as unknown as Colormaps;
