// The exported page: self-contained, with the library once, formulas set, code coloured, outputs of every kind.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ansiToHtml } from '../../../kernel/notebook/ansi.js';
import { notebookToHtml } from '../../../kernel/notebook/html.js';
import type { Cell, CellOutput, Notebook } from '../../../kernel/notebook/nbformat.js';
import * as plot from '../../../src/plot/index.js';

const notebook = (...cells: Cell[]): Notebook => ({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
const text = (source: string): Cell => ({ cell_type: 'markdown', metadata: {}, source });
const code = (source: string, ...outputs: CellOutput[]): Cell => ({
  cell_type: 'code',
  metadata: {},
  source,
  execution_count: 1,
  outputs,
});
const shown = (data: Record<string, unknown>): CellOutput => ({
  output_type: 'display_data',
  metadata: {},
  data,
});
const bundle = (figure: plot.Figure): CellOutput =>
  shown(
    (figure as unknown as Record<symbol, () => Record<string, unknown>>)[Symbol.for('Jupyter.display')](),
  );
const body = (page: string): string => page.slice(page.indexOf('<main>'));

/** Addresses that a browser would fetch when it opens the page. */
const fetched = (page: string): string[] =>
  [...page.replace(/<script>[\s\S]*?<\/script>/g, '').matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)/g)]
    .map((m) => m[1] ?? m[2])
    .filter((url) => !url.startsWith('data:') && !url.startsWith('#'));

describe('the page', () => {
  it('fetches nothing: fonts, styles and library are inside', () => {
    const page = notebookToHtml(notebook(text('# T\n\n$x^2$'), code('1', bundle(plot.plot([1, 2])))));
    expect(fetched(page)).toEqual([]);
    expect(page).not.toMatch(/<script[^>]+src|<link/);
  });

  it('carries the chart library once for three charts', () => {
    const charts = [
      [1, 2],
      [3, 4],
      [5, 6],
    ].map((y) => code('plot', bundle(plot.plot(y))));
    const page = notebookToHtml(notebook(...charts));
    expect(page.match(/class="gradlab-chart"/g)).toHaveLength(3);
    expect(page.match(/page\.loading = true/g)).toHaveLength(1);
    expect(page.length).toBeLessThan(2_600_000);
  });

  it('carries no library and no fonts when there is no chart and no formula', () => {
    expect(notebookToHtml(notebook(text('plain'), code('1'))).length).toBeLessThan(20_000);
  });

  it('is named by its first heading, or by what the caller falls back to', () => {
    expect(notebookToHtml(notebook(text('intro'), text('# The *spiral*')))).toContain(
      '<title>The spiral</title>',
    );
    expect(notebookToHtml(notebook(code('1')), { fallbackTitle: 'a<b' })).toContain('<title>a&lt;b</title>');
  });
});

describe('markdown', () => {
  const render = (source: string): string => body(notebookToHtml(notebook(text(source))));

  it('sets inline and display formulas at export time', () => {
    const html = render('Score $f(x)=Wx$ and\n\n$$L = \\sum_i x_i$$\n\n\\begin{align}a&=b\\end{align}');
    expect(html.match(/class="katex"/g)).toHaveLength(3);
    expect(html.match(/class="katex-display"/g)).toHaveLength(2);
    expect(html).not.toContain('$');
  });

  it('leaves dollars in code, prices and escaped dollars alone', () => {
    const html = render('`$x$` costs \\$5 or $6 today');
    expect(html).toContain('<code>$x$</code> costs $5 or $6 today');
    expect(html).not.toContain('katex');
  });

  it('does not take underscores and stars of a formula for emphasis', () => {
    expect(render('$a_i * b_i$ and $c_i * d_i$')).not.toContain('<em>');
  });

  it('keeps macros that an earlier formula defined', () => {
    expect(render('$\\gdef\\R{\\mathbb{R}}$ then $x \\in \\R$')).not.toContain('bad-formula');
  });

  it('shows a formula that cannot be set, with the reason', () => {
    expect(render('$\\frac{1$')).toMatch(/class="bad-formula" title="[^"]*end of input[^"]*"/);
  });

  it('gives headings Jupyter anchors, distinct ones', () => {
    const html = render('# Gradient check\n\n# Gradient check');
    expect(html).toContain('id="Gradient-check"');
    expect(html).toContain('id="Gradient-check-1"');
  });

  it('puts attachments and pictures beside the notebook into the page', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradlab-html-'));
    writeFileSync(join(folder, 'p.png'), Buffer.from('picture'));
    const cell = {
      ...text('![a](attachment:x.png) ![b](p.png) ![c](missing.png)'),
      attachments: { 'x.png': { 'image/png': 'AAAA' } },
    };
    const html = body(notebookToHtml(notebook(cell as Cell), { folder }));
    rmSync(folder, { recursive: true });
    expect(html).toContain('src="data:image/png;base64,AAAA"');
    expect(html).toContain(`src="data:image/png;base64,${Buffer.from('picture').toString('base64')}"`);
    expect(html).toContain('src="missing.png"');
  });

  it('colours fenced code of a known language and escapes the rest', () => {
    expect(render('```python\ndef f(): pass\n```')).toContain('<span class="hljs-keyword">def</span>');
    expect(render('```\na < b\n```')).toContain('a &lt; b');
  });
});

