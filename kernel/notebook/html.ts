// A notebook as one self-contained HTML page: text and formulas, highlighted code, outputs of every kind, live
// Plotly charts, widgets as they were. Nothing is fetched when the page is opened; the chart library is in it once.

import { chartHtml, chartPage } from '../../src/plot/html.js';
import { ansiToHtml, escapeHtml } from './ansi.js';
import { highlight } from './highlight.js';
import { formulaStyle, MarkdownRenderer } from './markdown.js';
import type { CellOutput, CodeCell, MimeBundle, Notebook } from './nbformat.js';
import { PAGE_STYLE } from './page-style.js';
import { WIDGET_STYLE, WIDGET_VIEW, WidgetPage } from './widget-html.js';

export interface HtmlOptions {
  /** The page's title; default: the notebook's title or its first heading. */
  title?: string;
  /** The title of a notebook that has neither. */
  fallbackTitle?: string;
  /** The notebook's folder, for pictures beside it. */
  folder?: string;
}

type Chart = Parameters<typeof chartHtml>[0];
const PLOTLY = 'application/vnd.plotly.v1+json';

const asText = (v: unknown): string => (typeof v === 'string' ? v : JSON.stringify(v, null, 2));
const pre = (kind: string, html: string): string => `<pre class="${kind}">${html}</pre>`;

class Page {
  private readonly markdown = new MarkdownRenderer();
  private readonly widgets: WidgetPage;
  private hasLibrary = false;

  constructor(
    private readonly notebook: Notebook,
    private readonly options: HtmlOptions,
  ) {
    this.widgets = new WidgetPage(notebook, (output) => this.output(output));
  }

  render(): string {
    const body = this.notebook.cells
      .map((cell) => {
        if (cell.cell_type === 'code') return this.code(cell as CodeCell);
        if (cell.cell_type === 'raw') return '';
        const { folder } = this.options;
        const html = this.markdown.render(cell.source, {
          folder,
          attachments: cell.attachments as Record<string, MimeBundle>,
        });
        return `<section class="text">\n${html}</section>`;
      })
      .filter(Boolean)
      .join('\n');
    const title = this.options.title ?? this.titleOf() ?? this.options.fallbackTitle ?? 'Notebook';
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
${PAGE_STYLE}
${this.markdown.formulas ? formulaStyle(body) : ''}${this.widgets.used ? WIDGET_STYLE : ''}
</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
  }

  private titleOf(): string | undefined {
    const given = this.notebook.metadata.title;
    if (typeof given === 'string') return given;
    for (const cell of this.notebook.cells) {
      const heading = cell.cell_type === 'markdown' ? /^#{1,2}\s+(.+)$/m.exec(cell.source) : null;
      if (heading) return heading[1].replace(/[`*_$]/g, '').trim();
    }
    return undefined;
  }

  private code(cell: CodeCell): string {
    if (cell.source.trim() === '' && cell.outputs.length === 0) return '';
    const tags = (cell.metadata.tags ?? []) as string[];
    const language =
      (this.notebook.metadata.kernelspec as { language?: string } | undefined)?.language ??
      (this.notebook.metadata.language_info as { name?: string } | undefined)?.name ??
      'typescript';
    const hidden =
      tags.includes('hide-input') ||
      tags.includes('remove-input') ||
      (cell.metadata.jupyter as { source_hidden?: boolean } | undefined)?.source_hidden;
    const count = `<span class="count">${cell.execution_count === null ? '' : `[${cell.execution_count}]`}</span>`;
    const source = hidden
      ? ''
      : `<div class="input">${count}<pre class="code"><code>${highlight(cell.source, language)}</code></pre></div>`;
    const outputs = cell.outputs
      .map((o) => this.output(o))
      .filter(Boolean)
      .map((o) => `<div class="output">${o}</div>`);
    return `<section class="cell">\n${[source, ...outputs].filter(Boolean).join('\n')}\n</section>`;
  }

  private output(output: CellOutput): string {
    switch (output.output_type) {
      case 'stream':
        return pre(output.name, ansiToHtml(output.text.replace(/\n$/, '')));
      case 'error': {
        const text =
          output.traceback.length > 0 ? output.traceback.join('\n') : `${output.ename}: ${output.evalue}`;
        return pre('error', ansiToHtml(text));
      }
      default:
        return this.bundle(output.data ?? {});
    }
  }

  /** The richest form of a value that a page can show. */
  private bundle(data: MimeBundle): string {
    for (const [mime, show] of Object.entries(this.forms)) {
      const html = data[mime] === undefined ? undefined : show(data[mime], data);
      if (html !== undefined) return html;
    }
    const json = Object.keys(data).find((mime) => /\+json$|\/json$/.test(mime));
    return json ? pre('value', escapeHtml(asText(data[json]))) : '';
  }

  private readonly image =
    (mime: string) =>
    (data: unknown): string =>
      `<img src="data:${mime};base64,${asText(data).replace(/\s/g, '')}" alt="">`;

  /** Undefined where a value cannot be shown in that form. */
  private readonly forms: Record<string, (data: unknown, all: MimeBundle) => string | undefined> = {
    [WIDGET_VIEW]: (data) => this.widgets.view(String((data as { model_id?: unknown }).model_id)),
    [PLOTLY]: (data, all) => this.chart(data as Chart, asText(all['text/plain'] ?? 'A chart')),
    'text/html': (data) => `<div class="rich">${asText(data)}</div>`,
    'image/svg+xml': (data) => `<div class="rich">${asText(data).replace(/^[\s\S]*?(?=<svg)/, '')}</div>`,
    'image/png': this.image('image/png'),
    'image/jpeg': this.image('image/jpeg'),
    'image/gif': this.image('image/gif'),
    'image/webp': this.image('image/webp'),
    'text/markdown': (data) =>
      `<div class="text">${this.markdown.render(asText(data), { folder: this.options.folder })}</div>`,
    'text/latex': (data) => {
      const tex = asText(data)
        .trim()
        .replace(/^\$\$?|\$\$?$/g, '');
      return this.markdown.formula(tex, !/^\$[^$]/.test(asText(data).trim()));
    },
    'text/plain': (data) => pre('value', ansiToHtml(asText(data))),
  };

  private chart(figure: Chart, text: string): string {
    const html = chartHtml(
      { ...figure, layout: figure.layout ?? {}, config: figure.config ?? {} },
      text,
      !this.hasLibrary,
    );
    this.hasLibrary = true;
    return html;
  }
}

/** A chart alone as a page that needs no network. */
export function chartDocument(figure: unknown, text: string): string {
  const { data, layout = {}, config = {} } = figure as Chart;
  return chartPage({ data, layout, config }, text);
}

/**
 * The notebook as a page that needs no network and no server.
 * @see nbconvert --to html
 */
export function notebookToHtml(notebook: Notebook, options: HtmlOptions = {}): string {
  return new Page(notebook, options).render();
}
