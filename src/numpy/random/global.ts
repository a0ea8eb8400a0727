// The functions np.random.*: methods of one RandomState that all code shares. Fresh entropy seeds it until
// np.random.seed does.

import { RandomState } from './random-state.js';

const shared = new RandomState();

/** A method of the shared RandomState as a function, with all its overloads. */
const bound = <K extends keyof RandomState>(name: K): RandomState[K] =>
  (shared[name] as (...args: unknown[]) => unknown).bind(shared) as RandomState[K];

export const choice = bound('choice');
export const exponential = bound('exponential');
export const get_state = bound('get_state');
export const normal = bound('normal');
export const permutation = bound('permutation');
export const rand = bound('rand');
export const randint = bound('randint');
export const randn = bound('randn');
export const random = bound('random');
export const random_sample = bound('random_sample');
export const seed = bound('seed');
export const set_state = bound('set_state');
export const shuffle = bound('shuffle');
export const standard_exponential = bound('standard_exponential');
export const standard_normal = bound('standard_normal');
export const uniform = bound('uniform');
