// What the parts of the server know of the whole. `Lab`, which makes them, has more.
import type { Contents } from './contents/manager.js';
import type { Hub } from './hub.js';
import type { ServerOptions } from './options.js';

export interface Common {
  readonly root: string;
  readonly baseUrl: string;
  readonly defaultUrl: string;
  readonly defaultKernel: string;
  readonly options: ServerOptions;
  readonly contents: Contents;
  readonly hub: Hub | undefined;
  readonly log: (line: string) => void;
  /** A path of this server as addresses have it: below the base path. */
  link(path: string): string;
}
