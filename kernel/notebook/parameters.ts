// Parameters of a notebook, by papermill's convention: the cell tagged `parameters` has the names with their defaults,
// and a cell tagged `injected-parameters` after it sets those that were given.
import { randomUUID } from 'node:crypto';
import { didYouMean } from '../command.js';
import type { CodeCell, Notebook } from './nbformat.js';

const hasTag = (cell: { metadata: Record<string, unknown> }, tag: string): boolean =>
  Array.isArray(cell.metadata.tags) && cell.metadata.tags.includes(tag);

/**
 * Puts the cell with the values behind the cell with the defaults; one of an earlier run is replaced.
 * @throws Error for a notebook without parameters, and for a name that is none of them
 */
export function injectParameters(
  notebook: Notebook,
  values: Readonly<Record<string, unknown>>,
  name: string,
): void {
  const { cells } = notebook;
  const defaults = cells.find((cell) => cell.cell_type === 'code' && hasTag(cell, 'parameters'));
  if (!defaults) {
    throw new Error(
      `run: ${name} has no parameters. Give the cell that declares them (let epochs = 10) the tag "parameters"`,
    );
  }
  const declared = declarations(defaults.source);
  for (const given of Object.keys(values)) {
    if (declared.has(given)) continue;
    const known = [...declared.keys()];
    throw new Error(
      `run: ${name} has no parameter ${JSON.stringify(given)}${didYouMean(given, known)} Parameters: ${known.join(', ') || 'none'}`,
    );
  }
  // `let`, so that the type is number and not 3.
  const lines = Object.entries(values).map(
    ([each, value]) => `let ${each}${declared.get(each)} = ${JSON.stringify(value)}`,
  );
  const cell: CodeCell = {
    cell_type: 'code',
    metadata: { tags: ['injected-parameters'] },
    source: `// Parameters\n${lines.join('\n')}`,
    execution_count: null,
    outputs: [],
  };
  if (cells.some((each) => each.id !== undefined)) cell.id = randomUUID().slice(0, 8);
  const kept = cells.filter((each) => !hasTag(each, 'injected-parameters'));
  kept.splice(kept.indexOf(defaults) + 1, 0, cell);
  notebook.cells = kept;
}

/** The names that a cell declares with const, let and var, with their type annotations (`: number[]`, or nothing). */
export function declarations(source: string): Map<string, string> {
  // Texts and comments become spaces: commas and brackets in them mean nothing.
  const bare = source.replace(
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g,
    (text) => text.replace(/[^\n]/g, ' '),
  );
  const found = new Map<string, string>();
  for (const { index, 0: word } of bare.matchAll(/(?<![\w$.])(?:const|let|var)\s+/g)) {
    if (depthAt(bare, index) > 0) continue;
    let at = index + word.length;
    for (;;) {
      const name = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*/u.exec(bare.slice(at));
      if (!name) break;
      at += name[0].length;
      const end = endOfDeclarator(bare, at);
      const type = /^!?(:[^=]*(?:=>[^=]*)*)/.exec(bare.slice(at, end));
      found.set(name[1], type ? source.slice(at, at + type[0].length).trimEnd() : '');
      if (bare[end] !== ',') break;
      at = end + 1;
    }
  }
  return found;
}

function depthAt(text: string, end: number): number {
  let depth = 0;
  for (let at = 0; at < end; at++) {
    if ('([{'.includes(text[at])) depth++;
    else if (')]}'.includes(text[at])) depth--;
  }
  return depth;
}

/** The comma, semicolon or line end behind a declarator. */
function endOfDeclarator(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const c = text[at];
    if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (depth === 0 && (c === ',' || c === ';')) return at;
    // A line goes on after an operator, and when the next one begins with one.
    else if (
      depth === 0 &&
      c === '\n' &&
      !/[=,+\-*/&|?:]\s*$/.test(text.slice(from, at)) &&
      !/^\s*[,=.+\-*/?:]/.test(text.slice(at))
    )
      return at;
  }
  return text.length;
}

/** A value of the command line: JSON where it is JSON, otherwise the text. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
