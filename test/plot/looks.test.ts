// Scales, ticks and what axes answer; dates; texts in shares of the axes; twins and insets; streamlines; animations.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { np } from '../../src/index.js';
import * as plot from '../../src/plot/index.js';
import { streams } from '../../src/plot/streams.js';
import { json, mime } from './json.js';

beforeEach(() => plot.close('all'));

describe('scales', () => {
  it('symlog is linear around 0 and logarithmic on both sides', () => {
    const axes = plot.gca();
    axes.plot([1, 2, 3, 4], [-100, -1, 1, 100]);
    axes.set_yscale('symlog', { linthresh: 1 });
    axes.axhline(10);
    axes.text(1, 10, 'ten');
    const { data, layout } = json(plot.gcf());
    const [a, b, c, d] = data[0].y as number[];
    expect([a + d, b + c]).toEqual([0, 0]);
    expect(d - c).toBeCloseTo(2, 12);
    expect(layout.shapes[0].y0).toBeCloseTo(c + 1, 12);
    expect(layout.annotations[0].y).toBeCloseTo(c + 1, 12);
    expect(layout.yaxis.ticktext).toContain('10<sup>2</sup>');
    expect(layout.yaxis.tickvals).toHaveLength(layout.yaxis.ticktext.length);
    // Hover texts tell the values.
    expect([data[0].customdata[3], data[0].hovertemplate]).toEqual([
      [4, 100],
      expect.stringContaining('customdata[1]'),
    ]);
  });

  it('logit and functions place values, and limits stay values', () => {
    const axes = plot.gca();
    axes.plot([0.1, 0.5, 0.9], [1, 4, 9]);
    axes.set_xscale('logit');
    axes.set_ylim(0, 16);
    axes.set_yscale('function', { functions: [(v) => v ** 0.5, (v) => v ** 2] });
    expect(axes.get_ylim()).toEqual([0, 16]);
    const { data, layout } = json(plot.gcf());
    expect(data[0].x[1]).toBeCloseTo(0, 12);
    expect([data[0].y, layout.yaxis.range]).toEqual([
      [1, 2, 3],
      [0, 4],
    ]);
  });

  it('can change, and their names are checked', () => {
    const axes = plot.gca();
    axes.plot([1, 2], [1, 100]);
    axes.set_yscale('symlog');
    axes.set_yscale('linear');
    expect(json(plot.gcf()).data[0].y).toEqual([1, 100]);
    expect(() => axes.set_yscale('cubic' as 'log')).toThrow(
      /^yscale: takes 'linear', 'log', 'symlog'.* got 'cubic'/,
    );
    expect(() => axes.set_yscale('function')).toThrow(/^yscale: 'function' needs two functions/);
    expect(() => axes.set_yscale('symlog', { linthresh: 0 })).toThrow(/^yscale: symlog needs linthresh/);
  });
});

describe('ticks', () => {
  it('stand where a locator says and are written as a formatter says', () => {
    const axes = plot.gca();
    axes.plot([0, 1, 2], [0, 0.5, 1]);
    axes.set_xlim(0, 2);
    axes.xaxis.set_major_locator(plot.MultipleLocator(0.5));
    axes.xaxis.set_major_formatter(plot.FuncFormatter((v, i) => `${i}: ${v}`));
    axes.set_yticks([0, 0.5, 1]);
    axes.yaxis.set_major_formatter(plot.PercentFormatter(1));
    expect(axes.get_xticks().toArray()).toEqual([0, 0.5, 1, 1.5, 2]);
    const { layout } = json(plot.gcf());
    expect(layout.xaxis.ticktext).toEqual(['0: 0', '1: 0.5', '2: 1', '3: 1.5', '4: 2']);
    expect(layout.yaxis.ticktext).toEqual(['0%', '50%', '100%']);
  });

  it('are written by formats', () => {
    const texts = (format: string): string[] => {
      plot.close('all');
      const axes = plot.gca();
      axes.set_xticks([1234.5, 0.25]);
      axes.xaxis.set_major_formatter(format);
      return json(plot.gcf()).layout.xaxis.ticktext;
    };
    expect(texts('%.1f s')).toEqual(['1234.5 s', '0.2 s']);
    expect(texts('{x:,.1f}')).toEqual(['1,234.5', '0.2']);
    expect(texts('{x:.0%}')).toEqual(['123450%', '25%']);
  });

  it('and their lines look as asked', () => {
    const axes = plot.gca();
    axes.plot([1, 2]);
    axes.tick_params('x', { rotation: 45, labelsize: 'small', colors: 'r' });
    axes.spines.top.set_visible(false);
    axes.spines.right.set_color('none');
    axes.yaxis.tick_right();
    plot.setp(axes.get_yticklabels(), { rotation: 30, fontsize: 9 });
    const { layout } = json(plot.gcf());
    expect(layout.xaxis).toMatchObject({
      tickangle: -45,
      tickfont: { size: 10, color: '#d62728' },
      mirror: false,
    });
    expect(layout.yaxis).toMatchObject({
      mirror: false,
      side: 'right',
      tickangle: -30,
      tickfont: { size: 9 },
    });
    expect(() => plot.setp(axes.get_yticklabels(), { colour: 'r' })).toThrow(
      /^setp: TickLabels has no property 'colour'/,
    );
    expect(() => axes.spines.left.set_position(['data', 2])).toThrow(
      /^set_position: charts draw axes at their edges/,
    );
  });

  it('of dates are dates', () => {
    const axes = plot.gca();
    const days = [new Date('2024-01-01'), new Date('2024-01-02')];
    axes.plot(days, [1, 2]);
    axes.axvline(days[1]);
    axes.xaxis.set_major_formatter(plot.dates.DateFormatter('%d %b'));
    const { data, layout } = json(plot.gcf());
    expect(layout.xaxis).toMatchObject({ type: 'date', tickformat: '%d %b' });
    expect([data[0].x, layout.shapes[0].x0]).toEqual([days.map(Number), Number(days[1])]);
  });
});

