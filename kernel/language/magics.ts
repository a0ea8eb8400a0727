// Lines that begin with `%` or `!`, and cells that begin with `%%`, as IPython has them: each becomes TypeScript that
// calls `$magic` (kernel/user/magics.ts). Lines stay lines, and what is TypeScript in them keeps its positions.
import { literal, MappedText, type Piece } from './positions.js';

export interface Translated {
  mapped: MappedText;
  /** Nothing of the cell is TypeScript. */
  foreign: boolean;
  /** JavaScript for the end of the cell. */
  tail: string;
}

/** What is wrong with a magic, where. */
export class MagicError extends Error {
  constructor(
    message: string,
    readonly start: number,
    readonly length: number,
  ) {
    super(message);
  }
}

const CELL_MAGICS: { readonly [name: string]: string } = {
  js: 'the cell is JavaScript: types are not checked',
  javascript: 'the cell is JavaScript: types are not checked',
  ts: 'the cell is TypeScript, as without it',
  typescript: 'the cell is TypeScript, as without it',
  time: 'says how long the cell took',
  timeit: 'runs the cell many times and says how long it takes',
  bash: 'runs the cell in bash',
  sh: 'runs the cell in sh',
  python: 'runs the cell in a Python process of its own',
  python3: 'runs the cell in a Python process of its own',
  html: 'shows the cell as HTML',
  svg: 'shows the cell as SVG',
  markdown: 'shows the cell as Markdown',
  latex: 'shows the cell as LaTeX',
  writefile: 'writes the cell to a file (-a: at its end)',
};

const LINE_MAGICS: { readonly [name: string]: string } = {
  time: 'says how long a statement took',
  timeit: 'runs an expression many times and says how long it takes (-n loops -r runs)',
  who: 'the names of the session',
  whos: 'the variables of the session with their types and values',
  reset: 'forgets all variables of the session (-f: without asking)',
  pwd: 'the working folder',
  cd: 'changes the working folder',
  env: 'shows or sets a variable of the environment',
  ls: 'lists a folder',
  npm: 'runs npm',
  lsmagic: 'this list',
};

/** The first lines of many a Python notebook ask for what is so here: charts show themselves, modules are read again. */
const NEEDLESS =
  /^(?:matplotlib(?: +(?:inline|notebook|widget))?|(?:re)?load_ext +autoreload|autoreload(?: +\d)?|config +InlineBackend\b.*)$/;

/** Magics of IPython that have another answer here. */
const ELSEWHERE: { readonly [name: string]: string } = {
  pip: 'Packages come from npm: !npm install name',
  conda: 'Packages come from npm: !npm install name',
  run: "Import the file: await import('./file.ts')",
  load: "Import the file: await import('./file.ts')",
  matplotlib: 'Charts show themselves: plot.plot(x, y)',
  load_ext: 'There are no extensions; import a module instead',
  reload_ext: 'There are no extensions; import a module instead',
  config: "Options of charts are given to plot's functions",
  debug: 'Use the debugger of the front end, or console.trace()',
  pdb: 'Use the debugger of the front end, or console.trace()',
  prun: '%time and %timeit measure; console.time(name) measures parts',
  memit: 'process.memoryUsage() says what the session holds',
  capture: 'Keep the output of a command with const lines = !command',
  perl: 'Run it as a command: !perl script.pl',
  ruby: 'Run it as a command: !ruby script.rb',
  script: 'Run it as a command: !program arguments',
  R: 'Run it as a command: !Rscript script.R',
  sql: 'Import a package for your database',
  history: 'The arrow keys walk through earlier cells',
  precision: 'np.setPrintoptions({precision: 3})',
};

/** First line of a cell that is not checked, whose names later cells may use for anything. */
export const UNTYPED = '// @ts-nocheck JavaScript';

