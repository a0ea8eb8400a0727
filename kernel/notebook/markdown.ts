// Markdown cells as HTML: GitHub's Markdown, LaTeX formulas set by KaTeX at export time (no script, no network on
// the page), fenced code highlighted, attachments and local pictures put into the page.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import katex from 'katex';
import { Marked, type TokenizerAndRendererExtension } from 'marked';
import { escapeHtml } from './ansi.js';
import { highlight } from './highlight.js';
import type { MimeBundle } from './nbformat.js';

interface Formula {
  type: 'formula';
  raw: string;
  tex: string;
  display: boolean;
}

// The forms that Jupyter knows: $..$ (no space just inside), $$..$$, \begin{..}..\end{..}, and \\( \\), \\[ \\].
const DISPLAY = /^(?:\$\$([\s\S]+?)\$\$|\\\\\[([\s\S]+?)\\\\\]|(\\begin\{([a-z]+\*?)\}[\s\S]+?\\end\{\4\}))/;
const INLINE =
  /^(?:\$(?![\s$])((?:\\[\s\S]|[^$\\])*?[^\s\\$]|(?:\\[\s\S]|[^$\\])*?\\\$)\$(?!\d)|\\\\\(([\s\S]+?)\\\\\))/;

export interface MarkdownContext {
  /** Folder that relative picture names start from. */
  folder?: string;
  attachments?: Record<string, MimeBundle>;
}

const PICTURES: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
};

/** Renders the Markdown of one notebook: macros that one formula defines hold for the later ones. */
export class MarkdownRenderer {
  /** Whether any formula was set, and so the page needs KaTeX's style and fonts. */
  formulas = false;
  private readonly macros: Record<string, string> = {};
  private readonly marked: Marked;
  private context: MarkdownContext = {};
  private readonly anchors = new Set<string>();

  constructor() {
    const formula = (level: 'block' | 'inline'): TokenizerAndRendererExtension => ({
      name: `${level} formula`,
      level,
      start: (src) => {
        const at = src.search(
          level === 'block' ? /(?:^|\n) {0,3}(?:\$\$|\\begin\{|\\\\\[)/ : /\$|\\\\[([]|\\begin\{/,
        );
        return at < 0 ? undefined : at;
      },
      tokenizer: (src) => {
        const display = DISPLAY.exec(level === 'block' ? src.replace(/^[ \n]+/, '') : src);
        if (display) {
          const lead = level === 'block' ? src.length - src.replace(/^[ \n]+/, '').length : 0;
          const raw = src.slice(0, lead + display[0].length);
          // A block formula stands alone; with text behind it, it is part of a paragraph.
          if (level === 'block' && !/^[ \t]*(?:\n|$)/.test(src.slice(raw.length))) return undefined;
          return {
            type: `${level} formula`,
            raw,
            tex: display[1] ?? display[2] ?? display[3],
            display: true,
          };
        }
        const inline = level === 'inline' ? INLINE.exec(src) : null;
        return inline
          ? { type: 'inline formula', raw: inline[0], tex: inline[1] ?? inline[2], display: false }
          : undefined;
      },
      renderer: (token) => {
        const { tex, display } = token as unknown as Formula;
        return this.formula(tex, display) + (level === 'block' ? '\n' : '');
      },
    });
    const page = this;
    this.marked = new Marked({
      gfm: true,
      extensions: [formula('block'), formula('inline')],
      renderer: {
        code: ({ text, lang }) =>
          `<pre class="code"><code>${highlight(text, lang?.split(/\s/)[0] ?? '')}</code></pre>\n`,
        heading({ tokens, depth, text }) {
          return `<h${depth} id="${escapeHtml(page.anchor(text))}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
        },
        image: ({ href, title, text }) =>
          `<img src="${escapeHtml(this.picture(href))}" alt="${escapeHtml(text)}"${title ? ` title="${escapeHtml(title)}"` : ''}>`,
      },
    });
  }

  render(source: string, context: MarkdownContext = {}): string {
    this.context = context;
    return this.marked.parse(source, { async: false });
  }

  /** A formula as HTML; one that KaTeX cannot set is shown as it was written, with the reason. */
  formula(tex: string, displayMode: boolean): string {
    this.formulas = true;
    try {
      return katex.renderToString(tex, {
        displayMode,
        macros: this.macros,
        globalGroup: true,
        strict: false,
        throwOnError: true,
      });
    } catch (error) {
      const why = (error as Error).message.replace(/^KaTeX parse error: /, '');
      return `<code class="bad-formula" title="${escapeHtml(why)}">${escapeHtml(tex)}</code>`;
    }
  }

  /** Jupyter's anchors: spaces to dashes; a second one of a name gets a number. */
  private anchor(text: string): string {
    const base = text.replace(/[`*_]/g, '').trim().replace(/\s+/g, '-');
    let name = base;
    for (let n = 1; this.anchors.has(name); n++) name = `${base}-${n}`;
    this.anchors.add(name);
    return name;
  }

  /** Attachments and files beside the notebook travel inside the page. */
  private picture(href: string): string {
    const { attachments, folder } = this.context;
    if (href.startsWith('attachment:')) {
      const [mime, data] =
        Object.entries(attachments?.[decodeURIComponent(href.slice('attachment:'.length))] ?? {})[0] ?? [];
      return mime ? `data:${mime};base64,${String(data)}` : href;
    }
    const mime = PICTURES[extname(href).toLowerCase()];
    if (folder === undefined || !mime || /^[a-z]+:|^\/\//i.test(href)) return href;
    const file = resolve(folder, decodeURIComponent(href));
    return existsSync(file) ? `data:${mime};base64,${readFileSync(file).toString('base64')}` : href;
  }
}

// Font families that KaTeX uses only for certain commands, with the classes that tell.
const RARE_FONTS: Record<string, RegExp> = {
  Caligraphic: /mathcal|boldcal/,
  Fraktur: /mathfrak|frak|boldfrak/,
  SansSerif: /mathsf|textsf|boldsf/,
  Script: /mathscr|textscr/,
  Typewriter: /mathtt|texttt/,
};

/** KaTeX's style sheet with the fonts that `html` needs inside. */
export function formulaStyle(html: string): string {
  const path = createRequire(import.meta.url).resolve('katex/dist/katex.min.css');
  const css = readFileSync(path, 'utf8');
  return css.replace(/@font-face\{[^}]*\}/g, (face) => {
    const file = /url\((fonts\/KaTeX_([A-Za-z]+)[^)]*\.woff2)\)/.exec(face);
    if (!file) return face;
    const [, url, family] = file;
    if (RARE_FONTS[family] && !RARE_FONTS[family].test(html)) return '';
    const font = readFileSync(resolve(dirname(path), url)).toString('base64');
    return face.replace(/src:[^;}]*/, `src:url(data:font/woff2;base64,${font}) format("woff2")`);
  });
}
