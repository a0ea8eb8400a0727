// The pool of threads: same results with any number of threads, growing and shrinking, processes and workers that end
// while its threads sleep.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { getNumThreads, setNumThreads } from '../../src/backend/index.js';
import { np } from '../../src/index.js';

const initial = getNumThreads();
afterAll(() => setNumThreads(initial));

const built = fileURLToPath(new URL('../../dist/src/index.js', import.meta.url));
const inNode = (script: string): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 110_000,
  });

describe('threads', () => {
  it('gives the same results with 1, 2, 3 and 7 of them, whatever order they are set in', () => {
    const x = np.linspace(-3, 3, 300_000);
    const m = np.reshape(x, [600, 500]);
    const results = [1, 3, 2, 7, 1, 2].map((threads) => {
      setNumThreads(threads);
      expect(getNumThreads()).toBe(threads);
      return [
        np.exp(x),
        np.add(m, np.linspace(0, 1, 500)),
        m.T.copy(),
        np.sum(m),
        np.sum(m, { axis: 0 }),
        np.sum(m, { axis: 1 }),
        np.argmax(m, { axis: 1 }),
        np.cumsum(m, { axis: 1 }),
      ].map((a) => np.reshape(a, [-1]).tolist());
    });
    for (const other of results.slice(1)) expect(other).toEqual(results[0]);
  });

  it('does thousands of small jobs after one another, each complete when its call returns', () => {
    setNumThreads(4);
    const a = np.zeros(40_000);
    for (let i = 0; i < 3000; i++) a.iadd(1);
    expect(np.min(a).item()).toBe(3000);
    expect(np.max(a).item()).toBe(3000);
  });

  it('lets the process end while they sleep, by itself and by process.exit', () => {
    const work = `import { np } from ${JSON.stringify(built)};
      np.setNumThreads(3);
      console.log(np.sum(np.add(np.ones(1e6), 1)).item());`;
    expect(inNode(work)).toBe('2000000\n');
    expect(inNode(`${work} process.exit(0);`)).toBe('2000000\n');
    expect(inNode(`${work} await new Promise((done) => setTimeout(done, 50)); process.exit(0);`)).toBe(
      '2000000\n',
    );
  });

  it('serves workers that compute at the same time, and survives their end', () => {
    const script = `import { Worker } from 'node:worker_threads';
      const code = \`import(${JSON.stringify(JSON.stringify(built)).slice(1, -1)}).then(({ np }) => {
        let a = np.zeros(200000);
        for (let i = 0; i < 50; i++) a = a.add(1);
        require('node:worker_threads').parentPort.postMessage(np.sum(a).item());
      });\`;
      const answers = await Promise.all([1, 2, 3].map(() => new Promise((resolve, reject) => {
        const worker = new Worker(code, { eval: true, execArgv: [] });
        let answer;
        worker.on('message', (m) => { answer = m; });
        worker.on('error', reject);
        worker.on('exit', () => resolve(answer));
      })));
      const { np } = await import(${JSON.stringify(built)});
      console.log(answers.join(' '), np.sum(np.add(np.ones(1e6), 1)).item());`;
    expect(inNode(script)).toBe('10000000 10000000 10000000 2000000\n');
  });
});
