// The only way to native code: typed calls over the command buffer (command.ts) into the addon (addon.ts). Functions
// here take results that the caller allocated and shapes that the caller checked; dtype rules and views live above.

export { type PlainText, packBits, readNumbers, unpackBits, unravel, writeNumbers } from './bits.js';
// For modules that issue commands of their own, such as the random generators.
export {
  addressOf,
  begin,
  command,
  getParam,
  type Operand,
  op,
  opcode,
  run,
  setAddress,
  setArray,
  setDim,
  setOperand,
  setParam,
  setShape,
  setStride,
} from './command.js';
export {
  type BlockGeometry,
  type ConvGeometry,
  convolve,
  convolveBlock,
  convolveBlockGrad,
  convolveNorm,
  convolveNormGrad,
  normRows,
  type PoolGeometry,
  pool,
} from './conv.js';
export { distances, nearest, tsneAffinities, tsneDivergence, tsneForces } from './distances.js';
export { copy, elementwise, elementwiseAlike, fill, mayShareMemory, progression } from './elementwise.js';
export { type FftKind, fft } from './fft.js';
export { colourImages, type ImageGeometry, mapImages } from './image.js';
export {
  countNonzero,
  countNonzeroInto,
  indexOffsets,
  maskOffsets,
  nonzero,
  putOffsets,
  requireLabels,
  takeOffsets,
  wholeNumbers,
} from './indexing.js';
export {
  cholesky,
  det,
  eig,
  eigh,
  eigvals,
  eigvalsh,
  inv,
  lstsq,
  lu,
  qr,
  qrR,
  qrRaw,
  slogdet,
  solve,
  solveTriangular,
  svd,
  svdvals,
} from './linalg.js';
export { crossProduct, matmul } from './matmul.js';
export {
  type Channels,
  crossEntropy,
  type Dense,
  type DenseGradients,
  dense,
  denseGrad,
  MOST_DENSE,
  maskByResult,
  normalize,
  normalizeGrad,
} from './nets.js';
export { optimizerStep, type StepRule } from './optimizer.js';
export { argpartitionRows, partitionable, partitionRows } from './partition.js';
export { Program, type ProgramSummary } from './program.js';
export { Recording, recording, type Value } from './record.js';
export {
  type RecurrentGeometry,
  type RecurrentKind,
  recurrentBackward,
  recurrentForward,
} from './recurrent.js';
export { cumulate, reduce, softmax, variance } from './reduce.js';
export { binNumbers, close, interp, largest, member, uniques } from './sets.js';
export { argsortRows, bincount, searchsorted, sortRows } from './sort.js';
export { cpuFeatures, getNumThreads, setNumThreads } from './threads.js';
export { fold, reduceSegments, type SegmentFold, scatterFold } from './ufunc.js';
