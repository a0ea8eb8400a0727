// matplotlib.animation: a function draws each frame, and the figure plays them under a slider.

import type { Figure } from './figure.js';
import { DISPLAY, INSPECT } from './frame.js';
import { type Names, read } from './options.js';

export interface AnimationOptions<F = number> {
  /** How many frames, or what the function is called with for each. Default 100. */
  frames?: number | Iterable<F>;
  /** Milliseconds from one frame to the next. Default 200. */
  interval?: number;
  /** Is called before the first frame. */
  init_func?: () => unknown;
  /** More arguments of the function. */
  fargs?: readonly unknown[];
  /** Taken, and left to the chart. */
  blit?: boolean;
  repeat?: boolean;
  repeat_delay?: number;
  save_count?: number;
  cache_frame_data?: boolean;
}
const ANIMATION: Names<AnimationOptions> = {
  frames: 1,
  interval: 1,
  init_func: 1,
  fargs: 1,
  blit: 1,
  repeat: 1,
  repeat_delay: 1,
  save_count: 1,
  cache_frame_data: 1,
};
/** More states of a chart than this make a page too large to open. */
const MOST = 1000;

/** Frames of a figure that are played; it shows itself. */
export class Animation {
  constructor(
    readonly figure: Figure,
    readonly length: number,
  ) {}

  /** A page that plays the frames. */
  to_jshtml(): string {
    return this.figure.toHTML();
  }

  to_html5_video(): string {
    return this.figure.toHTML();
  }

  /** Writes a page (.html) that plays the frames, or Plotly's figure with its frames (.json). */
  save(path: string, _options?: object): void {
    if (!/\.(html?|json)$/i.test(path))
      throw new RangeError(
        `save: an animation is written as a page (.html) or as Plotly's figure (.json), got '${path}': ` +
          'films need an encoder, which is not here',
      );
    this.figure.save(path);
  }

  toString(): string {
    return `Animation(${this.length} frames of ${this.figure})`;
  }

  [INSPECT](): string {
    return this.toString();
  }

  [DISPLAY](): Record<string, unknown> {
    return this.figure[DISPLAY]();
  }
}

function funcAnimation<F = number>(
  figure: Figure,
  update: (frame: F, ...more: any[]) => unknown,
  options: AnimationOptions<F> = {},
): Animation {
  const o = read<AnimationOptions>('FuncAnimation', options as AnimationOptions, ANIMATION);
  const { frames = o.save_count ?? 100, interval = 200, fargs = [] } = o;
  const states = typeof frames === 'number' ? Array.from({ length: frames }, (_, i) => i) : [...frames];
  if (states.length < 2 || states.length > MOST)
    throw new RangeError(`FuncAnimation: takes 2 to ${MOST} frames, got ${states.length}`);
  o.init_func?.();
  const own = figure.figure;
  const drawn = states.map((state) => {
    update(state as F, ...fargs);
    return own.toJSON();
  });
  own.play(drawn, states.map(String), { duration: interval });
  return new Animation(own, states.length);
}

/**
 * Calls a function for each frame, which changes what is drawn, and plays what it has drawn under a slider.
 * @param figure the figure that the function changes
 * @param update is called with the number of the frame, or with each of `frames`
 * @example
 * const [fig, ax] = plot.subplots();
 * const x = np.linspace(0, 2 * Math.PI, 50);
 * const [line] = ax.plot(x, np.sin(x));
 * plot.FuncAnimation(fig, (i) => line.set_ydata(np.sin(np.add(x, i / 10))), { frames: 20, interval: 50 });
 * @see matplotlib.animation.FuncAnimation
 */
export const FuncAnimation = funcAnimation as {
  <F = number>(
    figure: Figure,
    update: (frame: F, ...more: any[]) => unknown,
    options?: AnimationOptions<F>,
  ): Animation;
  new <F = number>(
    figure: Figure,
    update: (frame: F, ...more: any[]) => unknown,
    options?: AnimationOptions<F>,
  ): Animation;
};

/** matplotlib's module of animations. */
export const animation = { FuncAnimation };
