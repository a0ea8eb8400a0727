// The learn namespace: classifiers with train and predict, their evaluation, t-SNE, the search for hyperparameters,
// ensembles.

export {
  cdist,
  type DistanceOptions,
  type NeighborOptions,
  type Neighbors,
  nearest,
} from '../ops/distance.js';
export { accuracy, Classifier, ScoringClassifier } from './classifier.js';
export {
  averagedMember,
  averageProbabilities,
  Ensemble,
  type Member,
  moduleMember,
  Snapshots,
} from './ensemble.js';
export {
  CrossValidation,
  type CrossValidationOptions,
  confusionMatrix,
  crossValidate,
  crossValidateOver,
  TestSet,
  type Trainable,
  topKAccuracy,
} from './evaluate.js';
export {
  type BinaryClassifier,
  BinarySVM,
  GradientClassifier,
  LinearClassifier,
  LinearSVM,
  OneVsAll,
  SoftmaxClassifier,
  type SVMOptions,
  type TrainingOptions,
  TwoLayerNet,
  type TwoLayerOptions,
} from './gradient.js';
export { Master, type MasterOptions, type TrialProgress } from './master.js';
export {
  KNearestNeighbor,
  type KNearestNeighborOptions,
  NearestNeighbor,
  type NearestNeighborOptions,
  type VoteOptions,
  type Votes,
} from './nearest.js';
export {
  type Budget,
  choice,
  coarseToFine,
  gridSearch,
  integers,
  logUniform,
  type Objective,
  type Params,
  type Range,
  randomSearch,
  SearchResult,
  type Space,
  type Stage,
  type Trial,
  uniform,
} from './search.js';
export { checkpointName, lastCheckpoints, type WorkerFunction, type WorkerTrial } from './trial.js';
export { neighborPreservation, type TSNEOptions, type TSNEResult, tsne } from './tsne.js';
