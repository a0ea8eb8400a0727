// Brings a fresh clone to a working state: system packages, npm packages, the native addon, the TypeScript build.
// Every step first looks whether its work is already done, so running it again costs a fraction of a second.
// It runs before node_modules exists and therefore uses Node's own modules only.
//
//   node native/setup.mjs build    make everything that is missing or stale (npm run build, before npm test)
//   node native/setup.mjs dev      the same, then again at every change of a source file
//   node native/setup.mjs lab      the same, and the pages of the lab (npm pack takes them along)
//   node native/setup.mjs start    the same, then open notebooks/ in the lab
//   node native/setup.mjs apt P... install these Debian packages unless they are there (npm run test:clients)
//   node native/setup.mjs wish P.. the same where it takes no question; otherwise says what is missing and goes on

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as buildPages } from '../kernel/lab/web/build.mjs';
import { bundle } from './bundle.mjs';
import { joinDeclarations } from './declarations.mjs';
import { quietly as run, Stop, say, seconds } from './progress.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const addon = join(root, 'build/Release/gradlab.node');
const quietly = (what, command, args) => run(what, command, args, { cwd: root });

// ------------------------------------------------------------------------------------------------ system packages

const onPath = (program) =>
  (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, program)));

/** Looks where native/CMakeLists.txt looks: Debian keeps OpenBLAS's OpenMP flavour in a folder, Fedora names it so. */
function hasOpenblas() {
  const multiarch = existsSync('/usr/lib')
    ? readdirSync('/usr/lib').filter((name) => name.includes('-linux-'))
    : [];
  return [
    ...multiarch.map((name) => `/usr/lib/${name}/openblas-openmp/libopenblas.so`),
    '/usr/lib64/libopenblaso.so',
  ].some((file) => existsSync(file));
}

/** oneDNN is optional: without its header convolutions take another way. */
const hasOnednn = () =>
  ['/usr/include', '/usr/local/include'].some((folder) => existsSync(join(folder, 'oneapi/dnnl/dnnl.h')));

const systemNeeds = [
  { package: 'g++', present: () => onPath('g++') },
  { package: 'make', present: () => onPath('make') },
  { package: 'cmake', present: () => onPath('cmake') },
  { package: 'libopenblas-openmp-dev', present: hasOpenblas },
  { package: 'libdnnl-dev', present: hasOnednn, optional: true },
];

const elsewhere = `This set-up installs packages by itself on Debian and Ubuntu only. Install them and run the command again.
  Fedora:  sudo dnf install gcc-c++ make cmake openblas-devel onednn-devel
  Others:  a C++17 compiler, make, cmake, and OpenBLAS built with OpenMP; oneDNN if it is to be had`;

/** Whether packages can be installed without a question to anybody. */
const canInstall = () =>
  onPath('apt-get') &&
  (process.getuid() === 0 || (onPath('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0));

/** Installs Debian packages as root or through sudo; stops with the command to type where neither is possible. */
async function aptInstall(packages, why) {
  const command = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (!onPath('apt-get')) throw new Stop(`missing: ${packages.join(', ')} (${why}).\n${elsewhere}`);
  const asRoot = process.getuid() === 0;
  // Where sudo asks for a password it needs somebody at a terminal.
  const bySudo =
    !asRoot && onPath('sudo') && (process.stdin.isTTY || spawnSync('sudo', ['-n', 'true']).status === 0);
  if (!asRoot && !bySudo) {
    throw new Stop(
      `missing: ${packages.join(', ')} (${why}). As root, run:\n  ${command}\nThen start again.`,
    );
  }
  if (bySudo) spawnSync('sudo', ['-v'], { stdio: 'inherit' });
  const apt = (...args) => {
    const line = [
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-o',
      'DPkg::Lock::Timeout=120',
      ...args,
    ];
    return asRoot ? [line[0], line.slice(1)] : ['sudo', line];
  };
  await quietly('system packages: reading the package lists', ...apt('update'));
  await quietly(
    `system packages: installing ${packages.join(', ')} (${why})`,
    ...apt('install', '-y', '--no-install-recommends', ...packages),
  );
}

async function systemPackages() {
  const absent = systemNeeds.filter((need) => !need.present());
  // What the build can do without is installed along with what it needs, and stops nobody.
  const required = absent.filter((need) => !need.optional);
  const missing = (canInstall() ? absent : required).map((need) => need.package);
  if (missing.length > 0) await aptInstall(missing, 'to compile the native addon');
}

// --------------------------------------------------------------------------------------------------- npm packages

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Compares the lockfile with the list npm leaves in node_modules when it has finished. */
function packagesMatch() {
  const installedList = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedList)) return false;
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  const installed = readJson(installedList).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = installed[path];
    if (!found && entry.optional) continue; // another platform's
    if (found?.version !== entry.version || found?.integrity !== entry.integrity) return false;
  }
  return Object.keys(installed).every((path) => path in wanted);
}

