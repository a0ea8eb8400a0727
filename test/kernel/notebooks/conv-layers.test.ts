// The notebook on convolutional layers: runs through, prints its numbers, and draws its figures, the film included.
import { describe, expect, it } from 'vitest';
import { nn, np } from '../../../src/index.js';
import { execution } from './execution.js';

type Any = any;

describe('notebook 18, convolutional layers', () => {
  const run = execution('18-conv-layers', 400_000);
  const { titled } = run;

  it('draws six figures', () => {
    expect(run.figures).toHaveLength(6);
  });

  it('prints the numbers of the course, and those that are right in the place of wrong ones', () => {
    for (const text of [
      '5x5 on depth 3:  75 weights',
      '3x3 on depth 20: 180 weights',
      'stride 1: [-2.  2.  1.  2.  1.]',
      'stride 2: [-2.  1.  1.]',
      '(5 - 3 + 2)/3 + 1 = 2.3333',
      'no padding: 256 -> 254 -> 252',
      '4x4x2, and 10 of its numbers by hand',
      'Xcol    363 x 3025',
      'dense  [321. 432. 543. 654. 765.]',
      'gapped [531. 642. 753.]',
      'unshared: 105,705,600 parameters',
      '224x224x64 -> 112x112x64, 0 parameters',
      '(32 - 3 + 0)/2 + 1 = 15.5',
      'winners, counted row by row: [ 5  7  8 15]',
    ])
      expect(run.executed.printed).toContain(text);
  });

  it('draws strides 1 and 2 with five and three outputs, three wires each', () => {
    const { data } = titled('stride 1: five outputs');
    const wires = (axis: string): number => data.filter((t: Any) => (t.xaxis ?? 'x') === axis).length;
    expect([wires('x'), wires('x2')]).toEqual([15, 9]);
  });

  it('shows 96 filters', () => {
    expect(titled('96 filters of 11x11x3').layout.images).toHaveLength(96);
  });

  it('plays a film of 18 numbers, which are those of the library', () => {
    const film = titled('A convolution, number by number');
    expect(film.frames).toHaveLength(18);
    expect(film.layout.sliders[0].steps).toHaveLength(18);
    const [seen, weights, results] = film.frames.at(-1).data;
    // What stands in the last picture, slice by slice below each other.
    const image = np.array(seen.text.map(Number)).reshape([1, 3, 7, 7]);
    const w = np.array(weights.text.map(Number)).reshape([3, 2, 3, 3]).transpose([1, 0, 2, 3]);
    const out = np.array(results.text.map(Number)).reshape([2, 3, 3]);
    expect(nn.conv2d(image, w, [1, 0], { stride: 2 }).at(0).tolist()).toEqual(out.tolist());
    const blue = film.frames.map(
      (f: Any) => f.data[0].marker.color.filter((c: string) => c === '#60a5fa').length,
    );
    expect(blue).toEqual(new Array(18).fill(27));
  });

  it('shows a pooling as coloured quarters', () => {
    const [before, after] = titled('its largest numbers').data;
    expect(before.text.flat()).toEqual('1 1 2 4 5 6 7 8 3 2 1 0 1 2 3 4'.split(' '));
    expect(after.text).toEqual([
      ['6', '8'],
      ['3', '4'],
    ]);
  });
});
