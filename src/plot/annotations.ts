// What stands on axes beside the data: texts, arrows, lines and bands across, rectangles.

import { type Drawn, Rule, Text, withArtists } from './artists.js';
import { Looks } from './axis-looks.js';
import { cssColor, translucent } from './colors.js';
import { type FontSize, fontSize } from './font.js';
import { dash } from './format.js';
import type { Loose } from './frame.js';
import { type Named, type Names, read } from './options.js';
import type { ColorSpec } from './series.js';
import { isOptions, type One, one } from './values.js';

export type Coords = 'data' | 'axes fraction' | 'figure fraction';

export interface AnnotateOptions {
  /** Where the text stands; the arrow runs from there to the point. Without it, text and no arrow. */
  xytext?: readonly [One, One];
  /** The point, where it is not given by its place. */
  xy?: readonly [One, One];
  color?: ColorSpec;
  fontsize?: FontSize;
  fontweight?: 'normal' | 'bold' | number;
  arrow?: boolean;
  /** How the arrow looks; `{}` draws one. */
  arrowprops?: {
    color?: ColorSpec;
    facecolor?: ColorSpec;
    width?: number;
    arrowstyle?: string;
    [more: string]: unknown;
  };
  /** Which side of the text is at the point; its centre unless given. */
  align?: 'left' | 'center' | 'right';
  horizontalalignment?: 'left' | 'center' | 'right';
  verticalalignment?: 'top' | 'center' | 'bottom' | 'baseline';
  /** Degrees, counter-clockwise. */
  rotation?: number;
  alpha?: number;
  /** What a place is measured in: 'data', or shares of the axes or the figure. */
  transform?: Coords;
  xycoords?: Coords;
  /** The same for the text; 'offset points' counts from the point. */
  textcoords?: Coords | 'offset points' | 'offset pixels';
  fontstyle?: 'normal' | 'italic' | 'oblique';
  fontfamily?: string;
  zorder?: number;
  wrap?: boolean;
  /** A box around the text; `{}` draws one. */
  bbox?: { facecolor?: ColorSpec; edgecolor?: ColorSpec; alpha?: number; [more: string]: unknown };
}
const ANNOTATE: Names<AnnotateOptions> = {
  xytext: 1,
  xy: 1,
  color: 1,
  fontsize: 1,
  fontweight: 1,
  arrow: 1,
  arrowprops: 1,
  align: 1,
  horizontalalignment: 1,
  verticalalignment: 1,
  rotation: 1,
  alpha: 1,
  bbox: 1,
  transform: 1,
  xycoords: 1,
  textcoords: 1,
  fontstyle: 1,
  fontfamily: 1,
  zorder: 1,
  wrap: 1,
};
export type TextAtOptions = Omit<AnnotateOptions, 'xytext' | 'xy' | 'arrow' | 'arrowprops'>;
const { xytext: _t, xy: _p, arrow: _a, arrowprops: _s, ...TEXT_AT } = ANNOTATE;

export interface RuleOptions {
  color?: ColorSpec;
  linewidth?: number;
  linestyle?: string;
  label?: string;
  alpha?: number;
}
const RULE: Names<RuleOptions> = { color: 1, linewidth: 1, linestyle: 1, label: 1, alpha: 1 };

export interface SpanOptions {
  color?: ColorSpec;
  facecolor?: ColorSpec;
  alpha?: number;
  label?: string;
}
const SPAN: Names<SpanOptions> = { color: 1, facecolor: 1, alpha: 1, label: 1 };

type Place = readonly [One, One];
/** Where the ends of a line or band across lie, as shares of the axes. */
type Part = readonly [from: number, to: number];

export abstract class Annotated extends Looks {
  /**
   * Writes a text at a point; with `xytext`, an arrow runs from the text to it: `annotate('here', [1, 2])`,
   * `annotate('here', {xy: [1, 2], xytext: [2, 3]})`.
   * @see matplotlib.pyplot.annotate
   */
  annotate(text: string, options: Named<AnnotateOptions> & { xy: Place }): Drawn<this, Text>;
  annotate(text: string, xy: Place, options?: Named<AnnotateOptions>): Drawn<this, Text>;
  annotate(
    text: string,
    place: Place | Named<AnnotateOptions>,
    more: Named<AnnotateOptions> = {},
  ): Drawn<this, Text> {
    const given = isOptions(place) ? (place as Named<AnnotateOptions>) : more;
    const o = read<AnnotateOptions>('annotate', given, ANNOTATE);
    const xy = isOptions(place) ? o.xy : (place as Place);
    if (xy === undefined)
      throw new TypeError("annotate: the point is missing: annotate('text', [x, y]) or {xy: [x, y]}");
    return this.write('annotate', text, xy, o);
  }