describe('cells', () => {
  it('show coloured TypeScript with the execution count', () => {
    const html = body(notebookToHtml(notebook(code('const a: number = 1;'))));
    expect(html).toContain('<span class="hljs-keyword">const</span>');
    expect(html).toContain('[1]');
  });

  it('prefer the richest form of a value', () => {
    const all = { 'text/plain': 'plain', 'text/html': '<i>rich</i>', 'image/png': 'AAAA' };
    expect(body(notebookToHtml(notebook(code('x', shown(all)))))).toContain(
      '<div class="rich"><i>rich</i></div>',
    );
    const { 'text/html': _, ...rest } = all;
    expect(body(notebookToHtml(notebook(code('x', shown(rest)))))).toContain(
      '<img src="data:image/png;base64,AAAA"',
    );
    expect(body(notebookToHtml(notebook(code('x', shown({ 'text/plain': 'a < b' })))))).toContain('a &lt; b');
    expect(body(notebookToHtml(notebook(code('x', shown({ 'text/latex': '$$x^2$$' })))))).toContain(
      'katex-display',
    );
    expect(body(notebookToHtml(notebook(code('x', shown({ 'application/json': { a: 1 } })))))).toContain(
      '&quot;a&quot;: 1',
    );
  });

  it('hide their source when the tag hide-input asks for it', () => {
    const cell = {
      ...code('secret()', { output_type: 'stream', name: 'stdout', text: 'seen' }),
      metadata: { tags: ['hide-input'] },
    };
    const html = body(notebookToHtml(notebook(cell)));
    expect(html).not.toContain('secret');
    expect(html).toContain('seen');
  });

  it('escape what a program printed', () => {
    const html = body(
      notebookToHtml(
        notebook(code('x', { output_type: 'stream', name: 'stdout', text: '<script>alert(1)</script>' })),
      ),
    );
    expect(html).toContain('&lt;script&gt;');
  });
});

describe('ANSI text', () => {
  it.each([
    ['\x1b[31mred\x1b[0m plain', '<span style="color: var(--ansi-red)">red</span> plain'],
    [
      '\x1b[1;94mb\x1b[22mc\x1b[39md',
      '<span style="color: var(--ansi-bright-blue); font-weight: 600">b</span><span style="color: var(--ansi-bright-blue)">c</span>d',
    ],
    ['\x1b[38;5;196mx\x1b[m', '<span style="color: rgb(255, 0, 0)">x</span>'],
    ['\x1b[48;2;1;2;3mx', '<span style="background: rgb(1, 2, 3)">x</span>'],
    ['\x1b[7m1\x1b[27m', '<span style="color: var(--paper); background: var(--ink)">1</span>'],
    ['\x1b[2K\x1b[1Ga', 'a'],
    ['a < b & c', 'a &lt; b &amp; c'],
    ['10%\r100%', '100%'],
    ['long line\rab', 'abng line'],
    ['a\r\nb', 'a\nb'],
  ])('%j becomes %j', (input, html) => {
    expect(ansiToHtml(input)).toBe(html);
  });
});

