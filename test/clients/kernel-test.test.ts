// Jupyter's own tests for kernels, Debian's python3-jupyter-kernel-test, every one of them with our kernel.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type JupyterHome, jupyterHome, python, root, runToEnd } from './jupyter.js';

/** The tests of version 0.4; one that is missing in the results did not run. */
const TESTS = [
  'test_clear_output',
  'test_completion',
  'test_display_data',
  'test_error',
  'test_execute_result',
  'test_execute_stderr',
  'test_execute_stdout',
  'test_history',
  'test_inspect',
  'test_is_complete',
  'test_kernel_info',
  'test_pager',
];

let home: JupyterHome;
let outcomes: Record<string, string>;
beforeAll(() => {
  home = jupyterHome();
  outcomes = JSON.parse(
    runToEnd(python, [join(root, 'test/clients/kernel_test.py')], home.env, home.folder),
  ) as Record<string, string>;
});
afterAll(() => home.remove());

it.each(TESTS)('jupyter_kernel_test: %s', (name) => {
  expect(outcomes[name]).toBe('ok');
});

it('are all the tests that there are', () => {
  expect(Object.keys(outcomes).sort()).toEqual(TESTS);
});
