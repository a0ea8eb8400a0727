// The esbuild half of the build: JupyterLab's packages expect another bundler, and the plug-ins here give them what
// they expect. Two pages come out, cut into chunks that they share, and the themes as style sheets of their own.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { lab, left_out, notebook, renderers, widgets } from './extensions.mjs';

export const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, 'node_modules');
const packageOf = (module) => module.split('/').slice(0, 2).join('/');

// ------------------------------------------------------------------------------------- the lists, turned into imports

/** Style sheets of an extension: its style/index.js brings those of the packages under it along. */
function styleOf(name) {
  const index = `${name}/style/index.js`;
  return existsSync(join(packages, index)) ? `import ${JSON.stringify(index)};\n` : '';
}

function styles(names) {
  return [...new Set(names.map(packageOf))].map(styleOf).join('');
}

/** Imports that stand together are one piece, which a page loads at once. */
function listModule(page) {
  const all =
    page === 'lab'
      ? [...lab, widgets]
      : [...new Set([...Object.values(notebook).flatMap(Object.keys), widgets])];
  return `${styles([...all, ...renderers])}
${all.map((name, i) => `import * as extension${i} from ${JSON.stringify(name)};`).join('\n')}
${renderers.map((name, i) => `import * as renderer${i} from ${JSON.stringify(name)};`).join('\n')}
export const extensions = {${all.map((name, i) => `${JSON.stringify(name)}: extension${i}`)}};
export const renderers = [${renderers.map((_, i) => `renderer${i}`)}];
export const leftOut = ${JSON.stringify(left_out)};
export const pages = ${JSON.stringify(page === 'lab' ? {} : notebook)};
export const widgets = ${JSON.stringify(widgets)};`;
}

const lists = {
  name: 'lists',
  setup(build) {
    build.onResolve({ filter: /^extensions:/ }, ({ path }) => ({ path, namespace: 'lists' }));
    build.onLoad({ filter: /.*/, namespace: 'lists' }, ({ path }) => ({
      contents: listModule(path.split(':')[1]),
      resolveDir: here,
      loader: 'js',
    }));
  },
};

// ------------------------------------------------------------------------------------------- what packages rely upon