const CELL_HEAD = /^\s*%%(\w*)[ \t]*([^\n]*)(?:\n|$)/;
const LINE = /^([ \t]*)%(\w+)(?:[ \t]+(.*))?$/;
const COMMAND = /^([ \t]*)!(?!=)[ \t]*(\S.*)$/;
const CAPTURED = /^([ \t]*(?:(?:const|let|var)[ \t]+)?[\w$]+[ \t]*=[ \t]*)!(?!=)[ \t]*(\S.*)$/;

/** Whether the cell begins with `%%`: nothing else could be meant. */
export function isCellMagic(code: string): boolean {
  return CELL_HEAD.test(code);
}

/** Whether some line could be a magic, should the cell not be TypeScript. */
export function mayHaveMagics(code: string): boolean {
  return /^[ \t]*[%!]|=[ \t]*!/m.test(code);
}

/** The variables of the session, which `%who` lists and commands may use as `{name}`. */
export interface Variables {
  names: readonly string[];
  /** Those whose value has to be read by a cell, see live.ts. */
  live: readonly string[];
}

/**
 * The cell with its magics as TypeScript.
 * @returns undefined without any magic
 * @throws MagicError for a magic that does not exist or lacks its argument
 */
export function translateMagics(code: string, { names, live }: Variables): Translated | undefined {
  const head = CELL_HEAD.exec(code);
  return head ? cellMagic(code, head) : lineMagics(code, names, live);
}

const quoted = (text: string): string => JSON.stringify(text);
const asyncIf = (code: string): string => (/\bawait\b/.test(code) ? 'async ' : '');
const copied = (text: string, source: number): Piece => ({ text, source, copied: true });

function cellMagic(code: string, head: RegExpExecArray): Translated {
  const [whole, name, rest] = head as unknown as [string, string, string];
  const body = code.slice(whole.length);
  const ends = whole.endsWith('\n') ? '\n' : '';
  const start = whole.indexOf('%%');
  const made = (first: string, last = '', more: Partial<Translated> = {}): Translated => ({
    mapped: new MappedText(
      [literal(first + ends, start), copied(body, whole.length), literal(last, code.length)],
      code,
    ),
    foreign: false,
    tail: '',
    ...more,
  });
  const only = (text: string): Translated => ({
    mapped: new MappedText([literal(text, start)], code),
    foreign: true,
    tail: '',
  });
  const shown = (type: string, text = body) =>
    only(`display({${quoted(type)}: ${quoted(text)}, 'text/plain': ${quoted(body)}}, {raw: true}); void 0`);
  switch (name) {
    case 'js':
    case 'javascript':
      return made(UNTYPED);
    case 'ts':
    case 'typescript':
      return made('');
    case 'time':
      return made('$magic.timeStart();', '', { tail: '$magic.timeEnd();' });
    case 'timeit':
      return made(`await $magic.timeit(${asyncIf(body)}() => {`, `\n}, ${options(rest).options});`);
    case 'bash':
    case 'sh':
      return only(`await $magic.run(${quoted(name)}, ['-c', ${quoted(body)}], '%%${name}');`);
    case 'python':
    case 'python3':
      return only(`await $magic.run('python3', ['-c', ${quoted(body)}], '%%${name}');`);
    case 'html':
    case 'markdown':
      return shown(`text/${name}`);
    case 'svg':
      return shown('image/svg+xml');
    case 'latex':
      return shown('text/latex');
    case 'writefile': {
      const [, append, path] = /^(-a\s+)?(.+)$/.exec(rest.trim()) ?? [];
      if (!path)
        throw new MagicError('%%writefile needs a path: %%writefile data.csv', start, whole.trim().length);
      return only(`await $magic.write(${quoted(path)}, ${quoted(body)}, ${Boolean(append)});`);
    }
    default:
      throw unknown(`%%${name}`, start);
  }
}

