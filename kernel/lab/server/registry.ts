// The servers of this machine: every server writes a file about itself into Jupyter's runtime folder, in Jupyter's
// form, so that `gradlab lab list`, `jupyter server list` and editors find it.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readVersion } from '../../protocol/product.js';
import { runtimeFolder, writePrivate } from './folders.js';
import type { Lab } from './lab.js';

export interface ListedServer {
  base_url: string;
  hostname: string;
  password: boolean;
  pid: number;
  port: number;
  root_dir: string;
  secure: boolean;
  sock: string;
  token: string;
  url: string;
  version: string;
}

const NAME = /^jpserver-(\d+)\.json$/;

/** Writes the file; returns what removes it. */
export function register(server: {
  lab: Lab;
  ip: string;
  port: number;
  url: string;
  token: string;
  hasPassword: boolean;
}): () => void {
  const { lab, ip, port, url, token, hasPassword } = server;
  const info: ListedServer = {
    base_url: lab.baseUrl,
    hostname: ip,
    password: hasPassword,
    pid: process.pid,
    port,
    root_dir: lab.root,
    secure: false,
    sock: '',
    token,
    url,
    version: `gradlab ${readVersion()}`,
  };
  const file = join(runtimeFolder(), `jpserver-${process.pid}.json`);
  writePrivate(file, `${JSON.stringify(info, null, 2)}\n`);
  const remove = () => rmSync(file, { force: true });
  process.once('exit', remove);
  return () => {
    process.off('exit', remove);
    remove();
  };
}

/** The servers that run; files of those that ended without saying so are removed. */
export function listServers(): ListedServer[] {
  const folder = runtimeFolder();
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
  const servers: ListedServer[] = [];
  for (const name of names) {
    try {
      const server = JSON.parse(readFileSync(join(folder, name), 'utf8')) as ListedServer;
      if (isAlive(server.pid)) servers.push(server);
      else rmSync(join(folder, name), { force: true });
    } catch {
      // Being written, or not ours to read.
    }
  }
  return servers;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
