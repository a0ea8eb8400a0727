// JSX in cells: HTML that shows itself without any library, React's elements where React is, another factory by pragma.
import { describe, expect, it } from 'vitest';
import { failure, result, useKernel } from './session.js';

const session = useKernel();

async function htmlOf(code: string): Promise<unknown> {
  const { outputs, reply } = await session.run(code);
  if (reply.status === 'error') throw new Error(reply.evalue);
  const output = outputs.find((each) => each.output_type === 'execute_result');
  return output?.output_type === 'execute_result' ? output.data['text/html'] : undefined;
}

describe('JSX without a library', () => {
  it('shows itself as HTML, with what is filled in escaped', async () => {
    expect(
      await htmlOf(
        'const rows = [1, 2], name = "<me>";\n<ul className="list" style={{fontSize: 12, color: "red"}}>{rows.map((r) => <li key={r}>{r * 2} {name}</li>)}</ul>',
      ),
    ).toBe(
      '<ul class="list" style="font-size: 12; color: red"><li>2 &lt;me&gt;</li><li>4 &lt;me&gt;</li></ul>',
    );
  });
  it('has components, fragments, attributes without a value, and void elements', async () => {
    expect(
      await htmlOf(
        'const Row = ({ label, children }: { label: string; children?: unknown }) => <tr><th>{label}</th>{children}</tr>;\n<><Row label="a"><td hidden={false}>1</td></Row><input disabled value={3}/><br/>{null}{true}</>',
      ),
    ).toBe('<tr><th>a</th><td>1</td></tr><input disabled value="3"><br>');
  });
  it('puts values in that show themselves, and arrays beside operators', async () => {
    expect(await htmlOf('const X = np.array([1, 2]);\n<p>{html`<i>${"&"}</i>`} {X * 2}</p>')).toBe(
      '<p><i>&amp;</i> [2. 4.]</p>',
    );
  });
  it('an error in JSX points to its line', async () => {
    expect(failure(await session.run('const n = 1;\n<p>\n  {n.nope}\n</p>')).traceback).toMatch(
      /Cell \[\d+\]:3:6/,
    );
    expect(
      failure(await session.run('<p>\n  {(() => { throw new Error("in") })()}\n</p>')).traceback,
    ).toMatch(/Cell \[\d+\]:2:\d+/);
  });
});

describe('JSX with another factory', () => {
  it('a pragma names it', async () => {
    expect(
      result(
        await session.run(
          '/** @jsx make */\nconst make = (tag: string, props: object | null, ...inner: unknown[]) => [tag, ...inner];\n<a>1</a>',
        ),
      ),
    ).toBe("[ 'a', '1' ]");
  });
  it('an h of the session is used, as Preact has it', async () => {
    await session.run('const h = (tag: string) => `${tag} of h`;');
    expect(result(await session.run('<b>1</b>'))).toBe("'b of h'");
  });
  it('React is used where a cell declares it', async () => {
    await session.run('const React = { createElement: (...all: unknown[]) => all.length, Fragment: 0 };');
    expect(result(await session.run('<b>1</b>'))).toBe('3');
  });
});
