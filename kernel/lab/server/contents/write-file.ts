// Writing a file whole or not at all: into a file beside it, to the disk, then renamed over the old one. The old
// file keeps its mode, a symbolic link stays one, and whatever fails leaves the old content in place.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export type Content = string | Buffer | AsyncIterable<Buffer>;

/** A draft that is so old was left by a server that was killed. */
const STALE_MS = 600_000;

/** The name of a draft: hidden, so that it is in no listing. */
const besides = (file: string, end = ''): string =>
  join(dirname(file), `.~${basename(file).slice(0, 200)}${end}`);

/** Opens a new file for a draft. One that a killed server left is used up, so that there is never more than one. */
async function openDraft(file: string, mode: number): Promise<{ draft: string; handle: FileHandle }> {
  const draft = besides(file);
  const left = await stat(draft).catch(() => undefined);
  if (left && Date.now() - left.mtimeMs > STALE_MS) await unlink(draft).catch(() => {});
  try {
    return { draft, handle: await open(draft, 'wx', mode) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const other = besides(file, `.${randomBytes(4).toString('hex')}`);
    return { draft: other, handle: await open(other, 'wx', mode) };
  }
}

/** Writes `content` as the file's only content. */
export async function writeFileWhole(path: string, content: Content): Promise<void> {
  const file = await realpath(path).catch(() => path);
  const before = await stat(file).catch(() => undefined);
  if (before) {
    // Renaming over a file needs no right to write it; the file's owner may have taken that right away on purpose.
    await access(file, constants.W_OK);
    if (before.nlink > 1 || !(await mayMakeFiles(dirname(file)))) return writeInPlace(file, content);
  }
  const { draft, handle } = await openDraft(file, before ? 0o600 : 0o666);
  try {
    await writeDraft(handle, content, before && before.mode & 0o7777);
    await rename(draft, file);
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(file));
}

/** Puts a finished draft in the place of a file, as `writeFileWhole` does at its end. */
export async function replaceFile(draft: string, path: string): Promise<void> {
  const file = await realpath(path).catch(() => path);
  const before = await stat(file).catch(() => undefined);
  const handle = await open(draft, 'r+');
  try {
    if (before) await handle.chmod(before.mode & 0o7777);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  await syncFolder(dirname(file));
}

async function writeDraft(handle: FileHandle, content: Content, mode: number | undefined): Promise<void> {
  try {
    if (typeof content === 'string' || Buffer.isBuffer(content)) await handle.writeFile(content);
    else for await (const piece of content) await writeAll(handle, piece);
    if (mode !== undefined) await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** For a file with several names, or in a folder where no file may be made: over the old content, kept aside. */
async function writeInPlace(file: string, content: Content): Promise<void> {
  const folder = (await mayMakeFiles(dirname(file))) ? dirname(file) : (await import('node:os')).tmpdir();
  const kept = join(folder, basename(besides(file, `.${randomBytes(4).toString('hex')}`)));
  await copyFile(file, kept);
  try {
    const handle = await open(file, 'r+');
    try {
      await handle.truncate(0);
      if (typeof content === 'string' || Buffer.isBuffer(content)) await handle.writeFile(content);
      else for await (const piece of content) await writeAll(handle, piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // The old content took its space a moment ago, so it fits.
    await copyFile(kept, file);
    throw error;
  } finally {
    await unlink(kept).catch(() => {});
  }
}

async function writeAll(handle: FileHandle, piece: Buffer): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at)).bytesWritten;
}

const mayMakeFiles = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );

/** The new name is on the disk too. Not every system lets a folder be opened for that. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
