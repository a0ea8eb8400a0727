// The lab's server: Jupyter's REST and websocket API on Node. `startServer` is all that a program needs.
export { hashPassword, makeToken } from './auth.js';
export type { HubOptions, RunningServer, ServerOptions } from './options.js';
export { type ListedServer, listServers } from './registry.js';
export { startServer } from './server.js';
export type { PageAssets, PageKind, WebManifest } from './web.js';
