// The data namespace: data sets, toy data, splits, preprocessing, batches, text, checkpoints.

export {
  type CheckpointParts,
  loadCheckpoint,
  rankCheckpoints,
  saveCheckpoint,
} from './checkpoint.js';
export {
  type Dataset,
  randomSplit,
  randomSplit as random_split,
  Subset,
  TensorDataset,
} from './dataset.js';
export {
  type DatasetOptions,
  hasCIFAR10,
  hasFashionMNIST,
  hasMNIST,
  type ImageDataset,
  load_CIFAR10,
  loadCIFAR10,
  loadFashionMNIST,
  loadMNIST,
  loadMobyDick,
  readCifarBinary,
  readCifarPython,
} from './datasets.js';
export { decodeIdx, readIdx } from './idx.js';
export { DataLoader, type ImageLoaderOptions, type LoaderOptions } from './loader.js';
export { type Pickled, type PickledArray, unpickle } from './pickle.js';
export { Center, MinMax, PCA, type Per, Preprocessor, Standardize } from './preprocessing.js';
export { Progress, type ProgressOptions, progress } from './progress.js';
export { biasColumn, type Fold, kFold, oneHot, type Split, type SplitOptions, split } from './splits.js';
export { sequenceBatches, unigramEntropy, Vocabulary } from './text.js';
export {
  blobs,
  circles,
  gaussianCloud,
  type Labelled,
  moons,
  shapeNames,
  shapesImages,
  spiral,
} from './toy.js';
export * as transforms from './transforms/index.js';