  /**
   * Writes a text at a point: centred on it, unless `ha` and `va` say otherwise.
   * @see matplotlib.pyplot.text
   */
  text(x: One, y: One, text: string, options: Named<TextAtOptions> = {}): Drawn<this, Text> {
    const o = read<TextAtOptions>('text', options, TEXT_AT);
    return this.write('text', text, [x, y], { ...o, arrow: false });
  }

  private write(fn: string, text: string, xy: Place, o: AnnotateOptions): Drawn<this, Text> {
    const coords = o.transform ?? o.xycoords ?? 'data';
    const ref = (which: 'x' | 'y', of: Coords): string => {
      const name = which === 'x' ? this.xName : this.yName;
      return of === 'data' ? name : of === 'axes fraction' ? `${name} domain` : 'paper';
    };
    if (!['data', 'axes fraction', 'figure fraction'].includes(coords))
      throw new RangeError(
        `${fn}: places are in 'data', 'axes fraction' (ax.transAxes) or 'figure fraction', got '${coords}'`,
      );
    const at = (which: 'x' | 'y', v: One): number => {
      const value = one(v, `${fn}: ${which}`);
      return coords === 'data' ? this.position(which, value, fn) : value;
    };
    const color = o.color === undefined ? undefined : cssColor(o.color, fn);
    const arrowColor = o.arrowprops?.color ?? o.arrowprops?.facecolor;
    const side = o.align ?? o.horizontalalignment;
    const height = o.verticalalignment;
    const font = {
      ...(color === undefined ? {} : { color }),
      ...(o.fontsize === undefined ? {} : { size: fontSize(o.fontsize, fn) }),
      ...(o.fontweight === undefined ? {} : { weight: o.fontweight }),
    };
    this.addAnnotation({
      text: String(text),
      x: at('x', xy[0]),
      y: at('y', xy[1]),
      showarrow: o.arrow ?? (o.xytext !== undefined && (fn === 'annotate' || o.arrowprops !== undefined)),
      xref: ref('x', coords),
      yref: ref('y', coords),
      ...(o.xytext ? this.tail(fn, o.xytext, o, at) : {}),
      ...arrowLook(o.arrowprops),
      ...(color === undefined && arrowColor === undefined
        ? {}
        : { arrowcolor: arrowColor === undefined ? color : cssColor(arrowColor, fn) }),
      ...(Object.keys(font).length > 0 ? { font } : {}),
      ...(side ? { xanchor: side } : {}),
      ...(height ? { yanchor: height === 'center' ? 'middle' : height === 'top' ? 'top' : 'bottom' } : {}),
      ...(o.rotation ? { textangle: -o.rotation } : {}),
      ...(o.alpha === undefined ? {} : { opacity: o.alpha }),
      ...(o.bbox
        ? {
            bgcolor: translucent(cssColor(o.bbox.facecolor ?? 'w', fn), o.bbox.alpha ?? 0.9),
            bordercolor: cssColor(o.bbox.edgecolor ?? 'k', fn),
            borderpad: 4,
          }
        : {}),
    });
    return withArtists(this, new Text(this.host(), [this.layoutList<Loose>('annotations').at(-1)!]));
  }

