// The examples of the doc comments are run as cells, and what they say they show is compared: a comment after an
// expression that looks like a value, as in `np.sum([1, 2])   // 3.0`, is the value's print-out. Other comments are prose.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import inspector from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LanguageService } from '../../kernel/language/index.js';
import * as library from '../../src/index.js';
import { $op } from '../../src/operators.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What examples may use without making it. */
const PRELUDE = `
const rng = np.random.default_rng(0), n = 3, t = np.linspace(0, 1, 5);
let A = np.array([[4, 1], [1, 3]]), B = np.array([[1, 2], [3, 4]]), C = np.eye(2), b = np.array([1, 2]);
let X = rng.standard_normal([6, 2]), y = np.array([0, 1, 2, 0, 1, 2], 'int64'), W = rng.standard_normal([2, 3]);
let x = np.array([-1, 0.5, 2]), u = np.array([1, 2]), v = np.array([3, 4]), signal = np.sin(np.arange(8));
let Q = rng.standard_normal([2, 2, 4, 3]), K = rng.standard_normal([2, 2, 4, 3]);`;

interface Example {
  file: string;
  line: number;
  text: string;
}

/** The @example texts of a file. */
function examplesIn(file: string): Example[] {
  const source = readFileSync(join(root, file), 'utf8');
  const found: Example[] = [];
  for (const comment of source.matchAll(/\/\*\*(?:(?!\*\/)[\s\S])*\*\//g)) {
    const text = comment[0].replace(/^\/\*\*|\*\/$/g, '').replace(/^[ \t]*\* ?/gm, '');
    const parts = text.split(/^\s*@(?=\w+)/m);
    for (const part of parts) {
      if (!part.startsWith('example')) continue;
      const line = source.slice(0, comment.index).split('\n').length;
      found.push({
        file,
        line,
        text: part
          .replace(/^example\s*/, '')
          .replace(/^```.*$/gm, '')
          .trimEnd(),
      });
    }
  }
  return found;
}

/** Whether a comment is a print-out, and not prose. */
const VALUE =
  /^(?:array\(|-?\d|-?inf\b|nan\b|\[|\(-?\d|'|true$|false$|null$|\{|(?:Type|Range|LinAlg)?Error: )/;

interface Step {
  code: string;
  shown: string | undefined;
}

/** An example in steps: each ends with a print-out, given on the line's end or on comment lines below it. */
function stepsOf(text: string): Step[] {
  const steps: Step[] = [];
  let code = '';
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const found = /^(.*?)(?:^|\s)\/\/\s?(.*)$/.exec(lines[i]);
    code += `${found === null ? lines[i] : found[1]}\n`;
    if (found === null || !VALUE.test(found[2].trim())) continue;
    let shown = found[2].trimEnd();
    while (/^\s*\/\/ {2,}/.test(lines[i + 1] ?? '')) shown += `\n${lines[++i].trim().slice(2)}`;
    steps.push({ code, shown });
    code = '';
  }
  if (code.trim() !== '') steps.push({ code, shown: undefined });
  return steps;
}

/** Whether a value prints as the comment says. Spaces are the comment's own affair, and `...` stands for anything. */
function prints(shown: string, text: string): boolean {
  const parts = shown
    .split('...')
    .map((part) => part.replace(/\s+/g, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text.replace(/\s+/g, ''));
}

const printed = (x: unknown): string => inspect(x, { depth: 9, breakLength: Number.POSITIVE_INFINITY });

let service: LanguageService;
let session: inspector.Session;
let count = 0;
let value: unknown;
const printing = library.np.getPrintOptions();

async function run(code: string): Promise<unknown> {
  const id = `example ${++count}`;
  const cell = service.compile(id, code.trim().replace(/;$/, ''));
  if (cell.failed) throw new SyntaxError(service.formatDiagnostics(cell, 'example', false));
  value = undefined;
  const reply = await new Promise<inspector.Runtime.EvaluateReturnType>((resolve, reject) =>
    session.post(
      'Runtime.evaluate',
      { expression: cell.js, replMode: true, awaitPromise: true },
      (error, r) => (error ? reject(error) : resolve(r as inspector.Runtime.EvaluateReturnType)),
    ),
  );
  service.commit(id);
  if (reply.exceptionDetails) {
    const { exception, text } = reply.exceptionDetails;
    throw new Error(exception?.description ?? text);
  }
  return value;
}

beforeAll(async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'gradlab-examples-'));
  service = new LanguageService({ cwd, libraryTypes: join(root, 'dist') });
  session = new inspector.Session();
  session.connect();
  const runtime = { value: (x: unknown) => (value = x), import: (name: string) => import(name) };
  const print = (): void => {};
  Object.assign(globalThis, library, { $op, $cell: runtime, print, display: print });
  process.chdir(cwd);
});
afterAll(() => {
  service.close();
  session.disconnect();
});

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name}`)
  .sort();
const examples = files.flatMap(examplesIn);

it('finds examples', () => {
  expect(examples.length).toBeGreaterThan(50);
});

for (const file of new Set(examples.map((e) => e.file))) {
  describe(file, () => {
    for (const { line, text } of examples.filter((e) => e.file === file)) {
      it(`line ${line}`, async () => {
        library.np.setPrintOptions(printing);
        await run(PRELUDE);
        for (const { code, shown } of stepsOf(text)) {
          if (shown === undefined) {
            await run(code);
            continue;
          }
          const text = await run(code).then(printed, (error: Error) => error.message.split('\n')[0]);
          if (!prints(shown, text)) expect(text, code).toBe(shown);
        }
      });
    }
  });
}
