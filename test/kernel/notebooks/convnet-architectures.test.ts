// The notebook on the sizes of ConvNets: runs through, prints its numbers, and draws its figures.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { execution } from './execution.js';

type Any = any;

describe('notebook 19, ConvNet architectures', () => {
  const run = execution('19-convnet-architectures', 400_000);
  const { titled } = run;

  it('is small', () => {
    expect(readFileSync(run.notebook, 'utf8').length).toBeLessThan(200_000);
  });

  it('prints the numbers of the course, and those that are right in the place of wrong ones', () => {
    for (const text of [
      'one neuron over 32x32x3:     3,072 weights',
      '(10 - 3 + 0)/2 + 1 = 4.5',
      '(224 - 11 + 0)/4 + 1 = 54.25',
      '55x55x96 = 290400 neurons',
      '105,705,600 parameters',
      'AlexNet  3 poolings, the last gives 6x6x256',
      '384x384 pixels: 6x6x1000, the scores of 36 crops',
      '121 crops in 4 passes',
      '49 C^2 = 200,704',
      '27 C^2 = 110,592',
      '77.07 MB = 73.5 MiB',
      '62,378,344',
      '60,965,224',
      '15,237,608 values, 60.95 MB = 58.13 MiB',
      '3725.29 GiB',
    ])
      expect(run.executed.printed.replace('290,400', '290400')).toContain(text);
  });

  it('shows the table of VGG-16 as HTML and as text', () => {
    const tables = run.executed.results.filter((text) => text.startsWith('layer'));
    expect(tables).toHaveLength(2);
    expect(tables[1].split('\n').filter((line) => line.startsWith('CONV3'))).toHaveLength(13);
    expect(tables[1]).toContain('(3*3*512)*512');
  });

  it('draws 14 figures', () => {
    expect(run.figures).toHaveLength(14);
  });

  it('opens a net layer by layer: ten maps in each column, the five highest scores beside them', () => {
    const open = titled('FC: the five highest');
    const images = open.layout.images;
    expect(images).toHaveLength(10 * 11);
    const texts = open.layout.annotations.map((a: Any) => a.text);
    expect(texts.slice(0, 11).join(' ')).toBe('INPUT CONV RELU CONV RELU POOL CONV RELU CONV RELU POOL');
    const scores = texts.slice(12).map((text: string) => Number(/[\d.]+$/.exec(text)![0]));
    expect(scores).toHaveLength(5);
    expect([...scores].sort((a, b) => b - a)).toEqual(scores);
  });

  it('draws memory and weights of VGG-16 as bars over all its rows', () => {
    const bars = titled('activations: the early convolutions');
    expect(bars.data.map((t: Any) => t.y.length)).toEqual([22, 22]);
    expect(bars.data[0].y.reduce((sum: number, v: number) => sum + v, 0)).toBe(15_237_608);
    expect(bars.data[1].y.reduce((sum: number, v: number | null) => sum + (v ?? 0), 0)).toBe(138_344_128);
  });

  it('draws what one neuron sees: 1, 3, 5 and 7 cells, and 27 wires', () => {
    const wires = titled('What one neuron of the third 3x3 layer sees');
    const texts = wires.layout.annotations.map((a: Any) => a.text);
    for (const text of ['CONV 3: 1', 'CONV 2: 3', 'CONV 1: 5', 'input: 7']) expect(texts).toContain(text);
    expect(wires.data).toHaveLength(3 * (1 + 3 + 5));
  });

  it('draws the Inception module and the residual block', () => {
    const inception = titled('The first Inception module of GoogLeNet');
    expect(inception.layout.shapes).toHaveLength(9);
    expect(inception.layout.annotations.filter((a: Any) => a.showarrow)).toHaveLength(11);
    const block = titled('A residual block');
    expect(block.layout.annotations.map((a: Any) => a.text)).toContain('F(x) + x');
  });

  it('draws receptive fields that end at 195 and 212 pixels', () => {
    const growth = titled('Receptive fields, layer by layer');
    expect(growth.data.map((t: Any) => t.y.at(-1))).toEqual([195, 212, 435]);
  });
});
