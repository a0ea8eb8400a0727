// At least nine of ten functions of NumPy's namespaces exist here, and each that does not is named with a reason.
// The names are NumPy 1.24's (test/fixtures/numpy_names.py).

import { describe, expect, it } from 'vitest';
import { rows, share, spaces } from './coverage.js';

describe('coverage of NumPy', () => {
  it.each(['np', 'np.linalg', 'np.random', 'np.fft'])('%s: at least 90 %% of the functions', (space) => {
    const { ours, all } = share(space);
    expect(ours / all).toBeGreaterThanOrEqual(0.9);
  });

  it.each(spaces)('%s: whatever is missing is left out for a reason', (space) => {
    const missing = rows(space).filter((r) => r.ours === null);
    expect(missing.filter((r) => r.note === '').map((r) => r.name)).toEqual([]);
  });
});
