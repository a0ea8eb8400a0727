// What JupyterLab keeps for its user: settings of its plug-ins (JSON5 with comments, as text) and workspaces. The same
// files in the same places as JupyterLab's own, so that a user of both has one set of settings.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir, readFile, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import JSON5 from 'json5';
import { writeFileWhole } from './contents/write-file.js';
import { configFolder } from './folders.js';
import { HttpError, type Json, json, noContent, type Route, readJson, route } from './http.js';
import type { Lab } from './lab.js';

/** `@scope/package:plugin` or `package:plugin`; the parts become names of files. */
const PLUGIN = /^((?:@[\w.-]+\/)?[\w.-]+):([\w.-]+)$/;

interface Setting {
  id: string;
  schema: Json;
  version: string;
  raw: string;
  settings: Json;
  warning: string | null;
  last_modified: string | null;
  created: string | null;
}

interface SchemaFile {
  schema: Json;
  version: string;
}

export class Settings {
  private schemas: Promise<Map<string, SchemaFile>> | undefined;
  private overrides: Promise<Json> | undefined;

  constructor(private readonly lab: Lab) {}

  private get folder(): string {
    return process.env.JUPYTERLAB_SETTINGS_DIR || join(configFolder(), 'lab/user-settings');
  }

  /** The schemas of the built page, read once: WEB/schemas/<package>/<plugin>.json. */
  private allSchemas(): Promise<Map<string, SchemaFile>> {
    this.schemas ??= this.readSchemas();
    return this.schemas;
  }

  private async readSchemas(): Promise<Map<string, SchemaFile>> {
    const found = new Map<string, SchemaFile>();
    const { folder } = this.lab.web;
    if (!folder) return found;
    const root = join(folder, 'schemas');
    const files = await readdir(root, { recursive: true }).catch(() => []);
    for (const file of files.sort()) {
      const match = /^((?:@[^/\\]+[/\\])?[^/\\]+)[/\\]([^/\\]+)\.json$/.exec(file);
      if (!match || match[2] === 'package') continue;
      const schema = JSON.parse(await readFile(join(root, file), 'utf8')) as Json;
      const name = match[1].replace('\\', '/');
      const version = await readFile(join(root, match[1], 'package.json'), 'utf8').then(
        (text) => String((JSON.parse(text) as Json).version ?? ''),
        () => '',
      );
      found.set(`${name}:${match[2]}`, { schema, version });
    }
    return found;
  }

  /** WEB/overrides.json: other defaults than the plug-ins' own, by plug-in and property. */
  private allOverrides(): Promise<Json> {
    const { folder } = this.lab.web;
    this.overrides ??= readFile(join(folder ?? '', 'overrides.json'), 'utf8').then(
      (text) => JSON5.parse(text) as Json,
      () => ({}),
    );
    return this.overrides;
  }

  private fileOf(id: string): string {
    const match = PLUGIN.exec(id);
    if (!match || id.includes('..')) throw new HttpError(404, `Schema not found: ${id}`);
    return join(this.folder, match[1], `${match[2]}.jupyterlab-settings`);
  }

  private async get(id: string): Promise<Setting> {
    const found = (await this.allSchemas()).get(id);
    const file = this.fileOf(id);
    if (!found) throw new HttpError(404, `Schema not found: ${id}`);
    const raw = await readFile(file, 'utf8').catch(() => undefined);
    const info = raw === undefined ? undefined : await stat(file);
    let settings: Json = {};
    let warning: string | null = null;
    try {
      if (raw) settings = JSON5.parse(raw) as Json;
    } catch (error) {
      warning = `The settings of ${id} in ${file} cannot be read: ${(error as Error).message}`;
      this.lab.log(warning);
    }
    return {
      id,
      schema: withDefaults(found.schema, (await this.allOverrides())[id] as Json | undefined),
      version: found.version,
      raw: raw ?? '{}',
      settings,
      warning,
      last_modified: info ? info.mtime.toISOString() : null,
      created: info ? info.ctime.toISOString() : null,
    };
  }

