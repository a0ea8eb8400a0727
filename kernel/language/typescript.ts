// The one module that knows TypeScript's unstable API (pinned to 7.0.2). It loads the compiler lazily, keeps one
// native process with one program over a few virtual files, and restarts that process when it dies. Everything else
// in this folder sees only the types and the functions exported here.
import childProcess from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import type * as Ast from 'typescript/unstable/ast';
import type * as Sync from 'typescript/unstable/sync';
import { Channel } from './channel.js';

export type Node = Ast.Node;
export type SourceFile = Ast.SourceFile;
export type Statement = Ast.Statement;
export type Expression = Ast.Expression;
export type TypeNode = Ast.TypeNode;
export type NodeArray<T extends Node> = Ast.NodeArray<T>;
export type SyntaxKind = Ast.SyntaxKind;
export type Type = Sync.Type;
export type Checker = Sync.Checker;
export type Diagnostic = Sync.Diagnostic;
export type TsSymbol = Sync.Symbol;
export type CompletionEntry = Sync.CompletionEntry;
export type { Ast };

/** Live bindings: undefined until `loadCompiler` or `preloadCompiler` has run. */
export let SyntaxKind: typeof Ast.SyntaxKind;
export let NodeFlags: typeof Ast.NodeFlags;
export let TypeFlags: typeof Sync.TypeFlags;
export let SymbolFlags: typeof Sync.SymbolFlags;
export let SignatureKind: typeof Sync.SignatureKind;
export let CompletionItemKind: typeof Sync.CompletionItemKind;
export let DiagnosticCategory: typeof Sync.DiagnosticCategory;
export let skipTrivia: typeof Ast.skipTrivia;
export let getTokenAtPosition: typeof Ast.getTokenAtPosition;

let api: typeof Sync | undefined;

function adopt(sync: typeof Sync, ast: typeof Ast): void {
  api = sync;
  ({ SyntaxKind, NodeFlags, skipTrivia, getTokenAtPosition } = ast);
  ({ TypeFlags, SymbolFlags, SignatureKind, CompletionItemKind, DiagnosticCategory } = sync);
}

/** Loads the API now (about 40 ms the first time). Needs a Node that can `require` an ES module (20.19 or later). */
export function loadCompiler(): void {
  if (api) return;
  const require = createRequire(import.meta.url);
  adopt(require('typescript/unstable/sync'), require('typescript/unstable/ast'));
}

/** The same through `import()`, for Nodes before 20.19 and for a warm start. */
export async function preloadCompiler(): Promise<void> {
  if (api) return;
  const { sync, ast } = await import('./compiler-api.js');
  if (!api) adopt(sync, ast);
}

/** Half a character: the native process would not survive it. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** What the API keeps to itself, as far as it is needed to talk to its process in another way, and to end it. */
interface Insides {
  channel?: {
    child?: { pid?: number; stdout?: { _handle?: { readStop?(): void } } | null };
    readFd: number;
    writeFd: number;
  };
  apiRequest(method: string, params: unknown): unknown;
  apiRequestBinary(method: string, params: unknown): Uint8Array | undefined;
  close?(): void;
}

export interface CompilerSetup {
  /** Folder that the native process works in. */
  cwd: string;
  /** Path of the (virtual) tsconfig.json. */
  config: string;
  /** Initial virtual files, by absolute path; the config is one of them. */
  files: ReadonlyMap<string, string>;
}

/** One native compiler process and the newest snapshot of its program. */
export class Compiler {
  private readonly files: Map<string, string>;
  private readonly dirty = new Set<string>();
  private readonly created = new Set<string>();
  private everything = false;
  /** All that the process holds has turned out to be more than usual. */
  private large = false;
  private client: Sync.API | undefined;
  private channel: Channel | undefined;
  private snapshot: Sync.Snapshot | undefined;
  private project: Sync.Project | undefined;
  /** Snapshots that have been replaced; they are let go of when the request is answered. */
  private readonly replaced: Sync.Snapshot[] = [];

  constructor(
    private readonly setup: CompilerSetup,
    /** Told the process id of every process that is started. */
    private readonly onStart: (pid: number) => void = () => {},
  ) {
    loadCompiler();
    this.files = new Map(setup.files);
  }

  /** Sets the text of a virtual file; the next request sees it. */
  write(path: string, written: string): void {
    const text = written.replace(LONE_SURROGATE, '\ufffd');
    if (this.files.get(path) === text) return;
    (this.files.has(path) ? this.dirty : this.created).add(path);
    this.files.set(path, text);
  }

  read(path: string): string {
    return this.files.get(path) ?? '';
  }

  /** A file on disk has changed. */
  touch(path: string): void {
    this.dirty.add(path);
  }

  /** Something unknown has changed on disk (a package was installed): look at everything again. */
  invalidate(): void {
    this.everything = true;
  }

