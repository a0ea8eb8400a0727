// Polar axes, axes in three dimensions, grids with blocks and ratios, and mathematics in texts.
import { beforeEach, describe, expect, it } from 'vitest';
import { np } from '../../src/index.js';
import * as plot from '../../src/plot/index.js';
import { mathText } from '../../src/plot/mathtext.js';
import { json } from './json.js';

beforeEach(() => plot.close('all'));

describe('polar axes', () => {
  it('draw lines over angles in radians', () => {
    const axes = plot.subplot({ projection: 'polar' });
    const [line] = axes.plot([0, 1], [2, 3], 'r--');
    axes.set_rmax(4);
    axes.set_theta_zero_location('N');
    axes.set_theta_direction(-1);
    axes.set_rticks([1, 2]);
    axes.set_title('t');
    line.set_ydata([5, 6]);
    const { data, layout } = json(plot.gcf());
    expect(data[0]).toMatchObject({
      type: 'scatterpolar',
      theta: [0, 1],
      r: [5, 6],
      thetaunit: 'radians',
      subplot: 'polar',
      line: { color: '#d62728', dash: 'dash' },
    });
    expect(data[0].x).toBeUndefined();
    expect(layout.polar.angularaxis).toMatchObject({ rotation: 90, direction: 'clockwise' });
    expect(layout.polar.radialaxis).toMatchObject({ range: [0, 4], tickvals: [1, 2] });
    expect(layout.xaxis).toBeUndefined();
    expect(layout.annotations[0]).toMatchObject({ text: 't', xref: 'paper' });
  });

  it('draw bars and areas beside other axes', () => {
    const [figure, [left, right]] = plot.subplots(1, 2, { subplot_kw: { projection: 'polar' } });
    left.bar([0, 1], [2, 3], { width: [0.5, 0.6], bottom: 1 });
    right.fill([0, 1, 2], [1, 1, 1], 'g');
    const { data, layout } = json(figure);
    expect(data[0]).toMatchObject({ type: 'barpolar', theta: [0, 1], r: [2, 3], width: [0.5, 0.6], base: 1 });
    expect(data[1]).toMatchObject({ type: 'scatterpolar', subplot: 'polar2', fill: 'toself' });
    expect(layout.polar.domain.x[1]).toBeLessThan(layout.polar2.domain.x[0]);
    expect(() => left.imshow([[1, 2]])).toThrow(
      /^polar: polar axes draw lines, points, bars and areas, and no heatmap/,
    );
  });

  it('are made by plot.polar, and used again by it', () => {
    const [line] = plot.polar([0, 1], [1, 2]);
    plot.polar([0, 1], [2, 3]);
    expect(line).toBeInstanceOf(plot.Line2D);
    expect(plot.gca()).toBeInstanceOf(plot.PolarAxes);
    expect(json(plot.gcf()).data).toHaveLength(2);
  });
});

describe('axes in three dimensions', () => {
  it('draw points, by classes too, and lines', () => {
    const axes = plot.figure().add_subplot(111, { projection: '3d' });
    axes.scatter([1, 2, 3], [4, 5, 6], [7, 8, 9], { c: [0, 1, 0] });
    const [line] = axes.plot([0, 1], [0, 1], [0, 1], 'g-', { label: 'way' });
    axes.set_zlabel('z');
    axes.set_xlim(0, 4);
    axes.set_zlim(0, 9);
    axes.set_zticks([0, 9], ['low', 'high']);
    axes.view_init(0, 0);
    line.set_color('k');
    const { data, layout } = json(plot.gcf());
    expect(data.map((t) => [t.type, t.x, t.z])).toEqual([
      ['scatter3d', [1, 3], [7, 9]],
      ['scatter3d', [2], [8]],
      ['scatter3d', [0, 1], [0, 1]],
    ]);
    expect(data[2]).toMatchObject({ name: 'way', scene: 'scene', line: { color: '#1f2328' } });
    expect(layout.scene).toMatchObject({
      xaxis: { range: [0, 4] },
      zaxis: { title: { text: 'z' }, range: [0, 9], tickvals: [0, 9], ticktext: ['low', 'high'] },
    });
    const { x, y, z } = layout.scene.camera.eye;
    expect([x > 0, Math.abs(y) < 1e-9, Math.abs(z) < 1e-9]).toEqual([true, true, true]);
  });

  it('draw surfaces, wire frames, triangles and boxes', () => {
    const [x, y] = np.meshgrid([0, 1, 2], [0, 1]);
    const z = x.add(y);
    const [figure, axes] = plot.subplots({ subplot_kw: { projection: '3d' } });
    const surface = axes.plot_surface(x, y, z, { cmap: 'gray' });
    figure.colorbar(surface);
    axes.plot_wireframe(x, y, z, { color: 'k' });
    axes.plot_trisurf([0, 1, 0], [0, 0, 1], [1, 2, 3]);
    axes.bar3d([0, 2], [0, 0], 0, 1, 1, [3, 4]);
    axes.text(0, 0, 0, 'origin');
    expect(() => plot.bar([1], [1])).toThrow(/^bar: axes in three dimensions do not draw it/);
    const { data, layout } = json(figure);
    expect(data.map((t) => t.type)).toEqual(['surface', 'scatter3d', 'mesh3d', 'mesh3d']);
    expect(data[0].showscale).toBe(true);
    // Two rows of three points and three columns of two, with gaps.
    expect(data[1].x).toEqual([0, 1, 2, null, 0, 1, 2, null, 0, 0, null, 1, 1, null, 2, 2, null]);
    expect([data[3].x.length, data[3].i.length, Math.max(...data[3].z)]).toEqual([16, 24, 4]);
    expect(layout.scene.annotations[0]).toMatchObject({ text: 'origin', x: 0 });
    expect(() => axes.scatter([1, 2], [1, 2], [1])).toThrow(/^scatter: x has 2 points and z 1/);
    expect(() => axes.plot_surface(x, y, z, { colour: 'r' } as object)).toThrow(
      /^plot_surface: .*'colour'.*did you mean 'color'/i,
    );
  });

  it('are one projection of those that there are', () => {
    expect(() => plot.subplot({ projection: '4d' as '3d' })).toThrow(/^subplot: there is no projection '4d'/);
  });
});

