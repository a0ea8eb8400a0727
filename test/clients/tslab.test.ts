// The library as a guest in other kernels: installed from the packed package, imported in cells of tslab and, where it
// is found, of Deno. There are no operators on arrays there: cells use methods.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KernelClient, type NotebookOutput, startKernel } from '../../kernel/protocol/client.js';
import { denoKernel, type Project, projectWithLibrary, tslabKernel } from './guests.js';

let project: Project;
beforeAll(() => {
  project = projectWithLibrary();
});
afterAll(() => project.remove());

const textOf = (outputs: NotebookOutput[]): string =>
  outputs.map((output) => (output.output_type === 'stream' ? output.text : '')).join('');

type Bundle = Record<string, unknown>;
const bundles = (outputs: NotebookOutput[]): Bundle[] =>
  outputs.flatMap((output) => ('data' in output ? [output.data as Bundle] : []));

describe('in tslab', () => {
  let kernel: KernelClient;
  beforeAll(async () => {
    kernel = await startKernel({ argv: tslabKernel, transport: 'tcp', cwd: project.folder });
    await run("import { data, np, nn, optim, plot, progress, valueAndGrad } from 'gradlab'");
  });
  afterAll(() => kernel.kill());

  async function run(code: string): Promise<NotebookOutput[]> {
    const { reply, outputs } = await kernel.execute(code);
    expect(reply.status, `${code}\n${textOf(outputs)}`).toBe('ok');
    return outputs;
  }

  /** Runs a cell that has to fail; returns what it printed. */
  async function fail(code: string): Promise<string> {
    const { reply, outputs } = await kernel.execute(code);
    expect(reply.status).toBe('error');
    // For a moment after an error tslab aborts cells, without a word on iopub.
    const cell = { code: '0', silent: false };
    for (let status: unknown = 'abort'; status === 'abort'; ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const reply = await kernel.request('shell', 'execute_request', cell, { idle: false });
      ({ status } = reply.content);
    }
    return textOf(outputs);
  }

  it("prints arrays as NumPy's", async () => {
    expect(textOf(await run('const X = np.arange(6).reshape(2, 3).mul(0.5); X'))).toBe(
      'array([[0. , 0.5, 1. ],\n       [1.5, 2. , 2.5]])\n',
    );
    expect(textOf(await run("console.log(String(X.at(':', 1)))"))).toBe('[0.5 2. ]\n');
  });

  it('gives the same library through require', async () => {
    expect(textOf(await run("require('gradlab').np === np"))).toBe('true\n');
  });

  it('checks cells against the types of the library', async () => {
    const printed = await fail('const n: number = np.ones(2).add(1)');
    expect(printed).toContain(`Type 'NDArray<"float64">' is not assignable to type 'number'`);
  });

  it('completes names of the library', async () => {
    const { matches } = await kernel.complete('np.linsp');
    expect(matches).toContain('linspace');
  });

  it('trains a network written with methods', async () => {
    const cell = `
class Net extends nn.Module {
  fc = new nn.Linear(2, 3);
  forward(x: ReturnType<typeof np.zeros>) { return this.fc(x); }
}
np.random.seed(0);
const [points, labels] = data.spiral();
const net = new Net();
const opt = new optim.Adam(net.parameters(), { lr: 0.1 });
for (const _ of progress(Array(50))) {
  opt.zeroGrad();
  nn.crossEntropy(net.forward(points), labels).backward();
  opt.step();
}
console.log(nn.crossEntropy(net.forward(points), labels).item() < 0.85)`;
    const outputs = await run(cell);
    expect(textOf(outputs)).toBe('true\n');
    expect(JSON.stringify(bundles(outputs))).toContain('50/50');
  });

  it('shows charts through its display: the first brings the chart library', async () => {
    const [first] = bundles(await run("plot.plot([1, 2, 4]).title('Growth').show();"));
    const [second] = bundles(await run('plot.plot([4, 2, 1]).show();'));
    expect(Object.keys(first)).toEqual(['text/html']);
    expect(first['text/html']).toContain('Growth');
    expect(String(first['text/html']).length).toBeGreaterThan(1e6);
    expect(String(second['text/html']).length).toBeLessThan(2e4);
  });

  it('explains shapes that do not fit', async () => {
    const printed = await fail('np.dot(np.ones([2, 3]), np.ones([2, 3]))');
    expect(printed).toContain('dot: shapes (2, 3) and (2, 3) do not align');
  });
});

const deno = denoKernel();
if (deno === null) console.log('Deno is not installed (on the PATH or as GRADLAB_DENO): not tried');

describe.runIf(deno !== null)('in Deno', () => {
  let kernel: KernelClient;
  beforeAll(async () => {
    const env = { DENO_DIR: `${project.folder}/deno`, NO_COLOR: '1' };
    kernel = await startKernel({ argv: deno!, transport: 'tcp', cwd: project.folder, env });
    expect((await kernel.execute("import { np, plot, progress } from 'gradlab'")).reply.status).toBe('ok');
  });
  afterAll(() => kernel.kill());

  /** Runs a cell; returns what it shows, once that has these texts. Deno may send output after the cell's idle. */
  function run(code: string, ...texts: string[]): Promise<Bundle[]> {
    const seen: Bundle[] = [];
    return new Promise((resolve, reject) => {
      kernel.onIopub = ({ content }) => {
        if (!('data' in content)) return;
        seen.push(content.data as Bundle);
        const all = JSON.stringify(seen);
        if (texts.every((text) => all.includes(text))) resolve(seen);
      };
      kernel.execute(code).then(({ reply }) => {
        if (reply.status !== 'ok') reject(new Error(JSON.stringify(reply)));
      }, reject);
    });
  }

  it("shows arrays as NumPy's", async () => {
    const [bundle] = await run('np.arange(6).reshape(2, 3).mul(0.5)', 'array');
    expect(bundle['text/plain']).toBe('array([[0. , 0.5, 1. ],\n       [1.5, 2. , 2.5]])');
  });

  it('shows a chart as the value of a cell, for pages with and without Plotly', async () => {
    const [bundle] = await run("plot.plot([1, 2, 4]).title('Growth')", 'Growth');
    expect(bundle).toHaveProperty(['application/vnd.plotly.v1+json', 'data', 0, 'y'], [1, 2, 4]);
    expect(bundle['text/html']).toContain('Growth');
  });

  it('shows a chart and a progress bar in the middle of a cell', async () => {
    const code = "plot.plot([4, 2, 1]).title('Decay').show(); for (const i of progress([1, 2, 3])) i;";
    const shown = await run(code, '3/3', 'Decay');
    const chart = shown.find((bundle) => 'application/vnd.plotly.v1+json' in bundle);
    expect(chart).toHaveProperty(['application/vnd.plotly.v1+json', 'data', 0, 'y'], [4, 2, 1]);
  });

  it('explains shapes that do not fit', async () => {
    const { reply } = await kernel.execute('np.dot(np.ones([2, 3]), np.ones([2, 3]))');
    expect(JSON.stringify(reply)).toContain('dot: shapes (2, 3) and (2, 3) do not align');
  });
});
