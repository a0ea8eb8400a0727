// Notebooks as HTML pages and as scripts, at Jupyter's addresses of nbconvert. The converter is loaded when the first
// notebook is converted.
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Notebook, readNotebook } from '../../notebook/nbformat.js';
import { notThere } from './contents/paths.js';
import { type Exchange, HttpError, json, type Reply, type Route, route } from './http.js';
import type { Lab } from './lab.js';

const FORMATS = {
  html: { output_mimetype: 'text/html' },
  script: { output_mimetype: 'text/plain' },
};

export function convertRoutes(lab: Lab): Route[] {
  const convert = async ({ params, query }: Exchange): Promise<Reply> => {
    const { format } = params;
    if (!Object.hasOwn(FORMATS, format)) {
      throw new HttpError(
        404,
        `there is no conversion to ${JSON.stringify(format)}; known: ${Object.keys(FORMATS).join(', ')}`,
      );
    }
    const path = params['*'];
    const file = await lab.contents.paths.existing(path);
    const text = await readFile(file, 'utf8').catch(() => {
      throw notThere(path);
    });
    let notebook: Notebook;
    try {
      notebook = readNotebook(text, path);
    } catch (error) {
      throw new HttpError(400, (error as Error).message);
    }
    const stem = basename(path).replace(/\.ipynb$/, '');
    const made = format === 'html' ? await toHtml(notebook, stem, dirname(file)) : toScript(notebook, stem);
    const headers: Record<string, string> = {
      'Content-Type': `${made.type}; charset=utf-8`,
      // The page's own scripts (charts) may run, but not as this server's.
      'Content-Security-Policy': "frame-ancestors 'self'; sandbox allow-scripts allow-popups",
    };
    if (query.get('download') === 'true') {
      headers['Content-Disposition'] = `attachment; filename*=UTF-8''${encodeURIComponent(made.name)}`;
    }
    return { headers, body: made.text };
  };
  return [
    route('api', 'GET', '/api/nbconvert', () => json(FORMATS)),
    route('page', 'GET', '/nbconvert/:format/*', convert),
  ];
}

interface Converted {
  text: string;
  name: string;
  type: string;
}

async function toHtml(notebook: Notebook, stem: string, folder: string): Promise<Converted> {
  const { notebookToHtml } = await import('../../notebook/html.js');
  return {
    text: notebookToHtml(notebook, { fallbackTitle: stem, folder }),
    name: `${stem}.html`,
    type: 'text/html',
  };
}

/** The code of all cells, with the text between them as comments. */
function toScript(notebook: Notebook, stem: string): Converted {
  const language = notebook.metadata.language_info as { file_extension?: string; name?: string } | undefined;
  const end = language?.file_extension || '.ts';
  const hash = end === '.py' || end === '.r' || end === '.jl' || end === '.sh';
  const comment = (text: string) => text.replace(/^/gm, hash ? '# ' : '// ').replace(/ +$/gm, '');
  const parts = notebook.cells
    .filter((cell) => cell.source.trim() !== '')
    .map((cell) => (cell.cell_type === 'code' ? cell.source : comment(cell.source)));
  return { text: `${parts.join('\n\n')}\n`, name: `${stem}${end}`, type: 'text/plain' };
}
