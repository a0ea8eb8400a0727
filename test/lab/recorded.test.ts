// Our server answers a list of requests as Jupyter's own did when it was recorded, and leaves the same files.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLab, type TestLab } from './lab.js';
import { answers, CASES, filesOf, type Recorded, SEED } from './requests.js';

interface Fixture {
  server: string;
  answers: Recorded[];
  files: Record<string, string>;
}
const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/jupyter-server.json', import.meta.url), 'utf8'),
) as Fixture;

let lab: TestLab;
let given: Recorded[];
beforeAll(async () => {
  lab = await startLab();
  for (const [name, content] of Object.entries(SEED)) {
    mkdirSync(dirname(join(lab.root, name)), { recursive: true });
    writeFileSync(join(lab.root, name), content);
  }
  given = await answers(lab.server.baseAddress, lab.server.token, lab.root);
});
afterAll(() => lab.close());

for (const [i, { method, path, body, differs }] of CASES.entries()) {
  const shown =
    body === undefined ? '' : ` ${(typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 60)}`;
  it(`${method} ${path}${shown}${differs ? ` (${differs.because})` : ''}`, () => {
    const recorded = fixture.answers[i];
    if (!differs) return expect(given[i]).toEqual(recorded);
    expect(given[i]).not.toEqual(recorded);
    expect(given[i].status).toBe(differs.status ?? recorded.status);
    if (given[i].status >= 400) expect(Object.keys(given[i].body as object)).toEqual(['message', 'reason']);
  });
}

it('the same files are there afterwards, byte for byte', () => {
  expect(filesOf(lab.root)).toEqual(fixture.files);
});