  private async put(id: string, body: Json | undefined): Promise<void> {
    if (typeof body?.raw !== 'string') throw new HttpError(400, 'the body has no text "raw"');
    const file = this.fileOf(id);
    if (!(await this.allSchemas()).has(id)) throw new HttpError(404, `Schema not found: ${id}`);
    try {
      JSON5.parse(body.raw);
    } catch (error) {
      throw new HttpError(400, `Failed parse JSON payload: ${(error as Error).message}`);
    }
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    await writeFileWhole(file, body.raw);
  }

  routes(): Route[] {
    const idOf = (params: Record<string, string>) => params['*'] ?? '';
    return [
      route('api', 'GET', '/lab/api/settings', async ({ query }) => {
        const ids = [...(await this.allSchemas()).keys()];
        if (query.get('ids_only') === 'true') return json({ settings: ids.map((id) => ({ id })) });
        return json({ settings: await Promise.all(ids.map((id) => this.get(id))) });
      }),
      route('api', 'GET', '/lab/api/settings/*', async ({ params }) => json(await this.get(idOf(params)))),
      route('api', 'PUT', '/lab/api/settings/*', async ({ req, params }) => {
        await this.put(idOf(params), await readJson(req));
        return noContent;
      }),
      ...workspaceRoutes(),
    ];
  }
}

function withDefaults(schema: Json, overrides: Json | undefined): Json {
  if (!overrides) return schema;
  const properties = { ...(schema.properties as Record<string, Json> | undefined) };
  for (const [name, value] of Object.entries(overrides)) {
    if (Object.hasOwn(properties, name)) properties[name] = { ...properties[name], default: value };
  }
  return { ...schema, properties };
}

const WORKSPACE_END = '.jupyterlab-workspace';

function workspaceRoutes(): Route[] {
  const folder = (): string =>
    process.env.JUPYTERLAB_WORKSPACES_DIR || join(configFolder(), 'lab/workspaces');

  /** Readable, and different for different names: `default-37a8`. */
  const fileOf = (id: string): string => {
    const digest = createHash('sha256').update(id).digest('hex').slice(0, 4);
    const slug = id
      .toLowerCase()
      .normalize('NFKC')
      .replace(/[^a-z0-9_\s-]/g, '')
      .trim()
      .replace(/[-\s]+/g, '-');
    return join(folder(), `${slug.slice(0, 100)}-${digest}${WORKSPACE_END}`);
  };

  const read = async (file: string): Promise<Json | undefined> => {
    try {
      const info = await stat(file);
      const value = JSON.parse(await readFile(file, 'utf8')) as Json;
      const times = { last_modified: info.mtime.toISOString(), created: info.ctime.toISOString() };
      return { ...value, metadata: { ...(value.metadata as Json), ...times } };
    } catch {
      return undefined;
    }
  };

  const idOf = (params: Record<string, string>): string => {
    const id = params['*'] ?? '';
    if (id === '') throw new HttpError(400, 'a workspace has a name');
    return id;
  };

  return [
    route('api', 'GET', '/lab/api/workspaces', async () => {
      const names = (await readdir(folder()).catch(() => [])).filter((name) => name.endsWith(WORKSPACE_END));
      const values = (await Promise.all(names.sort().map((name) => read(join(folder(), name))))).filter(
        (value) => typeof (value?.metadata as Json | undefined)?.id === 'string',
      ) as Json[];
      return json({ workspaces: { ids: values.map((value) => (value.metadata as Json).id), values } });
    }),
    route('api', 'GET', '/lab/api/workspaces/*', async ({ params }) => {
      const id = idOf(params);
      return json((await read(fileOf(id))) ?? { data: {}, metadata: { id } });
    }),
    route('api', 'PUT', '/lab/api/workspaces/*', async ({ req, params }) => {
      const id = idOf(params);
      const body = await readJson(req);
      const named = (body?.metadata as Json | undefined)?.id;
      if (typeof body?.data !== 'object' || named !== id) {
        throw new HttpError(400, `Workspace metadata ID mismatch: expected ${id} got ${String(named)}`);
      }
      mkdirSync(folder(), { recursive: true, mode: 0o700 });
      await writeFileWhole(fileOf(id), JSON.stringify(body));
      return noContent;
    }),
    route('api', 'DELETE', '/lab/api/workspaces/*', async ({ params }) => {
      const id = idOf(params);
      await unlink(fileOf(id)).catch(() => {
        throw new HttpError(404, `Workspace ${id} does not exist`);
      });
      return noContent;
    }),
  ];
}
