// matplotlib.pyplot's habits: a current figure and current axes, subplots by number and as lists, names and options in
// matplotlib's spellings, settings and styles.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import * as plot from '../../src/plot/index.js';
import { type Any, json, mime } from './json.js';

beforeEach(() => plot.close('all'));

const texts = (layout: Any): string[] => (layout.annotations ?? []).map((a: Any) => a.text);

describe('the current figure', () => {
  it('takes what several calls draw, and all of them return it', () => {
    const figure = plot.plot([1, 2]);
    expect(plot.scatter([1], [2]).figure).toBe(figure.figure);
    expect(plot.title('both')).toBe(figure.figure);
    expect(plot.gcf()).toBe(figure.figure);
    expect(json(figure).data.map((t) => t.mode)).toEqual(['lines', 'markers']);
  });

  it('is another after figure(), after it was shown, and after it was closed', () => {
    const first = plot.plot([1]);
    const second = plot.figure({ figsize: [8, 4] });
    expect(plot.plot([2]).figure).toBe(second);
    expect(json(second).layout).toMatchObject({ width: 800, height: 400 });
    expect(plot.gcf()).toBe(first.figure);
    mime(first);
    expect(plot.plot([3])).not.toBe(first);
    const third = plot.gcf();
    plot.close();
    expect(plot.gcf()).not.toBe(third);
  });

  it('is found again by its number or name while it is open', () => {
    const one = plot.figure(1);
    plot.figure('losses');
    expect(plot.figure(1)).toBe(one);
    plot.close('losses');
    plot.close(1);
    expect(plot.figure(1)).not.toBe(one);
  });

  it('chooses the axes that sca and subplot name', () => {
    const left = plot.subplot(1, 2, 1);
    const right = plot.subplot(122);
    plot.plot([1, 2]);
    expect(plot.subplot(1, 2, 1)).toBe(left);
    plot.scatter([1], [1]);
    plot.sca(right);
    plot.title('right');
    const figure = plot.gcf();
    expect(figure.axes).toEqual([left, right]);
    const { data, layout } = json(figure);
    expect(data.map((t) => [t.mode, t.xaxis])).toEqual([
      ['lines', 'x2'],
      ['markers', undefined],
    ]);
    expect(layout.annotations[0]).toMatchObject({ text: 'right', xref: 'x2 domain' });
    expect(layout.xaxis.domain[1]).toBeLessThan(layout.xaxis2.domain[0]);
  });

  it('has subplots of uneven grids', () => {
    plot.subplot(2, 2, 1);
    plot.subplot(2, 2, 2);
    plot.subplot(2, 1, 2);
    plot.subplot(3, 3, [1, 6]);
    const { layout } = json(plot.gcf());
    expect(layout.xaxis3.domain).toEqual([0, 1]);
    expect(layout.yaxis3.domain[1]).toBeLessThan(layout.yaxis.domain[0]);
    expect(layout.xaxis4.domain).toEqual([0, 1]);
  });

  it('chains on the axes that are current', () => {
    plot.subplot(1, 2, 2);
    plot.subplot(1, 2, 1);
    const { data } = json(plot.plot([1]).scatter([1], [1]));
    expect(data.map((t) => t.xaxis)).toEqual(['x2', 'x2']);
  });

  it('gives its title to the whole, and keeps that of the axes below', () => {
    plot.plot([1]);
    plot.title('axes');
    const { layout } = json(plot.suptitle('whole'));
    expect(layout.title.text).toBe('whole');
    expect(texts(layout)).toEqual(['axes']);
  });

  it('is emptied by clf, its axes by cla', () => {
    plot.subplot(1, 2, 1);
    plot.plot([1]);
    plot.subplot(1, 2, 2);
    plot.plot([1]);
    plot.title('gone');
    plot.cla();
    expect(json(plot.gcf())).toMatchObject({ data: [{ type: 'scatter' }], layout: { annotations: [] } });
    plot.plot([1]);
    plot.clf();
    expect(json(plot.gcf()).data).toEqual([]);
  });

  it('lends whole-figure charts its axes while they are empty', () => {
    const figure = plot.figure({ figsize: [5, 5] });
    expect(plot.imageGrid([[[0, 1]]])).toBe(figure);
    expect(plot.surface([[1, 2]])).not.toBe(figure);
    const axes = plot.subplot(1, 2, 1);
    expect(plot.surface([[1, 2]]).axes).toContain(axes);
  });

  it('says the way out where there is no notebook, and where a picture is wanted', () => {
    plot.plot([1]);
    expect(() => plot.show()).toThrow(
      'show: there is no notebook to show in. Write a page instead: plot.savefig(',
    );
    expect(() => plot.savefig('x.png')).toThrow(
      /^savefig: can write .html .* got 'x.png'. A picture comes from/,
    );
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-savefig-'));
    plot.savefig(join(folder, 'x.json'), { dpi: 100 });
    expect(JSON.parse(readFileSync(join(folder, 'x.json'), 'utf8')).data[0].y).toEqual([1]);
    rmSync(folder, { recursive: true });
  });
});

