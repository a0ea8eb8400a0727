// The lab's server against Debian's jupyter_server and notebook: from the command to a server that answers, its memory,
// from a kernel's start to its first reply, a cell there and back, a notebook of 20 MB saved and opened.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import WebSocket from 'ws';
import { freePort, type JupyterHome, jupyterHome, python, root } from '../clients/jupyter.js';
import { median } from './contenders.js';
import { table } from './report.js';

interface Contender {
  name: string;
  command(port: number, folder: string): string[];
}

const options = (port: number, folder: string) => [
  '--no-browser',
  '--allow-root',
  '--ServerApp.token=t',
  '--NotebookApp.token=t',
  `--port=${port}`,
  `--ServerApp.root_dir=${folder}`,
  `--NotebookApp.notebook_dir=${folder}`,
];

const OURS = `const { startServer } = await import(process.argv[1]);
await startServer({ root: process.argv[3], port: Number(process.argv[2]), token: 't', hub: null });`;

const CONTENDERS: Contender[] = [
  {
    name: 'gradlab',
    command: (port, folder) => [
      process.execPath,
      '--input-type=module',
      '-e',
      OURS,
      join(root, 'dist/kernel/lab/server/index.js'),
      String(port),
      folder,
    ],
  },
  {
    name: 'jupyter_server',
    command: (port, folder) => [python, '-m', 'jupyter_server', ...options(port, folder)],
  },
  { name: 'notebook 6', command: (port, folder) => [python, '-m', 'notebook', ...options(port, folder)] },
];

const headers = { Authorization: 'token t', 'Content-Type': 'application/json' };
const megabytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

interface Figures {
  listening: number;
  memory: number;
  kernel: number;
  cell: number;
  used: number;
  save: number;
  open: number;
}

async function measure(contender: Contender, home: JupyterHome): Promise<Figures> {
  const folder = join(home.folder, 'root');
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const [program, ...args] = contender.command(port, folder);
  const began = performance.now();
  const child = spawn(program, args, { env: home.env, cwd: folder, stdio: 'ignore' });
  const base = `http://127.0.0.1:${port}`;
  try {
    for (;;) {
      const answer = await fetch(`${base}/api/contents`, { headers }).catch(() => undefined);
      if (answer?.ok) break;
      if (child.exitCode !== null)
        throw new Error(`${contender.name} ended with exit code ${child.exitCode}`);
      await new Promise((done) => setTimeout(done, 5));
    }
    const listening = performance.now() - began;
    const memory = megabytes(child.pid as number);
    const { kernel, cell } = await runCells(base);
    const { save, open } = await largeNotebook(base);
    return { listening, memory, kernel, cell, used: megabytes(child.pid as number), save, open };
  } finally {
    await stop(child);
  }
}

/** From the request for a kernel to its first reply, and the median of 50 cells there and back. */
async function runCells(base: string): Promise<{ kernel: number; cell: number }> {
  const began = performance.now();
  const started = await fetch(`${base}/api/kernels`, { method: 'POST', headers, body: '{"name":"gradlab"}' });
  const { id } = (await started.json()) as { id: string };
  const socket = new WebSocket(`${base.replace('http', 'ws')}/api/kernels/${id}/channels`, { headers });
  await once(socket, 'open');
  const run = async (code: string): Promise<void> => {
    const msg_id = crypto.randomUUID();
    const header = {
      msg_id,
      msg_type: 'execute_request',
      session: 's',
      username: '',
      version: '5.3',
      date: '',
    };
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
    const idle = new Promise<void>((done) => {
      const listen = (data: Buffer) => {
        const message = JSON.parse(data.toString());
        if (message.parent_header.msg_id !== msg_id || message.content.execution_state !== 'idle') return;
        socket.off('message', listen);
        done();
      };
      socket.on('message', listen);
    });
    socket.send(JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: 'shell' }));
    await idle;
  };
  await run('1 + 1');
  const kernel = performance.now() - began;
  const times: number[] = [];
  for (let i = 0; i < 50; i++) {
    const from = performance.now();
    await run(`${i} + 1`);
    times.push(performance.now() - from);
  }
  socket.close();
  await fetch(`${base}/api/kernels/${id}`, { method: 'DELETE', headers });
  return { kernel, cell: median(times) };
}

async function largeNotebook(base: string): Promise<{ save: number; open: number }> {
  const text = `${'0123456789'.repeat(10)}\n`.repeat(10_000);
  const cells = Array.from({ length: 20 }, (_, i) => ({
    id: `c${i}`,
    cell_type: 'code',
    execution_count: 1,
    metadata: {},
    source: '',
    outputs: [{ output_type: 'stream', name: 'stdout', text }],
  }));
  const content = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  const body = JSON.stringify({ type: 'notebook', format: 'json', content });
  let from = performance.now();
  const saved = await fetch(`${base}/api/contents/large.ipynb`, { method: 'PUT', headers, body });
  if (!saved.ok) throw new Error(`saving answered ${saved.status}`);
  const save = performance.now() - from;
  from = performance.now();
  await (await fetch(`${base}/api/contents/large.ipynb`, { headers })).arrayBuffer();
  return { save, open: performance.now() - from };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** The table of servers. */
export async function labServer(rounds = 3): Promise<void> {
  console.log('\n## Server of the lab: medians, all contenders in turns\n');
  const there = CONTENDERS.filter(({ name, command }) => {
    if (name === 'gradlab') return true;
    const module = command(0, '')[2];
    return spawnSync(python, ['-c', `import ${module}`]).status === 0;
  });
  const figures = new Map<string, Figures[]>(there.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of there) {
      const home = jupyterHome();
      try {
        figures.get(contender.name)?.push(await measure(contender, home));
      } finally {
        home.remove();
      }
    }
  }
  const row =
    (of: (figure: Figures) => number, digits = 0) =>
    (name: string) =>
      median((figures.get(name) ?? []).map(of)).toFixed(digits);
  const columns: [string, (name: string) => string][] = [
    ['answers after, ms', row((f) => f.listening)],
    ['memory, MB', row((f) => f.memory)],
    ['kernel to first cell, ms', row((f) => f.kernel)],
    ['a cell, ms', row((f) => f.cell, 1)],
    ['20 MB saved, ms', row((f) => f.save)],
    ['20 MB opened, ms', row((f) => f.open)],
    ['memory after that, MB', row((f) => f.used)],
  ];
  table(
    ['', ...columns.map(([title]) => title)],
    there.map(({ name }) => [name, ...columns.map(([, value]) => value(name))]),
  );
}
