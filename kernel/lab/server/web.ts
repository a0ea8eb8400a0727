// The pages that a browser opens and the files they load. The page itself is built elsewhere (kernel/lab/web) into a
// folder whose manifest.json says, for every kind of page, which scripts and styles to load; this file puts them into
// HTML together with the configuration that JupyterLab reads from `jupyter-config-data`.
//
// The built folder:
//   manifest.json      WebManifest below
//   static/...         all assets, served without login at `static/`; NAME.gz beside NAME is served to who takes gzip
//   schemas/<package>/<plugin>.json    settings schemas, `<package>` with its scope: @jupyterlab/apputils-extension
//   licences.json      the answer of lab/api/licenses
//   overrides.json     other defaults of settings, by plug-in and property
//   themes/<package>/index.css ...     theme style sheets, at `lab/api/themes/<package>/index.css`

import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import send from 'send';
import { escapeHtml } from '../../protocol/html.js';
import { readVersion } from '../../protocol/product.js';
import type { Auth } from './auth.js';
import type { Common } from './common.js';
import {
  type Exchange,
  escapePath,
  HttpError,
  type Json,
  json,
  type Reply,
  type Route,
  redirect,
  route,
} from './http.js';

export type PageKind = 'lab' | 'tree' | 'notebooks' | 'edit' | 'consoles';

export interface PageAssets {
  /** Below static/; loaded as ES modules when the name ends in .mjs or `module` is set, else as deferred scripts. */
  scripts: string[];
  styles: string[];
  module?: boolean;
  /** Modules that the scripts will import, fetched at once. */
  preload?: string[];
  /** Class and other attributes of <body>. */
  body?: Record<string, string>;
  /** Markup that stands in the body until the page has loaded. */
  splash?: string;
}

export interface WebManifest {
  pages: Partial<Record<PageKind, PageAssets>>;
  /** Added to the configuration of every page: appVersion, disabledExtensions and so on. */
  pageConfig?: Json;
  /** Below static/. */
  favicon?: string;
}

/** A name with a hash in it never changes its content. */
const HASHED = /[-.][A-Za-z0-9]{8,}\.(?:m?js|css|woff2?|ttf|png|svg|map|wasm|json)$/;

export class Web {
  private manifest: WebManifest | undefined;

  constructor(
    private readonly lab: Common & { readonly auth: Auth },
    readonly folder: string | undefined,
  ) {
    if (folder === undefined) return;
    const file = join(folder, 'manifest.json');
    if (!existsSync(file))
      throw new Error(`startServer: webDir ${folder} has no manifest.json: it is not a built page`);
    this.manifest = JSON.parse(readFileSync(file, 'utf8')) as WebManifest;
  }