describe('subplots', () => {
  it('can be taken apart: axes, a list, a list of lists', () => {
    const [one, ax] = plot.subplots();
    ax.set_title('t');
    expect(ax.figure).toBe(one);
    const [row, axs] = plot.subplots(1, 3);
    expect(axs).toHaveLength(3);
    expect(row.axes).toEqual([...axs]);
    const [fig, axes] = plot.subplots(2, 3, { figsize: [9, 6] });
    expect(axes.shape).toEqual([2, 3]);
    expect(axes[1][2]).toBe(fig.axes[5]);
    expect([...axes.flat]).toEqual(axes.flat());
    expect(axes.ravel()).toEqual(axes.flatten());
    expect(plot.subplots(1, 2, { squeeze: false })[1][0][1]).toBe(plot.gca());
    expect(plot.subplots({ nrows: 1, ncols: 2 })[1]).toHaveLength(2);
  });

  it('shares axes by either spelling', () => {
    const { layout } = json(plot.subplots(2, 1, { sharex: true }));
    expect(layout.xaxis2.matches).toBe('x');
    expect(() => plot.subplots(1, 2, { sharez: true } as never)).toThrow(
      /: unknown option 'sharez'; did you mean 'share[XY]'/,
    );
    expect(() => plot.subplot(1, 2, 3)).toThrow(
      'subplot: takes (rows, columns, index) with the index from 1 to rows * columns, or 121 for (1, 2, 1); got (1, 2, 3)',
    );
  });

  it('a twin draws over its axes, which stay what they are', () => {
    const [fig, ax] = plot.subplots();
    const twin = ax.twinx();
    expect(plot.gca()).toBe(twin);
    ax.plot([1]);
    twin.plot([2]);
    expect(json(fig).data.map((t) => t.yaxis)).toEqual([undefined, 'y2']);
  });
});

