// How layers are told their sizes and settings: in their places, as PyTorch's, or by their names in an object, in
// either spelling. Every name is checked.

import { type Given, needed, parameters, type Spelled } from '../core/options.js';
import type { Parameter } from './module.js';

export type { Given };

/** All arguments of a layer by their names: those that have no default, and its options. */
export type Named<Needed extends object, Options extends object> = Spelled<Partial<Needed> & Options>;

/**
 * What a layer was given, by name.
 * @param needs the names of the parameters without a default, which come first
 * @param places the names of those that follow, in PyTorch's order
 * @param more names that only an object has
 */
export function layerArguments<Needed extends object, Options extends object>(
  layer: string,
  given: readonly unknown[],
  needs: readonly string[],
  places: readonly string[],
  more: readonly string[] = [],
): Needed & Options {
  const all = parameters<Record<string, unknown>>(layer, [...needs, ...places], given, more);
  for (const name of needs) needed(layer, name, all[name]);
  return all as Needed & Options;
}

/** A parameter that a layer may go without; it is null there, and typed as in nearly every layer, which has it. */
export const optional = (wanted: boolean, make: () => Parameter): Parameter =>
  wanted ? make() : (null as unknown as Parameter);
