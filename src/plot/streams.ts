// Lines along a field of arrows, for `streamplot`: each follows the field both ways from a seed until it leaves the grid,
// stands still, or comes near another line. Pure functions from numbers to outlines.

export interface Field2d {
  x: readonly number[];
  y: readonly number[];
  u: readonly (readonly number[])[];
  v: readonly (readonly number[])[];
}

type Point = [x: number, y: number];

/** Lines, and where each has its arrow head with the direction there; places are those of the data. */
export interface Streams {
  lines: Point[][];
  heads: { at: Point; along: Point }[];
}

const STEP = 0.35;

/** Streamlines of a field; `density` 1 lets about 30 pass along each side. */
export function streams({ x, y, u, v }: Field2d, density: number): Streams {
  const [nx, ny] = [x.length - 1, y.length - 1];
  const between = (field: readonly (readonly number[])[], c: number, r: number): number => {
    const [i, j] = [Math.min(nx - 1, Math.floor(c)), Math.min(ny - 1, Math.floor(r))];
    const [s, t] = [c - i, r - j];
    const along = (row: readonly number[]): number => row[i] * (1 - s) + row[i + 1] * s;
    return along(field[j]) * (1 - t) + along(field[j + 1]) * t;
  };
  // In steps of the grid, so that a step is as long everywhere.
  const [sx, sy] = [nx / (x[nx] - x[0]), ny / (y[ny] - y[0])];
  const inside = ([c, r]: Point): boolean => c >= 0 && c <= nx && r >= 0 && r <= ny;
  const direction = ([c, r]: Point): Point | undefined => {
    const [du, dv] = [between(u, c, r) * sx, between(v, c, r) * sy];
    const length = Math.hypot(du, dv);
    return length > 1e-12 && Number.isFinite(length) ? [du / length, dv / length] : undefined;
  };
  const cells = Math.max(2, Math.round(30 * density));
  const taken = new Uint8Array(cells * cells);
  const cellOf = ([c, r]: Point): number =>
    Math.min(cells - 1, Math.floor((c / nx) * cells)) +
    cells * Math.min(cells - 1, Math.floor((r / ny) * cells));
  const step = STEP * Math.min(nx, ny) * (1 / cells);

  /** One way from a seed; marks the cells that it passes, and ends where another line has been. */
  const follow = (seed: Point, sign: number, own: Set<number>): Point[] => {
    const path: Point[] = [];
    let at = seed;
    for (let n = 0; n < 40 * cells; n++) {
      const first = direction(at);
      if (!first) break;
      const middle: Point = [at[0] + (sign * step * first[0]) / 2, at[1] + (sign * step * first[1]) / 2];
      const second = inside(middle) ? direction(middle) : undefined;
      if (!second) break;
      at = [at[0] + sign * step * second[0], at[1] + sign * step * second[1]];
      if (!inside(at)) break;
      const cell = cellOf(at);
      if (taken[cell] && !own.has(cell)) break;
      own.add(cell);
      path.push(at);
      // Around a closed loop once.
      if (n > 8 && Math.hypot(at[0] - seed[0], at[1] - seed[1]) < step) break;
    }
    return path;
  };

  const out: Streams = { lines: [], heads: [] };
  const place = ([c, r]: Point): Point => [x[0] + c / sx, y[0] + r / sy];
  // From the edge inwards, as a spiral over the cells.
  const seeds = Array.from({ length: cells * cells }, (_, k) => [k % cells, Math.floor(k / cells)]).sort(
    (a, b) => ring(a, cells) - ring(b, cells),
  );
  for (const [i, j] of seeds) {
    if (taken[i + cells * j]) continue;
    const seed: Point = [((i + 0.5) / cells) * nx, ((j + 0.5) / cells) * ny];
    const own = new Set([cellOf(seed)]);
    const path = [...follow(seed, -1, own).reverse(), seed, ...follow(seed, 1, own)];
    if (path.length < 12) continue;
    for (const cell of own) taken[cell] = 1;
    const middle = Math.floor(path.length / 2);
    const [a, b] = [place(path[middle - 1]), place(path[middle])];
    out.lines.push(path.map(place));
    out.heads.push({ at: b, along: [b[0] - a[0], b[1] - a[1]] });
  }
  return out;
}

const ring = ([i, j]: readonly number[], n: number): number => Math.min(i, j, n - 1 - i, n - 1 - j);
