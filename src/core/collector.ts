// Hurries V8 along. It looks for arrays that nobody has any more when enough memory has been taken, which is far later
// than the cache is full, so a loop of large temporaries would always work on cold memory. A minor collection (of young
// objects) every few megabytes costs some tens of microseconds and hands the same blocks out again while they are warm.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LEAST = 8 * 2 ** 20;
const MOST = 128 * 2 ** 20;
/** The share of the time that collections may take before they become rarer. */
const SHARE = 0.3;

let taken = 0;
let interval = LEAST;
let last = 0;
let collect: (() => void) | null | undefined;

/** The engine's minor collection, or null where it cannot be had. */
function minorCollection(): (() => void) | null {
  try {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void;
    setFlagsFromString('--no-expose-gc');
    // V8 would leave the freeing to another thread, and blocks would come back late and cold.
    setFlagsFromString('--no-concurrent-array-buffer-sweeping');
    // A collection in the middle of a step finds its temporaries alive, and V8 would make them among what lives long.
    setFlagsFromString('--no-allocation-site-pretenuring');
    gc({ type: 'minor' });
    return () => gc({ type: 'minor' });
  } catch {
    return null;
  }
}

/** Told of every block that is about to come from the system. */
export function takes(bytes: number): void {
  taken += bytes;
  if (taken < interval) return;
  taken = 0;
  if (collect === undefined) collect = minorCollection();
  if (collect === null) return;
  const begun = performance.now();
  collect();
  const now = performance.now();
  // Where much is alive a collection has much to copy.
  const often = now - begun > SHARE * (now - last);
  interval = often ? Math.min(2 * interval, MOST) : Math.max(interval / 2, LEAST);
  last = now;
}