  routes(): Route[] {
    const { lab } = this;
    const page =
      (kind: PageKind, configure: (exchange: Exchange) => Promise<Json> | Json) =>
      async (exchange: Exchange): Promise<Reply> =>
        this.page(exchange, kind, await configure(exchange));
    const labPage = page('lab', ({ params }) => ({
      workspace: params.workspace ?? 'default',
      treePath: params['*'] ?? '',
    }));
    const treeOf = async ({ params }: Exchange) => ({ treePath: params['*'] ?? '', notebookPage: 'tree' });
    const tree = async (exchange: Exchange): Promise<Reply> => {
      const path = exchange.params['*'] ?? '';
      const found =
        path === '' ? undefined : await stat(lab.contents.paths.resolve(path)).catch(() => undefined);
      if (!found?.isFile()) return page('tree', treeOf)(exchange);
      return redirect(lab.link(`/${path.endsWith('.ipynb') ? 'notebooks' : 'edit'}/${escapePath(path)}`));
    };
    const document = (kind: 'notebooks' | 'edit' | 'consoles') =>
      page(kind, ({ params }) => ({ treePath: params['*'] ?? '', notebookPage: kind }));
    const routes = [
      route('page', 'GET', '/', () => redirect(lab.link(lab.defaultUrl))),
      route('public', 'GET', '/static/*', (exchange) => this.asset(exchange, exchange.params['*'])),
      route('public', 'GET', '/favicon.ico', (exchange) =>
        this.asset(exchange, this.manifest?.favicon ?? 'favicon.ico'),
      ),
      route('api', 'GET', '/lab/api/licenses', (exchange) =>
        this.folder && existsSync(join(this.folder, 'licences.json'))
          ? this.asset(exchange, 'licences.json', '')
          : json({ bundles: {} }),
      ),
      route('public', 'GET', '/lab/api/themes/*', (exchange) =>
        this.asset(exchange, exchange.params['*'], 'themes'),
      ),
    ];
    if (!this.manifest) return routes;
    for (const path of ['/lab', '/lab/tree', '/lab/tree/*', '/doc', '/doc/tree/*']) {
      routes.push(route('page', 'GET', path, labPage));
    }
    for (const path of ['/lab/workspaces/:workspace', '/lab/workspaces/:workspace/tree/*']) {
      routes.push(route('page', 'GET', path, labPage));
    }
    routes.push(
      route('page', 'GET', '/tree', tree),
      route('page', 'GET', '/tree/*', tree),
      route('page', 'GET', '/notebooks/*', document('notebooks')),
      route('page', 'GET', '/edit/*', document('edit')),
      route('page', 'GET', '/consoles/*', document('consoles')),
    );
    return routes;
  }

  /** What the page reads from `jupyter-config-data`. The token is not in it: the page uses its cookie. */
  private config(own: Json): Json {
    const { lab } = this;
    const link = (path: string) => lab.link(path);
    const urls = {
      baseUrl: lab.baseUrl,
      wsUrl: '',
      appUrl: '/lab',
      treeUrl: '/lab/tree',
      workspacesUrl: '/lab/workspaces/',
      labextensionsUrl: '/lab/extensions',
      settingsUrl: '/lab/api/settings',
      workspacesApiUrl: '/lab/api/workspaces',
      themesUrl: '/lab/api/themes',
      translationsApiUrl: '/lab/api/translations',
      listingsUrl: '/lab/api/listings',
      licensesUrl: '/lab/api/licenses',
      fullStaticUrl: link('/static'),
      fullAppUrl: link('/lab'),
      fullTreeUrl: link('/lab/tree'),
      fullLabextensionsUrl: link('/lab/extensions'),
      fullSettingsUrl: link('/lab/api/settings'),
      fullWorkspacesApiUrl: link('/lab/api/workspaces'),
      fullThemesUrl: link('/lab/api/themes'),
      fullTranslationsApiUrl: link('/lab/api/translations'),
      fullListingsUrl: link('/lab/api/listings'),
      fullLicensesUrl: link('/lab/api/licenses'),
    };
    const hub = lab.hub?.options;
    return {
      appName: 'gradlab',
      appNamespace: 'lab',
      appVersion: readVersion(),
      ...urls,
      token: '',
      mode: 'multiple-document',
      workspace: 'default',
      treePath: '',
      preferredPath: '/',
      rootUri: `file://${escapePath(lab.root)}`,
      serverRoot: lab.root,
      frontendUrl: '/static/',
      notebookVersion: '[2, 0, 0]',
      cacheFiles: false,
      devMode: false,
      quitButton: lab.hub === undefined,
      allow_hidden_files: lab.options.allowHidden === true,
      terminalsAvailable: false,
      buildAvailable: false,
      buildCheck: false,
      exposeAppInBrowser: false,
      federated_extensions: [],
      disabledExtensions: [],
      ...(hub
        ? {
            hubPrefix: `${hub.baseUrl}hub/`,
            hubHost: hub.host,
            hubUser: hub.user,
            hubServerName: hub.serverName,
          }
        : {}),
      ...this.manifest?.pageConfig,
      ...own,
    };
  }

