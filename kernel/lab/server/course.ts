// The notebooks that come with gradlab: what the launcher lists, and their text. One whose folder is being served is
// opened where it lies; any other is copied into the user's folder by the page.
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { packageFolder } from '../../protocol/product.js';
import { HttpError, json, type Route, route } from './http.js';
import type { Lab } from './lab.js';

const folder = join(packageFolder, 'notebooks');

export interface CourseNotebook {
  /** The file's name. */
  name: string;
  /** `17 Spiral case study` of 17-spiral-case-study.ipynb. */
  title: string;
  /** Where it is among the served files, if it is. */
  path: string | undefined;
}

const titleOf = (name: string): string => {
  const [, number, words] = /^(\d*)-?(.*)\.ipynb$/.exec(name) ?? ['', '', name];
  const text = words.replaceAll('-', ' ');
  return `${number} ${text.charAt(0).toUpperCase()}${text.slice(1)}`.trim();
};

const names = async (): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => /^\d.*\.ipynb$/.test(name)).sort();

/** The folder's path below the root, with a slash at its end; undefined when it is not served. */
async function servedAs(lab: Lab): Promise<string | undefined> {
  const below = relative(lab.root, await realpath(folder).catch(() => folder));
  if (below === '..' || below.startsWith(`..${sep}`)) return undefined;
  return below === '' ? '' : `${below.split(sep).join('/')}/`;
}

export function courseRoutes(lab: Lab): Route[] {
  return [
    route('api', 'GET', '/api/gradlab/notebooks', async () => {
      const [found, served] = await Promise.all([names(), servedAs(lab)]);
      const notebooks: CourseNotebook[] = found.map((name) => ({
        name,
        title: titleOf(name),
        path: served === undefined ? undefined : served + name,
      }));
      return json({ notebooks });
    }),
    route('api', 'GET', '/api/gradlab/notebooks/:name', async ({ params: { name } }) => {
      if (!(await names()).includes(name))
        throw new HttpError(404, `there is no notebook ${name} in gradlab`);
      return {
        headers: { 'Content-Type': 'application/json' },
        body: await readFile(join(folder, name)),
      };
    }),
  ];
}
