// The spiral notebook in Debian's Jupyter Notebook, in Chromium: opened, all cells run, all charts drawn.
import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawnCharts } from './chromium.js';
import { useNotebookPage } from './classic.js';
import { courseLosses, printedLosses } from './executed.js';
import { notebook, savedPicture } from './jupyter.js';

describe('the spiral notebook in a Jupyter page', () => {
  // A copy, because the page saves what it runs.
  const session = useNotebookPage((folder) => {
    copyFileSync(notebook, join(folder, basename(notebook)));
    return basename(notebook);
  }, 1000);

  it('names the kernel "TypeScript (gradlab)" and asks no question', async () => {
    const { page } = session;
    expect(await page.textContent('.kernel_indicator_name')).toBe('TypeScript (gradlab)');
    expect(await page.locator('.modal:visible').count()).toBe(0);
  });

  it('runs all cells from the menu, each without an error', async () => {
    const { page } = session;
    await page.click('#celllink');
    await page.click('#run_all_cells');
    const cells = await page.locator('.code_cell').count();
    await page.waitForFunction(
      (count) => {
        const prompts = [...document.querySelectorAll('.code_cell .input_prompt')].map(
          (e) => e.textContent ?? '',
        );
        return (
          document.querySelector('.output_error') !== null ||
          prompts.filter((t) => /\[\d+\]/.test(t)).length === count
        );
      },
      cells,
      { timeout: 120_000 },
    );
    expect(await page.locator('.output_error').allTextContents()).toEqual([]);
  });

  it("shows the course's losses", async () => {
    const { page } = session;
    const printed = (await page.locator('.output_stdout').allTextContents()).join('\n');
    const { linear, net } = printedLosses(printed);
    expect(linear).toEqual(courseLosses.linear);
    expect(net).toHaveLength(10);
  });

  it('draws the three charts: the points, and regions with points beside a loss curve, twice', async () => {
    const { page } = session;
    const charts = await drawnCharts(page, 3);
    expect(charts).toHaveLength(3);
    expect(charts.map((chart) => chart.points)).toEqual([300, 300, 300]);
    expect(charts[1].title).toContain('accuracy 0.49');
    expect(charts[2].title).toContain('accuracy 0.98');
    expect(charts[1].lines).toBeGreaterThan(0);
    // What the README shows: the page with the training of the network above its chart.
    await page.locator('.js-plotly-plot').nth(2).scrollIntoViewIfNeeded();
    await page.locator('#site').evaluate((site) => site.scrollBy(0, 60));
    await page.screenshot({ path: savedPicture('readme.png') });
    // The classic page scrolls inside #site: unfold it, so that the picture shows the whole notebook.
    await page.addStyleTag({ content: '#site { height: auto !important; overflow: visible !important }' });
    await page.screenshot({ path: savedPicture('notebook-page.png'), fullPage: true });
    for (const [i, name] of ['scatter', 'linear', 'net'].entries()) {
      await page
        .locator('.js-plotly-plot')
        .nth(i)
        .screenshot({ path: savedPicture(`chart-${name}.png`) });
    }
  });
});