  private page(exchange: Exchange, kind: PageKind, own: Json): Reply {
    const assets = this.manifest?.pages[kind];
    if (!assets) throw new HttpError(404, `the built page has no part for /${kind}`);
    const config = this.config(own);
    const link = (file: string) => escapeHtml(this.lab.link(posix.join('/static', file)));
    const title = own.treePath ? `${String(own.treePath).split('/').at(-1)} - gradlab` : 'gradlab';
    const body = Object.entries({ 'data-notebook': String(own.notebookPage ?? 'lab'), ...assets.body })
      .map(([name, value]) => ` ${name}="${escapeHtml(value)}"`)
      .join('');
    const html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" class="favicon" href="${link(this.manifest?.favicon ?? 'favicon.ico')}">
<script id="jupyter-config-data" type="application/json">${scriptJson(config)}</script>
${(assets.preload ?? []).map((file) => `<link rel="modulepreload" href="${link(file)}">`).join('\n')}
${assets.styles.map((file) => `<link rel="stylesheet" href="${link(file)}">`).join('\n')}
${assets.scripts
  .map((file) => {
    const kindOf = assets.module || file.endsWith('.mjs') ? 'type="module"' : 'defer';
    return `<script ${kindOf} src="${link(file)}"></script>`;
  })
  .join('\n')}
</head>
<body${body}>${assets.splash ?? ''}</body>
</html>
`;
    this.lab.auth.giveXsrf(exchange.req, exchange.res);
    return {
      html,
      headers: {
        'Content-Security-Policy': "frame-ancestors 'self'; object-src 'none'; base-uri 'self'",
        'Cache-Control': 'no-store',
      },
    };
  }

  /** A file of the built page. */
  private async asset({ req, res }: Exchange, name: string, folder = 'static'): Promise<undefined> {
    if (!this.folder) throw new HttpError(404, `there is no ${name}: this server serves the API alone`);
    const root = join(this.folder, folder);
    const immutable = HASHED.test(name);
    const options: send.SendOptions = {
      root,
      index: false,
      dotfiles: 'ignore',
      cacheControl: false,
      lastModified: true,
    };
    let file = name;
    if (/\bgzip\b/.test(String(req.headers['accept-encoding'] ?? '')) && !name.includes('..')) {
      if (existsSync(join(root, `${name}.gz`))) {
        file = `${name}.gz`;
        res.setHeader('Content-Type', contentType(name));
        res.setHeader('Content-Encoding', 'gzip');
      }
      res.setHeader('Vary', 'Accept-Encoding');
    }
    res.setHeader('Cache-Control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    res.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    await sendFile(req, res, file, options);
    return undefined;
  }
}

/** Streams a file with ranges and conditional requests; an HttpError when it cannot be. */
export function sendFile(
  req: Exchange['req'],
  res: Exchange['res'],
  path: string,
  options: send.SendOptions,
): Promise<void> {
  return new Promise((done, fail) => {
    const stream = send(req, encodeURI(path).replace(/[?#]/g, encodeURIComponent), options);
    stream.on('error', (error: Error & { status?: number }) => {
      for (const name of ['Content-Encoding', 'Content-Type', 'Cache-Control']) res.removeHeader(name);
      const status = error.status ?? 500;
      fail(
        new HttpError(
          status === 403 ? 404 : status,
          status < 500 ? 'file or directory does not exist' : error.message,
        ),
      );
    });
    stream.on('directory', () => fail(new HttpError(404, 'file or directory does not exist')));
    res.on('close', () => done());
    stream.pipe(res);
  });
}

const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
  html: 'text/html; charset=utf-8',
  map: 'application/json',
  wasm: 'application/wasm',
  ttf: 'font/ttf',
};
const contentType = (name: string): string =>
  TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';

/** JSON that cannot end the script element it stands in. */
const scriptJson = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
