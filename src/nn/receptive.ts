// Receptive fields: which part of the input one element of a layer's result looks at. For a list of windows by
// arithmetic, for a model by following its arrays through the calls of its modules.

import type { NDArray } from '../core/ndarray.js';
import type { Storage } from '../core/storage.js';
import { asPair } from '../ops/conv.js';
import { AvgPool2d, Conv2d, LPPool2d, MaxPool2d } from './conv.js';
import { checkCounts } from './linear.js';
import { LocallyConnected2d } from './local.js';
import { type AnyModule, Module } from './module.js';
import { layerName } from './summary.js';
import { type ModelInput, trace } from './trace.js';

/** A window that slides: a convolution's or a pooling's. */
export interface SlidingWindow {
  window: number;
  stride?: number;
  dilation?: number;
  padding?: number;
  name?: string;
}

/** What one element of a layer's result sees, along one axis of the input. */
export interface ReceptiveField {
  /** The layer, in the course's notation or by its name. */
  readonly layer: string;
  /** How many input elements it depends on. */
  readonly size: number;
  /** How far apart the fields of two neighbours are: the product of the strides. */
  readonly stride: number;
  /** Where the field of element 0 begins; below 0 it begins in the padding. */
  readonly start: number;
}

type Field = Omit<ReceptiveField, 'layer'>;

const whole: Field = { size: 1, stride: 1, start: 0 };

function through(field: Field, { window, stride = 1, dilation = 1, padding = 0 }: SlidingWindow): Field {
  return {
    size: field.size + (window - 1) * dilation * field.stride,
    stride: field.stride * stride,
    start: field.start - padding * field.stride,
  };
}

/** The sliding window of a layer along the rows, or null where each element sees one element of the input. */
function windowOf(module: AnyModule): SlidingWindow | null {
  if (module instanceof Conv2d || module instanceof LocallyConnected2d) {
    const { stride = 1, dilation = 1, padding = 0 } = module.options;
    const [window, d] = [module.kernelSize[0], asPair('receptiveField', 'dilation', dilation, 1)[0]];
    const p =
      padding === 'same' ? (d * (window - 1)) / 2 : padding === 'valid' ? 0 : asPair('', '', padding, 0)[0];
    return { window, stride: asPair('', '', stride, 1)[0], dilation: d, padding: p };
  }
  if (module instanceof MaxPool2d || module instanceof AvgPool2d || module instanceof LPPool2d) {
    const window = asPair('', '', module.kernelSize, 1)[0];
    const { stride = window, padding = 0 } = module.options;
    return { window, stride: asPair('', '', stride, 1)[0], padding: asPair('', '', padding, 0)[0] };
  }
  return null;
}

/** Of several fields that are combined, from the first input element to the last. */
function union(fields: readonly Field[]): Field {
  const start = Math.min(...fields.map((f) => f.start));
  return {
    size: Math.max(...fields.map((f) => f.start + f.size)) - start,
    stride: Math.max(...fields.map((f) => f.stride)),
    start,
  };
}

/**
 * The receptive field of each layer: sizes along one axis (rows), from the first layer to the last. F at stride 1 adds
 * F - 1; every stride multiplies what later layers add.
 *
 * @param of windows in order, or a model; of a model, convolutions, poolings and what joins
 * branches are listed, up to where the image ends
 * @param input for a model that does not know it: the shape of one example
 * @returns one entry for each layer
 * @example
 * nn.receptiveField([{ window: 3 }, { window: 3 }, { window: 3 }]).map((f) => f.size);   // [3, 5, 7]
 * nn.receptiveField([{ window: 3, dilation: 2 }, { window: 3, dilation: 2 }]).at(-1)!.size;   // 9
 */
export function receptiveField(
  of: readonly SlidingWindow[] | AnyModule,
  input?: ModelInput,
): ReceptiveField[] {
  if (!(of instanceof Module)) {
    let field = whole;
    return (of as readonly SlidingWindow[]).map((step, i) => {
      const { window, stride = 1, dilation = 1, padding = 0 } = step;
      checkCounts('receptiveField', { window, stride, dilation });
      checkCounts('receptiveField', { padding }, 0);
      field = through(field, step);
      return { layer: step.name ?? `layer ${i + 1}`, ...field };
    });
  }
  const fields = new Map<Storage, Field>();
  const { calls, inputs } = trace('receptiveField', of, input);
  for (const a of inputs) fields.set(a.storage, whole);
  const found: ReceptiveField[] = [];
  const known = (arrays: readonly NDArray[]): Field[] =>
    arrays.flatMap((a) => (a.ndim === 4 && fields.get(a.storage)) || []);
  for (const { module, name, inputs, outputs, inside, makes } of calls) {
    if (!makes || outputs[0].ndim !== 4) continue;
    const window = windowOf(module);
    const container = module.children().length > 0;
    const before = container
      ? [...known(inputs), ...inside.flatMap((call) => known(call.outputs))]
      : known(inputs);
    // Means of the whole map see everything: no field slides any more.
    const shrinks = outputs[0].shape[2] < inputs[0].shape[2];
    if (before.length === 0 || (window === null && !container && shrinks)) continue;
    // What is added or stacked has the size of the result, so the largest stride.
    const stride = Math.max(...before.map((f) => f.stride));
    const combined = union(before.filter((f) => f.stride === stride));
    const field = window === null ? combined : through(combined, window);
    for (const a of outputs) fields.set(a.storage, field);
    if (window !== null || container) found.push({ layer: `${name} ${layerName(module)}`.trim(), ...field });
  }
  return found;
}