describe("matplotlib's names", () => {
  it('are read in their other spellings', () => {
    const [short, long] = [
      { c: 'r', lw: 3, ls: '--', ms: 9, mec: 'k' },
      { color: 'r', linewidth: 3, linestyle: '--', markersize: 9, markeredgecolor: 'k' },
    ].map((o) => json(plot.plot([1, 2], 'o', o)).data);
    expect(short).toEqual(long);
    const [fig, ax] = plot.subplots();
    ax.set_xlabel('x')
      .set_ylim([0, 2])
      .set({ title: 't', xlim: [1, 3], aspect: 'equal' });
    expect(json(fig).layout).toMatchObject({
      title: { text: 't' },
      xaxis: { title: { text: 'x' }, range: [1, 3] },
      yaxis: { range: [0, 2], scaleanchor: 'x' },
    });
  });

  it('that are not known are errors with what was meant', () => {
    const wrong = (o: object): never => o as never;
    expect(() => plot.hist([1], wrong({ binz: 3 }))).toThrow(
      "hist: unknown option 'binz'; did you mean 'bins'?",
    );
    expect(() => plot.plot([1], wrong({ linewidht: 3 }))).toThrow(
      "plot: unknown option 'linewidht'; did you mean 'linewidth'?",
    );
    expect(() => plot.plot([1], { lw: 1, linewidth: 2 })).toThrow(
      "plot: the option 'linewidth' is given twice, as 'linewidth' and as 'lw'; leave one out.",
    );
  });

  it('set ticks, limits, grids and legends', () => {
    plot.plot([0, 1, 2], { label: 'up' });
    plot.plot([2, 1, 0]);
    plot.axhline(1, { color: 'k', label: 'middle' });
    plot.xticks([0, 2], ['zero', 'two'], { rotation: 45 });
    plot.yticks([]);
    plot.grid({ axis: 'y', linestyle: ':' });
    plot.axis([0, 2, -1, 3]);
    const { data, layout } = json(plot.legend(['a', 'b'], { loc: 2, title: 'lines' }));
    expect(layout.xaxis).toMatchObject({
      tickvals: [0, 2],
      ticktext: ['zero', 'two'],
      tickangle: -45,
      range: [0, 2],
    });
    expect(layout.yaxis).toMatchObject({ tickvals: [], griddash: 'dot', range: [-1, 3] });
    expect(data.map((t) => [t.name, t.showlegend])).toEqual([
      ['a', true],
      ['b', true],
    ]);
    expect(layout.legend).toMatchObject({ xanchor: 'left', yanchor: 'top', title: { text: 'lines' } });
    expect(layout.shapes[0]).toMatchObject({ name: 'middle', showlegend: true, line: { dash: 'solid' } });
    expect(() => plot.legend({ loc: 'nowhere' as never })).toThrow("legend: there is no place 'nowhere'");
  });

  it('puts a legend where the fewest points are', () => {
    plot.plot([0, 1, 2, 3], { label: 'rises' });
    expect(json(plot.legend()).layout.legend).toMatchObject({ xanchor: 'left', yanchor: 'top' });
    plot.plot([3, 2, 1, 0], { label: 'falls' });
    expect(json(plot.legend()).layout.legend).toMatchObject({ xanchor: 'right', yanchor: 'top' });
  });

  it('draw log axes, steps, stems, bands where they are wanted, stacks and lines between', () => {
    expect(json(plot.loglog([1, 10], [1, 100])).layout).toMatchObject({
      xaxis: { type: 'log' },
      yaxis: { type: 'log' },
    });
    expect(json(plot.step([1, 2], [3, 4], { where: 'mid' })).data[0].line.shape).toBe('hvh');
    expect(json(plot.stem([1, 2])).data).toHaveLength(3);
    const { data } = json(
      plot.fill_between([0, 1, 2, 3], [1, 1, 1, 1], 0, { where: [true, true, false, true] }),
    );
    expect(data[0].x).toEqual([0, 1, 1, 0, null, 3, 3]);
    const stack = json(plot.stackplot([0, 1], [1, 2], [3, 4], { labels: ['a', 'b'] })).data;
    expect(stack[1].y).toEqual([4, 6, 2, 1]);
    expect(json(plot.hlines([1, 2], 0, [3, 4])).data[0]).toMatchObject({ x: [0, 3, null, 0, 4, null] });
  });

  it('place bars by width, bottom and align, and lie them down', () => {
    expect(json(plot.bar([1, 2], [3, 4], 0.4, { bottom: [1, 1], align: 'edge' })).data[0]).toMatchObject({
      width: 0.4,
      offset: 0,
      base: [1, 1],
    });
    expect(json(plot.barh(['a', 'b'], [1, 2], { left: 1 })).data[0]).toMatchObject({
      orientation: 'h',
      x: [1, 2],
      y: ['a', 'b'],
      base: 1,
    });
    const sets = json(plot.hist([[1, 2], [2]], 2)).data;
    expect(sets.map((t) => t.y)).toEqual([
      [1, 1],
      [0, 1],
    ]);
    expect(json(plot.hist([1, 2, 3], { histtype: 'step', bins: 2 })).data[0].line.shape).toBe('hv');
  });
});

describe('settings', () => {
  it('of rcParams and styles take effect, and are forgotten', () => {
    plot.rcParams['figure.figsize'] = [10, 8];
    plot.rcParams['image.cmap'] = 'gray';
    plot.rc('lines', { linewidth: 5 });
    plot.rcParams['savefig.bbox'] = 'tight';
    plot.style.use('dark_background');
    const { data, layout } = json(plot.plot([1]).imshow([[1, 2]]));
    expect(layout).toMatchObject({ width: 1000, height: 800 });
    expect(layout.template.layout.paper_bgcolor).toBe('#000000');
    expect(data[0].line).toMatchObject({ width: 5, color: '#8dd3c7' });
    expect(data[1].colorscale).toEqual([
      [0, '#000000'],
      [1, '#ffffff'],
    ]);
    expect(() => plot.style.use('pretty')).toThrow(
      "style.use: there is no style 'pretty'. Known are default, ",
    );
    plot.rcdefaults();
    expect(json(plot.plot([1])).layout.width).toBeUndefined();
  });

  it('know the colormaps by name and as members of cm', () => {
    expect(
      json(plot.scatter([1, 2], [1, 2], { c: [0.1, 0.2], cmap: plot.cm.hsv_r })).data[0].marker.colorscale,
    ).toHaveLength(7);
    expect(String(plot.get_cmap('bone'))).toBe('bone');
    expect(() => plot.get_cmap('bones' as never)).toThrow('get_cmap: there is no colormap "bones"');
  });
});

it('colorbar() after points of classes shows their legend, in subplots too', () => {
  const [figure, axes] = plot.subplots(1, 2);
  axes[0].scatter([1, 2, 3], [1, 2, 3], { c: [0, 1, 1] }).colorbar();
  const { data } = figure.toJSON();
  expect(data.map((t) => t.showlegend)).toEqual([true, true]);
  expect(() => axes[1].plot([1, 2]).colorbar()).toThrow(/^colorbar: nothing with a colour scale/);
});
