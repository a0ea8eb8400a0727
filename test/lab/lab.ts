// A server of the lab for the tests: in this process, with empty folders for everything that it keeps, and a small
// client for its API.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningServer, type ServerOptions, startServer } from '../../kernel/lab/server/index.js';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  json: any;
}

export interface AskOptions {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Without the token. */
  anonymous?: boolean;
}

export interface TestLab {
  server: RunningServer;
  /** The folder that the server serves. */
  root: string;
  log: string[];
  ask(path: string, options?: AskOptions): Promise<Answer>;
  close(): Promise<void>;
}

const FOLDERS = ['HOME', 'JUPYTER_DATA_DIR', 'JUPYTER_CONFIG_DIR', 'JUPYTER_RUNTIME_DIR'];

/** Starts a server whose files are all below one temporary folder. */
export async function startLab(options: ServerOptions = {}): Promise<TestLab> {
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-lab-'));
  const before = FOLDERS.map((name) => process.env[name]);
  for (const name of FOLDERS) {
    process.env[name] = join(folder, name.toLowerCase());
    mkdirSync(join(folder, name.toLowerCase()));
  }
  const root = options.root ?? join(folder, 'root');
  mkdirSync(root, { recursive: true });
  const log: string[] = [];
  const server = await startServer({ hub: null, ...options, root, log: (line) => void log.push(line) });
  return {
    server,
    root,
    log,
    ask: (path, asked = {}) =>
      ask(server.baseAddress, path, {
        ...asked,
        headers: {
          ...(asked.anonymous ? {} : { Authorization: `token ${server.token}` }),
          ...asked.headers,
        },
      }),
    async close() {
      await server.close();
      for (const [i, name] of FOLDERS.entries()) {
        const value = before[i];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A request as it is written: the path is not made tidy on the way, redirects are not followed. */
export function ask(
  base: string,
  path: string,
  { method = 'GET', body, headers = {} }: AskOptions,
): Promise<Answer> {
  const { hostname, port, pathname } = new URL(base);
  return new Promise((done, fail) => {
    const req = request(
      { hostname, port, method, path: pathname + path.replace(/^\//, ''), headers, agent: false },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          let parsed: unknown;
          try {
            parsed = JSON.parse(text);
          } catch {
            parsed = undefined;
          }
          const flat = Object.entries(res.headers).map(([name, value]) => [name, String(value)]);
          done({ status: res.statusCode ?? 0, headers: Object.fromEntries(flat), text, json: parsed });
        });
        res.on('error', fail);
      },
    );
    req.on('error', fail);
    if (body === undefined) return void req.end();
    const bytes = Buffer.isBuffer(body)
      ? body
      : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    req.setHeader('Content-Length', bytes.length);
    req.end(bytes);
  });
}
