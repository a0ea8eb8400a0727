// NumPy's switches for floating point errors. Numbers follow IEEE 754 here without warnings: 1/0 is inf, 0/0 is nan.
// np.errstate({...}, body) runs ported code unchanged; asking for warnings or exceptions is refused with what to use.

import { checkOptions } from '../core/options.js';

export interface ErrorModes {
  all?: 'ignore' | null;
  divide?: 'ignore' | null;
  over?: 'ignore' | null;
  under?: 'ignore' | null;
  invalid?: 'ignore' | null;
}

const names = ['divide', 'over', 'under', 'invalid'] as const;

function check(caller: string, modes: ErrorModes): void {
  checkOptions(caller, modes, ['all', ...names]);
  for (const [name, mode] of Object.entries(modes)) {
    if (mode !== 'ignore' && mode !== null && mode !== undefined) {
      throw new TypeError(
        `${caller}: ${name}: '${String(mode)}' is not possible: results follow IEEE 754 silently, only 'ignore' is. ` +
          'Look for NaN and infinities with np.isfinite(x).all() or np.asarrayChkfinite(x).',
      );
    }
  }
}

/** How floating point errors are handled: all are ignored. @see numpy.geterr */
export const geterr = (): Record<(typeof names)[number], 'ignore'> => ({
  divide: 'ignore',
  over: 'ignore',
  under: 'ignore',
  invalid: 'ignore',
});

/** Accepts 'ignore', which is what happens anyway, and returns the old settings. @see numpy.seterr */
export function seterr(modes: ErrorModes = {}): ReturnType<typeof geterr> {
  check('seterr', modes);
  return geterr();
}

/**
 * Runs `body`; accepts 'ignore' only.
 * @see numpy.errstate
 * @example np.errstate({ divide: 'ignore' }, () => np.log(0))
 */
export function errstate<T>(modes: ErrorModes, body: () => T): T {
  check('errstate', modes);
  if (typeof body !== 'function')
    throw new TypeError(
      'errstate: the second argument is the code to run: np.errstate({divide: "ignore"}, () => ...).',
    );
  return body();
}