  /** The native process, 0 before it is started. */
  get pid(): number {
    return this.insides?.channel?.child?.pid ?? 0;
  }

  private get insides(): Insides | undefined {
    return (this.client as unknown as { client?: Insides } | undefined)?.client;
  }

  get program(): Sync.Program {
    return this.current().program;
  }

  get checker(): Checker {
    return this.current().checker;
  }

  sourceFile(path: string): SourceFile | undefined {
    return this.program.getSourceFile(path);
  }

  syntactic(path: string): readonly Diagnostic[] {
    return this.program.getSyntacticDiagnostics(path);
  }

  semantic(path: string): readonly Diagnostic[] {
    return this.program.getSemanticDiagnostics(path);
  }

  /** Has the compiler begin with what will be asked next of a file that was written: whether and how it is parsed. */
  parseAhead(path: string): void {
    const { program } = this;
    this.channel?.ahead(() => {
      program.getSyntacticDiagnostics(path);
      program.getSourceFile(path);
    });
  }

  /** Has the compiler begin with the check of a file, while it is read and its types are asked for. */
  checkAhead(path: string): void {
    const { program } = this;
    this.channel?.ahead(() => {
      program.getSourceFile(path);
      program.getSemanticDiagnostics(path);
    });
  }

  /** Takes in everything that was written, in one step: cheaper when imports have changed. */
  flush(): void {
    if (!this.client || this.dirty.size === 0) return;
    const changed = [...this.dirty];
    this.dirty.clear();
    this.adopt(this.client.updateSnapshot({ fileChanges: { changed, created: [...this.created] } }));
    this.created.clear();
  }

  /** Brings the program up to date. One changed file at a time keeps to the compiler's fast path. */
  private current(): Sync.Project {
    if (!this.client || !this.project) return this.start();
    if (this.everything || this.created.size > 0) {
      const fileChanges = this.everything
        ? ({ invalidateAll: true } as const)
        : { created: [...this.created], changed: [...this.dirty] };
      this.everything = false;
      this.dirty.clear();
      this.created.clear();
      return this.adopt(this.client.updateSnapshot({ fileChanges }));
    }
    for (const path of [...this.dirty]) {
      this.dirty.delete(path);
      this.adopt(this.client.updateSnapshot({ fileChanges: { changed: [path] } }));
    }
    return this.project;
  }

  private start(): Sync.Project {
    this.dirty.clear();
    this.created.clear();
    this.everything = false;
    const { files } = this;
    const { cwd } = this.setup;
    this.client = inOwnGroup(
      this.large ? LARGE_HEAP : heapFor(cwd),
      () =>
        new (api as typeof Sync).API({
          cwd,
          tsserverPath: compilerPath(),
          fs: callbacks(files),
        }),
    );
    this.onStart(this.pid);
    this.channel = converse(this.insides as Insides, files);
    return this.adopt(this.client.updateSnapshot({ openProjects: [this.setup.config] }));
  }

  private adopt(snapshot: Sync.Snapshot): Sync.Project {
    this.channel?.forget();
    const project = snapshot.getProject(this.setup.config);
    if (!project) throw new Error('the compiler did not open the notebook');
    if (this.snapshot && this.replaced.push(this.snapshot) === 1) setImmediate(() => this.dropReplaced());
    this.snapshot = snapshot;
    this.project = project;
    return project;
  }

  private dropReplaced(): void {
    for (const snapshot of this.replaced.splice(0)) {
      try {
        snapshot.dispose();
      } catch {
        return; // The process has died; the next request finds out.
      }
    }
  }

  /** Ends a process that holds more than the memory it was given, for one that may grow. */
  giveRoom(): void {
    if (this.large || residentMegabytes(this.pid) < CROWDED_MB) return;
    this.large = true;
    this.close();
  }

  /** Ends the native process; the next request starts a new one with the same files. */
  close(): void {
    const { insides, pid } = this;
    this.replaced.length = 0;
    this.client = undefined;
    this.channel = undefined;
    this.snapshot = undefined;
    this.project = undefined;
    try {
      // At once: a process that is asked to end says so on stderr.
      if (pid > 0) process.kill(pid, 'SIGKILL');
      insides?.close?.();
    } catch {
      // It was already gone.
    }
  }
}

/** Lets the API's own client make its requests by a channel of ours. */
function converse(client: Insides, files: ReadonlyMap<string, string>): Channel {
  const { child, readFd, writeFd } = client.channel as NonNullable<Insides['channel']>;
  // Answers that nobody waits for come at any time. Node's event loop would read them, and wait in vain, with everything
  // else, where one has just been read here.
  child?.stdout?._handle?.readStop?.();
  const { readFile, fileExists } = callbacks(files);
  const channel = new Channel(readFd, writeFd, {
    readFile: (path) => {
      const content = readFile(path);
      return content === undefined ? undefined : { content };
    },
    fileExists,
  });
  client.apiRequest = (method, params) =>
    method === 'release' ? channel.tell(method, params) : channel.request(method, params);
  client.apiRequestBinary = (method, params) => {
    const answer = channel.request(method, params) as { data: string } | undefined;
    if (!answer) return undefined;
    // Memory of its own, at the offset 0: that is how the API reads it.
    const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(answer.data, 'base64'));
    bytes.write(answer.data, 'base64');
    return bytes;
  };
  return channel;
}

