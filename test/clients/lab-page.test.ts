// JupyterLab's page as `gradlab lab` serves it, in Chromium: what a student does in an hour, done in a minute.
import { copyFileSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { courseLosses, printedLosses, readExecuted } from './executed.js';
import { notebook } from './jupyter.js';
import { useLab } from './lab.js';

describe('the lab', () => {
  const session = useLab('lab');

  beforeAll(() => {
    copyFileSync(notebook, join(session.folder, basename(notebook)));
  });

  it("opens with a launcher: our kernel and the course's notebooks", async () => {
    const { lab, page, picture } = session;
    await page.goto(lab.url);
    await page.waitForSelector('.jp-Launcher');
    expect(page.url()).not.toContain('token');
    await page.waitForSelector('.jp-LauncherCard[title*="17-spiral-case-study"]');
    const sections = await page.locator('.jp-Launcher-sectionTitle').allTextContents();
    expect(sections.slice(0, 3)).toEqual(['Notebook', 'Course', 'Console']);
    expect(await page.locator('.jp-LauncherCard[title="TypeScript (gradlab)"]').count()).toBeGreaterThan(0);
    await picture('launcher');
  });

  it('opens the spiral notebook: text with formulas, TypeScript in colours, the kernel idle', async () => {
    const { lab, page, book, picture } = session;
    await page.goto(`${lab.origin}/lab/tree/${basename(notebook)}`);
    await book.idle();
    await page.waitForSelector('.jp-RenderedMarkdown mjx-container');
    expect(await page.textContent('.jp-NotebookPanel-toolbar .jp-KernelName')).toContain(
      'TypeScript (gradlab)',
    );
    const words = page.locator('.jp-CodeCell .cm-line span:text-is("function")');
    expect(await words.first().evaluate((word) => getComputedStyle(word).fontWeight)).toBe('700');
    expect(await page.locator('.jp-Dialog').count()).toBe(0);
    await picture('opened');
  });

  it("runs all cells and saves them with the course's losses", async () => {
    const { book, folder } = session;
    await book.menu('Run', 'Run All Cells');
    const path = join(folder, basename(notebook));
    const counts = () =>
      (
        JSON.parse(readFileSync(path, 'utf8')).cells as { cell_type: string; execution_count?: number }[]
      ).filter((cell) => cell.cell_type === 'code' && !cell.execution_count).length;
    await book.busy();
    await book.idle(120_000);
    await book.save();
    expect(counts()).toBe(0);
    const { errors, printed, charts } = readExecuted(path);
    expect(errors).toEqual([]);
    expect(charts).toHaveLength(3);
    expect(printedLosses(printed).linear).toEqual(courseLosses.linear);
  });

  it('draws charts that live: a point tells its values under the mouse', async () => {
    const { page, book, picture } = session;
    const chart = await book.chart(0);
    const points = chart.locator('.scatterlayer .points path');
    await points.first().waitFor();
    expect(await points.count()).toBe(300);
    await points.nth(150).hover({ force: true });
    await page.waitForSelector('.hoverlayer .hovertext');
    await picture('hover');
  });

  it('keeps what is edited, over a save and a reload of the page, and the variables with it', async () => {
    const { page, book, folder } = session;
    expect(await book.run('const kept = 41\nkept + 1')).toContain('42');
    await book.save();
    await page.reload();
    await book.idle();
    const text = readFileSync(join(folder, basename(notebook)), 'utf8');
    expect(text).toContain('const kept = 41');
    expect(text.endsWith('}\n')).toBe(true);
    expect(await book.run('kept * 2')).toContain('82');
  });

  it('completes names on Tab', async () => {
    const { page, book, picture } = session;
    await book.write('np.lins');
    await page.keyboard.press('Tab');
    // One candidate is taken at once, several are offered.
    await page.waitForFunction(
      () =>
        document.querySelector('.jp-Completer:not(.lm-mod-hidden) .jp-Completer-item') !== null ||
        document.querySelector('.jp-mod-active .cm-content')?.textContent?.includes('np.linspace'),
    );
    if (await page.locator('.jp-Completer:not(.lm-mod-hidden)').count()) {
      await picture('completion');
      await page.keyboard.press('Enter');
    }
    await page.waitForFunction(() =>
      document.querySelector('.jp-mod-active .cm-content')?.textContent?.includes('np.linspace'),
    );
  });

  it('tells what a function does on Shift-Tab', async () => {
    const { page, book, picture } = session;
    await page.keyboard.insertText('(0');
    await page.keyboard.press('Shift+Tab');
    const tooltip = page.locator('.jp-Tooltip');
    await tooltip.waitFor();
    expect(await tooltip.textContent()).toMatch(/linspace/);
    await picture('tooltip');
    await page.keyboard.press('Escape');
    await page.keyboard.insertText(', 1, 3)');
    await page.keyboard.press('Control+Enter');
    await book.ended();
    expect(await book.output()).toContain('0.5');
  });

  it('interrupts an endless loop and keeps the variables', async () => {
    const { page, book } = session;
    await book.write('while (true) {}');
    await page.keyboard.press('Control+Enter');
    await book.busy();
    await page.keyboard.press('i');
    await page.keyboard.press('i');
    await book.ended();
    expect(await book.output()).toMatch(/interrupt/i);
    expect(await book.run('kept')).toContain('41');
  });

  it('restarts: variables are gone, nothing is said of a crash', async () => {
    const { page, book } = session;
    await book.menu('Kernel', 'Restart Kernel…');
    await page.click('.jp-Dialog button:has-text("Restart")');
    await page.waitForSelector('.jp-Dialog', { state: 'detached' });
    await book.idle();
    expect(await book.run('kept')).toContain("Cannot find name 'kept'");
    expect(await page.locator('.jp-Dialog').count()).toBe(0);
  });

  it('survives a crash of the code, and one of the kernel itself', async () => {
    const { page, book, picture } = session;
    expect(await book.run('process.kill(process.pid, "SIGKILL"); await new Promise(() => {})')).toMatch(
      /session ended/,
    );
    const parent = Number(/\d+/.exec(await book.run('process.ppid'))?.[0]);
    expect(parent).toBeGreaterThan(1);
    process.kill(parent, 'SIGKILL');
    // The server starts another; the page says so, and goes on.
    await page.waitForSelector('.jp-Dialog:has-text("restart")', { timeout: 120_000 });
    await picture('crash');
    await page.click('.jp-Dialog button');
    await book.idle();
    expect(await book.run('6 * 7')).toContain('42');
  });

  it('answers input()', async () => {
    const { page, book } = session;
    await book.write('`Hello ${input("Who? ")}!`');
    await page.keyboard.press('Control+Enter');
    const box = page.locator('.jp-Stdin-input');
    await box.waitFor();
    await box.fill('Ada');
    await box.press('Enter');
    await book.ended();
    expect(await book.output()).toContain('Hello Ada!');
    await book.save();
  });

  it('makes a new notebook, runs it and renames it', async () => {
    const { page, book, folder } = session;
    await book.menu('File', 'New', 'Notebook');
    await page.waitForSelector('.lm-TabBar-tabLabel:text-is("Untitled.ipynb")');
    await book.idle();
    await page.click('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell .cm-content');
    await page.keyboard.insertText('np.arange(3)');
    await page.keyboard.press('Control+Enter');
    await book.ended();
    expect(await book.output()).toContain('array([0, 1, 2])');
    await book.pressSave();
    // The first save of an untitled notebook offers a name.
    await page.waitForSelector('.jp-Dialog');
    await page.fill('.jp-Dialog input', 'three.ipynb');
    await page.click('.jp-Dialog .jp-mod-accept');
    await page.waitForSelector('.lm-TabBar-tabLabel:text-is("three.ipynb")');
    expect(readFileSync(join(folder, 'three.ipynb'), 'utf8')).toContain('np.arange(3)');
  });

  it('uploads a file', async () => {
    const { page, folder } = session;
    const chosen = page.waitForEvent('filechooser');
    await page.click(
      '.jp-FileBrowser-toolbar [data-jp-item-name="uploader"] [role="button"], .jp-FileBrowser-toolbar [data-jp-item-name="uploader"] button',
    );
    await (await chosen).setFiles({
      name: 'points.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('x,y\n1,2\n3,4\n'),
    });
    await page.waitForSelector('.jp-DirListing-itemText:has-text("points.csv")');
    expect(readFileSync(join(folder, 'points.csv'), 'utf8')).toBe('x,y\n1,2\n3,4\n');
    await page.dblclick('.jp-DirListing-itemText:has-text("points.csv")');
    await page.waitForSelector('.jp-CSVViewer canvas');
  });

  it('has a console on the kernel', async () => {
    const { page, book, picture } = session;
    await book.menu('File', 'New Launcher');
    const console = page.locator('.jp-Launcher-section:has(.jp-Launcher-sectionTitle:text-is("Console"))');
    await console.locator('.jp-LauncherCard[title="TypeScript (gradlab)"]').click();
    const prompt = page.locator('.jp-CodeConsole-promptCell .cm-content');
    await page.waitForSelector('.jp-CodeConsole-content:has-text("differentiable arrays")');
    await prompt.click();
    await page.keyboard.insertText('np.sum(np.arange(5))');
    await page.keyboard.press('Shift+Enter');
    await page.waitForSelector('.jp-CodeConsole-content .jp-OutputArea-output:has-text("10")');
    await picture('console');
  });

  it('turns dark, and the charts with it', async () => {
    const { page, book, picture } = session;
    await page.click(`.lm-TabBar-tabLabel:text-is("${basename(notebook)}")`);
    await book.menu('Settings', 'Theme', 'JupyterLab Dark');
    await page.waitForSelector('body[data-jp-theme-light="false"]', { state: 'attached' });
    await book.chart(0);
    await page.waitForFunction(() => {
      const paper = document.querySelector('.gradlab-plotly .main-svg');
      return paper !== null && getComputedStyle(paper).backgroundColor === 'rgb(17, 17, 17)';
    });
    await picture('dark');
    await book.menu('Settings', 'Theme', 'JupyterLab Light');
    await page.waitForSelector('body[data-jp-theme-light="true"]', { state: 'attached' });
  });

  it('exports the notebook as a page with its charts', async () => {
    const { page, book } = session;
    const download = page.waitForEvent('download');
    await book.menu('File', 'Save and Export Notebook As', 'HTML');
    const file = await (await download).path();
    const html = readFileSync(file, 'utf8');
    expect(html).toContain('<!DOCTYPE html>');
    expect(html.match(/class="gradlab-chart"/g)).toHaveLength(3);
  });

  it('reached nothing outside of this machine, and threw no error', () => {
    const { watched } = session;
    expect(watched.outside).toEqual([]);
    expect(watched.errors).toEqual([]);
  });
});
