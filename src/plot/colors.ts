// Colormaps by matplotlib's names, as a few anchor colours that are interpolated linearly, and matplotlib's
// short colour codes. Sequential and diverging anchors are ColorBrewer's and matplotlib's published values.

export type Colormap =
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
  | `${string}_r`
  // Colours of one's own, for classes: "r, #1f77b4, C2".
  | `${string},${string}`;

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
  Greys: 'ffffff f0f0f0 d9d9d9 bdbdbd 969696 737373 525252 252525 000000',
  Blues: 'f7fbff deebf7 c6dbef 9ecae1 6baed6 4292c6 2171b5 08519c 08306b',
  Reds: 'fff5f0 fee0d2 fcbba1 fc9272 fb6a4a ef3b2c cb181d a50f15 67000d',
  Greens: 'f7fcf5 e5f5e0 c7e9c0 a1d99b 74c476 41ab5d 238b45 006d2c 00441b',
  YlOrRd: 'ffffcc ffeda0 fed976 feb24c fd8d3c fc4e2a e31a1c bd0026 800026',
  Spectral: '9e0142 d53e4f f46d43 fdae61 fee08b ffffbf e6f598 abdda4 66c2a5 3288bd 5e4fa2',
  RdBu: '67001f b2182b d6604d f4a582 fddbc7 f7f7f7 d1e5f0 92c5de 4393c3 2166ac 053061',
  RdYlBu: 'a50026 d73027 f46d43 fdae61 fee090 ffffbf e0f3f8 abd9e9 74add1 4575b4 313695',
  coolwarm: '3b4cc0 6282ea 8db0fe b8d0f9 dddddd f5c4ad f49a7b de604d b40426',
  PiYG: '8e0152 c51b7d de77ae f1b6da fde0ef f7f7f7 e6f5d0 b8e186 7fbc41 4d9221 276419',
  bwr: '0000ff ffffff ff0000',
  tab10: '1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b e377c2 7f7f7f bcbd22 17becf',
  Set1: 'e41a1c 377eb8 4daf4a 984ea3 ff7f00 ffff33 a65628 f781bf 999999',
  Set2: '66c2a5 fc8d62 8da0cb e78ac3 a6d854 ffd92f e5c494 b3b3b3',
  Paired: 'a6cee3 1f78b4 b2df8a 33a02c fb9a99 e31a1c fdbf6f ff7f00 cab2d6 6a3d9a ffff99 b15928',
};
const QUALITATIVE = new Set(['tab10', 'Set1', 'Set2', 'Paired']);

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

function anchors(cmap: string, fn: string): { colors: RGB[]; qualitative: boolean } {
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
export function sampler(cmap: string, fn = 'plot'): (t: number) => RGB {
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
export function colorscale(cmap: string, fn: string): [number, string][] {
  const { colors } = anchors(cmap, fn);
  return colors.map((c, i) => [i / (colors.length - 1), rgb(c)]);
}

/**
 * One colour per class. Sequential and diverging maps are spread over the classes as matplotlib spreads
 * them over the labels' range (Spectral with labels 0, 1, 2: red, yellow, blue); qualitative maps are
 * taken in order.
 */
export function classColors(labels: readonly (number | string)[], cmap: string, fn: string): string[] {
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
export function cssColor(color: string | readonly number[], fn: string): string {
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