describe('grids', () => {
  it('give blocks of cells, with ratios', () => {
    const figure = plot.figure();
    const gs = figure.add_gridspec(2, 3, { width_ratios: [2, 1, 1], wspace: 0, hspace: 0 });
    figure.add_subplot(gs.at(0, ':'));
    figure.add_subplot(gs.at(1, 0));
    figure.add_subplot(gs.at('1:', '1:'));
    const { layout } = json(figure);
    expect([layout.xaxis.domain, layout.xaxis2.domain, layout.xaxis3.domain]).toEqual([
      [0, 1],
      [0, 0.5],
      [0.5, 1],
    ]);
    expect([layout.yaxis.domain, layout.yaxis2.domain]).toEqual([
      [0.5, 1],
      [0, 0.5],
    ]);
    expect(() => plot.GridSpec(2, 2, { width_ratios: [1] })).toThrow(
      /^GridSpec: width_ratios must be 2 numbers/,
    );
  });

  it('have rows and columns of sizes to each other', () => {
    const [figure, [left]] = plot.subplots(1, 2, { width_ratios: [3, 1], wspace: 0 });
    left.plot([1]);
    expect(json(figure).layout.xaxis.domain).toEqual([0, 0.75]);
    plot.subplots(2, 1, { gridspec_kw: { height_ratios: [1, 3], hspace: 0 } });
    expect(json(plot.gcf()).layout.yaxis.domain).toEqual([0.75, 1]);
  });

  it('have names', () => {
    const [figure, parts] = plot.subplot_mosaic('AB;CC');
    parts.C.plot([1, 2]);
    expect(json(figure).layout.xaxis3.domain).toEqual([0, 1]);
    expect(() => plot.subplot_mosaic('AB;BA')).toThrow(
      /^subplot_mosaic: the places of 'A' are not a rectangle/,
    );
    plot.figure();
    plot.subplot2grid([3, 3], [1, 0], { colspan: 2 });
    expect(json(plot.gcf()).layout.xaxis.domain[0]).toBe(0);
  });
});

describe('mathematics in texts', () => {
  it.each([
    ['$\\alpha$', '<i>α</i>'],
    ['$x^2 + y_{ij}$', '<i>x</i><sup>2</sup>+<i>y</i><sub><i>i</i><i>j</i></sub>'],
    ['cost: $5', 'cost: $5'],
    ['\\$5 and \\$6', '$5 and $6'],
    ['$10^{-3}$', '10<sup>−3</sup>'],
    ['$\\frac{1}{2}\\sqrt{x}$', '1/2√<i>x</i>'],
    ['$\\sin\\theta \\leq \\infty$', 'sin <i>θ</i>≤∞'],
    ['$\\mathrm{max}$ of $\\hat{y}$', 'max of <i>y\u0302</i>'],
    ['$\\mathbb{R}^n$', 'ℝ<sup><i>n</i></sup>'],
    ['a\nb', 'a<br>b'],
    ['$\\unknown$', '\\unknown'],
  ])('%s', (text, shown) => expect(mathText(text)).toBe(shown));

  it('is written in titles, labels, names, ticks and texts', () => {
    plot.plot([1, 2], { label: '$\\beta$' });
    plot.title('$x^2$');
    plot.xlabel('$t$ (s)');
    plot.xticks([0, 1], ['$a$', 'b']);
    const { data, layout } = json(plot.gcf());
    expect([data[0].name, layout.title.text, layout.xaxis.title.text, layout.xaxis.ticktext[0]]).toEqual([
      '<i>β</i>',
      '<i>x</i><sup>2</sup>',
      '<i>t</i> (s)',
      '<i>a</i>',
    ]);
  });
});
