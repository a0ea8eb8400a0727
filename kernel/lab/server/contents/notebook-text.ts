// Notebooks between their files and the page: the file's text as Jupyter writes it, the page's JSON with joined text
// and marks of trust.
import { type Notebook, notebookOf, readNotebook, writeNotebook } from '../../../notebook/nbformat.js';
import { HttpError } from '../http.js';
import { isTrustedByPage, markTrusted, type Trust } from '../trust.js';

/** Beyond this a file that another program wrote is not written again in memory just to find its signature. */
const CANONICAL_LIMIT = 4 * 2 ** 20;

/** A file's text as the page gets it. */
export function notebookForPage(text: string, path: string, trust: Trust): Notebook {
  let notebook: Notebook;
  try {
    notebook = readNotebook(text, path);
  } catch (error) {
    throw new HttpError(400, `Unreadable Notebook: ${(error as Error).message}`);
  }
  const trusted =
    trust.isTrusted(text) || (text.length < CANONICAL_LIMIT && trust.isTrusted(writeNotebook(notebook)));
  markTrusted(notebook, trusted);
  return notebook;
}

/** What a page sends, as a file's text. Signed when the page trusts every cell. */
export function notebookFromPage(content: unknown, path: string, trust: Trust): string {
  const cells = (content as { cells?: unknown } | null)?.cells;
  const trusted = Array.isArray(cells) && isTrustedByPage(cells);
  let text: string;
  try {
    text = writeNotebook(notebookOf(content, path));
  } catch (error) {
    throw new HttpError(400, (error as Error).message);
  }
  if (trusted) trust.trust(text);
  return text;
}

export const emptyNotebook = (): Notebook => ({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });
