// Is a cell finished, or does a console have to ask for more lines? The parser says: an error at the very end of the
// text means that something is still open; an error before it means that more lines cannot help.

import type { Parsed } from './analysis.js';
import type { CompletenessResult } from './contract.js';
import type { Ast } from './typescript.js';
import { SyntaxKind } from './typescript.js';

/** Unterminated template literal, comment, JSX element or attribute: whatever follows still belongs to them. */
const OPEN_ENDED = new Set([1160, 1010, 17008, 17014]);
/** Unterminated string literal or regular expression: a new line cannot mend them. */
const BROKEN = new Set([1002, 1161]);
/** A closing bracket too many: "Declaration or statement expected" at the bracket itself. */
const STRAY = 1128;

export function completeness({ code, origin, syntax, file }: Parsed): CompletenessResult {
  if (code.trim() === '') return { status: 'complete' };
  const end = code.trimEnd().length;
  const first = [...syntax].sort((a, b) => a.pos - b.pos)[0];
  if (!first) {
    const last = file.statements[file.statements.length - 1];
    // A function without a body is an overload; in a console its body is about to come.
    const bodiless =
      last?.kind === SyntaxKind.FunctionDeclaration &&
      !(last as Ast.FunctionDeclaration).body &&
      !code.trimEnd().endsWith(';');
    return bodiless ? { status: 'incomplete', indent: indentAfter(code) } : { status: 'complete' };
  }
  if (syntax.some((d) => BROKEN.has(d.code))) return { status: 'invalid' };
  const open = syntax.some((d) => OPEN_ENDED.has(d.code)) || onlyCommentsFrom(code, first.pos - origin);
  const atEnd = first.pos - origin >= end || (first.end - origin >= code.length && first.code !== STRAY);
  if (open || atEnd) return { status: 'incomplete', indent: indentAfter(code) };
  return { status: 'invalid' };
}

/** The parser puts the error of an open construct before trailing comments; nothing else may follow it. */
function onlyCommentsFrom(code: string, pos: number): boolean {
  if (pos < 0 || pos > code.length) return false;
  const comment = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
  comment.lastIndex = pos;
  let at = pos;
  while (at < code.length) {
    if (!comment.test(code)) return false;
    at = comment.lastIndex;
  }
  return true;
}

/** Two spaces for every bracket that is still open, counted outside strings and comments. */
function indentAfter(code: string): string {
  const bare = code.replace(
    /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
    '',
  );
  let depth = 0;
  for (const c of bare) {
    if (c === '{' || c === '[' || c === '(') depth++;
    else if (c === '}' || c === ']' || c === ')') depth = Math.max(depth - 1, 0);
  }
  return '  '.repeat(depth);
}
