// The current figure and axes, as matplotlib.pyplot keeps them, and the figures that are open: made, and neither shown
// nor closed. Each cell of a notebook has its own, and shows what is open when it ends; a program has one set.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Axes } from './axes.js';
import type { Figure } from './figure.js';

/** The figures of one cell. */
interface Open {
  /** In the order in which they were made. */
  figures: Figure[];
  current: Figure | undefined;
}

const RUNNING = Symbol.for('gradlab.cell');
const program: Open = { figures: [], current: undefined };
const cells = new WeakMap<object, Open>();
/** Where an open figure is kept. */
const keepers = new WeakMap<Figure, Open>();
/** The figures of a function that has its own, see `withFigures`. */
const inner = new AsyncLocalStorage<Open>();

function open(): Open {
  const own = inner.getStore();
  if (own) return own;
  const cell = (globalThis as unknown as Record<symbol, object | undefined>)[RUNNING];
  if (cell === undefined) return program;
  const its = cells.get(cell) ?? { figures: [], current: undefined };
  cells.set(cell, its);
  return its;
}

/** Makes a figure the current one; the cell will show it. */
export function keep<F extends Figure>(figure: F): F {
  const here = open();
  if (!here.figures.includes(figure)) here.figures.push(figure);
  keepers.set(figure, here);
  here.current = figure;
  return figure;
}

/** A figure that was shown, or closed, is no longer open: what is drawn next begins another. */
export function release(figure: Figure): void {
  const here = keepers.get(figure);
  if (!here) return;
  keepers.delete(figure);
  here.figures = here.figures.filter((each) => each !== figure);
  if (here.current === figure) here.current = here.figures.at(-1);
}

export const openFigures = (): readonly Figure[] => open().figures;

/** The current figure, if one is open. */
export const currentFigure = (): Figure | undefined => open().current;

/** Makes axes the current ones, and their figure the current figure. */
export function makeCurrent(axes: Axes): void {
  axes.figure.sca(axes);
  keep(axes.figure);
}

/**
 * Shows the figures that are open and have something drawn on them, in order, and closes them all.
 * @param except the value of the cell, which is shown as its result
 */
export function showOpen(show: (figure: Figure) => unknown, except?: unknown): void {
  for (const figure of [...open().figures]) {
    release(figure);
    if (!figure.blank && except !== figure && (except as Partial<Axes> | undefined)?.figure !== figure)
      show(figure);
  }
}

/**
 * Runs a function with figures of its own: what it draws and does not show itself is shown when it has ended.
 * @param show what shows a figure
 */
export function withFigures<R>(run: () => R, show: (figure: Figure) => unknown): R {
  return inner.run({ figures: [], current: undefined }, () => {
    let result: R;
    try {
      result = run();
    } catch (error) {
      showOpen(show);
      throw error;
    }
    if (!(result instanceof Promise)) {
      showOpen(show, result);
      return result;
    }
    return result.finally(() => showOpen(show)) as R;
  });
}
