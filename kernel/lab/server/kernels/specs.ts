// The kernels that can be started: this installation's own, always there, and every kernelspec in Jupyter's data
// folders. What is installed while the server runs is found at the next request.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { kernelSpec, logoFiles } from '../../../install.js';
import type { Common } from '../common.js';
import { dataFolders } from '../folders.js';
import { type Exchange, escapePath, HttpError, json, type Reply, type Route, route } from '../http.js';
import { sendFile } from '../web.js';

export const OWN_KERNEL = 'gradlab';

export interface KernelSpec {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode?: 'signal' | 'message';
  env?: Record<string, string>;
  metadata?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface FoundSpec {
  name: string;
  spec: KernelSpec;
  /** Where logos lie; undefined for our own. */
  folder: string | undefined;
  resources: string[];
}

const NAME = /^[a-z0-9._-]+$/i;
const RESOURCE = /^(?:logo-.*|kernel\.(?:js|css))$/;

export class KernelSpecs {
  constructor(private readonly lab: Common) {}

  async all(): Promise<Map<string, FoundSpec>> {
    const found = new Map<string, FoundSpec>([[OWN_KERNEL, ownSpec()]]);
    for (const data of dataFolders()) {
      const folder = join(data, 'kernels');
      const names = await readdir(folder).catch(() => []);
      for (const given of names) {
        const name = given.toLowerCase();
        if (found.has(name) || !NAME.test(name)) continue;
        const spec = await this.read(name, join(folder, given));
        if (spec) found.set(name, spec);
      }
    }
    return found;
  }

  async get(name: string): Promise<FoundSpec | undefined> {
    return (await this.all()).get(name.toLowerCase());
  }

  private async read(name: string, folder: string): Promise<FoundSpec | undefined> {
    const text = await readFile(join(folder, 'kernel.json'), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      const given = JSON.parse(text) as Partial<KernelSpec>;
      if (!Array.isArray(given.argv) || given.argv.length === 0) throw new Error('it has no "argv"');
      const spec: KernelSpec = {
        ...given,
        argv: given.argv.map(String),
        env: given.env ?? {},
        display_name: given.display_name ?? name,
        language: given.language ?? '',
        interrupt_mode: given.interrupt_mode === 'message' ? 'message' : 'signal',
        metadata: given.metadata ?? {},
      };
      const resources = (await readdir(folder)).filter((file) => RESOURCE.test(file));
      return { name, spec, folder, resources };
    } catch (error) {
      this.lab.log(`the kernelspec in ${folder} cannot be used: ${(error as Error).message}`);
      return undefined;
    }
  }

  model({ name, spec, resources }: FoundSpec): object {
    const links = resources.map((file) => {
      const key = /\.(?:js|css)$/.test(file) ? file : file.replace(/\.[^.]*$/, '');
      return [key, this.lab.link(`/kernelspecs/${escapePath(name)}/${escapePath(file)}`)];
    });
    return { name, spec, resources: Object.fromEntries(links) };
  }

  routes(): Route[] {
    return [
      route('api', 'GET', '/api/kernelspecs', async () => {
        const all = await this.all();
        const kernelspecs = Object.fromEntries([...all].map(([name, found]) => [name, this.model(found)]));
        return json({ default: this.lab.defaultKernel, kernelspecs });
      }),
      route('api', 'GET', '/api/kernelspecs/:name', async ({ params }) => {
        const found = await this.get(params.name);
        if (!found) throw new HttpError(404, `Kernel spec ${params.name} not found`);
        return json(this.model(found));
      }),
      route('page', 'GET', '/kernelspecs/:name/:file', (exchange) => this.resource(exchange)),
    ];
  }

  private async resource({ req, res, params }: Exchange): Promise<Reply | undefined> {
    const found = await this.get(params.name);
    if (!found?.resources.includes(params.file))
      throw new HttpError(404, `there is no ${params.file} of this kernel`);
    const headers = {
      'Cache-Control': 'max-age=3600',
      // A logo is a picture, never a page with scripts.
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    };
    if (!found.folder) {
      const logo = logoFiles[params.file as keyof typeof logoFiles]();
      const type = params.file.endsWith('.svg') ? 'image/svg+xml' : 'image/png';
      return { headers: { ...headers, 'Content-Type': type }, body: logo };
    }
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    await sendFile(req, res, join(found.folder, params.file), {
      index: false,
      dotfiles: 'allow',
      cacheControl: false,
    });
    return undefined;
  }
}

function ownSpec(): FoundSpec {
  return {
    name: OWN_KERNEL,
    spec: { env: {}, ...kernelSpec() } as KernelSpec,
    folder: undefined,
    resources: Object.keys(logoFiles),
  };
}

/** Where a kernel for a notebook runs: the notebook's folder, or the nearest one that exists. */
export async function kernelFolder(lab: Common, path: string | undefined): Promise<string> {
  for (
    let at = lab.contents.paths.clean(path ?? '');
    at !== '';
    at = at.slice(0, Math.max(0, at.lastIndexOf('/')))
  ) {
    const folder = lab.contents.paths.resolve(at);
    if ((await stat(folder).catch(() => undefined))?.isDirectory()) return folder;
  }
  return lab.root;
}
