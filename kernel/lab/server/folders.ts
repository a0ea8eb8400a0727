// Jupyter's folders by Jupyter's rules (data, config, runtime), and the few private files that a server keeps in
// them. Files here are for their owner alone.
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const env = (name: string): string | undefined => process.env[name] || undefined;

export function userDataFolder(): string {
  const given = env('JUPYTER_DATA_DIR');
  if (given) return given;
  if (process.platform === 'darwin') return join(homedir(), 'Library/Jupyter');
  if (process.platform === 'win32') return join(env('APPDATA') ?? homedir(), 'jupyter');
  return join(env('XDG_DATA_HOME') ?? join(homedir(), '.local/share'), 'jupyter');
}

export const configFolder = (): string => env('JUPYTER_CONFIG_DIR') ?? join(homedir(), '.jupyter');

export const runtimeFolder = (): string => env('JUPYTER_RUNTIME_DIR') ?? join(userDataFolder(), 'runtime');

/** Where Jupyter looks for kernelspecs and the like: the first folder that has a thing wins. */
export function dataFolders(): string[] {
  const given = env('JUPYTER_PATH')?.split(delimiter) ?? [];
  const environment = env('VIRTUAL_ENV') ?? env('CONDA_PREFIX');
  const system =
    process.platform === 'win32'
      ? [join(env('PROGRAMDATA') ?? 'C:\\ProgramData', 'jupyter')]
      : ['/usr/local/share/jupyter', '/usr/share/jupyter'];
  const all = [
    ...given,
    ...(environment ? [join(environment, 'share/jupyter')] : []),
    userDataFolder(),
    ...system,
  ];
  return [...new Set(all)];
}

/** The folder of this program's own private files: keys and signatures. */
export const privateFolder = (): string => join(userDataFolder(), 'gradlab');

export function makePrivateFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A random key that is kept in a file for its owner alone; made when it is first asked for. */
export function readKey(name: string): Buffer {
  const file = join(makePrivateFolder(privateFolder()), name);
  if (!existsSync(file)) {
    // Written aside and linked, so that of two servers that start together both read the same key.
    const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
    writeFileSync(draft, randomBytes(64).toString('base64'), { mode: 0o600 });
    try {
      linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
  return Buffer.from(readFileSync(file, 'utf8'), 'base64');
}

/** Writes a small private file whole or not at all. */
export function writePrivate(file: string, text: string): void {
  makePrivateFolder(dirname(file));
  writeFileSync(file, text, { mode: 0o600 });
}