function unknown(written: string, start: number): MagicError {
  const name = written.replace(/^%+/, '');
  const list = written.startsWith('%%') ? CELL_MAGICS : LINE_MAGICS;
  const other = written.startsWith('%%') ? LINE_MAGICS : CELL_MAGICS;
  const way = Object.hasOwn(ELSEWHERE, name)
    ? `${ELSEWHERE[name]}.`
    : Object.hasOwn(other, name)
      ? `There is ${written.startsWith('%%') ? '%' : '%%'}${name}: ${other[name]}.`
      : `There are ${Object.keys(list)
          .map((each) => (written.startsWith('%%') ? '%%' : '%') + each)
          .join(', ')}; and !command runs a program.`;
  return new MagicError(`${written}: this kernel has no such magic. ${way}`, start, written.length);
}

function lineMagics(code: string, names: readonly string[], live: readonly string[]): Translated | undefined {
  const pieces: Piece[] = [];
  const inside = insideText(code);
  let found = false;
  let at = 0;
  for (const line of code.split('\n')) {
    const made = inside.has(at) ? undefined : lineMagic(line, at, code, names, live);
    if (made) found = true;
    pieces.push(...(made ?? [copied(line, at)]));
    at += line.length + 1;
    if (at <= code.length) pieces.push(copied('\n', at - 1));
  }
  return found ? { mapped: new MappedText(pieces, code), foreign: false, tail: '' } : undefined;
}

/** Offsets of lines that begin inside a template or a comment. */
function insideText(code: string): Set<number> {
  const found = new Set<number>();
  const texts = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  for (const match of code.matchAll(texts)) {
    for (let i = match[0].indexOf('\n'); i >= 0; i = match[0].indexOf('\n', i + 1))
      found.add(match.index + i + 1);
  }
  return found;
}

function lineMagic(
  line: string,
  at: number,
  code: string,
  names: readonly string[],
  live: readonly string[],
): Piece[] | undefined {
  const captured = CAPTURED.exec(line);
  if (captured && isCommand(captured[2] as string, line, code, names)) {
    const [, before, command] = captured as unknown as [string, string, string];
    return [
      copied(before, at),
      literal(`await $magic.capture(${filled(command, names)});`, at + before.length),
    ];
  }
  const shell = COMMAND.exec(line);
  if (shell && isCommand(shell[2] as string, line, code, names))
    return [literal(`${shell[1]}await $magic.shell(${filled(shell[2] as string, names)});`, at)];
  const magic = LINE.exec(line);
  if (!magic) return undefined;
  const [, indent, name, argument = ''] = magic as unknown as [string, string, string, string?];
  const start = at + indent.length;
  const call = (text: string): Piece[] => [literal(indent + text, start)];
  switch (name) {
    case 'time':
    case 'timeit': {
      const { options: given, rest } =
        name === 'timeit' ? options(argument) : { options: '{}', rest: argument };
      if (!rest)
        throw new MagicError(
          `%${name} needs something to measure: %${name} np.dot(A, B)`,
          start,
          line.trim().length,
        );
      const code = copied(rest.replace(/;\s*$/, ''), at + line.lastIndexOf(rest));
      const measured = (open: string, close: string) => [
        literal(indent + open, start),
        code,
        literal(close, at + line.length),
      ];
      if (name === 'timeit') {
        const [open, close] = isStatement(rest) ? ['{ ', ' }'] : ['(', ')'];
        return measured(`await $magic.timeit(${asyncIf(rest)}() => ${open}`, `${close}, ${given});`);
      }
      return isStatement(rest)
        ? measured('$magic.timeStart(); ', '; $magic.timeEnd();')
        : measured(`await $magic.timed(${asyncIf(rest)}() => (`, '));');
    }
    case 'who':
    case 'whos':
      return call(
        `$magic.${name}(${JSON.stringify(names)}, { ${live.map((each) => `${each}: () => ${each}`).join(', ')} });`,
      );
    case 'reset': {
      const given = argument.trim();
      if (given !== '' && given !== '-f')
        throw new MagicError(
          `%reset: "${given}" means nothing here. %reset -f does not ask; single names need no reset, they can be declared again`,
          start,
          line.trim().length,
        );
      return call(`$magic.reset(${JSON.stringify(names)}, ${given === '-f'});`);
    }
    case 'pwd':
      return call('process.cwd();');
    case 'cd':
      return call(`$magic.cd(${quoted(argument.trim())});`);
    case 'env':
      return call(`$magic.env(${quoted(argument.trim())});`);
    case 'ls':
    case 'npm':
      return call(`await $magic.shell(${filled(`${name} ${argument}`.trim(), names)});`);
    case 'lsmagic': {
      const lines = [
        ...Object.entries(LINE_MAGICS).map(([k, v]) => `%${k}: ${v}`),
        ...Object.entries(CELL_MAGICS).map(([k, v]) => `%%${k}: ${v}`),
      ];
      return call(`print(${quoted(lines.join('\n'))});`);
    }
    default:
      if (NEEDLESS.test(line.trim().slice(1))) return call('');
      throw unknown(`%${name}`, start);
  }
}

