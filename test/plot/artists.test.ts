// What drawing calls give back: artists that change what was drawn, counts and bins, colour bars and legends of artists;
// colormaps that give colours.
import { beforeEach, describe, expect, it } from 'vitest';
import { np } from '../../src/index.js';
import * as plot from '../../src/plot/index.js';
import { json, mime } from './json.js';

beforeEach(() => plot.close('all'));

describe('artists', () => {
  it('stand beside the figure that a call returns, which goes on being drawn on', () => {
    const drawn = plot.plot([1, 2], [3, 4]);
    const [line] = drawn;
    expect(line).toBeInstanceOf(plot.Line2D);
    expect(drawn).toBeInstanceOf(plot.Figure);
    expect(drawn.title('t').scatter([1], [1]).figure).toBe(plot.gcf());
    expect(Object.keys(mime(drawn))).toContain('text/plain');
    expect(String(drawn)).toBe('Figure(line: 2 points, scatter: 1 point, "t")');
    expect(drawn.data).toHaveLength(2);
  });

  it('of plot are its lines, whose points and looks change', () => {
    const axes = plot.gca();
    const [a, b] = axes.plot([0, 1], [1, 2], 'r-', [0, 1], [3, 4], 'b--');
    a.set_data([5, 6, 7], np.array([1, 2, 3]));
    b.set_ydata([8, 9]);
    b.set_color('k');
    b.set_linewidth(4);
    b.set_linestyle(':');
    b.set_marker('s');
    a.set_label('a');
    expect(String(a.get_xdata())).toBe(String(np.array([5, 6, 7])));
    const [first, second] = json(plot.gcf()).data;
    expect(first).toMatchObject({ x: [5, 6, 7], y: [1, 2, 3], name: 'a', showlegend: true });
    expect(second).toMatchObject({
      y: [8, 9],
      mode: 'lines+markers',
      line: { color: '#1f2328', width: 4, dash: 'dot' },
      marker: { symbol: 'square', color: '#1f2328' },
    });
    expect(() => a.set_data([1, 2], [1])).toThrow(/^set_data: x has 2 points and y 1/);
  });

  it('can be taken off', () => {
    const [line] = plot.plot([1, 2]);
    const text = plot.text(0, 0, 'gone');
    const rule = plot.axhline(1);
    for (const each of [line, text, rule]) each.remove();
    const { data, layout } = json(plot.gcf());
    expect([data, layout.annotations, layout.shapes]).toEqual([[], [], []]);
  });

  it('of scatter take new places, values and sizes', () => {
    const points = plot.scatter([1, 2], [3, 4], { c: [0.5, 0.7], s: 9 });
    points.set_offsets([
      [5, 6],
      [7, 8],
    ]);
    points.set_array([1, 2]);
    points.set_clim(0, 4);
    points.set_sizes([36, 144]);
    expect(points.get_offsets().toArray()).toEqual([
      [5, 6],
      [7, 8],
    ]);
    const [trace] = json(plot.gcf()).data;
    expect(trace).toMatchObject({
      x: [5, 7],
      y: [6, 8],
      marker: { color: [1, 2], cmin: 0, cmax: 4, size: [8, 16] },
    });
    plot.close('all');
    expect(() => plot.scatter([1, 2], [1, 2], { c: [0, 1] }).set_offsets([[1, 2]])).toThrow(
      /^set_offsets: these points are drawn class by class/,
    );
  });

  it('of scatter give the legend of their classes', () => {
    const axes = plot.gca();
    const points = axes.scatter([1, 2, 3], [1, 2, 3], { c: [0, 1, 0] });
    const [handles, labels] = points.legend_elements();
    expect(labels).toEqual(['0', '1']);
    axes.legend(handles, ['zero', 'one'], { title: 'digits' });
    const { data, layout } = json(plot.gcf());
    expect(data.map((t) => t.name)).toEqual(['zero', 'one']);
    expect(layout.legend.title.text).toBe('digits');
  });

  it('of imshow take another image and limits, and colour bars of them stand where they are told', () => {
    const [figure, axes] = plot.subplots(1, 2);
    const image = axes[0].imshow([[0, 1]]);
    axes[1].imshow([[5, 6]]);
    const bar = figure.colorbar(image, { ax: axes[0] });
    bar.set_label('value');
    bar.set_ticks([0, 1], { labels: ['low', 'high'] });
    image.set_data([[3, 4]]);
    image.set_clim(0, 9);
    image.set_cmap('gray');
    expect(image.get_array().toArray()).toEqual([[3, 4]]);
    const { data } = json(figure);
    expect(data[0]).toMatchObject({
      z: [[3, 4]],
      zmin: 0,
      zmax: 9,
      showscale: true,
      colorbar: { title: { text: 'value' }, tickvals: [0, 1], ticktext: ['low', 'high'] },
    });
    expect(data[0].colorscale.at(-1)).toEqual([1, '#ffffff']);
    expect(data[1].showscale).toBe(false);
    expect(() => image.set_data(np.zeros([2, 2, 3]))).toThrow(
      /^set_data: the image that was drawn has one channel/,
    );
  });

  it('of contour tell their levels, which clabel and colorbar take', () => {
    const lines = plot.contour(
      [
        [0, 1],
        [2, 3],
      ],
      [0.5, 1.5],
    );
    expect(lines.levels).toEqual([0.5, 1.5]);
    plot.clabel(lines, { inline: true, fontsize: 8 });
    plot.colorbar(lines);
    const [trace] = json(plot.gcf()).data;
    expect(trace).toMatchObject({ showscale: true, contours: { showlabels: true, labelfont: { size: 8 } } });
  });

  it('of bar are its bars, each with its place, height and colour', () => {
    const bars = plot.bar([10, 20], [3, 5], 4);
    expect([...bars].map((bar) => [bar.get_x(), bar.get_width(), bar.get_height()])).toEqual([
      [8, 4, 3],
      [18, 4, 5],
    ]);
    bars[1].set_color('r');
    bars.patches[0].set_height(7);
    plot.bar_label(bars, { fmt: '%.1f' });
    const [trace] = json(plot.gcf()).data;
    expect(trace).toMatchObject({
      y: [7, 5],
      marker: { color: ['#1f77b4', '#d62728'] },
      text: ['3.0', '5.0'],
    });
    const flat = plot.barh(['a', 'b'], [1, 2]);
    expect([flat[1].get_width(), flat[1].get_y()]).toEqual([2, 0.6]);
    expect(() => plot.bar_label(flat, { labels: ['one'] })).toThrow(
      /^bar_label: bars has 2 points and labels 1/,
    );
  });

  it('of text and lines across move', () => {
    plot.plot([1, 10]);
    const text = plot.text(1, 1, 'a');
    text.set_text('b');
    text.set_position([2, 3]);
    text.set_color('r');
    const rule = plot.axvline(1);
    rule.set_xdata([4, 4]);
    const { layout } = json(plot.gcf());
    expect(layout.annotations[0]).toMatchObject({ text: 'b', x: 2, y: 3, font: { color: '#d62728' } });
    expect(layout.shapes[0]).toMatchObject({ x0: 4, x1: 4 });
  });

  it('of an animation frame or of closed figures are their figures', () => {
    const base = plot.figure().plot([1]);
    base.animate([plot.figure().plot([2]), plot.figure().plot([3])]);
    expect(json(base).frames).toHaveLength(2);
    plot.close(plot.figure().plot([1]));
    const drawn = plot.gca().plot([1]);
    plot.subplot(1, 2, 2);
    plot.sca(drawn);
    expect(plot.gca()).toBe(drawn.figure.axes[0]);
  });
});

