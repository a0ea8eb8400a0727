// What a client types while a cell is paused, in the language of cells: operators on arrays work, types are allowed.
// The result is JavaScript that a frame can evaluate, whose value is the value of the last expression.
import type { CompiledCell, LanguageService } from '../../language/index.js';

/** "Cannot find name", with and without a suggestion: a local that the checker does not know. */
const UNKNOWN_NAME = new Set([2304, 2552, 2663, 18004]);

/** The name that an expression's own value has on the way out. */
const SHOWN = '$shown';

/**
 * @param locals names that the frame has, which hide those of earlier cells
 * @returns JavaScript; the expression itself when it is none that the checker accepts
 */
export function compileExpression(
  language: LanguageService,
  expression: string,
  locals: readonly string[] = [],
): string {
  const known = new Set(locals.filter((name) => /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) && name !== 'this'));
  for (let attempt = 0; attempt < 2; attempt++) {
    const declared =
      known.size > 0 ? `declare let ${[...known].map((name) => `${name}: any`).join(', ')};` : '';
    const compiled = language.compile('expression', `${declared}\n${expression}`);
    if (!compiled.failed) return wrap(compiled);
    const unknown = compiled.diagnostics.filter(({ code }) => UNKNOWN_NAME.has(code));
    if (unknown.length === 0) break;
    for (const { message } of unknown) {
      const name = /'([^']+)'/.exec(message)?.[1];
      if (name) known.add(name);
    }
  }
  return expression;
}

/** A cell hands its value over with a call; here the call is caught, so that the whole is an expression. */
function wrap({ js }: CompiledCell): string {
  const body = js.replace(/\n\/\/# sourceURL=.*$/, '').trim();
  if (!body.includes('$cell.value(')) return body;
  return `((${SHOWN}) => { const $cell = Object.create(globalThis.$cell, { value: { value: (v) => { ${SHOWN} = v; } } });
${body}
return ${SHOWN}; })()`;
}
