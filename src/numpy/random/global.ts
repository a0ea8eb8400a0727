// The functions np.random.*: methods of one RandomState that all code shares. Fresh entropy seeds it until
// np.random.seed does.

import type { BitGenerator } from './bit-generators.js';
import { RandomState } from './random-state.js';

const shared = new RandomState();

/** A method of the shared RandomState as a function, with all its overloads. */
const bound = <K extends keyof RandomState>(name: K): RandomState[K] =>
  (shared[name] as (...args: unknown[]) => unknown).bind(shared) as RandomState[K];

export const beta: RandomState['beta'] = bound('beta');
export const binomial: RandomState['binomial'] = bound('binomial');
export const bytes: RandomState['bytes'] = bound('bytes');
export const chisquare: RandomState['chisquare'] = bound('chisquare');
export const choice: RandomState['choice'] = bound('choice');
export const dirichlet: RandomState['dirichlet'] = bound('dirichlet');
export const exponential: RandomState['exponential'] = bound('exponential');
export const f: RandomState['f'] = bound('f');
export const gamma: RandomState['gamma'] = bound('gamma');
export const geometric: RandomState['geometric'] = bound('geometric');
export const getState: RandomState['getState'] = bound('getState');
export const gumbel: RandomState['gumbel'] = bound('gumbel');
export const hypergeometric: RandomState['hypergeometric'] = bound('hypergeometric');
export const laplace: RandomState['laplace'] = bound('laplace');
export const logistic: RandomState['logistic'] = bound('logistic');
export const lognormal: RandomState['lognormal'] = bound('lognormal');
export const logseries: RandomState['logseries'] = bound('logseries');
export const multinomial: RandomState['multinomial'] = bound('multinomial');
export const multivariateNormal: RandomState['multivariateNormal'] = bound('multivariateNormal');
export const negativeBinomial: RandomState['negativeBinomial'] = bound('negativeBinomial');
export const noncentralChisquare: RandomState['noncentralChisquare'] = bound('noncentralChisquare');
export const noncentralF: RandomState['noncentralF'] = bound('noncentralF');
export const normal: RandomState['normal'] = bound('normal');
export const pareto: RandomState['pareto'] = bound('pareto');
export const permutation: RandomState['permutation'] = bound('permutation');
export const poisson: RandomState['poisson'] = bound('poisson');
export const power: RandomState['power'] = bound('power');
export const rand: RandomState['rand'] = bound('rand');
export const randint: RandomState['randint'] = bound('randint');
export const randn: RandomState['randn'] = bound('randn');
export const random: RandomState['random'] = bound('random');
export const randomIntegers: RandomState['randomIntegers'] = bound('randomIntegers');
export const randomSample: RandomState['randomSample'] = bound('randomSample');
export const rayleigh: RandomState['rayleigh'] = bound('rayleigh');
export const seed: RandomState['seed'] = bound('seed');
export const setState: RandomState['setState'] = bound('setState');
export const shuffle: RandomState['shuffle'] = bound('shuffle');
export const standardCauchy: RandomState['standardCauchy'] = bound('standardCauchy');
export const standardExponential: RandomState['standardExponential'] = bound('standardExponential');
export const standardGamma: RandomState['standardGamma'] = bound('standardGamma');
export const standardNormal: RandomState['standardNormal'] = bound('standardNormal');
export const standardT: RandomState['standardT'] = bound('standardT');
export const triangular: RandomState['triangular'] = bound('triangular');
export const uniform: RandomState['uniform'] = bound('uniform');
export const vonmises: RandomState['vonmises'] = bound('vonmises');
export const wald: RandomState['wald'] = bound('wald');
export const weibull: RandomState['weibull'] = bound('weibull');
export const zipf: RandomState['zipf'] = bound('zipf');

/** The bit generator of the functions of np.random (numpy.random.get_bit_generator). */
export const getBitGenerator = (): BitGenerator => shared.bitGenerator;

/** Lets the functions of np.random draw from another bit generator (numpy.random.set_bit_generator). */
export const setBitGenerator = (bits: BitGenerator): void => shared.useBitGenerator(bits);
