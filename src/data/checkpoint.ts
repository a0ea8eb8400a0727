// Checkpoints: weights, the optimiser's state, schedules and the random generator in one safetensors file, so that a
// training run resumes bit by bit. A file is written whole or not at all, and loaded whole or not at all.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asarray } from '../core/create.js';
import { NDArray } from '../core/ndarray.js';
import type { AnyModule, StateDict } from '../nn/module.js';
import { decodeSafetensors, encodeSafetensors, writeWhole } from '../nn/state.js';
import * as random from '../numpy/random/index.js';

/** An optimiser or a schedule: what has state to save. */
export interface Stateful {
  stateDict(): unknown;
  loadStateDict(state: never): void;
}

export interface CheckpointParts {
  model?: AnyModule;
  optimizer?: Stateful;
  /** A learning rate schedule. */
  schedule?: Stateful;
  /** Keep np.random's state too; true unless given. */
  random?: boolean;
}

const FORMAT = 'gradlab-checkpoint-1';

/** Arrays inside plain data are moved to `arrays` and leave a reference. */
function separate(value: unknown, path: string, arrays: Record<string, NDArray>): unknown {
  if (value instanceof NDArray || ArrayBuffer.isView(value)) {
    arrays[path] = asarray(value as NDArray);
    return { $array: path, typed: !(value instanceof NDArray) };
  }
  if (Array.isArray(value)) return value.map((v, i) => separate(v, `${path}.${i}`, arrays));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([k, v]) => [k, separate(v, `${path}.${k}`, arrays)]),
    );
  }
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
  return value;
}

function reunite(value: unknown, arrays: StateDict): unknown {
  if (Array.isArray(value)) return value.map((v) => reunite(v, arrays));
  if (typeof value !== 'object' || value === null) return value;
  if ('$array' in value) {
    const a = arrays[(value as { $array: string }).$array];
    return (value as { typed?: boolean }).typed ? a.data : a;
  }
  if ('$bigint' in value) return BigInt((value as { $bigint: string }).$bigint);
  if ('$number' in value) return Number((value as { $number: string }).$number);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, reunite(v, arrays)]));
}

/**
 * Writes a checkpoint.
 *
 * @param extra plain data to keep with it: epoch, validation accuracy...
 * @example
 * const model = new nn.Linear(2, 3), optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * data.saveCheckpoint('run.safetensors', { model, optimizer }, { epoch: 7 });
 * const { epoch } = data.loadCheckpoint('run.safetensors', { model, optimizer });
 * epoch;   // 7
 */
export function saveCheckpoint(
  file: string,
  parts: CheckpointParts,
  extra: Record<string, unknown> = {},
): void {
  const arrays: Record<string, NDArray> = {};
  for (const [name, a] of Object.entries(parts.model?.stateDict() ?? {})) arrays[`model.${name}`] = a;
  const rest = {
    kinds: {
      optimizer: parts.optimizer?.constructor.name,
      schedule: parts.schedule?.constructor.name,
    },
    optimizer: parts.optimizer?.stateDict(),
    schedule: parts.schedule?.stateDict(),
    random: (parts.random ?? true) ? random.getState() : undefined,
    extra,
  };
  const described = separate(rest, '', arrays);
  writeWhole(file, encodeSafetensors(arrays, { format: FORMAT, state: JSON.stringify(described) }));
}

/**
 * Reads a checkpoint into the parts given; the rest of it is left alone.
 *
 * @returns the extra data that was saved
 * @throws Error when the file is no whole checkpoint or does not fit; then nothing has changed
 */
export function loadCheckpoint(file: string, parts: CheckpointParts = {}): Record<string, unknown> {
  const { arrays, metadata } = decodeSafetensors(readFileSync(file), file);
  if (metadata.format !== FORMAT)
    throw new Error(
      `loadCheckpoint: ${file} is not a checkpoint of data.saveCheckpoint; nn.load reads weights alone.`,
    );
  let rest: {
    kinds?: Partial<Record<'optimizer' | 'schedule', string>>;
    optimizer?: never;
    schedule?: never;
    random?: ReturnType<typeof random.getState>;
    extra: Record<string, unknown>;
  };
  try {
    rest = reunite(JSON.parse(metadata.state), arrays) as typeof rest;
  } catch (cause) {
    throw new Error(`loadCheckpoint: the description inside ${file} is broken: ${(cause as Error).message}.`);
  }
  for (const part of ['optimizer', 'schedule'] as const) {
    const target = parts[part];
    if (target === undefined) continue;
    if (rest[part] === undefined)
      throw new Error(`loadCheckpoint: ${file} holds no ${part}; it was saved without one.`);
    const [saved, own] = [rest.kinds?.[part], target.constructor.name];
    if (saved !== undefined && saved !== own)
      throw new Error(`loadCheckpoint: the ${part} in ${file} is ${saved}, not ${own}; nothing was changed.`);
  }
  const model: StateDict = {};
  for (const [name, a] of Object.entries(arrays))
    if (name.startsWith('model.')) model[name.slice('model.'.length)] = a;
  // What was before, to go back to when a later part does not fit.
  const before = [
    { part: parts.model, state: parts.model?.stateDict(), next: model },
    { part: parts.optimizer, state: parts.optimizer?.stateDict(), next: rest.optimizer },
    { part: parts.schedule, state: parts.schedule?.stateDict(), next: rest.schedule },
  ].filter((b) => b.part !== undefined) as { part: Stateful; state: never; next: never }[];
  let done = 0;
  try {
    for (; done < before.length; done++) before[done].part.loadStateDict(before[done].next);
    if ((parts.random ?? true) && rest.random !== undefined) random.setState(rest.random);
  } catch (error) {
    for (const { part, state } of before.slice(0, done + 1)) part.loadStateDict(state);
    throw error;
  }
  return rest.extra;
}

/**
 * Checkpoints of a folder whose names hold a score, best first: `run-acc0.9123.safetensors` has 0.9123.
 *
 * @param pattern a regular expression whose first group is the score
 */
export function rankCheckpoints(
  dir: string,
  pattern = /(?:acc|val|score)[_=-]?(\d*\.?\d+)\.safetensors$/,
): { file: string; score: number }[] {
  return readdirSync(dir)
    .map((name) => ({ file: join(dir, name), score: Number(pattern.exec(name)?.[1] ?? Number.NaN) }))
    .filter((c) => !Number.isNaN(c.score))
    .sort((a, b) => b.score - a.score);
}
