// A trial as a worker's function sees it, the messages between worker and master, and the names of checkpoints.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckpointParts, loadCheckpoint, saveCheckpoint } from '../data/checkpoint.js';

/** What the master tells a worker. */
export interface Assignment {
  id: number;
  params: Record<string, unknown>;
  folder: string;
  seed: number;
  epochs: number;
  /** The checkpoint to go on from, or null. */
  resume: string | null;
}

/** What a worker tells the master. */
export type Report =
  | {
      kind: 'epoch';
      id: number;
      epoch: number;
      score: number;
      file: string | null;
      values: Record<string, number>;
    }
  | { kind: 'done'; id: number }
  | { kind: 'failed'; id: number; error: string };

/** File name of a checkpoint: trial, epoch, and the validation score, so that sorting names ranks them. */
export const checkpointName = (id: number, epoch: number, score: number): string =>
  `trial${String(id).padStart(4, '0')}-epoch${String(epoch).padStart(4, '0')}-val${score.toFixed(6)}.safetensors`;

const NAME = /^trial(\d+)-epoch(\d+)-val(-?[\d.]+)\.safetensors$/;

/** Checkpoints of a folder by trial; of each trial the one of the last epoch. */
export function lastCheckpoints(folder: string): Map<number, { file: string; epoch: number; score: number }> {
  const found = new Map<number, { file: string; epoch: number; score: number }>();
  for (const name of readdirSync(folder)) {
    const match = NAME.exec(name);
    if (match === null) continue;
    const [id, epoch, score] = [Number(match[1]), Number(match[2]), Number(match[3])];
    if ((found.get(id)?.epoch ?? -1) < epoch) found.set(id, { file: join(folder, name), epoch, score });
  }
  return found;
}

/** A trial, as the function of a worker sees it. */
export class WorkerTrial {
  readonly id: number;
  /** The hyperparameters. */
  readonly params: Record<string, unknown>;
  /** How many epochs to train. */
  readonly epochs: number;
  /** np.random has been seeded with it. */
  readonly seed: number;
  private readonly folder: string;
  private readonly from: string | null;

  constructor(
    assignment: Assignment,
    private readonly send: (report: Report) => void,
  ) {
    this.id = assignment.id;
    this.params = assignment.params;
    this.epochs = assignment.epochs;
    this.seed = assignment.seed;
    this.folder = assignment.folder;
    this.from = assignment.resume;
  }

  /**
   * Puts the last checkpoint of an earlier attempt into model, optimiser and the rest.
   * @returns the epochs that are done already: 0 on a first attempt
   */
  resume(parts: CheckpointParts): number {
    if (this.from === null) return 0;
    return Number(loadCheckpoint(this.from, parts).epoch);
  }

  /**
   * Reports an epoch and keeps its checkpoint, in place of the trial's one before.
   * @param score of validation, larger is better; it becomes part of the file's name
   * @param parts what to keep: model, optimiser, schedule; without them nothing is written
   * @param values other numbers for the statistics file
   */
  report(epoch: number, score: number, parts?: CheckpointParts, values: Record<string, number> = {}): void {
    if (!Number.isInteger(epoch) || epoch < 1)
      throw new RangeError(`report: epochs count from 1, but this is epoch ${epoch}.`);
    let file: string | null = null;
    if (parts !== undefined && Number.isFinite(score)) {
      const before = lastCheckpoints(this.folder).get(this.id);
      file = join(this.folder, checkpointName(this.id, epoch, score));
      saveCheckpoint(file, parts, { epoch, score, params: this.params });
      // The old one goes after the new one is whole: there is always one to go on from.
      if (before !== undefined && before.file !== file) rmSync(before.file, { force: true });
    }
    this.send({ kind: 'epoch', id: this.id, epoch, score, file, values });
  }
}

/** A worker's module has this as its default export. */
export type WorkerFunction = (trial: WorkerTrial, library: Record<string, unknown>) => void | Promise<void>;
