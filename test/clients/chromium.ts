// Debian's Chromium, driven by playwright-core, and what it finds drawn on a page.
import { join } from 'node:path';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';
import { chromium, type JupyterHome } from './jupyter.js';

export function openChromium(home: JupyterHome): Promise<Browser> {
  return launcher.launch({
    executablePath: chromium,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    env: {
      ...home.env,
      XDG_CONFIG_HOME: join(home.folder, 'chromium'),
      XDG_CACHE_HOME: join(home.folder, 'chromium'),
    } as Record<string, string>,
  });
}

export interface DrawnChart {
  title: string;
  /** scatter points that are in the SVG */
  points: number;
  /** lines that are in the SVG */
  lines: number;
}

/** Waits until `count` Plotly charts are drawn, points included, and says what their SVG holds. */
export async function drawnCharts(page: Page, count: number, timeout = 120_000): Promise<DrawnChart[]> {
  await page.waitForFunction(
    (wanted) => {
      const charts = [...document.querySelectorAll('.js-plotly-plot')];
      return (
        charts.filter((chart) => chart.querySelector('.main-svg .scatterlayer .points path')).length >= wanted
      );
    },
    count,
    { timeout },
  );
  return page.$$eval('.js-plotly-plot', (charts) =>
    charts.map((chart) => ({
      title: chart.querySelector('.gtitle')?.textContent ?? '',
      points: chart.querySelectorAll('.scatterlayer .points path').length,
      lines: chart.querySelectorAll('.scatterlayer .lines path').length,
    })),
  );
}
