// Threads and the instruction set of the native kernels.

import { addon } from './addon.js';

/** Threads that large operations use; OMP_NUM_THREADS or the number of cores until changed. */
export function getNumThreads(): number {
  return addon.getNumThreads();
}

/** Sets how many threads large operations and OpenBLAS use. Results do not depend on it. */
export function setNumThreads(n: number): void {
  if (!Number.isInteger(n) || n < 1 || n > 1024) {
    throw new RangeError(
      `setNumThreads: ${n} is not a number of threads; pass a whole number from 1 to 1024.`,
    );
  }
  addon.setNumThreads(n);
}

/** Instruction set that was chosen at load: 'avx512', 'avx2' or 'baseline'. */
export function cpuFeatures(): string {
  return addon.cpu();
}