describe('axes answer', () => {
  it('with their limits, titles, ticks and what stands in the legend', () => {
    const axes = plot.gca();
    const [line] = axes.plot([0, 10], [0, 1], { label: 'a' });
    axes.set_xlim(2, 5);
    axes.set_xlabel('x');
    expect([axes.get_xlim(), axes.get_ylim(), axes.get_xlabel()]).toEqual([[2, 5], [-0.05, 1.05], 'x']);
    const [handles, labels] = axes.get_legend_handles_labels();
    expect([handles.length, labels, axes.get_lines()[0].get_ydata().toArray()]).toEqual([
      1,
      ['a'],
      line.get_ydata().toArray(),
    ]);
    axes.margins({ x: 0 });
    expect(axes.get_xlim()).toEqual([0, 10]);
  });

  it('to places in shares of them, and to texts beside points', () => {
    const axes = plot.gca();
    axes.plot([0, 1]);
    axes.text(0.1, 0.9, 'corner', { transform: axes.transAxes });
    axes.annotate('point', {
      xy: [1, 1],
      xytext: [15, -15],
      textcoords: 'offset pixels',
      arrowprops: { arrowstyle: '<->' },
    });
    const { layout } = json(plot.gcf());
    expect(layout.annotations).toMatchObject([
      { text: 'corner', x: 0.1, y: 0.9, xref: 'x domain', yref: 'y domain' },
      { text: 'point', x: 1, y: 1, ax: 15, ay: 15, showarrow: true, arrowside: 'end+start' },
    ]);
    expect(() => axes.text(0, 0, 't', { transform: 'paper' as 'data' })).toThrow(
      /^text: places are in 'data'/,
    );
  });

  it('with twins on top and small axes inside', () => {
    const axes = plot.gca();
    axes.plot([1, 2]);
    const top = axes.twiny();
    top.plot([10, 20], [1, 2]);
    const inset = axes.inset_axes([0.5, 0.5, 0.25, 0.25]);
    inset.plot([5, 6]);
    const { data, layout } = json(axes.figure);
    expect(data.map((t) => [t.xaxis, t.yaxis])).toEqual([
      [undefined, undefined],
      ['x2', undefined],
      ['x3', 'y3'],
    ]);
    expect(layout.xaxis2).toMatchObject({ overlaying: 'x', side: 'top' });
    expect(layout.xaxis3.domain).toEqual([0.5, 0.75]);
  });
});

describe('streamplot', () => {
  it('follows a field: lines of a uniform one are straight', () => {
    const x = [0, 1, 2, 3];
    const u = x.map(() => [1, 1, 1, 1]);
    const v = x.map(() => [0, 0, 0, 0]);
    const { lines, heads } = streams({ x, y: x, u, v }, 0.5);
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(new Set(line.map(([, y]) => y.toFixed(9))).size).toBe(1);
    expect(heads.every(({ along }) => along[0] > 0 && Math.abs(along[1]) < 1e-12)).toBe(true);
  });

  it('draws lines with heads, and checks shapes', () => {
    const [x, y] = np.meshgrid(np.linspace(-1, 1, 8), np.linspace(-1, 1, 8));
    plot.streamplot(x, y, np.negative(y), x, { density: 0.5, color: 'k' });
    const { data } = json(plot.gcf());
    expect(data.map((t) => t.mode)).toEqual(['lines', 'markers']);
    expect(data[1].marker.angle).toHaveLength(data[1].x.length);
    expect(() => plot.streamplot([1, 2], [1, 2], [[1, 2]], [[1, 2]])).toThrow(
      /^streamplot: y must be 1 growing/,
    );
  });
});

describe('FuncAnimation', () => {
  it('plays what a function draws, and begins with the first frame', () => {
    const [figure, axes] = plot.subplots();
    const [line] = axes.plot([0, 1], [0, 0]);
    const seen: number[] = [];
    const film = plot.FuncAnimation(
      figure,
      (i: number) => {
        seen.push(i);
        line.set_ydata([i, i]);
        axes.set_title(`frame ${i}`);
      },
      { frames: [3, 5, 8], interval: 40 },
    );
    expect(seen).toEqual([3, 5, 8]);
    expect(Object.keys(mime(film))).toContain('text/html');
    const { data, frames, layout } = json(figure);
    expect(data[0].y).toEqual([3, 3]);
    expect(frames?.map((f) => [f.name, f.data[0].y[0]])).toEqual([
      ['3', 3],
      ['5', 5],
      ['8', 8],
    ]);
    expect(layout.sliders[0].steps).toHaveLength(3);
    expect(layout.updatemenus[0].buttons[0].args[1].frame.duration).toBe(40);
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-film-'));
    film.save(join(folder, 'film.html'));
    expect(readFileSync(join(folder, 'film.html'), 'utf8')).toContain('<!DOCTYPE html>');
    rmSync(folder, { recursive: true });
    expect(() => film.save('film.gif')).toThrow(/^save: an animation is written as a page/);
    expect(() => plot.FuncAnimation(figure, () => {}, { frames: 1 })).toThrow(
      /^FuncAnimation: takes 2 to 1000 frames, got 1/,
    );
  });
});
