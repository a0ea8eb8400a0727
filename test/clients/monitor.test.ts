// The monitor of a training run in Debian's Jupyter Notebook, in Chromium: one set of charts that changes while the cell
// still runs, and a progress bar beside it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useNotebookPage } from './classic.js';
import { savedPicture } from './jupyter.js';

const source = `np.random.seed(0)
const X = np.random.randn(400, 64), y = np.argmax(X[':', ':4'], {axis: 1})
const model = new nn.Sequential(new nn.Linear(64, 36), new nn.ReLU(), new nn.Linear(36, 4))
const opt = new optim.SGD(model.parameters(), {lr: 0.1})
const loader = new data.DataLoader([X, y], {batchSize: 20, shuffle: true})
const monitor = new training.Monitor(model, {
  batchesPerEpoch: loader.length, every: 0.5, title: 'Live', panels: ['loss', 'accuracy', 'ratio', 'activations'],
})
// A synchronous loop, long enough to be watched.
for (const epoch of progress(30, {desc: 'epoch'})) {
  for (const [xb, yb] of loader) {
    opt.zeroGrad()
    const loss = nn.crossEntropy(model(xb), yb)
    loss.backward()
    opt.step()
    monitor.batch(loss)
    for (const end = Date.now() + 25; Date.now() < end; );
  }
  monitor.epoch({train: 0.5 + epoch / 50, validation: 0.5 + epoch / 60})
}
monitor.close()`;

describe('a monitor in a Jupyter page', () => {
  const session = useNotebookPage((folder) => {
    const cells = [source, "plot.plot([1, 2], {title: 'After'})"].map((text) => ({
      ...{ cell_type: 'code', metadata: {}, execution_count: null, outputs: [] },
      source: text,
    }));
    const kernelspec = { name: 'gradlab', display_name: 'TypeScript (gradlab)', language: 'typescript' };
    const live = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 4 };
    writeFileSync(join(folder, 'live.ipynb'), JSON.stringify(live));
    return 'live.ipynb';
  }, 1300);

  /** Epochs to which the loss is drawn, marks in the accuracy chart, and whether the cell still runs. */
  const state = () =>
    session.page.evaluate(() => {
      const charts = [...document.querySelectorAll('.js-plotly-plot')] as unknown as {
        data: { x: number[] }[];
      }[];
      const prompt = document.querySelector('.code_cell .input_prompt')?.textContent ?? '';
      return {
        charts: charts.length,
        epochs: charts[0]?.data[0]?.x.at(-1) ?? 0,
        busy: prompt.includes('*'),
        bar: (document.querySelector('.output_area progress') as HTMLProgressElement | null)?.value ?? 0,
      };
    });

  it('changes while the cell runs, as one chart', async () => {
    const { page } = session;
    await page.click('#celllink');
    await page.click('#run_all_cells');
    const seen: Awaited<ReturnType<typeof state>>[] = [];
    for (const deadline = Date.now() + 100_000; Date.now() < deadline; ) {
      const now = await state();
      if (now.busy && now.charts > 0 && now.epochs > (seen.at(-1)?.epochs ?? 0)) {
        seen.push(now);
        if (seen.length === 3) await page.screenshot({ path: savedPicture('monitor-live.png') });
      }
      if (!now.busy && seen.length > 0) break;
      await new Promise((done) => setTimeout(done, 100));
    }
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen.every((s) => s.charts === 1)).toBe(true);
    expect(seen.at(-1)!.bar).toBeGreaterThan(seen[0].bar);
  });

  it('stands at the last epoch in the end, and later charts draw', async () => {
    const { page } = session;
    await page.waitForFunction(() => document.querySelectorAll('.js-plotly-plot').length === 2, undefined, {
      timeout: 120_000,
    });
    expect(await state()).toMatchObject({ epochs: 30, bar: 30, busy: false });
    expect(await page.locator('.output_error').count()).toBe(0);
    await page.screenshot({ path: savedPicture('monitor-end.png') });
  });
});