/** `!ready && start()` is TypeScript, also with an error in it: its name is known, or stands elsewhere in the cell. */
function isCommand(command: string, line: string, code: string, names: readonly string[]): boolean {
  const name = /^!*\(*([A-Za-z_$][\w$]*)(\()?/.exec(command);
  if (/^!*\(/.test(command) || name?.[2]) return false;
  const word = name?.[1];
  if (!word) return true;
  const others = code.split('\n').filter((each) => each !== line);
  return (
    !names.includes(word) &&
    !others.some((each) => each.split(/[^\w$]+/).includes(word) && !COMMAND.test(each))
  );
}

/** A command as a template: `{name}` of a variable of the session stands for its value. */
function filled(command: string, names: readonly string[]): string {
  const known = new Set(names);
  const text = command.replace(/[`\\]|\$(?=\{)/g, '\\$&');
  return `\`${text.replace(/(?<!\$)\{([A-Za-z_]\w*)((?:\.\w+)*)\}/g, (whole, name: string, path: string) =>
    known.has(name) ? `\${${name}${path}}` : whole,
  )}\``;
}

/** `-n 10 -r 3` of timeit. */
function options(text: string): { options: string; rest: string } {
  const given: string[] = [];
  const rest = text.trim().replace(/^(?:-([nr])\s*(\d+)\s*)+/, (all) => {
    for (const [, key, value] of all.matchAll(/-([nr])\s*(\d+)/g))
      given.push(`${key === 'n' ? 'loops' : 'runs'}: ${value}`);
    return '';
  });
  return { options: `{ ${given.join(', ')} }`, rest };
}

function isStatement(code: string): boolean {
  return (
    /^(?:const|let|var|function|class|for|if|while|do|switch|try|throw|import|using|async function)\b/.test(
      code,
    ) ||
    /^[\w$.[\]'":, ]+?(?:[-+*/%&|^]|\*\*|<<|>>)?=(?![=>])/.test(code) ||
    /;\s*\S/.test(code)
  );
}

/** Magics that begin with what is typed before the cursor. */
export function completeMagic(before: string): { start: number; names: [string, string][] } | undefined {
  const match = /(?:^|\n)[ \t]*(%{1,2})(\w*)$/.exec(before);
  if (!match) return undefined;
  const [, sign, typed] = match as unknown as [string, string, string];
  const atTop = before.trim() === sign + typed;
  const lists = [
    ...(sign === '%' ? [['%', LINE_MAGICS] as const] : []),
    ...(atTop ? [['%%', CELL_MAGICS] as const] : []),
  ];
  const names = lists.flatMap(([prefix, list]) =>
    Object.entries(list)
      .filter(([name]) => name.startsWith(typed))
      .map(([name, what]): [string, string] => [prefix + name, what]),
  );
  return { start: before.length - sign.length - typed.length, names };
}
