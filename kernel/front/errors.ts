// Errors as a cell shows them: type errors as code frames, runtime errors with their causes and only the frames that
// lie in cells (or in files of the user), dead sessions with what is lost.
import { readFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompiledCell, LanguageService } from '../language/index.js';
import type { ErrorContent, MimeBundle } from '../protocol/messages.js';
import type { WireErrorValue } from '../protocol/pipe.js';
import { distFolder } from '../protocol/product.js';
import type { Death } from './supervisor.js';

const RED = '\u001b[31m';
const DIM = '\u001b[2m';
const RESET = '\u001b[0m';

/** What turns generated positions into the cells' own. */
export interface Tracer {
  language: LanguageService | undefined;
  cells(id: string): CompiledCell | undefined;
  label(id: string): string;
}

/** The checker stopped the cell. */
export function typeError(cell: CompiledCell, label: string, language: LanguageService): ErrorContent {
  const first = cell.diagnostics.find((diagnostic) => diagnostic.category === 'error');
  const frames = language.formatDiagnostics(cell, label, true);
  const code = first && first.code > 0 ? `TS${first.code}: ` : '';
  const evalue = first ? code + first.message : 'the cell has errors';
  const traceback = frames.trimEnd().split('\n');
  for (const name of missingPackages(cell))
    traceback.push('', `There is no package "${name}" here. Install it with: npm install ${name}`);
  return { ename: 'TypeScriptError', evalue, traceback };
}

const CANNOT_FIND_MODULE = 2307;

/** Packages that the cell imports and that are not installed. */
function missingPackages(cell: CompiledCell): string[] {
  const names = cell.diagnostics.flatMap(({ code, message }) => {
    const specifier = code === CANNOT_FIND_MODULE ? /'([^'./][^']*)'/.exec(message)?.[1] : undefined;
    return specifier ? [/^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier] : [];
  });
  return [...new Set(names)].filter((name) => !name.startsWith('node:'));
}

/** The cell threw. */
export function runtimeError(error: WireErrorValue, tracer: Tracer, origin = ''): ErrorContent {
  const lines = describe(error, tracer);
  if (origin) lines[0] += ` ${DIM}(${origin})${RESET}`;
  return { ename: error.name, evalue: error.message, traceback: lines };
}

function describe(error: WireErrorValue, tracer: Tracer): string[] {
  const [first, ...more] = error.message.split('\n');
  const head = first ? `${RED}${error.name}${RESET}: ${first}` : `${RED}${error.name}${RESET}`;
  const lines = [head, ...more, ...frames(error.stack, tracer)];
  if (error.details) lines.push(`${DIM}{ ${error.details} }${RESET}`);
  for (const member of error.errors ?? []) lines.push(...describe(member, tracer).map((line) => `  ${line}`));
  if (error.more) lines.push(`  ... and ${error.more} more errors`);
  if (error.cause) {
    const [cause, ...rest] = describe(error.cause, tracer);
    lines.push(`Caused by: ${cause}`, ...rest);
  }
  return lines;
}

/** What `console.trace` prints: its words, and where in the cell it stands. */
export function traceText(label: string, stack: string, tracer: Tracer): string {
  return `${[label ? `Trace: ${label}` : 'Trace', ...frames(stack, tracer)].join('\n')}\n`;
}

/** A text that a cell printed or shows: the stacks of errors in it speak of the cells' own lines, as errors do. */
export function printedText(text: string, tracer: () => Tracer): string {
  if (!IN_CELL.test(text)) return text;
  const { language, cells, label } = tracer();
  if (!language) return text;
  try {
    return language.mapPrinted(text, cells, label, (frame) => frame.includes(distFolder));
  } catch {
    return text;
  }
}
const IN_CELL = /^[ \t]+at .*\b(?:cell|comm)-\d+:\d+:\d+/m;

/** A bundle whose text is treated so. */
export function printedBundle(data: MimeBundle, tracer: () => Tracer): MimeBundle {
  const text = data['text/plain'];
  const printed = typeof text === 'string' ? printedText(text, tracer) : text;
  return printed === text ? data : { ...data, 'text/plain': printed };
}

/** Where it happened: frames in cells and in the user's own files, then the line of code. */
function frames(stack: string, tracer: Tracer): string[] {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  if (lines.length === 0 || !tracer.language) return [];
  try {
    return tracer.language.mapStack(lines.join('\n'), (script) => tracer.cells(script) ?? localFile(script), {
      label: (id) => (isFileName(id) ? relative(process.cwd(), filePath(id)) : tracer.label(id)),
      color: true,
    });
  } catch {
    return [];
  }
}

function isFileName(script: string): boolean {
  return script.startsWith('file:') || isAbsolute(script);
}

function filePath(script: string): string {
  return script.startsWith('file:') ? fileURLToPath(script) : script;
}

/** A module of the user beside the notebook, as if it were a cell. Packages and the kernel itself are not shown. */
function localFile(script: string): CompiledCell | undefined {
  if (!isFileName(script)) return undefined;
  const path = filePath(script);
  if (path.includes('/node_modules/') || path.startsWith(distFolder) || !path.startsWith(process.cwd()))
    return undefined;
  const code = readFileSync(path, 'utf8');
  const positions = { toCell: (line: number, column: number) => ({ line, column }) };
  return { id: script, code, js: code, diagnostics: [], failed: false, positions };
}

/** The user stopped the cell; `stack` says where it stood. */
export function interruption(stack: string, tracer: Tracer): ErrorContent {
  const evalue = 'the cell was interrupted; variables keep their values';
  const where = frames(stack, tracer);
  return { ename: 'Interrupted', evalue, traceback: [`${RED}Interrupted${RESET}: ${evalue}`, ...where] };
}

/** The session died with the cell. */
export function deathReport(death: Death, tracer: Tracer): ErrorContent {
  const evalue =
    `the session ended: ${death.cause}. ` +
    'Variables and imports of earlier cells are gone; the next cell runs in a fresh session.';
  return {
    ename: death.ename,
    evalue,
    traceback: [`${RED}${death.ename}${RESET}: ${evalue}`, ...frames(death.stack, tracer)],
  };
}
