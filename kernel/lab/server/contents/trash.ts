// Deleting into the desktop's trash, from where it can be taken back: the folders of the freedesktop.org
// specification on Linux, ~/.Trash on macOS. Only within one file system; elsewhere there is no trash.
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, parse, resolve } from 'node:path';

/** @returns whether the file is in the trash now; false when it has to be deleted for good */
export async function moveToTrash(file: string): Promise<boolean> {
  const home = homedir();
  try {
    if ((await stat(file)).dev !== (await stat(home)).dev) return false;
    if (process.platform === 'darwin') {
      await rename(file, await freeName(join(home, '.Trash'), basename(file)));
      return true;
    }
    if (process.platform === 'win32') return false;
    const trash = join(process.env.XDG_DATA_HOME || join(home, '.local/share'), 'Trash');
    for (const name of ['files', 'info']) await mkdir(join(trash, name), { recursive: true, mode: 0o700 });
    const place = await freeName(join(trash, 'files'), basename(file));
    const info = join(trash, 'info', `${basename(place)}.trashinfo`);
    const date = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
    await writeFile(
      info,
      `[Trash Info]\nPath=${encodeURIComponent(resolve(file)).replace(/%2F/g, '/')}\nDeletionDate=${date}\n`,
      { mode: 0o600, flag: 'wx' },
    );
    try {
      await rename(file, place);
    } catch (error) {
      await rm(info, { force: true });
      throw error;
    }
    return true;
  } catch {
    return false;
  }
}

async function freeName(folder: string, name: string): Promise<string> {
  const { name: stem, ext } = parse(name);
  for (let i = 0; ; i++) {
    const tried = join(folder, i === 0 ? name : `${stem} ${i}${ext}`);
    const taken = await stat(tried).catch(() => undefined);
    const info = await stat(join(folder, '../info', `${basename(tried)}.trashinfo`)).catch(() => undefined);
    if (!taken && !info) return tried;
  }
}
