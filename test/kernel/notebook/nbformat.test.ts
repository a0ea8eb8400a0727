// Notebook files: what is read is written back byte for byte as Jupyter's nbformat wrote it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type CodeCell,
  readNotebook,
  upgradeNotebook,
  writeNotebook,
} from '../../../kernel/notebook/nbformat.js';

const texts = JSON.parse(
  readFileSync(new URL('../../fixtures/notebook_files.json', import.meta.url), 'utf8'),
) as Record<string, string>;

describe('round trip', () => {
  it.each(Object.keys(texts))('gives back the bytes that Jupyter wrote: %s', (name) => {
    expect(writeNotebook(readNotebook(texts[name]))).toBe(texts[name]);
  });

  it('does not care how its input was formatted', () => {
    const squeezed = JSON.stringify(JSON.parse(texts.plain));
    expect(writeNotebook(readNotebook(squeezed))).toBe(texts.plain);
  });
});

describe('reading', () => {
  it('joins split text, in sources, streams and text outputs, and leaves JSON outputs alone', () => {
    const cell = readNotebook(texts.outputs).cells[0] as CodeCell;
    expect(cell.source).toBe('x = 1\nprint(x)\n');
    const [stream, shown] = cell.outputs;
    expect(stream.output_type === 'stream' && stream.text.startsWith('one\ntwo\r\nthree\rfour')).toBe(true);
    const data = shown.output_type === 'display_data' ? shown.data : {};
    expect(data['text/plain']).toBe('<Figure>\nsecond');
    expect(data['application/json']).toEqual(['a\n', 'b']);
  });

  it('keeps unknown fields', () => {
    const notebook = readNotebook(texts.outputs);
    expect(notebook.unknown_top).toBeDefined();
    expect(notebook.cells[0].unknown_field).toEqual({ kept: true });
  });

  it.each([
    ['{"cells": [', 'x.ipynb: not a notebook, its text is not JSON'],
    ['[]', 'x.ipynb: not a notebook, it has no "nbformat" field'],
    [
      '{"nbformat": 3, "worksheets": []}',
      'x.ipynb: notebook format 3 is from before 2014. Convert it first: jupyter nbconvert',
    ],
    ['{"nbformat": 5, "cells": []}', 'x.ipynb: notebook format 5 is newer than this program'],
    ['{"nbformat": 4}', 'x.ipynb: not a notebook, it has no list of cells'],
    [
      '{"nbformat": 4, "cells": [{"cell_type": "heading", "source": ""}]}',
      'x.ipynb: cell 1 has the type "heading"',
    ],
    ['{"nbformat": 4, "cells": [{"cell_type": "code", "source": 7}]}', 'x.ipynb: cell 1 has no source text'],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => readNotebook(text, 'x.ipynb')).toThrow(message);
  });
});

describe('upgradeNotebook', () => {
  it('gives cells of 4.2 distinct ids and calls the notebook 4.5', () => {
    const notebook = upgradeNotebook(readNotebook(texts['minor 2']));
    const ids = notebook.cells.map((c) => c.id);
    expect(notebook.nbformat_minor).toBe(5);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
  });

  it('keeps the ids that are there and replaces a repeated one', () => {
    const cell = { cell_type: 'markdown' as const, metadata: {}, source: '', id: 'same' };
    const [a, b] = upgradeNotebook({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [cell, { ...cell }],
    }).cells;
    expect(a.id).toBe('same');
    expect(b.id).not.toBe('same');
  });
});
