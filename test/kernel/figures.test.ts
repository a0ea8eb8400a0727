// Charts at the end of a cell: what a cell draws and does not show itself is shown, in order and once, as Jupyter does
// it for matplotlib. The current figure is the cell's own.
import { describe, expect, it } from 'vitest';
import type { ExecuteResult } from '../../kernel/protocol/client.js';
import { failure, useKernel } from './session.js';

const session = useKernel();

/** What a cell shows: charts by their texts, results marked, other outputs by their kinds or texts. */
const shown = ({ outputs }: ExecuteResult): string[] =>
  outputs.map((output) => {
    const text = String((output as { data?: Record<string, unknown> }).data?.['text/plain'] ?? '');
    if (output.output_type === 'display_data') return text;
    if (output.output_type === 'execute_result') return `result ${text}`;
    return output.output_type === 'stream' ? String(output.text) : output.output_type;
  });
const run = async (code: string): Promise<string[]> => shown(await session.run(code));

describe('the end of a cell', () => {
  it('shows what was drawn in statements, all on one figure', async () => {
    expect(
      await run("plot.plot([1, 2]); plot.scatter([1], [2]); plot.title('both'); const after = 1;"),
    ).toEqual(['Figure(line: 2 points, scatter: 1 point, "both")']);
  });

  it('shows several figures in order, and the value of the cell once, as its result', async () => {
    expect(
      await run(
        'plot.figure(); plot.plot([1]); plot.figure(); plot.plot([1, 2]); plot.figure(); plot.plot([1, 2, 3])',
      ),
    ).toEqual(['Figure(line: 1 point)', 'Figure(line: 2 points)', 'result Figure(line: 3 points)']);
  });

  it('takes axes, a title and a figure taken apart for the figure that they are of', async () => {
    expect(await run("plot.plot([1]); plot.title('t')")).toEqual(['result Figure(line: 1 point, "t")']);
    expect(await run('plot.subplot(1, 2, 1); plot.plot([1]); plot.gca()')).toEqual([
      'result Figure(line: 1 point)',
    ]);
    expect(await run('const [fig, axes] = plot.subplots(1, 2); axes[1].plot([1, 2]); fig')).toEqual([
      'result Figure(line: 2 points)',
    ]);
  });

  it("indexes axes as NumPy's arrays: axes[0, 1], axes[':', 0], axes.flat", async () => {
    await run(
      'const [grid, axes] = plot.subplots(2, 3); const n = 2; const [, some] = plot.subplots(n, n + 0)',
    );
    expect(
      await run(`print(axes[0, 1] === axes[0][1], axes[-1, -1] === axes.flat[5], axes['1:', ':2'].shape, axes.T.shape);
        print(axes[':', 0].map((ax) => grid.axes.indexOf(ax)), [...axes.flat].length, axes.ravel()[4] === axes[1][1]);
        print(some[1, 1] === some[1][1]); plot.close('all')`),
    ).toEqual(['true true [ 1, 2 ] [ 3, 2 ]\n[ 0, 3 ] 6 true\ntrue\n']);
    const wrong = async (code: string): Promise<string> => failure(await session.run(code)).evalue;
    expect(await wrong('axes[0, 1].plott([1])')).toContain("'plott' does not exist on type 'Axes'");
    expect(await wrong('axes[2, 0]')).toContain('index 2 is out of bounds for axis 0 with size 2');
    expect(await wrong("const size: number = axes[':', 1]")).toContain("Type 'AxesList' is not assignable");
  });

  it('takes apart what drawing calls give, and shows their figure as a result', async () => {
    expect(
      await run(`const [counts, bins] = plt.hist(np.arange(4), 2); const [line] = plt.plot([1, 2]);
        const im = plt.imshow([[1, 2]]); plt.colorbar(im); print(counts, bins.size, line); plt.close('all')`),
    ).toEqual(['[2. 2.] 3 Line2D()\n']);
    expect(await run('plt.hist(np.arange(4), 2)')).toEqual(['result Figure(hist: 4 values in 2 bins)']);
  });

  it('shows nothing of a figure with nothing on it, of a closed one, and of one that is kept for later', async () => {
    expect(
      await run("const later = plot.figure(); plot.figure(); plot.plot([1]); plot.close('all')"),
    ).toEqual([]);
    expect(await run('later.plot([1, 2])')).toEqual(['result Figure(line: 2 points)']);
  });

  it('begins each cell with a figure of its own', async () => {
    await run('plot.plot([1]); 1');
    expect(await run('plot.plot([1, 2]); 2')).toEqual(['Figure(line: 2 points)', 'result 2']);
  });

  it('shows what a cell drew before it failed, above the error', async () => {
    const cell = await session.run('plot.plot([1]); throw new Error("no")');
    expect(shown(cell)).toEqual(['Figure(line: 1 point)', 'error']);
    expect(failure(cell).evalue).toBe('no');
  });

  it('comes after awaits, and only for the cell that drew', async () => {
    expect(
      await run('plot.plot([1]); await new Promise((done) => setTimeout(done, 5)); plot.plot([2]); 3'),
    ).toEqual(['Figure(line: 1 point, line: 1 point)', 'result 3']);
  });
});

describe('showing in the middle of a cell', () => {
  it('plot.show() shows what is open and begins anew', async () => {
    expect(
      await run('plot.plot([1]); plot.show(); print("between"); plot.plot([1, 2]); plot.show(); plot.show()'),
    ).toEqual(['Figure(line: 1 point)', 'between\n', 'Figure(line: 2 points)']);
  });

  it('display and show count, and what is drawn next begins another figure', async () => {
    expect(await run('display(plot.plot([1])); plot.plot([1, 2]).show(); plot.plot([1, 2, 3])')).toEqual([
      'Figure(line: 1 point)',
      'Figure(line: 2 points)',
      'result Figure(line: 3 points)',
    ]);
  });

  it('frames of an animation are not shown by themselves', async () => {
    expect(
      await run(
        'const base = plot.figure().plot([1]); base.animate([plot.figure().plot([2]), plot.figure().plot([3])])',
      ),
    ).toEqual(['result Figure(line: 1 point)']);
  });

  it('plt is the same namespace', async () => {
    expect(await run('plt.plot([1]); plot.xlabel("x"); plt === plot')).toEqual([
      'Figure(line: 1 point)',
      'result true',
    ]);
  });
});

describe('widgets', () => {
  it('interact shows in its own place what its function draws, and the cell shows its own', async () => {
    const cell = await session.run(
      'plot.plot([1]); interact(({ n }) => { plot.plot(np.arange(n)); plot.title(`n = ${n}`) }, { n: [2, 4] }); 5',
    );
    expect(shown(cell).filter((text) => /Figure|result/.test(text))).toEqual([
      'Figure(line: 1 point)',
      'result 5',
    ]);
    const inside = JSON.stringify(cell.messages.filter((m) => m.header.msg_type === 'comm_msg'));
    expect(inside).toContain('Figure(line: 3 points');
  });
});
