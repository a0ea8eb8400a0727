// The functions np.random.*: methods of one RandomState that all code shares. Fresh entropy seeds it until
// np.random.seed does.

import type { BitGenerator } from './bit-generators.js';
import { RandomState } from './random-state.js';

const shared = new RandomState();

/** A method of the shared RandomState as a function, with all its overloads. */
const bound = <K extends keyof RandomState>(name: K): RandomState[K] =>
  (shared[name] as (...args: unknown[]) => unknown).bind(shared) as RandomState[K];

export const beta = bound('beta');
export const binomial = bound('binomial');
export const bytes = bound('bytes');
export const chisquare = bound('chisquare');
export const choice = bound('choice');
export const dirichlet = bound('dirichlet');
export const exponential = bound('exponential');
export const f = bound('f');
export const gamma = bound('gamma');
export const geometric = bound('geometric');
export const getState = bound('getState');
export const gumbel = bound('gumbel');
export const hypergeometric = bound('hypergeometric');
export const laplace = bound('laplace');
export const logistic = bound('logistic');
export const lognormal = bound('lognormal');
export const logseries = bound('logseries');
export const multinomial = bound('multinomial');
export const multivariateNormal = bound('multivariateNormal');
export const negativeBinomial = bound('negativeBinomial');
export const noncentralChisquare = bound('noncentralChisquare');
export const noncentralF = bound('noncentralF');
export const normal = bound('normal');
export const pareto = bound('pareto');
export const permutation = bound('permutation');
export const poisson = bound('poisson');
export const power = bound('power');
export const rand = bound('rand');
export const randint = bound('randint');
export const randn = bound('randn');
export const random = bound('random');
export const randomIntegers = bound('randomIntegers');
export const randomSample = bound('randomSample');
export const rayleigh = bound('rayleigh');
export const seed = bound('seed');
export const setState = bound('setState');
export const shuffle = bound('shuffle');
export const standardCauchy = bound('standardCauchy');
export const standardExponential = bound('standardExponential');
export const standardGamma = bound('standardGamma');
export const standardNormal = bound('standardNormal');
export const standardT = bound('standardT');
export const triangular = bound('triangular');
export const uniform = bound('uniform');
export const vonmises = bound('vonmises');
export const wald = bound('wald');
export const weibull = bound('weibull');
export const zipf = bound('zipf');

/** The bit generator of the functions of np.random (numpy.random.get_bit_generator). */
export const getBitGenerator = (): BitGenerator => shared.bitGenerator;

/** Lets the functions of np.random draw from another bit generator (numpy.random.set_bit_generator). */
export const setBitGenerator = (bits: BitGenerator): void => shared.useBitGenerator(bits);
