// The training namespace: what helps to see whether a model learns. Sanity checks before, a monitor during, logs after.

export { PANELS, type Panel } from './charts.js';
export {
  ExperimentLog,
  experiment,
  type LoggedRun,
  readExperiments,
  reproduce,
  type Settings,
} from './experiment.js';
export { type Histogram, type History, type Line, updateRatio } from './history.js';
export { Monitor, type MonitorOptions } from './monitor.js';
export { type SanityCheck, type SanityOptions, SanityReport, sanityChecks } from './sanity.js';
export {
  ActivationStatistics,
  activationStatistics,
  type LayerStatistics,
  type StatisticsOptions,
} from './statistics.js';
export { StopOnNaN, type StopOptions, type Trained, TrainingStopped } from './stop.js';
