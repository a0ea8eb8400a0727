// What the kernel tests share: a kernel for a file of tests, and short ways to say what a cell printed or showed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import {
  type ExecuteOptions,
  type ExecuteResult,
  type KernelClient,
  type KernelOptions,
  startKernel,
} from '../../kernel/protocol/client.js';

export interface Session {
  readonly kernel: KernelClient;
  /** The folder that the kernel runs in, empty at first. */
  readonly folder: string;
  run(code: string, options?: ExecuteOptions): Promise<ExecuteResult>;
  /** Starts a cell and waits until it has printed something; the cell itself runs on. */
  begin(code: string): Promise<{ cell: Promise<ExecuteResult> }>;
}

/** How long, in ms, a test waits for what has to happen soon, on a machine that is slow and busy too. */
export const PATIENCE = 100_000;

/** A kernel in an empty folder, for all tests of a file or of a describe. */
export function useKernel(options: KernelOptions = {}): Session {
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-test-'));
  const holder: { kernel?: KernelClient } = {};
  beforeAll(async () => {
    holder.kernel = await startKernel({ cwd: folder, startTimeout: PATIENCE, ...options });
  });
  afterAll(async () => {
    await holder.kernel?.shutdown().catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  });
  const run: Session['run'] = (code, more) =>
    (holder.kernel as KernelClient).execute(code, { timeout: PATIENCE, ...more });
  return {
    folder,
    get kernel() {
      return holder.kernel as KernelClient;
    },
    run,
    async begin(code) {
      let printed: () => void = () => {};
      const first = new Promise<void>((resolve) => {
        printed = resolve;
      });
      const cell = run(code, { onOutput: () => printed() });
      await Promise.race([first, cell]);
      return { cell };
    },
  };
}

/** The text of one stream. */
export function printed({ outputs }: ExecuteResult, name: 'stdout' | 'stderr' = 'stdout'): string {
  return outputs
    .map((output) => (output.output_type === 'stream' && output.name === name ? output.text : ''))
    .join('');
}

/** The text of the result, undefined without one. */
export function result({ outputs }: ExecuteResult): unknown {
  const output = outputs.find((each) => each.output_type === 'execute_result');
  return output?.output_type === 'execute_result' ? output.data['text/plain'] : undefined;
}

/** The error of the reply. */
export function failure({ reply }: ExecuteResult): { ename: string; evalue: string; traceback: string } {
  if (reply.status !== 'error') throw new Error(`the cell did not fail: ${JSON.stringify(reply)}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a traceback
  const traceback = reply.traceback.join('\n').replace(/\u001b\[\d+m/g, '');
  return { ename: reply.ename, evalue: reply.evalue, traceback };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether a process runs; one that ended and that nobody has waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1][0] !== 'Z';
  } catch {
    return false;
  }
}
