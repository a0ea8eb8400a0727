// What a model does with an input of a given shape, without computing: `meta` makes arrays that have shapes and no
// memory, `trace` runs a model on such arrays and lists the calls of its modules. The tables of summary.ts and the
// receptive fields of receptive.ts are read off that list.

import { type DType, isFloat } from '../core/dtype.js';
import { empty, NDArray } from '../core/ndarray.js';
import { noGrad } from '../core/node.js';
import { type Shape, shapeText } from '../core/shape.js';
import { meta as mode, type Storage } from '../core/storage.js';
import { leavesOf } from '../core/tree.js';
import { type AnyModule, getDefaultDtype, Module } from './module.js';

/**
 * Runs `body` with arrays that have a shape and a dtype, but no memory, and operations that work out shapes and do
 * nothing else. A model built inside costs nothing however large it is, and draws no random numbers; it can be
 * printed, counted and summarised, not run. (torch.device('meta'))
 *
 * @param body makes the model; it must not be asynchronous
 * @returns what `body` returns
 * @example
 * const net = nn.meta(() => new nn.Linear(25088, 4096));
 * net.summary().parameters;   // 102764544
 */
export function meta<T>(body: () => T): T {
  const before = mode.on;
  mode.on = true;
  try {
    const result = body();
    if (result instanceof Promise)
      throw new TypeError(
        'meta: the function is asynchronous, and what it does after its first await would be real; make it synchronous.',
      );
    return result;
  } finally {
    mode.on = before;
  }
}

/** One call of a module while a model ran. */
export interface Call {
  readonly module: AnyModule;
  /** Dotted name within the model; '' is the model itself. */
  readonly name: string;
  readonly inputs: readonly NDArray[];
  readonly outputs: readonly NDArray[];
  /** Calls made inside this one. */
  readonly inside: readonly Call[];
  /** Whether the call made its result itself: neither a module inside nor the caller did. */
  readonly makes: boolean;
}

/** Shapes of examples, without the axis of the batch, or arrays with it. */
export type ModelInput = Shape | NDArray | readonly (Shape | NDArray)[];

const arraysIn = (value: unknown): NDArray[] =>
  leavesOf(value).filter((leaf): leaf is NDArray => leaf instanceof NDArray);

const isShape = (input: ModelInput): input is Shape =>
  Array.isArray(input) && input.every((n) => typeof n === 'number');

/** The arrays that the model is run on: those given, or arrays of the given shapes for a batch of one. */
function inputsOf(caller: string, input: ModelInput, dtype: DType): NDArray[] {
  const list = input instanceof NDArray || isShape(input) ? [input] : (input as readonly (Shape | NDArray)[]);
  if (!Array.isArray(list))
    throw new TypeError(
      `${caller}: the input is a shape such as [3, 32, 32], an array, or a list of them, not ${String(input)}.`,
    );
  return list.map((one) => {
    if (one instanceof NDArray) return one;
    if (!isShape(one) || one.some((n) => !Number.isInteger(n) || n < 1))
      throw new RangeError(
        `${caller}: the shape of an example is a list of whole numbers of at least 1, such as [3, 32, 32], not ${JSON.stringify(one)}.`,
      );
    return empty([1, ...one], dtype);
  });
}

/** The input that a model tells of itself: its `inputShape`, or the features of the linear layer it begins with. */
function ownInput(caller: string, model: AnyModule): Shape {
  for (const module of model.modules()) {
    const { inputShape } = module as { inputShape?: Shape };
    if (inputShape !== undefined) return inputShape;
    if (module.children().length > 0) continue;
    const { inFeatures } = module as { inFeatures?: number };
    if (inFeatures !== undefined) return [inFeatures];
    break;
  }
  throw new TypeError(
    `${caller}: say what one example looks like, without the axis of the batch: summary([3, 32, 32]) for images of 3 channels and 32x32 pixels, summary([784]) for vectors; an array stands for a whole batch.`,
  );
}

/** A model's calls in the order in which they ended, what came in, and how many examples that were. */
export interface Trace {
  readonly calls: readonly Call[];
  readonly inputs: readonly NDArray[];
  readonly batch: number;
}

/** Runs the model on arrays without memory, in evaluation mode, and lists what its modules did. */
export function trace(caller: string, model: AnyModule, input?: ModelInput): Trace {
  if (!(model instanceof Module))
    throw new TypeError(`${caller}: expected an nn.Module, got ${typeof model}.`);
  const given = input ?? ownInput(caller, model);
  const names = new Map(model.namedModules().map(([name, module]) => [module, name]));
  const first = model.parameters()[0]?.dtype;
  const calls: Call[] = [];
  const claimed = new Set<Call>();
  const modes = new Map([...names.keys()].map((module) => [module, module.training]));
  const hooks = [...names].map(([module, name]) =>
    module.registerForwardHook((_, given, output) => {
      const [inputs, outputs] = [arraysIn(given), arraysIn(output)];
      const own = new Set(module.modules());
      // Calls end before those that made them.
      const inside = calls.filter(
        (call) => call.module !== module && own.has(call.module) && !claimed.has(call),
      );
      for (const call of inside) claimed.add(call);
      const known = new Set<Storage>(
        [...inputs, ...inside.flatMap((call) => call.outputs)].map((a) => a.storage),
      );
      calls.push({
        module,
        name,
        inputs,
        outputs,
        inside,
        makes: !outputs.every((a) => known.has(a.storage)),
      });
    }),
  );
  try {
    return meta(() =>
      noGrad(() => {
        const inputs = inputsOf(
          caller,
          given,
          first !== undefined && isFloat(first) ? first : getDefaultDtype(),
        );
        model.eval();
        model(...(inputs as never[]));
        return { calls, inputs, batch: inputs[0].shape[0] };
      }),
    );
  } catch (error) {
    const last = calls.at(-1);
    const where =
      last === undefined
        ? ''
        : ` (after ${last.name === '' ? 'the model' : `'${last.name}'`}, whose result is ${last.outputs.map((a) => shapeText(a.shape)).join(', ')})`;
    if (error instanceof Error) error.message += where;
    throw error;
  } finally {
    for (const hook of hooks) hook.remove();
    for (const [module, training] of modes) module.training = training;
  }
}
