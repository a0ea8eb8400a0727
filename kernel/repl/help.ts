// `name?` and `name??` at the prompt, as in IPython: signature, documentation, and with two marks the source.
import { helpTopic } from '../front/help.js';
import type { InspectResult, LanguageService } from '../language/index.js';
import { highlight } from './highlight.js';
import type { ReplSession } from './session.js';
import type { Show } from './show.js';
import { wrap } from './width.js';

/** Whether a line asks for help about a name: `np.dot?`, `?np.dot`, `np.dot??`. */
export const askedForHelp = (line: string): boolean => helpTopic(line) !== undefined;

export async function showHelp(session: ReplSession, show: Show, line: string): Promise<void> {
  const name = helpTopic(line) ?? '';
  const found = (await session.language()).inspect(name, name.length);
  if (!found.found) {
    show.line(`There is no ${name} here.`, 'stderr');
    return;
  }
  for (const row of helpRows(found, show.options.columns())) show.line(row);
  if (!line.includes('??')) return;
  const source = await sourceOf(session, name);
  if (source !== undefined) show.line(`${heading('Source')}\n${highlight(source)}`);
}

const heading = (text: string): string => `\x1b[31m${text}:\x1b[0m`;

/** Signature and documentation as rows for a terminal; with a width, rows that fit into it. */
export function helpRows({ text }: InspectResult, columns = Number.POSITIVE_INFINITY): string[] {
  const [signature, ...rest] = text.split('\n\n');
  const label = 'Signature: '.length;
  const fitting = wrap(signature, Math.max(columns - label, 20));
  const lines = fitting.map((line) => highlight(line));
  const several = signature.includes('\n');
  const rows = lines.map((line, at) => {
    if (several) return line;
    return at === 0 ? `${heading('Signature')} ${line}` : `${' '.repeat(label)}${line}`;
  });
  if (several) rows.unshift(heading('Signatures'));
  const docs = rest.join('\n\n').trim();
  return docs === '' ? rows : [...rows, heading('Docstring'), ...wrap(docs, columns).map(styleTag)];
}

const styleTag = (line: string): string => line.replace(/^@\w+/, '\x1b[36m$&\x1b[0m');

/** The input that declared a name, or the JavaScript of a function of the library. */
async function sourceOf(session: ReplSession, name: string): Promise<string | undefined> {
  const declares = new RegExp(
    String.raw`(?<![\w$.])(?:function\*?|class|const|let|var|enum|interface|type)\s+${name.replaceAll('$', '\\$')}(?![\w$])`,
  );
  const inputs = session.history
    .find({ hist_access_type: 'range', session: 0 })
    .map(([, , input]) => String(input));
  const input = inputs.findLast((each) => declares.test(each));
  if (input !== undefined) return input.trimEnd();
  const outcome = await session.run('', {
    store: false,
    silent: true,
    expression: `typeof ${name} === 'function' ? Function.prototype.toString.call(${name}) : undefined`,
  });
  const value = outcome.status === 'ok' ? outcome.user_expressions.value : undefined;
  const text = value?.status === 'ok' ? value.data['text/plain'] : undefined;
  if (typeof text !== 'string' || text === 'undefined') return undefined;
  return unquoted(text);
}

/** A string as util.inspect prints it, read back. */
function unquoted(text: string): string {
  const parts = text.split(/ \+\n\s*(?=['"`])/).map((part) => {
    const body = part.trim().slice(1, -1);
    return body.replace(/\\(u\{[\da-f]+\}|u[\da-f]{4}|x[\da-f]{2}|[\s\S])/gi, (_, code: string) => {
      const plain: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v' };
      if (/^[ux]./.test(code)) return String.fromCodePoint(parseInt(code.replace(/[^\da-f]/gi, ''), 16));
      return plain[code] ?? code;
    });
  });
  return parts.join('');
}

/** The type of an expression as the checker sees it, or its errors. */
export function typeOfExpression(
  language: LanguageService,
  code: string,
): { type?: string; errors?: string } {
  const compiled = language.compile('type', code);
  if (compiled.failed) return { errors: language.formatDiagnostics(compiled, 'Type', true).trimEnd() };
  const { found, text } = language.inspect(`const $type = (${code}\n)`, 'const $'.length);
  if (!found) return { errors: `.type: ${JSON.stringify(code)} is not an expression` };
  const [signature] = text.split('\n\n');
  return { type: signature.replace(/^(?:const \$type: |function \$type)/gm, '') };
}