describe('hist', () => {
  it('gives counts, edges and bars, as NumPy counts', () => {
    const v = np.array([1, 2, 2, 3, 3, 3]);
    const [counts, bins, patches] = plot.hist(v, 3);
    const [wanted, edges] = np.histogram(v, 3);
    expect(counts.toArray().map(Number)).toEqual(wanted.toArray().map(Number));
    expect(bins.toArray()).toEqual(edges.toArray());
    expect(patches).toHaveLength(3);
    patches[0].set_facecolor('g');
    expect(json(plot.gcf()).data[0].marker.color).toEqual(['#2ca02c', '#1f77b4', '#1f77b4']);
  });

  it('gives a row of counts for each set', () => {
    const [counts] = plot.hist(
      [
        [1, 2],
        [2, 2],
      ],
      2,
    );
    expect(counts.toArray()).toEqual([
      [1, 1],
      [0, 2],
    ]);
    const [h, xedges, yedges] = plot.hist2d([0, 1, 1], [0, 1, 1], 2);
    expect(h.toArray()).toEqual([
      [1, 0],
      [0, 2],
    ]);
    expect([xedges.size, yedges.size]).toEqual([3, 3]);
  });
});

describe('colormaps', () => {
  it('give the colour of a value, and of all values of an array', () => {
    expect(plot.cm.gray(0.5)).toEqual([128 / 255, 128 / 255, 128 / 255, 1]);
    expect(plot.cm.viridis(0, 0.5)[3]).toBe(0.5);
    const colors = plot.cm.viridis(np.linspace(0, 1, 6).reshape(2, 3));
    expect(colors.shape).toEqual([2, 3, 4]);
    expect(plot.cm.gray_r(0)).toEqual([1, 1, 1, 1]);
    expect(plot.get_cmap('gray').reversed()(0)).toEqual([1, 1, 1, 1]);
    expect(plot.cm.gray(Number.NaN)).toEqual([0, 0, 0, 0]);
  });

  it('that are lists of colours take places', () => {
    expect(plot.cm.tab10(3).map((v) => Math.round(255 * v))).toEqual([214, 39, 40, 255]);
    expect(plot.cm.tab10(0.35)).toEqual(plot.cm.tab10(3));
    expect(plot.cm.tab10.colors).toHaveLength(10);
    expect(plot.get_cmap('viridis', 4).N).toBe(4);
    expect(plot.get_cmap('gray', 3)(0.5)[0]).toBeCloseTo(0.5, 2);
  });

  it('stand for their names as options, and their colours for colours', () => {
    plot.imshow([[1, 2]], { cmap: plot.cm.gray });
    plot.plot([1, 2], { color: plot.cm.gray(0.5) });
    plot.bar([1, 2], [1, 2], { color: plot.cm.gray(np.array([0, 1])) });
    plot.scatter([1, 2], [1, 2], { c: plot.cm.gray(np.array([0, 1])) });
    const { data } = json(plot.gcf());
    expect(data[0].colorscale[0]).toEqual([0, '#000000']);
    expect(data[1].line.color).toBe('rgba(128, 128, 128, 1)');
    expect(data[2].marker.color).toEqual(['rgba(0, 0, 0, 1)', 'rgba(255, 255, 255, 1)']);
    expect(data[3].marker.color).toEqual(['rgba(0, 0, 0, 1)', 'rgba(255, 255, 255, 1)']);
    expect(() => plot.get_cmap('virids' as 'viridis')).toThrow(/^get_cmap: there is no colormap "virids"/);
  });
});