describe('widgets', () => {
  const STATE = 'application/vnd.jupyter.widget-state+json';
  const VIEW = 'application/vnd.jupyter.widget-view+json';
  type State = Record<string, unknown>;
  /** The page of a notebook that shows the first of these models. */
  const pageOf = (models: Record<string, [name: string, state: State, buffers?: unknown]>): string => {
    const state = Object.fromEntries(
      Object.entries(models).map(([id, [name, own, buffers]]) => [
        id,
        { model_name: `${name}Model`, state: own, buffers },
      ]),
    );
    const view = { model_id: Object.keys(models)[0], version_major: 2, version_minor: 0 };
    const made = notebook(code('w', shown({ 'text/plain': 'IntSlider(...)', [VIEW]: view })));
    made.metadata.widgets = { [STATE]: { version_major: 2, version_minor: 0, state } };
    return body(notebookToHtml(made));
  };

  it('show a box of controls as they were, which cannot be moved', () => {
    const page = pageOf({
      box: [
        'VBox',
        {
          children: ['IPY_MODEL_n', 'IPY_MODEL_kind', 'IPY_MODEL_on', 'IPY_MODEL_out'],
          layout: 'IPY_MODEL_l',
        },
      ],
      l: ['Layout', { width: '50%', border_top: 'url(http://x)"' }],
      n: [
        'FloatLogSlider',
        { value: 100, base: 10, min: 0, max: 4, step: 0.1, readout_format: '.3g', description: 'rate <b>' },
      ],
      kind: ['Dropdown', { _options_labels: ['sin', 'cos'], index: 1, description: 'kind' }],
      on: ['Checkbox', { value: true, description: 'on' }],
      out: ['Output', { outputs: [{ output_type: 'stream', name: 'stdout', text: 'step 1\n' }] }],
    });
    expect(page).toContain('<div class="w-box w-column" style="width: 50%">');
    expect(page).toContain('<span class="w-label">rate &lt;b&gt;</span>');
    expect(page).toMatch(
      /<input type="range" disabled min="0" max="4" step="0.1" value="2"><output>100<\/output>/,
    );
    expect(page).toContain('<option>sin</option><option selected>cos</option>');
    expect(page).toContain('<input type="checkbox" disabled checked> on');
    expect(page).toContain('<pre class="stdout">step 1</pre>');
    expect(page).not.toContain('IntSlider(...)');
    expect(page).not.toContain('url(');
  });

  it.each<[string, State, string]>([
    ['IntRangeSlider', { value: [25, 75], min: 0, max: 100, readout_format: 'd' }, 'left: 25%; right: 25%'],
    ['IntProgress', { value: 3, min: 1, max: 5, bar_style: 'success' }, '<progress max="4" value="2">'],
    ['BoundedIntText', { value: 7 }, '<input type="number" disabled value="7">'],
    ['Textarea', { value: 'a < b' }, '<textarea disabled>a &lt; b</textarea>'],
    ['Password', { value: 'secret' }, '<input type="password" disabled>'],
    ['RadioButtons', { _options_labels: ['a', 'b'], index: 0 }, '<input type="radio" disabled checked> a'],
    [
      'ToggleButtons',
      { _options_labels: ['a', 'b'], index: null },
      '<button disabled class="w-plain">b</button>',
    ],
    ['SelectionRangeSlider', { _options_labels: ['a', 'b', 'c'], index: [0, 1] }, '<output>a – b</output>'],
    [
      'Button',
      { description: 'Train', button_style: 'primary' },
      '<button disabled class="w-primary">Train</button>',
    ],
    ['DatePicker', { value: { year: 2026, month: 0, date: 5 } }, 'value="2026-01-05"'],
    ['HTML', { value: '<i>x</i>' }, '<div><i>x</i></div>'],
    ['Valid', { value: false, readout: 'no' }, '✗ no'],
  ])('%s', (name, state, html) => expect(pageOf({ id: [name, state] })).toContain(html));

  it('pictures, pages with titles, and parts whose state is gone', () => {
    const image = pageOf({
      i: ['Image', { format: 'png' }, [{ path: ['value'], data: 'AAAA', encoding: 'base64' }]],
    });
    expect(image).toContain('src="data:image/png;base64,AAAA"');
    const tab = pageOf({
      t: [
        'Tab',
        { children: ['IPY_MODEL_a', 'IPY_MODEL_gone', 'IPY_MODEL_t'], titles: ['One'], selected_index: 0 },
      ],
      a: ['Label', { value: 'inside' }],
    });
    expect(tab).toContain(
      '<details class="w-page" open><summary>One</summary><div class="w ">inside</div></details>',
    );
    expect(tab).toContain('<summary>2</summary><div class="w w-missing">a widget</div>');
  });

  it('of a kind without a form, or without state, are the text beside them', () => {
    expect(pageOf({ id: ['AnyWidget', {}] })).toContain('IntSlider(...)');
  });
});