/** SVG is its own text when JavaScript imports it, and a data URL in a style sheet. */
const svg = {
  name: 'svg',
  setup(build) {
    build.onLoad({ filter: /\.svg$/ }, ({ path, with: _, suffix: __ }) => ({
      contents: readFileSync(path, 'utf8'),
      loader: 'text',
    }));
    build.onResolve({ filter: /\.svg(#.*|\?.*)?$/ }, async (asked) => {
      if (asked.kind !== 'url-token' || asked.pluginData === 'svg') return undefined;
      const path = asked.path.replace(/[#?].*$/, '').replace(/^~/, '');
      const found = await build.resolve(path, { ...only(asked), pluginData: 'svg' });
      return found.errors.length > 0 ? found : { path: found.path, namespace: 'svg-url' };
    });
    build.onLoad({ filter: /.*/, namespace: 'svg-url' }, ({ path }) => ({
      contents: readFileSync(path),
      loader: 'dataurl',
    }));
  },
};

const only = ({ importer, kind, resolveDir }) => ({ importer, kind, resolveDir });

/** `~package/file` in style sheets is a package's file. */
const tilde = {
  name: 'tilde',
  setup(build) {
    build.onResolve({ filter: /^~/ }, (asked) =>
      asked.kind === 'import-rule' || asked.kind === 'url-token'
        ? build.resolve(asked.path.slice(1), only(asked))
        : undefined,
    );
  },
};

/** Font formats that no browser of today asks for, where the same rule names a WOFF2. */
const oldFonts = {
  name: 'old fonts',
  setup(build) {
    const nothing = { path: 'data:,', external: true };
    build.onResolve({ filter: /\.(eot|ttf)([?#].*)?$/ }, ({ kind }) =>
      kind === 'url-token' ? nothing : undefined,
    );
    build.onResolve({ filter: /fa-[a-z]+-?\d*\.(woff|svg)([?#].*)?$/ }, ({ kind }) =>
      kind === 'url-token' ? nothing : undefined,
    );
  },
};

/**
 * `import()` of CommonJS gives `default` alone under esbuild, while MathJax's importers take names apart. The names are
 * read from the module's own text.
 */
const namedImports = {
  name: 'named imports',
  setup(build) {
    build.onResolve({ filter: /^mathjax-full\/js\// }, async (asked) => {
      if (asked.kind !== 'dynamic-import') return undefined;
      const found = await build.resolve(asked.path, { ...only(asked), kind: 'require-call' });
      if (found.errors.length > 0) return found;
      return { path: asked.path, namespace: 'named', pluginData: found.path };
    });
    build.onLoad({ filter: /.*/, namespace: 'named' }, ({ pluginData: file }) => {
      const text = readFileSync(file, 'utf8');
      const names = [...new Set([...text.matchAll(/^exports\.(\w+) = /gm)].map((m) => m[1]))];
      const taken = names.filter((name) => name !== 'default' && name !== '__esModule');
      return {
        contents: `import * as module from ${JSON.stringify(file)};
export default module.default ?? module;
${taken.length > 0 ? `const { ${taken.map((name) => `${name}: _${name}`)} } = module;` : ''}
export { ${taken.map((name) => `_${name} as ${name}`)} };`,
        resolveDir: dirname(file),
        loader: 'js',
      };
    });
  },
};

/** Mermaid's second layout engine would add five megabytes under another licence; its charts use the first. */
const noElk = {
  name: 'no elk',
  setup(build) {
    build.onResolve({ filter: /^@mermaid-js\/layout-elk$/ }, () => ({ path: 'elk', namespace: 'nothing' }));
    build.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({
      contents: 'export default [];',
      loader: 'js',
    }));
  },
};

/** The manager of widgets loads their classes through webpack's own `require.ensure`, which is `import()` here. */
const ensure = {
  name: 'require.ensure',
  setup(build) {
    build.onLoad({ filter: /jupyterlab-manager\/lib\/plugin\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace(
        /require\.ensure\(\[('[^']+')\][\s\S]*?\}, \1\);/,
        'import($1).then(resolve, reject);',
      );
      if (contents === text) throw new Error(`${path} has no require.ensure any more`);
      return { contents, loader: 'js' };
    });
  },
};

// ------------------------------------------------------------------------------------------------------- the builds

const common = {
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome110', 'firefox110', 'safari16'],
  metafile: true,
  logLevel: 'silent',
  loader: {
    '.woff': 'file',
    '.woff2': 'file',
    '.ttf': 'file',
    '.eot': 'file',
    '.png': 'dataurl',
    '.gif': 'dataurl',
  },
  plugins: [lists, oldFonts, tilde, svg, namedImports, noElk, ensure],
};

/** Bundles the two pages into `folder`; returns what each page loads, and the files that went in. */
export async function bundlePages(folder) {
  const { metafile } = await esbuild.build({
    ...common,
    absWorkingDir: here,
    entryPoints: { lab: 'src/lab.ts', notebook: 'src/notebook.ts' },
    outdir: folder,
    splitting: true,
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    assetNames: 'asset-[hash]',
    alias: { path: 'path-browserify' },
    mainFields: ['browser', 'module', 'main'],
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis', __dirname: '""' },
    legalComments: 'none',
  });
  const pages = {};
  for (const [output, { entryPoint, cssBundle, imports }] of Object.entries(metafile.outputs)) {
    const page = /^src\/(lab|notebook)\.ts$/.exec(entryPoint ?? '')?.[1];
    if (page === undefined) continue;
    const chunks = new Set();
    const follow = (list) => {
      for (const { kind, path } of list) {
        if (kind !== 'import-statement' || chunks.has(path)) continue;
        chunks.add(path);
        follow(metafile.outputs[path].imports);
      }
    };
    follow(imports);
    pages[page] = {
      script: fileName(output),
      style: fileName(cssBundle),
      preload: [...chunks].map(fileName),
    };
  }
  return { pages, inputs: Object.keys(metafile.inputs) };
}

const fileName = (path) => path.split('/').pop();

/** Every theme as `NAME/index.css` under `folder`, as the theme manager asks for it. */
export async function bundleThemes(folder) {
  const inputs = [];
  for (const name of lab.filter((name) => name.includes('/theme-'))) {
    const { metafile } = await esbuild.build({
      ...common,
      absWorkingDir: here,
      entryPoints: [{ in: join(packages, name, 'style/theme.css'), out: 'index' }],
      outdir: join(folder, name),
      assetNames: 'asset-[hash]',
    });
    inputs.push(...Object.keys(metafile.inputs));
  }
  return inputs;
}

/** The packages whose settings have schemas, with the folder of each. */
export function schemaFolders() {
  const names = [...lab, ...Object.values(notebook).flatMap(Object.keys), widgets];
  return [...new Set(names)]
    .map((name) => ({ name, folder: join(packages, name, 'schema') }))
    .filter(({ folder }) => existsSync(folder))
    .map(({ name, folder }) => ({
      name,
      folder,
      files: readdirSync(folder).filter((f) => f.endsWith('.json')),
    }));
}

export const versionOf = (name) =>
  JSON.parse(readFileSync(createRequire(join(here, 'package.json')).resolve(`${name}/package.json`), 'utf8'))
    .version;