async function npmPackages() {
  if (packagesMatch()) return;
  // No dependency's install script is needed: zeromq carries its prebuilt addon, esbuild and biome their binaries.
  await quietly('npm packages', 'npm', [
    'ci',
    '--include=dev',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]);
}

// ---------------------------------------------------------------------------------------------- stamps on builds

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  if (!statSync(folder).isDirectory()) return [folder];
  return readdirSync(folder)
    .filter((name) => name !== 'node_modules' && !name.startsWith('.'))
    .flatMap((name) => filesUnder(join(folder, name)))
    .sort();
}

/** A digest over names and contents, with the root: a build folder that was copied elsewhere does not count. */
function digest(paths, ...also) {
  const hash = createHash('sha256').update(root);
  for (const file of paths.flatMap((path) => filesUnder(join(root, path)))) {
    if (file.endsWith('.mjs')) continue; // the set-up's own programs go into nothing that is built
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  for (const text of also) hash.update(`\0${text}`);
  return hash.digest('hex');
}

const stampHolds = (stamp, value) => existsSync(stamp) && readFileSync(stamp, 'utf8') === value;

const installedVersion = (name) => readJson(join(root, 'node_modules', name, 'package.json')).version;

// --------------------------------------------------------------------------------------------------- native addon

async function nativeAddon() {
  const stamp = join(root, 'build/.sources');
  const versions = ['cmake-js', 'node-addon-api', 'node-api-headers'].map(installedVersion);
  const sources = digest(['native'], process.arch, `oneDNN ${hasOnednn()}`, ...versions);
  if (existsSync(addon) && stampHolds(stamp, sources)) return;

  // CMake refuses a cache that was made under another path, for instance in a copied folder.
  const cache = join(root, 'build/CMakeCache.txt');
  if (
    existsSync(cache) &&
    !readFileSync(cache, 'utf8').includes(`CMAKE_HOME_DIRECTORY:INTERNAL=${join(root, 'native')}\n`)
  ) {
    rmSync(join(root, 'build'), { recursive: true, force: true });
  }
  // A compiler takes up to half a gigabyte for the large kernel files.
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / 2 ** 29)));
  await quietly(`native addon: compiling with ${jobs} job${jobs === 1 ? '' : 's'}`, process.execPath, [
    join(root, 'node_modules/cmake-js/bin/cmake-js'),
    'compile',
    ...['--directory', join(root, 'native'), '--out', join(root, 'build')],
    ...['--config', 'Release', '--parallel', String(jobs), '--log-level', 'warn'],
  ]);
  if (!existsSync(addon))
    throw new Stop(`native addon: the build ended well but left no ${relative(root, addon)}`);
  writeFileSync(stamp, sources);
}

// ----------------------------------------------------------------------------------------------- TypeScript build

