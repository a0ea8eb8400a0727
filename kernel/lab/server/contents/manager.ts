// The contents of the served folder: get, save, make, copy, rename, delete, and one checkpoint a file, with Jupyter's
// names, models and messages.
import { copyFile, cp, mkdir, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { HttpError, type Json } from '../http.js';
import { Trust } from '../trust.js';
import {
  type ContentType,
  forbidden,
  type GetOptions,
  getModel,
  type Model,
  timestamp,
  typeOfName,
} from './model.js';
import { emptyNotebook, notebookForPage, notebookFromPage } from './notebook-text.js';
import { notThere, type PathOptions, Paths, quoted } from './paths.js';
import { moveToTrash } from './trash.js';
import { Uploads } from './uploads.js';
import { replaceFile, writeFileWhole } from './write-file.js';

const CHECKPOINTS = '.ipynb_checkpoints';
const CHECKPOINT = 'checkpoint';

export interface Checkpoint {
  id: string;
  last_modified: string;
}

type SavedModel = Partial<Omit<Model, 'chunk'>> & { chunk?: unknown };

export class Contents {
  readonly paths: Paths;
  private readonly trust = new Trust();
  private readonly uploads = new Uploads();
  private readonly saving = new Map<string, Promise<unknown>>();

  constructor(root: string, options: PathOptions) {
    this.paths = new Paths(root, options);
  }

  get(path: string, options: GetOptions): Promise<Model> {
    return getModel(this.paths, this.trust, path, options);
  }

  private bare(path: string): Promise<Model> {
    return this.get(path, { content: false });
  }

  /** PUT: the whole content, or a piece of an upload. */
  async save(given: string, body: Json): Promise<Model> {
    const path = this.paths.clean(given);
    const model = body as SavedModel;
    const file = await this.paths.writable(given, 'create');
    if (model.type === undefined) throw new HttpError(400, 'No file type provided');
    if (model.content === undefined && model.type !== 'directory') {
      throw new HttpError(400, 'No file content provided');
    }
    return this.oneAtATime(file, async () => {
      try {
        if (model.chunk !== undefined && model.chunk !== null) return await this.saveChunk(path, file, model);
        switch (model.type) {
          case 'notebook':
            await writeFileWhole(file, notebookFromPage(model.content, path, this.trust));
            await this.firstCheckpoint(path);
            break;
          case 'file':
            await writeFileWhole(file, bytesOf(model, path));
            break;
          case 'directory':
            await this.makeFolder(file);
            break;
          default:
            throw new HttpError(400, `Unhandled contents type: ${String(model.type)}`);
        }
      } catch (error) {
        throw savingError(path, error);
      }
      return this.bare(path);
    });
  }

  private async saveChunk(path: string, file: string, model: SavedModel): Promise<Model> {
    if (model.type !== 'file') {
      throw new HttpError(400, `File type "${String(model.type)}" is not supported for large file transfer`);
    }
    const draft = await this.uploads.add(file, model.chunk, bytesOf(model, path));
    if (draft.finished) {
      await replaceFile(draft.path, file);
      return this.bare(path);
    }
    // Until the last piece is here the file is what it was; the answer tells how far the upload is.
    const { size, mtimeMs, ctimeMs } = await stat(draft.path);
    return {
      name: path.slice(path.lastIndexOf('/') + 1),
      path,
      last_modified: timestamp(mtimeMs),
      created: timestamp(ctimeMs),
      content: null,
      format: null,
      mimetype: null,
      size,
      writable: true,
      hash: null,
      hash_algorithm: null,
      type: 'file',
    };
  }

  private async makeFolder(file: string): Promise<void> {
    const there = await stat(file).catch(() => undefined);
    if (there && !there.isDirectory()) throw new HttpError(400, `Not a directory: ${file}`);
    if (!there) await mkdir(file);
  }

  /** POST: a new file with a free name. */
  async makeUntitled(given: string, type: string, ext: string): Promise<Model> {
    const path = this.paths.clean(given);
    if (!(await this.isFolder(path))) throw new HttpError(404, `No such directory: ${path}`);
    const kind = type || (ext === '.ipynb' ? 'notebook' : 'file');
    const names: Record<string, string> = {
      directory: 'Untitled Folder',
      notebook: 'Untitled.ipynb',
      file: `untitled${ext}`,
    };
    if (!Object.hasOwn(names, kind)) throw new HttpError(400, `Unexpected model type: ${quoted(kind)}`);
    const name = await this.freeName(names[kind], path, kind === 'directory' ? ' ' : '');
    return this.saveNew(join(path, name), { type: kind });
  }

  /** PUT of something that was not there: missing content is that of an empty file or notebook. */
  saveNew(path: string, body: Json): Promise<Model> {
    const model = { ...body } as SavedModel;
    model.type ??= typeOfName(path);
    if (model.content === undefined && model.type !== 'directory') {
      if (model.type === 'notebook') Object.assign(model, { content: emptyNotebook(), format: 'json' });
      else Object.assign(model, { content: '', type: 'file', format: 'text' });
    }
    return this.save(path, model as Json);
  }

  async copy(from: string, to: string): Promise<Model> {
    const source = await this.paths.existing(from);
    const path = this.paths.clean(from);
    const info = await stat(source).catch(() => {
      throw notThere(path);
    });
    if (info.isDirectory()) throw new HttpError(400, "Can't copy directories");
    let target = this.paths.clean(to);
    if (await this.isFolder(target)) {
      const name = path.slice(path.lastIndexOf('/') + 1).replace(/-Copy\d*\./, '.');
      target = join(target, await this.freeName(name, target, '-Copy'));
    } else if (!(await this.isFolder(dirname(target)))) {
      throw new HttpError(404, `No such parent directory: ${dirname(target)} to copy file in`);
    }
    const file = await this.paths.writable(target, 'copy');
    try {
      const { createReadStream } = await import('node:fs');
      await writeFileWhole(file, createReadStream(source) as AsyncIterable<Buffer>);
    } catch (error) {
      throw savingError(target, error);
    }
    if (typeOfName(target) === 'notebook') await this.firstCheckpoint(target);
    return this.bare(target);
  }

  /** PATCH: another path for the same content. */
  async rename(given: string, to: string): Promise<Model> {
    const [path, target] = [this.paths.clean(given), this.paths.clean(to)];
    if (path === target) return this.bare(path);
    const [file, newFile] = [
      await this.paths.writable(given, 'rename'),
      await this.paths.writable(to, 'rename'),
    ];
    if (path === '' || target === '') throw new HttpError(400, "Can't rename root");
    const before = await stat(file).catch(() => {
      throw notThere(path);
    });
    const there = await stat(newFile).catch(() => undefined);
    // On file systems that ignore case both names may be the same file.
    if (there && !(there.ino === before.ino && there.dev === before.dev)) {
      throw new HttpError(409, `File already exists: ${target}`);
    }
    try {
      await move(file, newFile);
    } catch (error) {
      throw changeError('renaming', path, error);
    }
    const [old, moved] = [this.checkpointFile(path), this.checkpointFile(target)];
    if (await isFile(old)) {
      await mkdir(dirname(moved), { recursive: true });
      await move(old, moved).catch(() => {});
    }
    return this.bare(target);
  }

  async delete(given: string): Promise<void> {
    const path = this.paths.clean(given);
    if (path === '') throw new HttpError(400, "Can't delete root");
    const file = await this.paths.writable(given, 'delete');
    const { lstat } = await import('node:fs/promises');
    const info = await lstat(file).catch(() => {
      throw notThere(path);
    });
    try {
      if (!(await moveToTrash(file))) {
        if (info.isDirectory()) {
          const inside = (await readdir(file)).filter((name) => name !== CHECKPOINTS);
          if (inside.length > 0) {
            throw new HttpError(
              400,
              `Directory ${path} not empty, and there is no trash for it: delete what is in it first`,
            );
          }
          await rm(file, { recursive: true });
        } else await unlink(file);
      }
    } catch (error) {
      throw changeError('deleting', path, error);
    }
    await unlink(this.checkpointFile(path)).catch(() => {});
  }

  async checkpoints(given: string): Promise<Checkpoint[]> {
    const info = await stat(this.checkpointFile(given)).catch(() => undefined);
    return info ? [{ id: CHECKPOINT, last_modified: timestamp(info.mtimeMs) }] : [];
  }

  async makeCheckpoint(given: string): Promise<Checkpoint> {
    const file = await this.paths.existing(given);
    if (!(await isFile(file))) throw notThere(this.paths.clean(given));
    const kept = this.checkpointFile(given);
    try {
      await mkdir(dirname(kept), { recursive: true });
      const draft = `${kept}.new`;
      await copyFile(file, draft);
      await rename(draft, kept);
    } catch (error) {
      throw savingError(this.paths.clean(given), error);
    }
    return (await this.checkpoints(given))[0];
  }

  /** One checkpoint should always exist for notebooks; that it cannot be made is no reason to refuse a save. */
  private async firstCheckpoint(path: string): Promise<void> {
    if ((await this.checkpoints(path)).length === 0) await this.makeCheckpoint(path).catch(() => {});
  }

  async restoreCheckpoint(given: string, id: string): Promise<void> {
    const kept = await this.existingCheckpoint(given, id);
    const { createReadStream } = await import('node:fs');
    const file = await this.paths.writable(given, 'restore');
    await writeFileWhole(file, createReadStream(kept) as AsyncIterable<Buffer>);
  }

  async deleteCheckpoint(given: string, id: string): Promise<void> {
    await unlink(await this.existingCheckpoint(given, id));
  }

  private async existingCheckpoint(given: string, id: string): Promise<string> {
    const kept = this.checkpointFile(given);
    if (id !== CHECKPOINT || !(await isFile(kept))) {
      throw new HttpError(404, `Checkpoint does not exist: ${this.paths.clean(given)}@${id}`);
    }
    return kept;
  }

  private checkpointFile(given: string): string {
    const file = this.paths.resolve(given);
    const { dir, name, ext } = parse(file);
    return join(dir, CHECKPOINTS, `${name}-${CHECKPOINT}${ext}`);
  }

  /** POST .../trust: the notebook's owner vouches for it. */
  async trustNotebook(given: string): Promise<void> {
    const { readFile } = await import('node:fs/promises');
    const file = await this.paths.existing(given);
    const text = await readFile(file, 'utf8').catch(() => {
      throw notThere(this.paths.clean(given));
    });
    notebookForPage(text, given, this.trust);
    this.trust.trust(text);
  }

  async isFile(path: string): Promise<boolean> {
    return isFile(this.paths.resolve(path));
  }

  async isFolder(path: string): Promise<boolean> {
    const info = await stat(this.paths.resolve(path)).catch(() => undefined);
    return info?.isDirectory() === true;
  }

  close(): Promise<void> {
    return this.uploads.close();
  }

  /** `name`, `name1`, `name2` ...: the first that is free in the folder. */
  private async freeName(name: string, folder: string, insert: string): Promise<string> {
    const dot = name.endsWith('.ipynb') ? name.length - '.ipynb'.length : name.indexOf('.');
    const [stem, ext] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
    for (let i = 0; ; i++) {
      const tried = i === 0 ? `${stem}${ext}` : `${stem}${insert}${i}${ext}`;
      if (!(await stat(this.paths.resolve(join(folder, tried))).catch(() => undefined))) return tried;
    }
  }

  /** Two saves of one file wait for each other. */
  private async oneAtATime<T>(file: string, work: () => Promise<T>): Promise<T> {
    const before = this.saving.get(file) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.saving.set(file, mine);
    try {
      return await mine;
    } finally {
      if (this.saving.get(file) === mine) this.saving.delete(file);
    }
  }
}

const isFile = async (file: string): Promise<boolean> =>
  (await stat(file).catch(() => undefined))?.isFile() === true;

/** The bytes that a model of type `file` carries. */
function bytesOf(model: SavedModel, path: string): Buffer {
  const { content, format } = model;
  if (typeof content !== 'string') throw new HttpError(400, `${path}: the content of a file is not text`);
  if (format === 'text') return Buffer.from(content, 'utf8');
  if (format !== 'base64')
    throw new HttpError(400, "Must specify format of file contents as 'text' or 'base64'");
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) {
    throw new HttpError(400, `Encoding error saving ${path}: the content is not base64`);
  }
  return Buffer.from(content, 'base64');
}

async function move(file: string, target: string): Promise<void> {
  try {
    await rename(file, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await cp(file, target, { recursive: true, errorOnExist: true, force: false, preserveTimestamps: true });
    await rm(file, { recursive: true });
  }
}

const REFUSED = new Set(['EACCES', 'EPERM', 'EROFS']);

function savingError(path: string, error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code && REFUSED.has(code)) return forbidden(path);
  if (code === 'EISDIR') return new HttpError(400, `${path} is a directory, not a file`, 'bad type');
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new HttpError(404, `No such directory: ${quoted(dirname(path))}`);
  }
  const full =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'no space is left on the disk; the old content is untouched'
      : '';
  return new HttpError(500, `Unexpected error while saving file: ${path} ${full || message}`);
}

function changeError(doing: string, path: string, error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code && REFUSED.has(code)) return forbidden(path);
  if (code === 'ENOENT') return new HttpError(404, `No such directory for ${quoted(path)}`);
  return new HttpError(500, `Unknown error ${doing} file: ${path} ${message}`);
}

export type { ContentType };
