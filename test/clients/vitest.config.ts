// The checks with real Jupyter clients (npm run test:clients): Debian's nbclient, nbconvert, jupyter_client and
// notebook server, and Chromium. One file at a time, because some of them measure.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'clients',
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/clients/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ['verbose'],
  },
});
