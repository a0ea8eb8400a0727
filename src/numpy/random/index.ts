// np.random: the shared legacy generator's functions, and the two kinds of generator to make one's own. As in all of
// np, names of several words exist in NumPy's spelling and in camelCase.

export type { Size } from './arguments.js';
export { MT19937, type MT19937State, PCG64, type PCG64State } from './engine.js';
export {
  default_rng,
  default_rng as defaultRng,
  type FloatOptions,
  Generator,
  type GeneratorChoiceOptions,
  type IntegersOptions,
} from './generator.js';
export {
  choice,
  exponential,
  get_state,
  get_state as getState,
  normal,
  permutation,
  rand,
  randint,
  randn,
  random,
  random_sample,
  random_sample as randomSample,
  seed,
  set_state,
  set_state as setState,
  shuffle,
  standard_exponential,
  standard_exponential as standardExponential,
  standard_normal,
  standard_normal as standardNormal,
  uniform,
} from './global.js';
export { type ChoiceOptions, type RandintOptions, RandomState, type Seed } from './random-state.js';
export type { ExponentialOptions, NormalOptions, SizeOption, UniformOptions } from './sampler.js';
export { type Entropy, SeedSequence } from './seed-sequence.js';
