// `gradlab lab`: JupyterLab in the browser, served by Node alone. This file is the command line around the server:
// what was asked for, the page that opens, the end by Ctrl-C, and the list of servers that run.

import { spawn } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { browserCommand } from '../browser.js';
import { type Command, parseOptions } from '../command.js';
import { packageFolder } from '../protocol/product.js';
import { runtimeFolder, writePrivate } from './server/folders.js';
import type { RunningServer, ServerOptions } from './server/options.js';
import { isAlive, type ListedServer, listServers } from './server/registry.js';

const OPTIONS = {
  port: { type: 'string' },
  ip: { type: 'string' },
  'no-browser': { type: 'boolean' },
  classic: { type: 'boolean' },
  password: { type: 'boolean' },
  token: { type: 'string' },
  'base-url': { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  'allow-origin': { type: 'string', multiple: true },
  'allow-hidden': { type: 'boolean' },
  'no-follow-links': { type: 'boolean' },
  'cull-idle': { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
} as const;

export const lab: Command = {
  help: `gradlab lab [DIR | NOTEBOOK.ipynb] [OPTIONS]
gradlab lab list [--json]
gradlab lab stop [PORT | --all]

  JupyterLab in the browser for a folder, or opened at a notebook. The server is part of gradlab; no Python is needed.
  It listens on this machine only and prints an address with a token. "list" shows the servers that run, "stop" ends
  one or all.

  --port N              the port; the first free one from 8888 by default
  --ip ADDRESS          the address to listen on; 127.0.0.1 by default
  --no-browser          prints the address and opens nothing
  --classic             opens Jupyter Notebook's pages
  --password            asks for a password, which then takes the place of the token
  --token TOKEN         this token; JUPYTER_TOKEN or a random one by default
  --base-url PATH       the path that everything lies below
  --allow-host NAME     a host name that requests may name, such as a proxy's; may be repeated
  --allow-origin ORIGIN a web origin that may call the server; may be repeated
  --allow-hidden        shows files whose name begins with a dot
  --no-follow-links     refuses links that lead out of the folder
  --cull-idle SECONDS   ends kernels that were idle for so long
  -y, --yes             Ctrl-C asks nothing
`,
  run: labCommand,
};

const FIRST_PORT = 8888;
/** Seconds to answer the question that Ctrl-C asks. */
const PATIENCE = 10;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** The command line of `gradlab lab`: returns the exit code when the server has ended. */
export async function labCommand(args: string[]): Promise<number> {
  if (args[0] === 'list') return list(args.slice(1));
  if (args[0] === 'stop') return stop(args.slice(1));
  const { values, positionals } = parseOptions('lab', { args, allowPositionals: true, options: OPTIONS });
  if (positionals.length > 1) {
    throw new Error(`lab: one folder or notebook, got ${positionals.length}: ${positionals.join(' ')}`);
  }
  const place = openedPlace(positionals[0]);
  const port = wholeNumber('port', values.port, 0, 65535);
  const password = values.password ? await askPassword() : undefined;
  const classic = values.classic === true;
  const options: ServerOptions = {
    root: place.root,
    webDir: await builtPages(),
    port: port ?? FIRST_PORT,
    // A port that was asked for is that port or none.
    portRetries: port === undefined ? 50 : 0,
    ip: values.ip,
    token: values.token ?? process.env.JUPYTER_TOKEN ?? (password === undefined ? undefined : ''),
    password,
    baseUrl: values['base-url'],
    defaultUrl: classic ? '/tree' : '/lab',
    allowHosts: values['allow-host'],
    allowOrigins: values['allow-origin'],
    allowHidden: values['allow-hidden'],
    followLinks: values['no-follow-links'] ? false : undefined,
    cullIdle: wholeNumber('cull-idle', values['cull-idle'], 0, 1e9),
    register: true,
    log: (line) => process.stderr.write(`${line}\n`),
  };
  const { startServer } = await import('./server/index.js');
  const server = await startServer(options);
  const forgetSignals = endBySignals(server, values.yes === true);
  const address = place.file === undefined ? server.url : pageOf(server, place.file, classic);
  print(`gradlab: serving ${server.root} (Ctrl-C ends). Open:\n\n  ${address}\n`);
  const forgetPage = values['no-browser'] ? undefined : openBrowser(address);
  await server.closed;
  forgetSignals();
  forgetPage?.();
  return 0;
}

/** The folder to serve, and the document to open when a file was named. */
function openedPlace(named = '.'): { root: string; file?: string } {
  const path = resolve(named);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Error(`lab: there is no folder or file ${path}`);
  if (found.isDirectory()) return { root: path };
  const below = relative(process.cwd(), path);
  const root = below.startsWith('..') ? dirname(path) : process.cwd();
  return { root, file: relative(root, path) };
}

function wholeNumber(name: string, text: string | undefined, from: number, to: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= from && number <= to) return number;
  throw new Error(`lab: --${name} ${JSON.stringify(text)} is not a whole number from ${from} to ${to}`);
}

/** The folder with the built pages; builds them when they are missing or other than the sources. */
async function builtPages(): Promise<string> {
  const builder = join(packageFolder, 'kernel/lab/web/build.mjs');
  const folder = join(packageFolder, 'dist/lab-web');
  if (existsSync(builder)) {
    const { build } = (await import(builder)) as { build(): Promise<void> };
    await build();
  }
  if (!existsSync(folder)) throw new Error(`lab: the pages are missing: there is no ${folder}`);
  return folder;
}

/** The address of a document's page, with the token as the server's own address has it. */
function pageOf(server: RunningServer, file: string, classic: boolean): string {
  const kind = file.endsWith('.ipynb') ? 'notebooks' : 'edit';
  const path = file.split(/[\\/]/).map(encodeURIComponent).join('/');
  const url = new URL(`${classic ? kind : 'lab/tree'}/${path}`, server.baseAddress);
  url.search = new URL(server.url).search;
  return url.href;
}

// ------------------------------------------------------------------------------------------------------- the browser

/**
 * Opens the browser. Its command line can be read by other users of the machine, so it gets a private file that leads
 * on to the address with the token. Returns what removes the file.
 */
function openBrowser(address: string): (() => void) | undefined {
  const command = browserCommand();
  if (!command) return undefined;
  const file = join(runtimeFolder(), `gradlab-lab-${process.pid}-open.html`);
  const target = address.replace(/&/g, '&amp;').replace(/"/g, '&quot;');
  writePrivate(
    file,
    `<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${target}"><title>gradlab</title>\n`,
  );
  const [program, ...args] = command;
  const child = spawn(program, [...args, `file://${file}`], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined); // the address is on the screen
  child.unref();
  return () => rmSync(file, { force: true });
}

// ----------------------------------------------------------------------------------------------------------- the end

/** Ctrl-C asks before it ends kernels that run; a second one, and other signals, end at once. */
function endBySignals(server: RunningServer, sure: boolean): () => void {
  let asking: (() => void) | undefined;
  const end = (): void => {
    asking?.();
    void server.close();
  };
  const interrupted = (): void => {
    const kernels = server.kernels();
    if (asking || sure || kernels.length === 0 || !process.stdin.isTTY) {
      end();
      return;
    }
    const names = kernels.map(({ path, name }) => (path ? basename(path) : name));
    const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ' and more' : '');
    const many = kernels.length > 1;
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    const timer = setTimeout(() => {
      asking?.();
      print('\ngradlab: no answer, going on');
    }, PATIENCE * 1000);
    asking = () => {
      clearTimeout(timer);
      lines.close();
      asking = undefined;
    };
    lines.on('SIGINT', end);
    lines.question(
      `\ngradlab: ${kernels.length} kernel${many ? 's run' : ' runs'} (${shown}). Variables and what is not saved are lost. End? [y/N] `,
      (answer) => {
        asking?.();
        if (/^y(es)?$/i.test(answer.trim())) end();
        else print('gradlab: going on');
      },
    );
  };
  process.on('SIGINT', interrupted);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  return () => {
    process.off('SIGINT', interrupted);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, end);
  };
}

