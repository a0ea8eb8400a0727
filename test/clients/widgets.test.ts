// Widgets on the lab's page, in Chromium: moved, clicked and typed into as a person does, with handlers in the session.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useLab } from './lab.js';

describe('widgets in the lab', () => {
  const session = useLab('widgets');
  /** Waits until an element of the last cell has a text. */
  const says = (selector: string, text: string) =>
    session.book.lastCell.locator(selector, { hasText: text }).first().waitFor();

  /** Out of a control, whose keys are its own, and into the notebook's command mode. */
  const leave = async () => {
    await session.book.lastCell.locator('.jp-InputArea-editor').click();
    await session.page.keyboard.press('Escape');
  };

  beforeAll(async () => {
    const { page, lab, folder, book } = session;
    const kernelspec = { name: 'gradlab', display_name: 'TypeScript (gradlab)', language: 'typescript' };
    const cell = {
      cell_type: 'code',
      id: 'first',
      source: '',
      metadata: {},
      outputs: [],
      execution_count: null,
    };
    const empty = { cells: [cell], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
    writeFileSync(join(folder, 'widgets.ipynb'), JSON.stringify(empty));
    await page.goto(lab.url);
    await page.waitForSelector('.jp-Launcher');
    await page.goto(`${lab.origin}/lab/tree/widgets.ipynb`);
    await book.idle();
  });

  it('a slider moved by mouse and keyboard calls its function again, and its chart follows', async () => {
    const { page, book, picture } = session;
    await book.run(
      'interact(({ n, kind }) => {\n  print(`n is ${n}, ${kind}`);\n  const x = np.linspace(0, n, 50);\n' +
        "  return plot.line(x, kind === 'sin' ? np.sin(x) : np.cos(x), { title: `${kind} to ${n}` });\n}, { n: [1, 9], kind: ['sin', 'cos'] })",
    );
    const cell = book.lastCell;
    await says('.jp-OutputArea-output', 'n is 5, sin');
    await cell.locator('.gradlab-plotly .gtitle', { hasText: 'sin to 5' }).waitFor();
    const handle = cell.locator('.widget-slider .noUi-handle');
    await handle.focus();
    await page.keyboard.press('ArrowRight');
    await says('.jp-OutputArea-output', 'n is 6, sin');
    await cell.locator('.gradlab-plotly .gtitle', { hasText: 'sin to 6' }).waitFor();
    const bar = await cell.locator('.widget-slider .noUi-base').boundingBox();
    if (!bar) throw new Error('the slider is not on the page');
    await handle.hover();
    await page.mouse.down();
    await page.mouse.move(bar.x + bar.width, bar.y + bar.height / 2, { steps: 6 });
    await page.mouse.up();
    await says('.jp-OutputArea-output', 'n is 9, sin');
    await cell.locator('.gradlab-plotly .gtitle', { hasText: 'sin to 9' }).waitFor();
    await cell.locator('.widget-dropdown select').selectOption('cos');
    await cell.locator('.gradlab-plotly .gtitle', { hasText: 'cos to 9' }).waitFor();
    expect(await cell.locator('.gradlab-plotly').count()).toBe(1);
    await picture('interact');
  });

  it('a button prints into an Output widget, and shows there what fails', async () => {
    const { book, picture } = session;
    await book.run(
      "const button = new widgets.Button({ description: 'Train', button_style: 'primary' });\nconst out = new widgets.Output();\n" +
        "let clicks = 0;\nbutton.on_click(out.capture(() => {\n  print('step', ++clicks);\n  if (clicks === 2) throw new RangeError('too far');\n}));\n" +
        'new widgets.VBox({ children: [button, out] })',
    );
    const cell = book.lastCell;
    await cell.locator('button:has-text("Train")').click();
    await says('.widget-output', 'step 1');
    await cell.locator('button:has-text("Train")').click();
    await says('.widget-output', 'RangeError');
    await picture('button');
  });

  it('a text box, and two linked widgets in a row, keep the session’s values', async () => {
    const { page, book, picture } = session;
    await book.run(
      "const name = new widgets.Text({ description: 'name' });\nconst a = new widgets.IntSlider({ max: 10, description: 'a' });\n" +
        "const b = new widgets.IntText({ description: 'b' });\nwidgets.link([a, 'value'], [b, 'value']);\n" +
        'new widgets.VBox({ children: [name, new widgets.HBox({ children: [a, b] })] })',
    );
    const cell = book.lastCell;
    await cell.locator('.widget-text input[type="text"]').fill('Ada');
    const box = cell.locator('.widget-text input[type="number"]');
    await box.fill('7');
    await box.press('Enter');
    await cell.locator('.widget-slider .widget-readout', { hasText: '7' }).waitFor();
    await picture('linked');
    await leave();
    expect(await book.run('`${name.value} ${a.value}`')).toContain('Ada 7');
    await page.waitForFunction(() => document.querySelectorAll('.widget-slider').length > 0);
    await book.run("a.value = 3; name.value = 'Grace'");
    const shown = page.locator('.widget-slider .widget-readout', { hasText: '3' });
    await shown.first().waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLInputElement>('.widget-text input')].some(
        ({ value }) => value === 'Grace',
      ),
    );
  });

  it('a widget of one’s own counts on the page, and the session hears of it', async () => {
    const { page, book, picture } = session;
    await book.run(
      'const counter = widgets.anywidget({\n  count: 40,\n  css: ".gradlab-counter { color: rgb(200, 0, 0) }",\n  esm: `export default {\n    render({ model, el }) {\n' +
        "      const button = document.createElement('button');\n      button.className = 'gradlab-counter';\n" +
        "      const show = () => { button.textContent = 'count ' + model.get('count'); };\n" +
        "      button.onclick = () => { model.set('count', model.get('count') + 1); model.save_changes(); };\n" +
        "      model.on('change:count', show);\n      show();\n      el.append(button);\n    },\n  }`,\n});\ncounter",
    );
    const button = page.locator('.gradlab-counter');
    await button.filter({ hasText: 'count 40' }).click();
    await button.filter({ hasText: 'count 41' }).click();
    await button.filter({ hasText: 'count 42' }).waitFor();
    expect(await button.evaluate((node) => getComputedStyle(node).color)).toBe('rgb(200, 0, 0)');
    await picture('anywidget');
    await leave();
    expect(await book.run('counter.count')).toContain('42');
    await book.run('counter.count = 7');
    await button.filter({ hasText: 'count 7' }).waitFor();
  });

  it('widgets are there again after the page is loaded again', async () => {
    const { page, watched, book, picture } = session;
    await book.save();
    await page.reload();
    await book.idle();
    await book.complete();
    await page.locator('.gradlab-counter', { hasText: 'count 7' }).waitFor();
    await page.locator('.widget-output', { hasText: 'step 1' }).waitFor();
    await page.locator('.gradlab-counter').click();
    await page.locator('.gradlab-counter', { hasText: 'count 8' }).waitFor();
    await leave();
    expect(await book.run('counter.count')).toContain('8');
    await picture('reloaded');
    expect(watched.errors).toEqual([]);
    expect(watched.outside).toEqual([]);
  });
});
