// A notebook for the tests of the language: compiles cells against the small library beside it, evaluates them in V8's
// REPL mode in a context of their own, and hands back the cell's value.
import inspector from 'node:inspector';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { type CompiledCell, LanguageService } from '../../../kernel/language/index.js';
import { $op, NDArray, np } from './fake-library.js';

export const LIBRARY = fileURLToPath(new URL('./library', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));

export class Notebook {
  readonly service: LanguageService;
  readonly cells = new Map<string, CompiledCell>();
  readonly globals: Record<string, any>;
  private readonly inspector = new inspector.Session();
  private readonly context: number;
  private count = 0;
  private shown: unknown;

  constructor(cwd = HERE) {
    this.service = new LanguageService({ cwd, libraryTypes: LIBRARY });
    this.inspector.connect();
    const contexts: { id: number; name: string }[] = [];
    this.inspector.on('Runtime.executionContextCreated', (m: any) => contexts.push(m.params.context));
    const require = createRequire(`${cwd}/cell.js`);
    const name = `notebook ${Math.random()}`;
    this.globals = vm.createContext(
      {
        np,
        NDArray,
        $op,
        console,
        out: [] as unknown[],
        print: (...values: unknown[]) => this.globals.out.push(...values),
        $cell: {
          value: (v: unknown) => {
            this.shown = v;
          },
          import: (specifier: string) => import(specifier),
          require,
          meta: { url: 'file:///notebook/cell.ts' },
        },
      },
      { name },
    );
    // Node adds this to its own context only.
    vm.runInContext("Symbol.dispose ??= Symbol.for('Symbol.dispose')", this.globals);
    this.inspector.post('Runtime.enable');
    this.context = contexts.find((c) => c.name === name)?.id as number;
  }

  compile(code: string): CompiledCell {
    const cell = this.service.compile(`Cell [${++this.count}]`, code);
    this.cells.set(cell.id, cell);
    return cell;
  }

  /** Compiles, evaluates and commits; the value is what the cell shows. Arrays come back as lists. */
  async run(code: string): Promise<any> {
    const cell = this.compile(code);
    if (cell.failed) throw new Error(this.service.formatDiagnostics(cell, cell.id, false));
    this.shown = undefined;
    const result = await new Promise<any>((resolve, reject) => {
      this.inspector.post(
        'Runtime.evaluate',
        { expression: cell.js, replMode: true, awaitPromise: true, contextId: this.context } as any,
        (error, reply: any) => (error ? reject(error) : resolve(reply)),
      );
    });
    this.service.commit(cell.id);
    if (result.exceptionDetails) {
      const { exception, text } = result.exceptionDetails;
      const error = new Error(exception?.description ?? text);
      error.stack = exception?.description ?? text;
      throw error;
    }
    return this.shown instanceof NDArray ? this.shown.toArray() : this.shown;
  }

  /** The codes and messages of a cell's diagnostics. */
  problems(code: string): string[] {
    return this.compile(code).diagnostics.map((d) => `${d.line}:${d.column} TS${d.code} ${d.message}`);
  }

  /** The JavaScript of a cell without its sourceURL. */
  js(code: string): string {
    const cell = this.compile(code);
    if (cell.failed) throw new Error(this.service.formatDiagnostics(cell, cell.id, false));
    return cell.js.replace(/\n\/\/# sourceURL=.*$/, '');
  }

  close(): void {
    this.service.close();
    this.inspector.disconnect();
  }
}
