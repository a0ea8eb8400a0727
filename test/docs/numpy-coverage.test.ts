// docs/numpy-coverage.md says what is in the code. `npx vitest run test/docs -u` writes it anew.

import { expect, it } from 'vitest';
import { document } from '../numpy/coverage.js';

it('docs/numpy-coverage.md is up to date', async () => {
  await expect(document()).toMatchFileSnapshot('../../docs/numpy-coverage.md');
});
