// Values on grids: heatmaps, contours, decision regions, surfaces, images, image grids.
import { inflateSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import * as plot from '../../src/plot/index.js';
import { type Any, arrayLike, json } from './json.js';

beforeEach(() => plot.close('all'));

const meshgrid = (x: number[], y: number[]) => ({ xx: y.map(() => x), yy: y.map((v) => x.map(() => v)) });

describe('heatmap', () => {
  it('writes the numbers into the cells when asked', () => {
    const { data, layout } = json(
      plot.heatmap(
        [
          [1, 2.5],
          [3, 4],
        ],
        { annotate: true },
      ),
    );
    expect(data[0]).toMatchObject({
      type: 'heatmap',
      z: [
        [1, 2.5],
        [3, 4],
      ],
      text: [
        ['1', '2.5'],
        ['3', '4'],
      ],
      texttemplate: '%{text}',
    });
    expect(layout.yaxis.autorange).toBe('reversed');
    expect(layout.yaxis.scaleanchor).toBe('x');
  });

  it('names rows and columns', () => {
    const { data } = json(plot.heatmap([[1, 2]], { x: ['cat', 'dog'], y: ['scores'] }));
    expect(data[0]).toMatchObject({ x: ['cat', 'dog'], y: ['scores'] });
  });

  it.each([
    [() => plot.heatmap([1, 2]), 'heatmap: z must be a matrix, got shape (2,). Reshape it first'],
    [() => plot.heatmap([]), 'heatmap: z must be a matrix, got shape (0,)'],
    [() => plot.heatmap([[1, 2]], { x: ['a'] }), 'heatmap: x has 1 names, the matrix (1, 2) needs 2'],
    [
      () => plot.heatmap([[1, 2]], { annotate: [['a']] }),
      'heatmap: annotate has 1 rows of 1 texts, the matrix is (1, 2)',
    ],
  ])('explains bad input %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('contour', () => {
  const z = [
    [0, 1, 4],
    [1, 2, 5],
    [4, 5, 8],
  ];

  it('takes z alone, vectors, or a meshgrid', () => {
    const { xx, yy } = meshgrid([-1, 0, 1], [5, 6, 7]);
    expect(json(plot.contour(z)).data[0]).toMatchObject({ x: [0, 1, 2], y: [0, 1, 2] });
    expect(json(plot.contour([-1, 0, 1], [5, 6, 7], z)).data[0]).toMatchObject({
      x: [-1, 0, 1],
      y: [5, 6, 7],
    });
    expect(json(plot.contour(xx, yy, z)).data[0]).toMatchObject({ x: [-1, 0, 1], y: [5, 6, 7] });
  });

  it('draws the levels that are given', () => {
    const { contours } = json(plot.contourf(z, { levels: [1, 3, 5] })).data[0];
    expect(contours).toMatchObject({ start: 1, end: 5, size: 2, coloring: 'fill' });
  });

  it.each([
    [() => plot.contour(z, { levels: [1, 3, 2] }), 'contour: levels must grow, got [1, 3, 2]'],
    [() => plot.contour([1, 2], [1, 2, 3], z), 'contour: x has 2 values, but the grid (3, 3) needs 3'],
    [() => plot.contour([[1, 2]]), 'contour: z needs at least 2 rows and 2 columns, got (1, 2)'],
    [() => (plot.contour as Any)([1], z), 'contour: takes contour(z) or contour(x, y, z), got 2 arrays'],
    [
      () =>
        plot.surface(
          [
            [1, 2],
            [3, 4],
          ],
          [[1, 2]],
          z,
        ),
      'surface: x has shape (2, 2) and the values (3, 3)',
    ],
  ])('explains bad input %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('regions', () => {
  const { xx, yy } = meshgrid([0, 1, 2], [0, 1]);

  it('paints one flat colour per class, the same as the points over it', () => {
    const { data, layout } = json(
      plot
        .regions(xx, yy, [
          [0, 1, 2],
          [2, 1, 0],
        ])
        .scatter([0, 1, 2], [0, 1, 0], { c: [0, 1, 2] }),
    );
    expect(data.map((t) => t.mode ?? t.type)).toEqual(['heatmap', 'lines', 'markers', 'markers', 'markers']);
    const scale = data[0].colorscale.map(([, color]: [number, string]) => color);
    expect([scale[0], scale[2], scale[4]]).toEqual(data.slice(2).map((t) => t.marker.color));
    expect(layout.xaxis.range).toEqual([0, 2]);
  });

  it('keeps the colours together when the regions miss a class that the points have', () => {
    const { data } = json(
      plot.regions(xx, yy, [0, 0, 1, 1, 1, 1]).scatter([0, 1, 2], [0, 1, 0], { c: [0, 1, 2] }),
    );
    expect(data[0].colorscale).toHaveLength(6);
    expect(data[0].zmax).toBe(2.5);
    expect(data[2].marker.color).toBe('#9e0142');
    expect(data[0].colorscale[0][1]).toBe('#9e0142');
  });

  it('draws lines where classes meet, halfway between the grid points, unless told not to', () => {
    const two = plot.regions([0, 1], [0, 1], [0, 1, 0, 1]);
    expect(json(two).data[1]).toMatchObject({
      mode: 'lines',
      x: [0.5, 0.5, null],
      y: [0, 1, null],
      hoverinfo: 'skip',
    });
    const corner = json(plot.regions([0, 1], [0, 1], [0, 1, 2, 2])).data[1];
    expect(corner.x).toHaveLength(9);
    expect(json(plot.regions([0, 1], [0, 1], [0, 1, 0, 1], { boundary: false })).data).toHaveLength(1);
  });

  it('takes flat labels, as a classifier gives them, and class names', () => {
    expect(json(plot.regions(xx, yy, [0, 1, 2, 2, 1, 0])).data[0].z).toEqual([
      [0, 1, 2],
      [2, 1, 0],
    ]);
    const named = json(plot.regions(xx, yy, ['b', 'a', 'a', 'a', 'a', 'a'])).data[0];
    expect(named.z).toEqual([
      [1, 0, 0],
      [0, 0, 0],
    ]);
    expect(named.text[0]).toEqual(['b', 'a', 'a']);
  });

  it.each([
    [
      () => plot.regions(xx, yy, [0, 1]),
      'regions: the grid has shape (2, 3), 6 points, and labels have shape (2,), 2',
    ],
    [
      () =>
        plot.regions(
          [Array.from({ length: 60 }, (_, i) => i)],
          [0],
          Array.from({ length: 60 }, (_, i) => i / 7),
        ),
      'regions: labels has 60 different values; these look like scores. Take np.argmax(scores, {axis: 1})',
    ],
  ])('explains bad input %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

/** Reads back the pixels of a PNG data URI made by the encoder. */
function pixels(uri: string): { width: number; height: number; channels: number; data: number[] } {
  const png = Buffer.from(uri.replace('data:image/png;base64,', ''), 'base64');
  expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const channels = png[25] === 6 ? 4 : 3;
  const start = png.indexOf('IDAT');
  const rows = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
  const data: number[] = [];
  for (let r = 0; r < height; r++)
    data.push(...rows.subarray(r * (width * channels + 1) + 1, (r + 1) * (width * channels + 1)));
  return { width, height, channels, data };
}

describe('imshow', () => {
  it('shows a matrix through a colormap, row 0 on top, with no colour bar', () => {
    const { data, layout } = json(
      plot.imshow([
        [0, 1],
        [2, 3],
      ]),
    );
    expect(data[0]).toMatchObject({
      type: 'heatmap',
      showscale: false,
      z: [
        [0, 1],
        [2, 3],
      ],
    });
    expect(layout.yaxis.autorange).toBe('reversed');
  });

  it('shows colours as an image: uint8 as they are, fractions as 0 to 1', () => {
    const bytes = arrayLike([1, 2, 3], 'uint8', [
      [
        [255, 0, 10],
        [1, 2, 3],
      ],
    ]);
    expect(pixels(json(plot.imshow(bytes)).data[0].source)).toEqual({
      width: 2,
      height: 1,
      channels: 3,
      data: [255, 0, 10, 1, 2, 3],
    });
    expect(pixels(json(plot.imshow([[[1, 0, 0.5]]])).data[0].source).data).toEqual([255, 0, 128]);
  });

  it('moves the channels of a (3, H, W) image to the end', () => {
    const image = arrayLike([3, 1, 2], 'uint8', [[[1, 2]], [[3, 4]], [[5, 6]]]);
    expect(pixels(json(plot.imshow(image)).data[0].source).data).toEqual([1, 3, 5, 2, 4, 6]);
  });

  it('explains what an image is', () => {
    expect(() => plot.imshow([1, 2])).toThrow(
      'imshow: image must have shape (H, W), (H, W, 3) or (H, W, 4), got (2,)',
    );
  });
});

describe('imageGrid', () => {
  const images = Array.from({ length: 10 }, (_, k) => [
    [k, 0],
    [0, k],
  ]);

  it('draws one tile per image, with titles', () => {
    const { layout, data } = json(
      plot.imageGrid(images, { cols: 5, titles: images.map((_, i) => `unit ${i}`) }),
    );
    expect(layout.images).toHaveLength(10);
    expect(layout.annotations.map((a: Any) => a.text)).toEqual(images.map((_, i) => `unit ${i}`));
    expect(data[0].x).toHaveLength(10);
  });

  it('enlarges small images to whole blocks, so that they stay crisp', () => {
    const { width, data } = pixels(json(plot.imageGrid([[[0, 1]]])).layout.images[0].source);
    expect(width).toBe(128);
    expect(data.slice(0, 3)).toEqual([0, 0, 0]);
    expect(data.slice(63 * 3, 65 * 3)).toEqual([0, 0, 0, 255, 255, 255]);
  });

  it("stretches 'each' image by itself or 'all' together", () => {
    const pair = [[[0, 1]], [[0, 10]]];
    const whitest = (normalize: 'each' | 'all') =>
      json(plot.imageGrid(pair, { normalize })).layout.images.map((i: Any) =>
        Math.max(...pixels(i.source).data),
      );
    expect(whitest('each')).toEqual([255, 255]);
    expect(whitest('all')).toEqual([26, 255]);
  });

  it('takes a stack (N, H, W, 3)', () => {
    const stack = arrayLike([2, 1, 1, 3], 'uint8', [[[[1, 2, 3]]], [[[4, 5, 6]]]]);
    const { layout } = json(plot.imageGrid(stack as never));
    expect(layout.images.map((i: Any) => pixels(i.source).data.slice(0, 3))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it.each([
    [() => plot.imageGrid(images, { titles: ['one'] }), 'imageGrid: 10 images and 1 titles'],
    [
      () => plot.imageGrid(images, { cols: 0 }),
      'imageGrid: cols must be a whole number of at least 1, got 0',
    ],
    [() => plot.imageGrid([]), 'imageGrid: there are no images to show'],
  ])('explains bad input %#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('surface', () => {
  it('draws in a scene with its axis names', () => {
    const { data, layout } = json(
      plot.surface(
        [0, 1],
        [0, 1],
        [
          [1, 2],
          [3, 4],
        ],
        { zlabel: 'loss', title: 'S' },
      ),
    );
    expect(data[0]).toMatchObject({
      type: 'surface',
      scene: 'scene',
      z: [
        [1, 2],
        [3, 4],
      ],
    });
    expect(layout.scene.zaxis.title.text).toBe('loss');
    expect(layout.title.text).toBe('S');
  });
});

describe('thumbnails', () => {
  const images = [0, 0.5, 1].map((v) => [
    [v, v, v],
    [v, v, v],
  ]);
  it('puts each image at its point, in pixels of its own, with room on the axes', () => {
    const { data, layout } = json(
      plot.thumbnails([0, 10, 5], [1, 1, 3], images, { size: 0.1, text: ['a', 'b', 'c'] }),
    );
    expect(layout.images.map((i: Any) => [i.x, i.y, i.sizex, i.sizey])).toEqual([
      [0, 1, 1, 0.2],
      [10, 1, 1, 0.2],
      [5, 3, 1, 0.2],
    ]);
    const { width, height, data: bytes } = pixels(layout.images[2].source);
    expect([width, height, bytes[0]]).toEqual([3, 2, 255]);
    expect([data[0].x, data[0].text]).toEqual([
      [0, 10, 5],
      ['a', 'b', 'c'],
    ]);
  });
  it('refuses points and images that do not pair up', () => {
    expect(() => plot.thumbnails([0, 1], [0, 1], images)).toThrow(/^thumbnails: /);
    expect(() => plot.thumbnails([0, 1, 2], [0, 1, 2], images, { text: ['a'] })).toThrow(/^thumbnails: /);
  });
});

describe('a list of colours as a colormap', () => {
  it('gives classes these colours, in regions and points alike', () => {
    const cmap = 'r, #00ff00, C0, 0.5';
    const fig = plot
      .regions(
        [0, 1],
        [0, 1],
        [
          [0, 1],
          [2, 3],
        ],
        { cmap },
      )
      .scatter([0, 1], [0, 1], { c: [0, 2], cmap });
    const { data } = json(fig);
    expect(data[0].colorscale.map((c: Any) => c[1])).toEqual([
      '#d62728',
      '#d62728',
      '#00ff00',
      '#00ff00',
      '#1f77b4',
      '#1f77b4',
      '#808080',
      '#808080',
    ]);
    const points = data.filter((t: Any) => t.mode === 'markers');
    expect(points.map((t: Any) => t.marker.color)).toEqual(['#d62728', '#1f77b4']);
  });
  it('refuses what is no colour', () => {
    expect(() => plot.scatter([0, 1], [0, 1], { c: [0, 1], cmap: 'r, reddish' })).toThrow(
      /^scatter: 'reddish' in the list/,
    );
  });
});
