// Modules that only the bundler knows, and packages without types.
declare module 'extensions:lab' {
  import type { PluginModule } from './start.js';
  export const extensions: Record<string, PluginModule>;
  export const renderers: PluginModule[];
  export const leftOut: string[];
}

declare module 'extensions:notebook' {
  import type { PluginModule } from './start.js';
  export const extensions: Record<string, PluginModule>;
  export const renderers: PluginModule[];
  export const leftOut: string[];
  /** Which plug-ins of which extensions each page has; `/` is on all of them. */
  export const pages: Record<string, Record<string, true | string[]>>;
  export const widgets: string;
}

declare module 'plotly.js-dist-min' {
  const plotly: typeof import('plotly.js');
  export default plotly;
}
