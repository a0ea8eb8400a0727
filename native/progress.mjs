// What the user sees of a set-up: lines that say what is being done, how long it took, and what failed.
// Node's own modules only, because it runs before there are others.
import { spawn } from 'node:child_process';

export const say = (text) => console.log(`gradlab: ${text}`);
export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** An end the user can act upon: the text alone, without a stack. */
export class Stop extends Error {}

/** Runs a command quietly under a progress line; its output is shown only if it fails. */
export async function quietly(what, command, args, options = {}) {
  const begun = performance.now();
  const live = process.stdout.isTTY;
  if (!live) say(`${what} ...`);
  const draw = () => process.stdout.write(`\r\x1b[Kgradlab: ${what} ... ${seconds(begun)}`);
  const timer = live ? setInterval(draw, 200) : undefined;
  const output = [];
  const child = spawn(command, args, { stdio: ['inherit', 'pipe', 'pipe'], ...options });
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const code = await new Promise((done) => {
    child.on('error', (error) => {
      output.push(Buffer.from(`${error.message}\n`));
      done(-1);
    });
    child.on('close', done);
  });
  clearInterval(timer);
  if (live) process.stdout.write('\r\x1b[K');
  if (code === 0) {
    say(`${what}: done in ${seconds(begun)}`);
    return;
  }
  const lines = Buffer.concat(output).toString().trimEnd().split('\n');
  throw new Stop(`${what}: failed\n  $ ${command} ${args.join(' ')}\n${lines.slice(-60).join('\n')}`);
}
