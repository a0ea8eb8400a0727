// What the lab page adds for gradlab: on the launcher, the course's notebooks and a TypeScript file.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PathExt, URLExt } from '@jupyterlab/coreutils';
import { ILauncher } from '@jupyterlab/launcher';
import { ServerConnection } from '@jupyterlab/services';
import { notebookIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

const OPEN = 'gradlab:open-course-notebook';

interface CourseNotebook {
  name: string;
  title: string;
  path?: string;
}

/** Reads from the server's own API of the course's notebooks. */
async function read(settings: ServerConnection.ISettings, name = ''): Promise<unknown> {
  const url = URLExt.join(settings.baseUrl, 'api/gradlab/notebooks', encodeURIComponent(name));
  const reply = await ServerConnection.makeRequest(url, {}, settings);
  if (!reply.ok) throw await ServerConnection.ResponseError.create(reply);
  return reply.json();
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'gradlab:launcher',
  description: "Offers the course's notebooks on the launcher.",
  autoStart: true,
  requires: [ILauncher],
  activate: async (app: JupyterFrontEnd, launcher: ILauncher) => {
    const { contents, serverSettings } = app.serviceManager;

    /** The notebook's path; a copy in the folder is made when there is none yet. */
    const pathOf = async ({ name, path }: CourseNotebook, cwd: string): Promise<string> => {
      if (path !== undefined) return path;
      const copy = PathExt.join(cwd, name);
      const there = await contents.get(copy, { content: false }).catch(() => undefined);
      if (!there) {
        const content = await read(serverSettings, name);
        await contents.save(copy, { type: 'notebook', format: 'json', content });
      }
      return copy;
    };

    app.commands.addCommand(OPEN, {
      label: (args) => String(args.title ?? 'Open a notebook of the course'),
      caption: (args) =>
        args.path ? `Open ${args.path}` : `Copy ${args.name ?? 'a notebook of the course'} here and open it`,
      icon: (args) => (args.isPalette ? undefined : notebookIcon),
      execute: async (args) => {
        const path = await pathOf(args as unknown as CourseNotebook, String(args.cwd ?? ''));
        return app.commands.execute('docmanager:open', { path });
      },
    });
    launcher.add({
      command: 'fileeditor:create-new',
      category: 'Other',
      rank: 1,
      args: {
        fileExt: 'ts',
        iconName: 'ui-components:text-editor',
        launcherLabel: 'TypeScript File',
        caption: 'Create a new TypeScript file',
      },
    });

    const { notebooks } = (await read(serverSettings)) as { notebooks: CourseNotebook[] };
    for (const [rank, notebook] of notebooks.entries()) {
      const args = { ...notebook } as unknown as ReadonlyJSONObject;
      launcher.add({ command: OPEN, args, category: 'Course', categoryRank: 10, rank });
    }
  },
};

export default { default: [plugin] };