  /** Where the text of an arrow stands. */
  private tail(
    fn: string,
    [x, y]: Place,
    o: AnnotateOptions,
    at: (which: 'x' | 'y', v: One) => number,
  ): Loose {
    const coords = o.xycoords ?? 'data';
    const of = o.textcoords ?? coords;
    if (of === 'offset points' || of === 'offset pixels') {
      const unit = of === 'offset points' ? 96 / 72 : 1;
      const [dx, dy] = [unit * one(x, `${fn}: x`), -unit * one(y, `${fn}: y`)];
      const arrow = o.arrow ?? o.arrowprops !== undefined;
      return arrow ? { ax: dx, ay: dy, showarrow: true } : { xshift: dx, yshift: -dy, showarrow: false };
    }
    if (of === coords && of === 'data')
      return { ax: at('x', x), ay: at('y', y), axref: this.xName, ayref: this.yName };
    // Charts measure both ends alike: shares of the axes become places among the data as they are now.
    const inData = (which: 'x' | 'y', v: One): number => {
      const share = one(v, `${fn}: ${which}`);
      const [low, high] = which === 'x' ? this.getXlim() : this.getYlim();
      return this.position(which, of === 'data' ? share : low + share * (high - low), fn);
    };
    if (coords !== 'data')
      throw new RangeError(
        `${fn}: an arrow's point in '${coords}' needs its text in 'offset points'; give the point in 'data'`,
      );
    return { ax: inData('x', x), ay: inData('y', y), axref: this.xName, ayref: this.yName };
  }

  /**
   * Draws an arrow from (x, y) to (x + dx, y + dy).
   * @see matplotlib.pyplot.arrow
   */
  arrow(
    x: number,
    y: number,
    dx: number,
    dy: number,
    options: { color?: ColorSpec; linewidth?: number } = {},
  ): this {
    this.cover([x, x + dx], [y, y + dy]);
    return this.addAnnotation({
      text: '',
      x: this.position('x', x + dx, 'arrow'),
      y: this.position('y', y + dy, 'arrow'),
      ax: this.position('x', x, 'arrow'),
      ay: this.position('y', y, 'arrow'),
      axref: this.xName,
      ayref: this.yName,
      showarrow: true,
      arrowhead: 2,
      arrowwidth: options.linewidth ?? 2,
      ...(options.color ? { arrowcolor: cssColor(options.color, 'arrow') } : {}),
    });
  }

  /** A horizontal line across the axes, dashed, with its label upon it. */
  hline(y: One, options: Named<RuleOptions> = {}): this {
    return this.rule('hline', 'y', y, options);
  }

  /** A vertical line across the axes, dashed, with its label upon it. */
  vline(x: One, options: Named<RuleOptions> = {}): this {
    return this.rule('vline', 'x', x, options);
  }

  /** A horizontal band from y0 to y1: the same as `axhspan`. */
  hspan(y0: One, y1: One, options: Named<SpanOptions> = {}): this {
    return this.span('hspan', 'y', y0, y1, options);
  }

  /** A vertical band from x0 to x1: the same as `axvspan`. */
  vspan(x0: One, x1: One, options: Named<SpanOptions> = {}): this {
    return this.span('vspan', 'x', x0, x1, options);
  }

  /**
   * A horizontal line across the axes, at 0 unless told; `axhline(y, 0, 0.5)` goes to the middle.
   * @see matplotlib.pyplot.axhline
   */
  axhline(y?: One | Named<RuleOptions>, ...rest: RuleRest): Drawn<this, Rule> {
    return this.acrossAxes('axhline', 'y', y, rest);
  }

  /**
   * A vertical line across the axes, at 0 unless told.
   * @see matplotlib.pyplot.axvline
   */
  axvline(x?: One | Named<RuleOptions>, ...rest: RuleRest): Drawn<this, Rule> {
    return this.acrossAxes('axvline', 'x', x, rest);
  }

  /**
   * A horizontal band from y0 to y1.
   * @see matplotlib.pyplot.axhspan
   */
  axhspan(y0: One, y1: One, options: Named<SpanOptions> = {}): this {
    return this.span('axhspan', 'y', y0, y1, options);
  }

  /**
   * A vertical band from x0 to x1.
   * @see matplotlib.pyplot.axvspan
   */
  axvspan(x0: One, x1: One, options: Named<SpanOptions> = {}): this {
    return this.span('axvspan', 'x', x0, x1, options);
  }

  /** A rectangle with its lower left corner at (x, y); `round` makes it the ellipse inside. */
  rect(
    x: number,
    y: number,
    width: number,
    height: number,
    options: { color?: ColorSpec; fill?: ColorSpec; linewidth?: number; round?: boolean } = {},
  ): this {
    this.cover([x, x + width], [y, y + height]);
    return this.addShape({
      type: options.round ? 'circle' : 'rect',
      x0: x,
      y0: y,
      x1: x + width,
      y1: y + height,
      xref: this.xName,
      yref: this.yName,
      line: { color: cssColor(options.color ?? 'k', 'rect'), width: options.linewidth ?? 1.5 },
      ...(options.fill ? { fillcolor: cssColor(options.fill, 'rect') } : {}),
    });
  }

