// What the contents API says about files and folders: Jupyter's content models.
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, lstat, open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpError } from '../http.js';
import type { Trust } from '../trust.js';
import { mimeType } from './mime.js';
import { notebookForPage } from './notebook-text.js';
import { notThere, type Paths, quoted } from './paths.js';

export type ContentType = 'directory' | 'file' | 'notebook';

export interface Model {
  name: string;
  path: string;
  last_modified: string;
  created: string;
  content: unknown;
  format: 'json' | 'text' | 'base64' | null;
  mimetype: string | null;
  size: number | null;
  writable: boolean;
  hash: string | null;
  hash_algorithm: string | null;
  type: ContentType;
  message?: string;
  chunk?: number;
}

export interface GetOptions {
  content?: boolean;
  type?: ContentType;
  format?: 'text' | 'base64';
  hash?: boolean;
}

/** Files larger than this are not sent as text in JSON: V8's strings end there. */
const MAX_CONTENT = 500 * 2 ** 20;
const AT_ONCE = 32;

export const typeOfName = (path: string): ContentType => (path.endsWith('.ipynb') ? 'notebook' : 'file');

export async function getModel(
  paths: Paths,
  trust: Trust,
  given: string,
  options: GetOptions,
): Promise<Model> {
  const path = paths.clean(given);
  const file = await paths.existing(given);
  const info = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') throw forbidden(path);
    throw notThere(path);
  });
  const { type, content = true } = options;
  if (info.isDirectory()) {
    if (type !== undefined && type !== 'directory') {
      throw new HttpError(400, `${path} is a directory, not a ${type}`, 'bad type');
    }
    const model = await baseModel(path, file, info, 'directory');
    return content ? { ...model, content: await listFolder(paths, path, file), format: 'json' } : model;
  }
  if (type === 'directory') throw new HttpError(400, `${path} is not a directory`, 'bad type');
  if (!info.isFile()) throw new HttpError(400, `${path} is not a regular file`);
  const model = await baseModel(path, file, info, type ?? typeOfName(path));
  if (options.hash) Object.assign(model, { hash: await hashOf(file), hash_algorithm: 'sha256' });
  if (!content) return model;
  const bytes = await readWhole(file, path, info);
  if (model.type === 'notebook') {
    return { ...model, content: notebookForPage(bytes.toString('utf8'), path, trust), format: 'json' };
  }
  const { text, format } = decode(bytes, options.format, path);
  const mimetype = model.mimetype ?? (format === 'text' ? 'text/plain' : 'application/octet-stream');
  return { ...model, content: text, format, mimetype };
}

async function readWhole(file: string, path: string, info: Stats): Promise<Buffer> {
  if (info.size > MAX_CONTENT) {
    throw new HttpError(
      413,
      `${path} has ${Math.round(info.size / 2 ** 20)} MiB; more than ${MAX_CONTENT / 2 ** 20} MiB cannot be opened in the page. Download it instead`,
    );
  }
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') throw forbidden(path);
    throw new HttpError(500, `${path} cannot be read: ${error.message}`);
  });
}

export const forbidden = (path: string): HttpError => new HttpError(403, `Permission denied: ${path}`);

function decode(
  bytes: Buffer,
  format: 'text' | 'base64' | undefined,
  path: string,
): { text: string; format: 'text' | 'base64' } {
  if (format !== 'base64') {
    try {
      return {
        text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
        format: 'text',
      };
    } catch {
      if (format === 'text') throw new HttpError(400, `${path} is not UTF-8 encoded`, 'bad format');
    }
  }
  // In lines of 76, as in mails and in Jupyter's answers.
  return { text: bytes.toString('base64').replace(/.{1,76}/g, '$&\n'), format: 'base64' };
}

async function baseModel(path: string, file: string, info: Stats, type: ContentType): Promise<Model> {
  const writable = await access(file, constants.W_OK).then(
    () => true,
    () => false,
  );
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    last_modified: timestamp(info.mtimeMs),
    created: timestamp(info.ctimeMs),
    content: null,
    format: null,
    mimetype: type === 'file' ? mimeType(path) : null,
    size: type === 'directory' ? null : info.size,
    writable,
    hash: null,
    hash_algorithm: null,
    type,
  };
}

/** ISO 8601 with microseconds, as Jupyter's models have it. */
export function timestamp(ms: number): string {
  const whole = Math.floor(ms);
  const micros = Math.floor((ms - whole) * 1000);
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

/** Names that are shown in no listing. */
const NEVER = /^(?:__pycache__|.*\.py[co]|\.DS_Store|.*~)$/;

async function listFolder(paths: Paths, path: string, folder: string): Promise<Model[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') throw forbidden(path);
    throw error;
  });
  const shown = names.filter(
    (name) =>
      !NEVER.test(name) && (paths.options.allowHidden ? !name.startsWith('.~') : !name.startsWith('.')),
  );
  const models: Model[] = [];
  for (let at = 0; at < shown.length; at += AT_ONCE) {
    const some = await Promise.all(
      shown.slice(at, at + AT_ONCE).map((name) => entry(paths, path, folder, name)),
    );
    for (const model of some) if (model) models.push(model);
  }
  return models;
}

async function entry(paths: Paths, path: string, folder: string, name: string): Promise<Model | undefined> {
  const file = join(folder, name);
  const inner = path === '' ? name : `${path}/${name}`;
  try {
    if (!paths.options.followLinks) await paths.existing(inner);
    // A link that leads nowhere is shown as the file that it is.
    const info = await stat(file).catch(() => lstat(file));
    if (!info.isDirectory() && !info.isFile() && !info.isSymbolicLink()) return undefined;
    return await baseModel(inner, file, info, info.isDirectory() ? 'directory' : typeOfName(name));
  } catch {
    // Gone meanwhile, or not to be seen.
    return undefined;
  }
}

/** SHA-256 of a file, read in pieces. */
async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file, 'r');
  try {
    for await (const piece of handle.createReadStream()) hash.update(piece as Buffer);
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

export function checkQuery(query: URLSearchParams): GetOptions {
  const type = query.get('type') ?? undefined;
  if (type !== undefined && !['directory', 'file', 'notebook'].includes(type)) {
    throw new HttpError(400, `Type ${quoted(type)} is invalid`);
  }
  const format = query.get('format') ?? undefined;
  if (format !== undefined && format !== 'text' && format !== 'base64') {
    throw new HttpError(400, `Format ${quoted(format)} is invalid`);
  }
  const flag = (name: string, value: string): boolean => {
    const given = query.get(name) ?? value;
    if (given !== '0' && given !== '1') {
      throw new HttpError(400, `${name[0].toUpperCase()}${name.slice(1)} ${quoted(given)} is invalid`);
    }
    return given === '1';
  };
  return { type: type as ContentType, format, content: flag('content', '1'), hash: flag('hash', '0') };
}
