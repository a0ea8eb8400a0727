// `jupyter nbconvert --execute` makes a page of the spiral notebook; Chromium, without a network, draws its charts.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawnCharts, openChromium } from './chromium.js';
import { type JupyterHome, jupyter, jupyterHome, notebook, runToEnd, savedPicture } from './jupyter.js';

describe('nbconvert --execute with the spiral notebook', () => {
  let home: JupyterHome;
  beforeAll(() => {
    home = jupyterHome();
    const args = [
      'nbconvert',
      '--to',
      'html',
      '--execute',
      '--output-dir',
      home.folder,
      '--output',
      'spiral.html',
    ];
    runToEnd(jupyter, [...args, notebook], home.env, home.folder);
  });
  afterAll(() => home.remove());

  it('gives a page that draws all three charts offline', async () => {
    const browser = await openChromium(home);
    try {
      const context = await browser.newContext({ offline: true, viewport: { width: 1200, height: 900 } });
      const page = await context.newPage();
      await page.goto(pathToFileURL(join(home.folder, 'spiral.html')).href, {
        waitUntil: 'domcontentloaded',
      });
      const charts = await drawnCharts(page, 3);
      await page.screenshot({ path: savedPicture('nbconvert.png'), fullPage: true });
      expect(charts.map((chart) => chart.points)).toEqual([300, 300, 300]);
    } finally {
      await browser.close();
    }
  });
});