/** Asks for the password, unseen; from a pipe it is the first line. */
async function askPassword(): Promise<string> {
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: process.stdin.isTTY,
  });
  const hidden = lines as unknown as { _writeToOutput?: (text: string) => void };
  const ask = (question: string): Promise<string> =>
    new Promise((done, fail) => {
      lines.once('close', () => fail(new Error('lab: --password: no password was given')));
      lines.question(question, done);
      if (process.stdin.isTTY) hidden._writeToOutput = () => undefined;
    });
  try {
    const password = await ask('Password: ');
    if (password === '') throw new Error('lab: --password: an empty password protects nothing');
    return password;
  } finally {
    lines.removeAllListeners('close');
    lines.close();
    if (process.stdin.isTTY) print('');
  }
}

// ------------------------------------------------------------------------------------------------------- the servers

const shown = ({ url, token, root_dir, pid }: ListedServer): string =>
  `${url}${token ? `?token=${token}` : ''} :: ${root_dir} (process ${pid})`;

/** `gradlab lab list`: every Jupyter server of this user that runs, ours or another. */
async function list(args: string[]): Promise<number> {
  const { values } = parseOptions('lab', { args, options: { json: { type: 'boolean' } } });
  const servers = listServers();
  if (values.json) print(JSON.stringify(servers, null, 2));
  else if (servers.length === 0) print('No server is running.');
  else print(`Running servers:\n${servers.map(shown).join('\n')}`);
  return 0;
}

/** `gradlab lab stop [PORT] [--all]`: ends the one server, that on the port, or all. */
async function stop(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('lab', {
    args,
    allowPositionals: true,
    options: { all: { type: 'boolean' } },
  });
  const port = wholeNumber('port', positionals[0], 1, 65535);
  const servers = listServers();
  const meant = port === undefined ? servers : servers.filter((server) => server.port === port);
  if (meant.length === 0) {
    throw new Error(
      port === undefined
        ? 'lab stop: no server is running'
        : `lab stop: no server runs on port ${port}; see gradlab lab list`,
    );
  }
  if (meant.length > 1 && !values.all) {
    const ports = meant.map((server) => server.port).join(', ');
    throw new Error(`lab stop: ${meant.length} servers run (ports ${ports}): name a port, or --all`);
  }
  for (const server of meant) {
    await endServer(server);
    print(`Stopped ${server.url}`);
  }
  return 0;
}

/** Asks the server to end; one that knows no token is sent a signal, once it has answered as a server. */
async function endServer({ pid, url, token }: ListedServer): Promise<void> {
  const asked = await fetch(new URL('api/shutdown', url), {
    method: 'POST',
    headers: token ? { Authorization: `token ${token}` } : {},
  }).catch(() => undefined);
  if (!asked) throw new Error(`lab stop: nothing answers at ${url} (process ${pid})`);
  if (!asked.ok) process.kill(pid, 'SIGTERM');
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; ) {
    if (!isAlive(pid)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`lab stop: the server at ${url} (process ${pid}) did not end within 15 seconds`);
}
