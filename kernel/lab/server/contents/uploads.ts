// Uploads that come in pieces: kept in a draft beside the file until the last piece is there.
import { randomBytes } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HttpError } from '../http.js';

/** A draft that nobody added to for so long is thrown away. */
const FORGET_MS = 3_600_000;

interface Draft {
  path: string;
  next: number;
  timer: NodeJS.Timeout;
}

export class Uploads {
  private readonly drafts = new Map<string, Draft>();

  /** Adds piece `chunk` (1, 2, ..., and -1 for the last). */
  async add(file: string, chunk: unknown, bytes: Buffer): Promise<{ path: string; finished: boolean }> {
    if (!Number.isInteger(chunk) || (Number(chunk) < 1 && chunk !== -1)) {
      throw new HttpError(400, `chunk is ${JSON.stringify(chunk)}; it counts from 1, and -1 is the last`);
    }
    if (chunk === 1) await this.forget(file);
    const draft = this.drafts.get(file) ?? this.begin(file);
    if (chunk !== -1 && chunk !== draft.next) {
      throw new HttpError(
        400,
        `chunk ${String(chunk)} came when ${draft.next} was due; begin the upload again`,
      );
    }
    try {
      const handle = await open(draft.path, draft.next === 1 ? 'wx' : 'a');
      try {
        await handle.writeFile(bytes);
      } finally {
        await handle.close();
      }
    } catch (error) {
      await this.forget(file);
      throw error;
    }
    draft.next++;
    draft.timer.refresh();
    if (chunk === -1) {
      clearTimeout(draft.timer);
      this.drafts.delete(file);
    }
    return { path: draft.path, finished: chunk === -1 };
  }

  async close(): Promise<void> {
    await Promise.all([...this.drafts.keys()].map((file) => this.forget(file)));
  }

  private begin(file: string): Draft {
    const path = join(
      dirname(file),
      `.~${basename(file).slice(0, 200)}.upload-${randomBytes(4).toString('hex')}`,
    );
    const timer = setTimeout(() => void this.forget(file), FORGET_MS).unref();
    const draft = { path, next: 1, timer };
    this.drafts.set(file, draft);
    return draft;
  }

  private async forget(file: string): Promise<void> {
    const draft = this.drafts.get(file);
    if (!draft) return;
    clearTimeout(draft.timer);
    this.drafts.delete(file);
    await unlink(draft.path).catch(() => {});
  }
}
