// The command line of `gradlab run`: one notebook, or several and folders of them, with a table of what came out.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type Command, parseOptions } from '../command.js';
import { parseValue } from './parameters.js';
import { type RunOptions, type RunOutcome, runForOutcome, runNotebook, seconds } from './run.js';

export const run: Command = {
  help: `gradlab run NOTEBOOK.ipynb... [OPTIONS]
gradlab run FOLDER... [OPTIONS]

  Runs notebooks from top to bottom, without a browser. The first cell that fails ends a notebook; with several
  notebooks the others still run, and a table says how each went. Exit code 1 when one failed.

  -o, --output OUT          writes the notebook with its outputs; a folder when there are several
  --html OUT                writes it as a page with live charts; a folder when there are several
  -p, --parameter NAME VALUE  sets a parameter: a name that the cell tagged "parameters" declares. VALUE is JSON
                            (0.1, true, [1, 2]), or text; may be repeated
  -r, --raw NAME TEXT       the same, always text
  -y, --parameters JSON     all of them, as a JSON object or the name of a file with one
  --timeout SECONDS         what one cell may take; no limit by default
  --kernel-timeout SECONDS  what the kernel's start may take; 30 by default
  --cwd DIR                 the folder that cells run in; the notebook's own by default
  --allow-errors            goes on after cells that fail
  -j, --jobs N              so many notebooks at a time; 1 by default
`,
  run: runCommand,
};

/** Returns the exit code. */
export async function runCommand(args: string[]): Promise<number> {
  const { rest, parameters } = takeParameters(args);
  const { values, positionals } = parseOptions('run', {
    args: rest,
    allowPositionals: true,
    options: {
      output: { type: 'string', short: 'o' },
      html: { type: 'string' },
      parameters: { type: 'string', short: 'y' },
      timeout: { type: 'string' },
      'kernel-timeout': { type: 'string' },
      cwd: { type: 'string' },
      'allow-errors': { type: 'boolean' },
      jobs: { type: 'string', short: 'j' },
    },
  });
  if (positionals.length === 0)
    throw new Error(
      'run: name a notebook or a folder of notebooks: gradlab run NOTEBOOK.ipynb [-o OUT.ipynb]',
    );
  const options: RunOptions = {
    timeout: positive('timeout', values.timeout),
    kernelTimeout: positive('kernel-timeout', values['kernel-timeout']),
    cwd: values.cwd,
    allowErrors: values['allow-errors'],
    parameters: { ...readParameters(values.parameters), ...parameters },
  };
  const { output: out, html } = values;
  const [only] = positionals;
  if (positionals.length === 1 && !isFolder(only)) return runNotebook(only, { ...options, out, html });
  const jobs = positive('jobs', values.jobs) ?? 1;
  if (!Number.isInteger(jobs)) throw new Error(`run: --jobs ${values.jobs} is not a whole number`);
  return new Several(positionals.flatMap(notebooksIn), options, { out, html }).run(jobs);
}

/** parseArgs knows no option with two values. */
function takeParameters(args: string[]): { rest: string[]; parameters: Record<string, unknown> } {
  const rest: string[] = [];
  const parameters: Record<string, unknown> = {};
  for (let at = 0; at < args.length; at++) {
    const option = args[at];
    const raw = option === '-r' || option === '--raw';
    if (!raw && option !== '-p' && option !== '--parameter') {
      rest.push(option);
      continue;
    }
    const [name, value] = args.slice(at + 1, at + 3);
    if (value === undefined)
      throw new Error(`run: ${option} needs a name and a value, such as ${option} epochs 3`);
    parameters[name] = raw ? value : parseValue(value);
    at += 2;
  }
  return { rest, parameters };
}

