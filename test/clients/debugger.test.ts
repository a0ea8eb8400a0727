// JupyterLab's debugger in the lab's page, in Chromium: the bug button, a breakpoint in the gutter, a paused cell with
// its variables and its call stack, steps, and the cell's result at the end.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useLab } from './lab.js';

const CODE = `const table = np.arange(6).reshape(2, 3);
let total = 0;
for (let i = 0; i < 2; i++) {
  const row = table[i] * 10;
  total += row.sum().item() as number;
}
total`;

describe("the lab's debugger", () => {
  const session = useLab('debugger');
  const front = '.jp-NotebookPanel:not(.lm-mod-hidden)';
  /** The paused line, as the editor marks it. */
  const paused = () => session.page.locator(`${front} .cm-line.jp-DebuggerEditor-highlight`);
  /** What stands behind a name in the panel's tree. */
  const variable = (name: string, value: string) =>
    session.page.locator(
      `.jp-DebuggerVariables .jp-TreeItem:has(> .jp-DebuggerVariables-name:text-is("${name}")) > .jp-DebuggerVariables-detail:text-is("${value}")`,
    );
  /** A button of the call stack. */
  const press = (name: 'continue' | 'step-over') =>
    session.page.click(`.jp-DebuggerSidebar .jp-Toolbar-item[data-jp-item-name="${name}"]`);

  beforeAll(async () => {
    await session.page.setViewportSize({ width: 1500, height: 1000 });
  });

  it('is switched on by the bug button of a notebook', async () => {
    const { lab, page, book } = session;
    await page.goto(lab.url);
    await page.waitForSelector('.jp-Launcher');
    await book.menu('File', 'New', 'Notebook');
    await book.idle();
    // While the kernel starts, the page prepares the button more than once and forgets that it was pressed in between.
    const pressed = async () => {
      await page.click(`${front} .jp-DebuggerBugButton[aria-disabled="false"]`);
      await page.waitForSelector(`${front}[data-jp-debugger="true"]`, { timeout: 10_000 });
    };
    await vi.waitFor(pressed, { timeout: 90_000 });
    await page.waitForSelector('.jp-DebuggerSidebar .jp-DebuggerVariables');
  });

  it('stops at a breakpoint that was set in the gutter, and shows the variables', async () => {
    const { page, picture } = session;
    await page.click(`${front} .jp-Cell .cm-content`);
    await page.keyboard.insertText(CODE);
    const gutter = page.locator(`${front} .jp-CodeCell .cm-gutter.cm-breakpoint-gutter .cm-gutterElement`);
    // The first element of a gutter is a spacer.
    await gutter.nth(5).click();
    await page.waitForSelector('.jp-DebuggerBreakpoint-line:text-is("5")');
    await page.click(`${front} .jp-Cell .cm-content`);
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector('.jp-DebuggerCallstackFrame');
    await paused().filter({ hasText: 'total +=' }).waitFor();
    await variable('row', 'NDArray int64 (3)').waitFor();
    await variable('i', '0').waitFor();
    await picture('paused');
  });

  it('steps, goes on to the next stop, and lets the cell end', async () => {
    const { page, book, picture } = session;
    await press('step-over');
    await paused().filter({ hasText: 'for (let i' }).waitFor();
    await picture('stepped');
    await press('continue');
    await variable('i', '1').waitFor();
    await paused().filter({ hasText: 'total +=' }).waitFor();
    await press('continue');
    await book.ended();
    expect(await book.output()).toContain('150');
    expect(await page.locator('.jp-DebuggerCallstackFrame').count()).toBe(0);
    // Nothing is paused: the panel shows the variables of the session.
    await variable('table', 'NDArray int64 (2, 3)').waitFor();
    await variable('total', '150').waitFor();
    await picture('ended');
  });

  it('is switched off again, and the cell runs through', async () => {
    const { page, watched, book } = session;
    await page.click(`${front} .jp-DebuggerBugButton`);
    await page.waitForSelector(`${front}:not([data-jp-debugger])`);
    await page.click(`${front} .jp-Cell .cm-content`);
    await page.keyboard.press('Control+Enter');
    await page.waitForSelector(`${front} .jp-InputPrompt:has-text("[2]:")`);
    await book.idle();
    expect(await book.output()).toContain('150');
    expect(watched.errors).toEqual([]);
    expect(watched.outside).toEqual([]);
  });
});
