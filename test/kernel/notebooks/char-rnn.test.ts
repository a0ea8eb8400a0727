// The notebook on character models: runs through, prints its numbers, and draws its figures.
import { describe, expect, it } from 'vitest';
import { execution } from './execution.js';

describe('notebook 23, character models', () => {
  const run = execution('23-char-rnn', 600_000);
  const { titled } = run;
  /** Boxes of a diagram on one pair of axes, and arrows. */
  const parts = (figure: any, axis = 'x'): [boxes: number, arrows: number] => [
    figure.layout.shapes.filter((s: any) => s.type === 'rect' && s.xref === axis).length,
    figure.layout.annotations.filter((a: any) => a.showarrow && a.xref === axis).length,
  ];

  it('draws the loop and its chain, five wirings, and three layers', () => {
    expect(parts(titled('as a loop'))).toEqual([15, 14]);
    const wirings = titled('one to many');
    expect(['x', 'x2', 'x3', 'x4', 'x5'].map((axis) => parts(wirings, axis))).toEqual([
      [3, 2],
      [7, 6],
      [7, 6],
      [11, 10],
      [9, 8],
    ]);
    expect(parts(titled('Three layers'))).toEqual([20, 25]);
  });

  it('shows "hello" before and after training: input, states, scores, the right answers framed in green', () => {
    for (const title of ['scores; the right', 'scores after training']) {
      const figure = titled(title);
      const sizes = figure.data.map((t: any) => [t.z.length, t.z[0].length]);
      expect(sizes).toEqual([
        [4, 4],
        [3, 4],
        [4, 4],
      ]);
      const frames = figure.layout.shapes.filter((s: any) => s.line.color === '#1a9641');
      expect(frames.map((s: any) => Math.round((s.y0 + s.y1) / 2))).toEqual([1, 2, 2, 3]);
    }
    const first = titled('scores; the right').data[0].z.map((row: number[]) => row[0]);
    [1, 2.2, -3, 4.1].forEach((v, i) => {
      expect(first[i]).toBeCloseTo(v, 9);
    });
    expect(run.executed.printed).toContain('loss 2.0785168');
    expect(run.executed.printed).toContain('h -> ello');
    expect(run.executed.printed).toContain('hell -> ello');
  });

  it('trains two networks below what letter counts and pairs give, and draws their curves', () => {
    const [, unigram, bigram] = /unigrams ([\d.]+), bigrams ([\d.]+)/.exec(run.executed.printed)!.map(Number);
    for (const kind of ['RNN', 'LSTM']) {
      const found = new RegExp(`${kind} +\\d+ steps.*unread pages ([\\d.]+) nats`).exec(
        run.executed.printed,
      )!;
      expect(Number(found[1])).toBeLessThan(bigram);
      expect(Number(found[1])).toBeLessThan(unigram);
    }
    const curves = titled('Learning to predict').data;
    expect(curves.map((t: any) => t.name)).toEqual(['vanilla RNN', 'LSTM', 'uniform', 'unigrams', 'bigrams']);
    expect(curves[0].y.length).toBeGreaterThan(1000);
  });

  it('writes at four temperatures', () => {
    const samples = run.executed.printed.match(/---- (LSTM|vanilla RNN), temperature [\d.]+\nThe whale /g);
    expect(samples).toHaveLength(5);
    expect(titled('freedom of choice').data[0].y).toHaveLength(8);
    expect(titled('most likely next').data[0].z).toHaveLength(5);
  });
});