function readParameters(given: string | undefined): Record<string, unknown> {
  if (given === undefined) return {};
  const isText = given.trimStart().startsWith('{');
  if (!isText && !existsSync(given)) throw new Error(`run: --parameters: there is no file ${given}`);
  try {
    const value: unknown = JSON.parse(isText ? given : readFileSync(given, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    throw new Error(`run: --parameters: this is not JSON: ${(error as Error).message}`);
  }
  throw new Error('run: --parameters: a JSON object is needed, such as {"epochs": 3}');
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (number > 0) return number;
  throw new Error(
    `run: --${name} ${JSON.stringify(text)} is not a number${name === 'jobs' ? '' : ' of seconds'} above 0`,
  );
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

interface Found {
  path: string;
  /** Its place below the folder that was named: where its outputs go. */
  place: string;
}

/** The notebooks of a folder, by name, those in folders below it too; a notebook is itself. */
function notebooksIn(named: string): Found[] {
  if (!isFolder(named)) return [{ path: named, place: basename(named) }];
  const found = readdirSync(named, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ipynb') && !/(?:^|[\\/])(?:\.|node_modules[\\/])/.test(path))
    .sort();
  if (found.length === 0) throw new Error(`run: there is no notebook in ${named}`);
  return found.map((place) => ({ path: join(named, place), place }));
}

/** Several notebooks, each with a kernel of its own. */
class Several {
  private readonly outcomes = new Map<Found, RunOutcome>();
  private readonly color = process.stderr.isTTY === true;
  private interrupted = false;

  constructor(
    private readonly notebooks: Found[],
    private readonly options: RunOptions,
    private readonly targets: { out?: string; html?: string },
  ) {}

  async run(jobs: number): Promise<number> {
    const waiting = [...this.notebooks];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next && !this.interrupted; next = waiting.shift())
        await this.one(next, jobs > 1);
    };
    await Promise.all(Array.from({ length: Math.min(jobs, waiting.length) }, work));
    return this.summary();
  }

  private async one(found: Found, together: boolean): Promise<void> {
    const { path, place } = found;
    const { out, html } = this.targets;
    const said: string[] = [];
    const say = (text: string): void => void (together ? said.push(text) : process.stderr.write(text));
    say(`\n${this.styled('1', path)}\n`);
    try {
      const outcome = await runForOutcome(path, {
        ...this.options,
        out: out && join(out, place),
        html: html && join(html, place.replace(/\.ipynb$/, '.html')),
        write: say,
        color: this.color,
      });
      this.outcomes.set(found, outcome);
      if (outcome.interrupted) this.interrupted = true;
    } catch (error) {
      const failure = (error as Error).message.replace(/^run: /, '');
      say(`${this.styled('31', failure)}\n`);
      this.outcomes.set(found, { cells: 0, milliseconds: 0, failure, interrupted: false });
    }
    // Of notebooks that run side by side each tells its story when it is over.
    process.stderr.write(said.join(''));
  }

  private summary(): number {
    const shown = this.notebooks.map(({ path }) => relative(process.cwd(), path) || path);
    const wide = Math.max(...shown.map((name) => name.length));
    const rows = this.notebooks.map((notebook, at) => {
      const name = shown[at].padEnd(wide);
      const outcome = this.outcomes.get(notebook);
      if (!outcome) return `${name}  ${this.styled('33', 'not run')}`;
      const cells = `${outcome.cells} cell${outcome.cells === 1 ? ' ' : 's'}`.padStart(9);
      const time = seconds(outcome.milliseconds).padStart(7);
      const state = outcome.failure === undefined ? this.styled('32', 'ok    ') : this.styled('31', 'failed');
      return `${name}  ${state}  ${cells}  ${time}  ${outcome.failure ?? ''}`.trimEnd();
    });
    const bad = this.notebooks.filter((n) => this.outcomes.get(n)?.failure !== undefined).length;
    const left = this.notebooks.length - this.outcomes.size;
    const counts = [
      `${this.notebooks.length} notebook${this.notebooks.length === 1 ? '' : 's'}`,
      bad > 0 ? `${bad} failed` : '',
      left > 0 ? `${left} not run` : '',
    ];
    process.stdout.write(`\n${rows.join('\n')}\n\n${counts.filter(Boolean).join(', ')}\n`);
    return bad + left > 0 ? 1 : 0;
  }

  private styled(style: string, text: string): string {
    return this.color ? `\x1b[${style}m${text}\x1b[0m` : stripVTControlCharacters(text);
  }
}