/** The compiler's process, when it was started before there was a `Compiler`. */
let ahead: { command: string; args: readonly string[]; child: childProcess.ChildProcess } | undefined;

const HEAP_MB = 80;
/** So much is resident only where what is needed does not fit: the collector then works, in vain, half of the time. */
const CROWDED_MB = 1.25 * HEAP_MB;
/** The heap may grow by half, not to the double, before it is collected: 20 MB less for a session of 200 cells. */
const LARGE_HEAP = { GOGC: '50' };

/**
 * How the process collects its memory. What a session without packages needs fits into a heap that is not collected until
 * it is full: a third less work at the start, and no more memory in the end.
 */
export function heapFor(cwd: string): NodeJS.ProcessEnv {
  const { GOGC, GOMEMLIMIT } = process.env;
  if (GOGC || GOMEMLIMIT) return {};
  // Elsewhere nobody would see that it is too small.
  if (process.platform !== 'linux') return LARGE_HEAP;
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules'))) return LARGE_HEAP;
    if (dirname(folder) === folder) return { GOGC: 'off', GOMEMLIMIT: `${HEAP_MB}MiB` };
  }
}

/** What a process holds; 0 where that is not known. */
function residentMegabytes(pid: number): number {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096) / 2 ** 20;
  } catch {
    return 0;
  }
}

/** The native program, in the package for this platform that TypeScript's brings along. */
function compilerPath(): string {
  const own = createRequire(createRequire(import.meta.url).resolve('typescript/package.json'));
  const { platform, arch } = process;
  const folder = dirname(own.resolve(`@typescript/typescript-${platform}-${arch}/package.json`));
  return join(folder, 'lib', platform === 'win32' ? 'tsc.exe' : 'tsc');
}

/** Starts the native process now, in the background: the first compiler of that folder takes it over. */
export function startCompilerAhead(cwd: string): void {
  try {
    const command = compilerPath();
    const args = [
      '--api',
      '--async',
      '--cwd',
      cwd,
      `--callbacks=${Object.keys(callbacks(new Map())).join(',')}`,
    ];
    const env = heapFor(cwd);
    const child = spawnApart(childProcess.spawn, command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
    child.on('error', () => {});
    for (const handle of [child, child.stdin, child.stdout]) (handle as { unref?(): void } | null)?.unref?.();
    ahead = { command, args, child };
    process.once('exit', () => ahead?.child.kill('SIGKILL'));
  } catch {
    // It is started when it is needed, and then says what is wrong.
  }
}

function takeAhead(command: string, args: readonly string[]): childProcess.ChildProcess | undefined {
  const waiting = ahead;
  ahead = undefined;
  if (!waiting) return undefined;
  const { child } = waiting;
  const lives = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  if (lives && waiting.command === command && waiting.args.join('\0') === args.join('\0')) return child;
  child.kill('SIGKILL');
  return undefined;
}

/** A process of its own group: clients send their SIGINT to the kernel's whole group, and a compiler that gets one answers no more. */
function spawnApart(
  spawn: typeof childProcess.spawn,
  command: string,
  args: readonly string[],
  options: childProcess.SpawnOptions,
): childProcess.ChildProcess {
  return spawn(command, args, {
    ...options,
    detached: process.platform !== 'win32',
    env: { ...process.env, ...options.env },
  });
}

/** Runs `create`, whose child process is started apart, or was so ahead, and takes several requests at a time. */
function inOwnGroup<T>(heap: NodeJS.ProcessEnv, create: () => T): T {
  const { spawn } = childProcess;
  const apart = (command: string, [api, ...more]: readonly string[], options: childProcess.SpawnOptions) => {
    const args = [api as string, '--async', ...more];
    const env = { ...options.env, ...heap };
    return takeAhead(command, args) ?? spawnApart(spawn, command, args, { ...options, env });
  };
  childProcess.spawn = apart as typeof spawn;
  syncBuiltinESMExports();
  try {
    return create();
  } finally {
    childProcess.spawn = spawn;
    syncBuiltinESMExports();
  }
}

/** How the native process sees the virtual files. */
const callbacks = (files: ReadonlyMap<string, string>) => ({
  readFile: (path: string) => files.get(path),
  fileExists: (path: string) => (files.has(path) ? true : undefined),
});
