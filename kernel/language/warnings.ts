// What is TypeScript as it stands and still means something else to whoever wrote it: Python's `a // b`, whose second
// half is a comment here. Such a cell runs, with a word on stderr.
import type { CellDiagnostic } from './contract.js';
import { operandBefore, withoutComments } from './hints.js';
import { Lines } from './positions.js';

/** Texts and comments; only a comment to the end of the line has the group. */
const TOKEN =
  /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?(?:\*\/|$)|\/\/([^\n]*)/g;
/** A number, a name or a name with members: what one divides by. */
const DIVISOR = /^ ?(\d+(?:\.\d+)?|([A-Za-z_$][\w$]*)(?:\.[\w$]+|\[[\w$]+\])*)\s*[;,)]*\s*$/;
/** What a value goes to. Results are noted behind calls and bare expressions: `f(3) // 6`. */
const KEPT = /(?:^|[^=!<>])=(?!=)|\breturn\b/;
const CALL = /[\w$]\([^()]*\)$/;

/**
 * @param known whether an earlier cell declares a name; words that nobody declares or uses are words of a comment
 * @returns a warning for each `//` with an operand on either side and nothing more behind it, unless it may note a
 * result
 */
export function floorDivisions(code: string, known: (name: string) => boolean): CellDiagnostic[] {
  if (!code.includes('//')) return [];
  const lines = new Lines(code);
  const bare = withoutComments(code);
  const found: CellDiagnostic[] = [];
  for (const { 0: token, 1: comment, index } of code.matchAll(TOKEN)) {
    const [, divisor, name] = (comment !== undefined && DIVISOR.exec(comment)) || [];
    if (!divisor || (name && !known(name) && !isWord(name, bare))) continue;
    const before = code.slice(code.lastIndexOf('\n', index) + 1, index);
    const dividend = operandBefore(before, before.trimEnd().length).trim();
    if (!isOperand(dividend) || (!name && (!KEPT.test(before) || CALL.test(dividend)))) continue;
    found.push({
      code: 0,
      category: 'warning',
      message:
        '// begins a comment. The division that rounds down, as in Python, is ' +
        `Math.floor(${dividend} / ${divisor}), of arrays np.floorDivide(${dividend}, ${divisor}).`,
      ...lines.at(index),
      start: index,
      length: token.length,
    });
  }
  return found;
}

/** A name, a number, a call or an expression in brackets that are all closed. */
function isOperand(text: string): boolean {
  const count = (brackets: RegExp) => text.match(brackets)?.length ?? 0;
  return /[\w$)\]]$/.test(text) && count(/[([]/g) === count(/[)\]]/g);
}

const isWord = (name: string, text: string): boolean =>
  [...text.matchAll(/[A-Za-z_$][\w$]*/g)].some(([word]) => word === name);
