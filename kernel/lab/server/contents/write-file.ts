// Writing a file whole or not at all: into a file beside it, to the disk, then renamed over the old one. The old
// file keeps its mode, a symbolic link stays one, and whatever fails leaves the old content in place.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export type Content = string | Buffer | AsyncIterable<Buffer>;

/** Hidden, so that it is in no listing. */
const besides = (file: string): string =>
  join(dirname(file), `.~${basename(file).slice(0, 200)}.${randomBytes(4).toString('hex')}`);

/** Writes `content` as the file's only content. */
export async function writeFileWhole(path: string, content: Content): Promise<void> {
  const file = await realpath(path).catch(() => path);
  const before = await stat(file).catch(() => undefined);
  if (before) {
    // Renaming over a file needs no right to write it; the file's owner may have taken that right away on purpose.
    await access(file, constants.W_OK);
    if (before.nlink > 1 || !(await mayMakeFiles(dirname(file)))) return writeInPlace(file, content);
  }
  const draft = besides(file);
  try {
    await writeDraft(draft, content, before && before.mode & 0o7777);
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

async function writeDraft(draft: string, content: Content, mode: number | undefined): Promise<void> {
  const handle = await open(draft, 'wx', mode === undefined ? 0o666 : 0o600);
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
  const kept = join(folder, basename(besides(file)));
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
