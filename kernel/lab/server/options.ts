// What a server can be told when it starts, and what it tells back.
import type { Server } from 'node:http';

export interface ServerOptions {
  /** The folder whose files are served and where kernels start; this process's by default. */
  root?: string;
  /** The built page (manifest.json and what it names; see web.ts). Without it there is the API alone. */
  webDir?: string;
  /** 0 asks the system for a free one, which is the default. */
  port?: number;
  /** Tries this many ports after `port` when it is taken; 0 by default. */
  portRetries?: number;
  /** 127.0.0.1 by default. Any other address is reachable by others; the log then says so. */
  ip?: string;
  /** 192 random bits by default. The empty string switches the token off, which only a password allows. */
  token?: string;
  /** Plain, or as `hashPassword` made it. */
  password?: string;
  /** The path that everything lies below, `/` by default. */
  baseUrl?: string;
  /** What `/` leads to: `/lab` by default, `/tree` for the one-document pages. */
  defaultUrl?: string;
  /** Host names besides loopback that requests may name (a reverse proxy's); `*` for any. */
  allowHosts?: string[];
  /** Web origins besides the server's own that may call the API. */
  allowOrigins?: string[];
  /** Shows and serves files whose name begins with a dot. */
  allowHidden?: boolean;
  /**
   * Whether symbolic links are followed out of `root`; true by default, as in Jupyter: who is logged in may run code,
   * which reads whatever the link points to. With false such links are refused like files that are not there.
   */
  followLinks?: boolean;
  /** Kernels idle for so many seconds end; 0 (default) never. */
  cullIdle?: number;
  /** Whether idle kernels end also while a page is connected. */
  cullConnected?: boolean;
  /** The kernel for notebooks that name none; `gradlab` by default. */
  defaultKernel?: string;
  /** Answers POST /api/shutdown and is called after the server has closed. */
  onShutdown?(): void;
  /** One line of the log, without a line end. Tokens never reach it. */
  log?(line: string): void;
  /** Whether the server writes Jupyter's file about itself (`jpserver-PID.json`), so that others list it. */
  register?: boolean;
  /** What a JupyterHub says to a server that it starts; from the environment by default, null for none. */
  hub?: HubOptions | null;
}

export interface HubOptions {
  apiUrl: string;
  apiToken: string;
  clientId: string;
  user: string;
  serverName: string;
  /** The hub's address as a browser sees it: its host (may be empty) and its base path. */
  host: string;
  baseUrl: string;
  prefix: string;
  callbackUrl: string;
  accessScopes: string[];
  activityUrl: string;
  /** Where to listen, when the hub says it. */
  serviceUrl: string;
}

export interface RunningServer {
  /** The address to open, with the token. */
  readonly url: string;
  /** The address without the token, ending with the base path. */
  readonly baseAddress: string;
  readonly token: string;
  readonly port: number;
  readonly root: string;
  readonly http: Server;
  /** The kernels that run now. */
  kernels(): { id: string; name: string; state: string; path: string | undefined }[];
  /** Ends the kernels and the server; the second call waits for the first. */
  close(): Promise<void>;
  /** Resolves when the server has closed, by `close` or by a request. */
  readonly closed: Promise<void>;
}