  /** A shape from low to high on one axis and along a part of the other. */
  private across(fn: string, which: 'x' | 'y', low: One, high: One, [from, to]: Part = [0, 1]): Loose {
    const [a, b] = [one(low, `${fn}: ${which}`), one(high, `${fn}: ${which}`)];
    return which === 'y'
      ? { x0: from, x1: to, y0: a, y1: b, xref: `${this.xName} domain`, yref: this.yName }
      : { x0: a, x1: b, y0: from, y1: to, xref: this.xName, yref: `${this.yName} domain` };
  }

  /** matplotlib's lines across: solid, in the colour of the first line, their labels in the legend. */
  private acrossAxes(
    fn: string,
    which: 'x' | 'y',
    at: One | Named<RuleOptions> = 0,
    rest: RuleRest,
  ): Drawn<this, Rule> {
    const args = [at, ...rest];
    const given = isOptions(args.at(-1)) ? (args.pop() as Named<RuleOptions>) : {};
    const o = read<RuleOptions>(fn, given, RULE);
    const [value = 0, from = 0, to = 1] = args as (One | undefined)[];
    const color = cssColor(o.color ?? 'C0', fn);
    const shape: Loose = {
      type: 'line',
      ...this.across(fn, which, value, value, [one(from, `${fn}: from`), one(to, `${fn}: to`)]),
      line: { color, width: o.linewidth ?? 1.5, dash: dash(o.linestyle ?? '-', fn) },
      ...(o.alpha === undefined ? {} : { opacity: o.alpha }),
      ...(o.label === undefined ? {} : { name: o.label }),
    };
    this.addShape(shape);
    return withArtists(this, new Rule(this.host(), [shape]));
  }

  private rule(fn: string, which: 'x' | 'y', value: One, options: Named<RuleOptions>): this {
    const o = read<RuleOptions>(fn, options, RULE);
    const color = cssColor(o.color ?? '0.4', fn);
    const label =
      o.label === undefined
        ? {}
        : { label: { text: o.label, font: { size: 11, color }, textposition: 'end', textangle: 0 } };
    return this.addShape({
      type: 'line',
      ...this.across(fn, which, value, value),
      line: { color, width: o.linewidth ?? 1.5, dash: dash(o.linestyle ?? '--', fn) },
      ...(o.alpha === undefined ? {} : { opacity: o.alpha }),
      ...label,
    });
  }

  private span(fn: string, which: 'x' | 'y', low: One, high: One, options: Named<SpanOptions>): this {
    const o = read<SpanOptions>(fn, options, SPAN);
    const color = cssColor(o.facecolor ?? o.color ?? (fn.startsWith('ax') ? 'C0' : 'r'), fn);
    return this.addShape({
      type: 'rect',
      ...this.across(fn, which, low, high),
      fillcolor: translucent(color, o.alpha ?? (fn.startsWith('ax') ? 1 : 0.15)),
      line: { width: 0 },
      layer: 'below',
      ...(o.label === undefined ? {} : { name: o.label }),
    });
  }
}

/** How an arrow looks, from matplotlib's styles of arrows. */
function arrowLook(props: AnnotateOptions['arrowprops']): Loose {
  if (props === undefined) return {};
  const { arrowstyle: style, lw, linewidth = lw, width, shrink: _s } = props as Loose;
  const text = typeof style === 'string' ? style : undefined;
  return {
    ...(text === '-' ? { arrowhead: 0 } : {}),
    ...(text?.startsWith('<') && text.endsWith('>') ? { arrowside: 'end+start', startarrowhead: 2 } : {}),
    ...(text === '<-' || text === '<|-' ? { arrowside: 'start', startarrowhead: 2 } : {}),
    ...(text?.includes('|>') || text === 'fancy' || text === 'simple' ? { arrowhead: 1 } : {}),
    ...(text === undefined ? { arrowhead: 1, arrowwidth: Number(linewidth ?? width ?? 2) } : {}),
    ...(text !== undefined && linewidth !== undefined ? { arrowwidth: Number(linewidth) } : {}),
  };
}

type RuleRest = [options?: Named<RuleOptions>] | [from: number, to: number, options?: Named<RuleOptions>];
