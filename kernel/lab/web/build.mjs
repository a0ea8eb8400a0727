// Builds the lab's pages into dist/lab-web: JupyterLab and Notebook from the packages pinned here, once, on first
// use. A stamp of the lockfile and the sources tells whether a build still holds, wherever the folder was moved.
//
//   node kernel/lab/web/build.mjs           build unless dist/lab-web holds already
//   node kernel/lab/web/build.mjs --check   only say by the exit code whether it does

import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { quietly, Stop, say, seconds } from '../../../native/progress.mjs';
import { defaults } from './extensions.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../../..');
const target = join(root, 'dist/lab-web');
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

// -------------------------------------------------------------------------------------------------- whether it holds

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    })
    .sort();
}

/** Names and contents of everything in this folder, and the versions of what comes from the project's own packages. */
function sources() {
  const hash = createHash('sha256');
  for (const file of [...filesUnder(here), join(root, 'kernel/logo.ts')]) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  const { dependencies } = readJson(join(root, 'package.json'));
  for (const name of ['esbuild', 'plotly.js-dist-min']) hash.update(`\0${name} ${dependencies[name]}`);
  return hash.digest('hex');
}

const stampOf = (folder) => join(folder, 'sources');

/** Whether the built pages are those of these sources. */
export const isBuilt = (folder = target) =>
  existsSync(stampOf(folder)) && readFileSync(stampOf(folder), 'utf8') === sources();

// ------------------------------------------------------------------------------------------------------- the packages

function packagesMatch() {
  const list = join(here, 'node_modules/.package-lock.json');
  if (!existsSync(list)) return false;
  const wanted = readJson(join(here, 'package-lock.json')).packages;
  const installed = readJson(list).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (optional && !installed[path]) || installed[path]?.version === version,
  );
}

async function packages() {
  if (packagesMatch()) return;
  await quietly(
    'lab: fetching JupyterLab (about 450 MB, once)',
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    { cwd: here, env: { ...process.env, NODE_OPTIONS: '--max-old-space-size=1024' } },
  );
}

// ---------------------------------------------------------------------------------------------------------- the build

async function compress(folder) {
  const pack = promisify(gzip);
  for (const file of filesUnder(folder)) {
    if (!/\.(js|css|svg|json|txt)$/.test(file) || statSync(file).size < 1000) continue;
    writeFileSync(`${file}.gz`, await pack(readFileSync(file), { level: constants.Z_BEST_COMPRESSION }));
  }
}

async function icons(folder) {
  const { BUSY, logoIco, logoSvg } = await import('../../../dist/kernel/logo.js');
  mkdirSync(join(folder, 'favicons'), { recursive: true });
  writeFileSync(join(folder, 'logo.svg'), logoSvg());
  for (const name of ['favicon', 'favicons/favicon', 'favicons/favicon-notebook']) {
    writeFileSync(join(folder, `${name}.ico`), logoIco());
  }
  for (const i of [1, 2, 3]) writeFileSync(join(folder, `favicons/favicon-busy-${i}.ico`), logoIco(BUSY));
}

/** The settings' schemas, with our defaults in them. */
function schemas(folder, packages) {
  for (const { name, folder: from, files } of packages) {
    mkdirSync(join(folder, name), { recursive: true });
    for (const file of files) {
      const schema = readJson(join(from, file));
      for (const [key, value] of Object.entries(defaults[name]?.[basename(file, '.json')] ?? {})) {
        schema.properties[key].default = value;
      }
      writeFileSync(join(folder, name, file), JSON.stringify(schema));
    }
  }
}

async function bundle(folder) {
  // esbuild's memory peaks where its collector waits for more: it does not here.
  process.env.GOGC ??= '40';
  const { bundlePages, bundleThemes, schemaFolders, versionOf } = await import('./bundle.mjs');
  const { noticesText, thirdParty } = await import('./licences.mjs');
  const { pages, inputs } = await bundlePages(join(folder, 'static'));
  const themes = await bundleThemes(join(folder, 'themes'));
  schemas(join(folder, 'schemas'), schemaFolders());
  await icons(join(folder, 'static'));
  const list = thirdParty([...inputs, ...themes]);
  writeFileSync(join(folder, 'third-party-licences.txt'), noticesText(list));
  writeFileSync(join(folder, 'licences.json'), JSON.stringify({ bundles: { gradlab: { packages: list } } }));
  const assets = ({ script, style, preload }) => ({
    scripts: [script],
    styles: [style],
    preload,
    module: true,
    body: { class: 'jp-ThemedContainer' },
  });
  const classic = assets(pages.notebook);
  const manifest = {
    pages: { lab: assets(pages.lab), tree: classic, notebooks: classic, edit: classic, consoles: classic },
    favicon: 'favicon.ico',
    versions: {
      jupyterlab: versionOf('@jupyterlab/application-extension'),
      notebook: versionOf('@jupyter-notebook/application'),
    },
  };
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await compress(join(folder, 'static'));
}

/** Builds unless what is there holds. */
export async function build() {
  if (isBuilt()) return;
  const wanted = sources();
  await packages();
  const begun = performance.now();
  say('lab: bundling its pages ...');
  mkdirSync(join(root, 'dist'), { recursive: true });
  // Aside and then in place: a server that runs meanwhile keeps a whole one.
  const draft = mkdtempSync(join(root, 'dist/.lab-web-'));
  try {
    await bundle(draft);
    writeFileSync(stampOf(draft), wanted);
    chmodSync(draft, 0o755);
    rmSync(target, { recursive: true, force: true });
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!error.errors) throw error;
    const lines = error.errors.map(
      ({ text, location }) => `  ${location?.file ?? ''}:${location?.line ?? ''} ${text}`,
    );
    throw new Stop(`lab: the pages could not be bundled\n${lines.join('\n')}`);
  }
  say(`lab: its pages: done in ${seconds(begun)}`);
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  try {
    if (process.argv[2] === '--check') process.exitCode = isBuilt() ? 0 : 1;
    else await build();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(`gradlab: ${error.message}`);
    process.exitCode = 1;
  }
}