// Named by path: the tslab package brings a compiler that also calls itself `tsc`.
const tsc = join(root, 'node_modules/typescript/bin/tsc');

async function typescriptBuild() {
  const stamp = join(root, 'dist/.sources');
  const versions = ['typescript', 'esbuild'].map(installedVersion).join(' ');
  const joining = ['bundle.mjs', 'declarations.mjs'].map((file) => readFileSync(join(root, 'native', file)));
  const sources = digest(['src', 'kernel', 'tsconfig.json'], versions, ...joining);
  if (stampHolds(stamp, sources)) return;
  rmSync(stamp, { force: true });
  await quietly('TypeScript', process.execPath, [tsc, '-p', '.', '--pretty', String(!!process.stdout.isTTY)]);
  dropOrphans();
  await bundle();
  await joinDeclarations();
  writeFileSync(stamp, sources);
}

/** Removes what older builds left in dist/ for sources that are gone. */
function dropOrphans() {
  for (const file of ['src', 'kernel'].flatMap((part) => filesUnder(join(root, 'dist', part)))) {
    const source = join(root, relative(join(root, 'dist'), file)).replace(
      /(\.d\.ts|\.js|\.d\.ts\.map|\.js\.map)$/,
      '.ts',
    );
    if (source.endsWith('.ts') && !existsSync(source)) rmSync(file);
  }
}

// -------------------------------------------------------------------------------------------------------- commands

/** Makes what is missing. */
async function build() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 17)) {
    throw new Stop(`Node ${process.versions.node} is too old: gradlab needs Node 20.17 or newer.`);
  }
  const begun = performance.now();
  await systemPackages();
  await npmPackages();
  await nativeAddon();
  await typescriptBuild();
  say(`ready (${seconds(begun)})`);
}

async function dev() {
  await build();
  say('watching native/, src/ and kernel/ (Ctrl-C ends)');
  let pending;
  let building = Promise.resolve();
  const again = () => {
    clearTimeout(pending);
    pending = setTimeout(() => {
      building = building
        .then(() => build())
        .catch((error) => console.error(error instanceof Stop ? error.message : error));
    }, 100);
  };
  for (const folder of ['native', 'src', 'kernel']) watch(join(root, folder), { recursive: true }, again);
}

/** Also the lab's pages. */
async function lab() {
  await build();
  await buildPages();
}

/** The course's notebooks in the lab. The rest of the command line is the lab's: `npm start -- --classic`. */
async function start() {
  await lab();
  const { labCommand } = await import('../dist/kernel/lab/lab.js');
  const args = [join(root, 'notebooks'), ...process.argv.slice(3)];
  process.exitCode = await labCommand(args).catch((error) => {
    throw new Stop(error.message);
  });
}

function uninstalled(packages) {
  const status = (name) =>
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's placeholder
    spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
  return packages.filter((name) => status(name).stdout !== 'installed');
}

/** Installs those of the named Debian packages that are missing. */
async function apt(...packages) {
  const missing = uninstalled(packages);
  if (missing.length > 0) await aptInstall(missing, 'for the checks with real clients');
}

/** Installs what is missing if that can be done without a question; tests that need the rest say that they were left out. */
async function wish(...packages) {
  const missing = uninstalled(packages);
  if (missing.length === 0) return;
  if (canInstall()) await aptInstall(missing, 'for the tests');
  else say(`not installed: ${missing.join(', ')}; tests that need it are left out`);
}

const commands = { build, dev, lab, start, apt, wish };
const command = commands[process.argv[2] ?? 'build'];
try {
  if (!command)
    throw new Stop(`unknown command "${process.argv[2]}". There are: ${Object.keys(commands).join(', ')}`);
  mkdirSync(join(root, 'build'), { recursive: true });
  await (command === apt || command === wish ? command(...process.argv.slice(3)) : command());
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  console.error(`gradlab: ${error.message}`);
  process.exitCode = 1;
}
