// Loads the native addon and declares what it offers. Nothing else in the project requires the .node file.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What native/binding.cc exports. */
export interface Addon {
  /** Hands over the command buffer; returns its address. */
  attach(buffer: Float64Array): number;
  /** Executes the command in the buffer. undefined: done; a number: failed, `error()` says why. */
  run(): number | undefined;
  error(): string;
  /** Address of a buffer's first byte. */
  address(buffer: ArrayBuffer): number;
  /** Op codes by name, as listed in native/ops.def. */
  ops(): Record<string, number>;
  /** How many operands the element-wise operations of each code take; 0 for reductions, -1 for other commands. */
  operands(): number[];
  /** Whether an element-wise operation gives booleans whatever its operands are, by code. */
  predicates(): boolean[];
  setNumThreads(n: number): void;
  getNumThreads(): number;
  /** Instruction set that the kernels use: 'avx512', 'avx2' or 'baseline'. */
  cpu(): string;
}

// The same code runs from src/ (tests) and dist/src/ (built); the addon lies under the package root.
function packageRoot(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'package.json'))) {
    const up = dirname(dir);
    if (up === dir) return process.cwd();
    dir = up;
  }
  return dir;
}

function load(): Addon {
  const path = process.env.GRADLAB_ADDON ?? join(packageRoot(), 'build', 'Release', 'gradlab.node');
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch (cause) {
    const reason = existsSync(path) ? (cause as Error).message : `there is no file ${path}`;
    throw new Error(`gradlab: cannot load the native addon: ${reason}. Run \`npm run setup\` to build it.`, {
      cause,
    });
  }
}

export const addon: Addon = load();
