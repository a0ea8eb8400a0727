// Which notebooks were trusted: an HMAC of the notebook's file, without the marks of trust, is kept when its owner
// has run every cell that shows something. A file that anyone else wrote has no such signature.
import { createHmac } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell, CodeCell, Notebook } from '../../notebook/nbformat.js';
import { privateFolder, readKey, writePrivate } from './folders.js';

const MAX_SIGNATURES = 65_536;

export class Trust {
  private key: Buffer | undefined;
  private signatures: Set<string> | undefined;
  private size = -1;

  /** `text` is the notebook's file, byte for byte as it is written. */
  isTrusted(text: string): boolean {
    return this.known().has(this.sign(text));
  }

  trust(text: string): void {
    const signature = this.sign(text);
    const known = this.known();
    if (known.has(signature)) return;
    known.add(signature);
    if (known.size > MAX_SIGNATURES) {
      // The oldest quarter goes; a set keeps the order in which its members came.
      const kept = [...known].slice(MAX_SIGNATURES / 4);
      this.signatures = new Set(kept);
      writePrivate(this.file, `${kept.join('\n')}\n`);
    } else if (existsSync(this.file)) appendFileSync(this.file, `${signature}\n`);
    else writePrivate(this.file, `${signature}\n`);
  }

  private sign(text: string): string {
    this.key ??= readKey('trust_key');
    return createHmac('sha256', this.key).update(text).digest('hex');
  }

  /** Read again when another server has added to it. */
  private known(): Set<string> {
    const size = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
    if (!this.signatures || size !== this.size) {
      const lines = size > 0 ? readFileSync(this.file, 'utf8').split('\n') : [];
      this.signatures = new Set(lines.filter(Boolean));
      this.size = size;
    }
    return this.signatures;
  }

  private get file(): string {
    return join(privateFolder(), 'signatures');
  }
}

/**
 * Whether what a page saves may be trusted from now on: every code cell was run by its owner (the page marks it
 * `trusted`) or shows nothing that could act.
 */
export function isTrustedByPage(
  cells: readonly { cell_type?: unknown; metadata?: unknown; outputs?: unknown }[],
): boolean {
  return cells.every((cell) => {
    if (cell.cell_type !== 'code') return true;
    if ((cell.metadata as { trusted?: unknown } | undefined)?.trusted === true) return true;
    const outputs = (Array.isArray(cell.outputs) ? cell.outputs : []) as CodeCell['outputs'];
    return outputs.every((output) => !('data' in output) || Object.keys(output.data ?? {}).length === 0);
  });
}

/** Marks the code cells for the page. The mark never reaches a file. */
export function markTrusted(notebook: Notebook, trusted: boolean): void {
  notebook.cells = notebook.cells.map(
    (cell): Cell =>
      cell.cell_type === 'code' ? ({ ...cell, metadata: { ...cell.metadata, trusted } } as Cell) : cell,
  );
}
