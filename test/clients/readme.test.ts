// The examples of README.md run: its first notebook through the kernel, its library example as a program.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExecuted } from './executed.js';
import { type JupyterHome, jupyterHome, root, runToEnd } from './jupyter.js';

const section = (title: string): string => {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const begin = text.indexOf(`\n## ${title}\n`);
  if (begin < 0) throw new Error(`README.md has no section "${title}"`);
  const end = text.indexOf('\n## ', begin + 1);
  return text.slice(begin, end < 0 ? undefined : end);
};
/** The fenced blocks of one language, in order; the language '' means a block without a name. */
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, name, body]) =>
    name === language ? [body.trimEnd()] : [],
  );

describe('README.md', () => {
  let home: JupyterHome;
  beforeAll(() => {
    home = jupyterHome();
  });
  afterAll(() => home.remove());

  /** Runs a section's cells as a notebook. */
  const execute = (sources: string[]) => {
    const cells = sources.map((source, i) => ({
      ...{ cell_type: 'code', id: `cell-${i}`, metadata: {}, execution_count: null, outputs: [] },
      source,
    }));
    const path = join(home.folder, 'first.ipynb');
    const kernelspec = { name: 'gradlab', display_name: 'TypeScript (gradlab)', language: 'typescript' };
    writeFileSync(path, JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
    const out = join(home.folder, 'out.ipynb');
    runToEnd(
      process.execPath,
      [join(root, 'dist/kernel/cli.js'), 'run', path, '-o', out],
      home.env,
      home.folder,
    );
    return readExecuted(out);
  };

  it('has a first notebook that runs and shows what the README shows', () => {
    const first = section('A first notebook');
    const sources = blocks(first, 'ts');
    expect(sources).toHaveLength(3);
    const { results, printed, charts } = execute(sources);
    expect([results[0], printed.trimEnd()]).toEqual(blocks(first, ''));
    expect(charts).toHaveLength(1);
  });

  it('has a network that type-checks, trains and prints as a tree', () => {
    const { results } = execute([blocks(section('A network'), 'ts')[0], 'model']);
    expect(Number(results[0])).toBeGreaterThan(0.9);
    expect(results[1]).toContain('(fc2): Linear(in_features=100, out_features=3, bias=true)');
  });

  it('has a library example that prints what its comment says', () => {
    const [example] = blocks(section('As a library'), 'ts');
    const comment = /console\.log\(.*\); \/\/ (.*)$/m.exec(example)?.[1];
    // Beside the sources, so that `import 'gradlab'` means this package.
    const program = join(root, 'build/readme-example.mjs');
    writeFileSync(program, transformSync(example, { loader: 'ts', format: 'esm' }).code);
    expect(runToEnd(process.execPath, [program], home.env, root).trimEnd()).toBe(comment);
  });
});
