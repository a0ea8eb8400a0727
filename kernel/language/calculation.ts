// Cells that no check could find anything in: arithmetic on numbers, as in `2 ** 10` or `total / n`, and a name by itself.
// They are read here, without the compiler, and are run as they stand; whatever else a cell holds is for the checker.
import type { CompiledCell } from './contract.js';
import { literal, MappedText } from './positions.js';
import { SOURCE_URL, scriptName } from './trace.js';

/** What is known of a name: a number, some other value, or nothing that would do. */
export type Known = 'number' | 'value' | undefined;

const BLANK = /\s*/y;
const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
/** No leading zeros, which mean something else, and no other bases. */
const NUMBER = /(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?/iy;
const OPERATOR = /\*\*|[-+*/%]/y;
/** More is no calculation by hand. */
const LONGEST = 1000;

/** The range of a cell that is a calculation, without blanks and a semicolon around it. */
export function readCalculation(
  code: string,
  known: (name: string) => Known,
): { start: number; end: number } | undefined {
  if (code.length > LONGEST) return undefined;
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const text = pattern.exec(code)?.[0];
    at += text?.length ?? 0;
    return text;
  };
  const names: string[] = [];
  let operators = 0;
  /** For each parenthesis that is open, and for the operand at hand: whether a sign stands before it. */
  const signs: boolean[] = [];
  let signed = false;
  take(BLANK);
  const start = at;
  let end = at;
  for (let wantsOperand = true; ; take(BLANK)) {
    if (wantsOperand) {
      if (code[at] === '+' || code[at] === '-') {
        // Two of them would be another operator.
        if (code[at + 1] === code[at]) return undefined;
        at++;
        operators++;
        signed = true;
      } else if (code[at] === '(') {
        at++;
        signs.push(signed);
        signed = false;
      } else {
        const name = take(NAME);
        if (name !== undefined) names.push(name);
        else if (!take(NUMBER)) return undefined;
        end = at;
        wantsOperand = false;
      }
    } else if (code[at] === ')' && signs.length > 0) {
      at++;
      end = at;
      signed = signs.pop() as boolean;
    } else {
      const operator = take(OPERATOR);
      if (!operator) break;
      // `-2 ** 2` has to be written with parentheses.
      if (operator === '**' ? signed : operator === code[at]) return undefined;
      operators++;
      signed = false;
      wantsOperand = true;
    }
  }
  if (code[at] === ';') at++;
  take(BLANK);
  if (at < code.length || signs.length > 0) return undefined;
  const fits = (name: string) => (operators > 0 ? known(name) === 'number' : known(name) !== undefined);
  return names.every(fits) ? { start, end } : undefined;
}

/** The cell that hands its calculation over as its value. */
export function compileCalculation(
  id: string,
  code: string,
  { start, end }: { start: number; end: number },
): CompiledCell {
  const copied = (from: number, to: number) => ({ text: code.slice(from, to), source: from, copied: true });
  const positions = new MappedText(
    [
      copied(0, start),
      literal('$cell.value(', start),
      copied(start, end),
      literal(')', end),
      copied(end, code.length),
    ],
    code,
  );
  const js = positions.text + SOURCE_URL + scriptName(id);
  return { id, code, js, diagnostics: [], failed: false, positions };
}
