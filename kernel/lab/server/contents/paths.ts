// Paths of the API (relative to the served folder, with slashes) and the files they stand for. What would lead out
// of the folder, and hidden names, are refused here and nowhere else.
import { realpathSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { HttpError } from '../http.js';

/** How Python shows a string; Jupyter's messages are written with it. */
export const quoted = (text: string): string =>
  text.includes("'") && !text.includes('"')
    ? `"${text}"`
    : `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;

export const notThere = (path: string): HttpError =>
  new HttpError(404, `file or directory does not exist: ${quoted(path)}`);

export interface PathOptions {
  allowHidden: boolean;
  followLinks: boolean;
}

export class Paths {
  private readonly realRoot: string;

  constructor(
    readonly root: string,
    readonly options: PathOptions,
  ) {
    this.realRoot = realpathSync(root);
  }

  /** The path as models show it: no slashes at the ends, no empty or `.` parts. */
  clean(path: string): string {
    return path
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/');
  }

  /**
   * The file that a path stands for; it need not exist.
   * @throws HttpError 404 when the path leads out of the folder or holds what no path may
   */
  resolve(path: string): string {
    const parts = this.clean(path).split('/');
    const windows = process.platform === 'win32';
    for (const part of parts) {
      const bad =
        part === '..' ||
        part.includes('\0') ||
        (windows && (/[\\:]/.test(part) || /[. ]$/.test(part))) ||
        part.length > 255 * 4;
      if (bad) throw new HttpError(404, `${quoted(path)} is outside root contents directory`);
    }
    return join(this.root, ...parts);
  }

  /** Whether a part of the path is a hidden name; the checkpoints folder is one. */
  isHidden(path: string): boolean {
    return this.clean(path)
      .split('/')
      .some((part) => part.startsWith('.') && part !== '..');
  }

  /** `resolve` for reading: hidden files are as if they were not there. */
  async existing(path: string): Promise<string> {
    if (this.isHidden(path) && !this.options.allowHidden) {
      throw new HttpError(404, `file or directory ${quoted(`/${this.clean(path)}`)} does not exist`);
    }
    const file = this.resolve(path);
    await this.checkLinks(path, file);
    return file;
  }

  /** `resolve` for writing: hidden files may not be made. */
  async writable(path: string, doing: string): Promise<string> {
    if (this.isHidden(path) && !this.options.allowHidden) {
      throw new HttpError(400, `Cannot ${doing} file or directory ${quoted(path)}`);
    }
    const file = this.resolve(path);
    await this.checkLinks(path, file);
    return file;
  }

  /** Refuses links out of the folder, when they are not to be followed. */
  private async checkLinks(path: string, file: string): Promise<void> {
    if (this.options.followLinks) return;
    // The nearest part that exists says where the rest would lie.
    for (let at = file; at.length >= this.root.length; at = join(at, '..')) {
      if (!(await lstat(at).catch(() => undefined))) continue;
      const real = await realpath(at).catch(() => undefined);
      if (real === this.realRoot || real?.startsWith(this.realRoot + sep)) return;
      throw notThere(path);
    }
  }
}
