// What the checker has to read again: the notebook's own modules when they were edited, and packages that were missing
// and have been installed since.
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Compiler } from './typescript.js';

export class Disk {
  /** Specifiers that could not be resolved; they may be installed or written later. */
  readonly missing = new Set<string>();
  /** Counts the changes. */
  version = 0;
  private readonly localFiles = new Map<string, number>();

  /** `cwd` is the notebook's folder. */
  constructor(private readonly cwd: string) {}

  /** Tells the compiler what has changed. */
  refresh(compiler: Compiler): void {
    for (const specifier of this.missing) {
      if (!isPresent(specifier, this.cwd)) continue;
      this.missing.clear();
      compiler.invalidate();
      this.version++;
    }
    for (const [path, known] of this.localFiles) {
      const time = modified(path);
      if (time === known) continue;
      this.localFiles.set(path, time);
      compiler.touch(path);
      this.version++;
    }
  }

  /** Remembers the user's own modules among the files of the program. */
  watch(files: readonly string[], library: string): void {
    for (const path of files) {
      if (path.includes('/node_modules/') || path.includes('$gradlab-') || path.startsWith(library)) continue;
      if (!path.startsWith('/') || this.localFiles.has(path) || !existsSync(path)) continue;
      this.localFiles.set(path, modified(path));
    }
  }
}

/** Whether a module that was missing has come to be there since. */
function isPresent(specifier: string, cwd: string): boolean {
  if (/^\.{0,2}\//.test(specifier)) {
    const base = resolve(cwd, specifier).replace(/\.[mc]?[jt]sx?$/, '');
    return ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json', '.d.ts'].some((end) =>
      existsSync(base + end),
    );
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  for (let at = cwd; ; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules', name))) return true;
    if (dirname(at) === at) return false;
  }
}

function modified(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}
