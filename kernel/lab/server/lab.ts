// The server's parts, made together and known to each other through this one object.
import { realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { Auth } from './auth.js';
import type { Common } from './common.js';
import { Contents } from './contents/manager.js';
import { Events } from './events.js';
import { Hub } from './hub.js';
import { Kernels } from './kernels/manager.js';
import { KernelSpecs, OWN_KERNEL } from './kernels/specs.js';
import type { HubOptions, ServerOptions } from './options.js';
import { Sessions } from './sessions.js';
import { Web } from './web.js';

export class Lab implements Common {
  readonly root: string;
  readonly baseUrl: string;
  readonly defaultUrl: string;
  readonly defaultKernel: string;
  readonly started = new Date();
  lastActivity = new Date();
  readonly log: (line: string) => void;
  readonly hub: Hub | undefined;
  readonly contents: Contents;
  readonly specs: KernelSpecs;
  readonly kernels: Kernels;
  readonly sessions: Sessions;
  readonly events: Events;
  readonly web: Web;
  /** Known when the server listens, because the cookie's name has the port in it. */
  auth!: Auth;
  /** Ends the server. */
  stop: () => void = () => {};

  constructor(
    readonly options: ServerOptions,
    readonly token: string,
    hub: HubOptions | undefined,
  ) {
    this.root = rootFolder(options.root ?? process.cwd());
    this.baseUrl = slashed(options.baseUrl ?? hub?.prefix ?? '/');
    this.defaultUrl = options.defaultUrl ?? '/lab';
    this.defaultKernel = options.defaultKernel ?? OWN_KERNEL;
    const write = options.log ?? (() => {});
    // A token may stand in whatever is logged (an address, a kernel's error): it never gets there.
    this.log = (line) => write(token ? line.replaceAll(token, '...') : line);
    if (hub) this.hub = new Hub(hub, this.log);
    this.contents = new Contents(this.root, {
      allowHidden: options.allowHidden === true,
      followLinks: options.followLinks !== false,
    });
    this.specs = new KernelSpecs(this);
    this.kernels = new Kernels(this);
    this.sessions = new Sessions(this);
    this.events = new Events();
    this.web = new Web(this, options.webDir && resolve(options.webDir));
  }

  listen(ip: string, port: number): void {
    const { password, allowHosts = [], allowOrigins = [] } = this.options;
    this.auth = new Auth({
      token: this.token,
      password,
      ip,
      port,
      baseUrl: this.baseUrl,
      allowHosts: allowHosts.map((name) => name.toLowerCase()),
      allowOrigins,
      hub: this.hub,
    });
  }

  /** A path of this server as addresses have it: below the base path. */
  link(path: string): string {
    return this.baseUrl + path.replace(/^\//, '');
  }

  get userName(): string {
    if (this.hub) return this.hub.user;
    try {
      return userInfo().username;
    } catch {
      return 'user';
    }
  }

  /** Ends the kernels and whatever else runs. */
  async close(): Promise<void> {
    this.hub?.close();
    this.events.close();
    await this.kernels.close();
    await this.contents.close();
  }
}

function rootFolder(given: string): string {
  const folder = resolve(given);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`startServer: ${folder} is not a folder`);
  }
  return realpathSync(folder);
}

/** `lab` and `/lab` are `/lab/`. */
const slashed = (path: string): string => `/${path}/`.replace(/\/{2,}/g, '/');
