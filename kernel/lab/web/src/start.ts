// What both pages do: take plug-ins out of extension modules, leave some out, give the rest to the registry, and
// start the application once the connection to the server is set up.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { IConnectionStatus, IServiceManager, type ServiceManager } from '@jupyterlab/services';
import { PluginRegistry } from '@lumino/coreutils';

type Plugin = JupyterFrontEndPlugin<unknown>;
/** An extension as its package exports it: one plug-in or several, of the application or for output. */
export interface PluginModule {
  default: unknown;
}

export interface Taken {
  id: string;
  description?: string;
  requires: unknown[];
  optional: unknown[];
  provides: unknown;
  autoStart: boolean | 'defer' | undefined;
  enabled: boolean;
  extension: string;
}

/** Collects the plug-ins that start, and tells of all for the list in the settings. */
export class Plugins {
  readonly all: Taken[] = [];
  readonly off: string[] = [];
  readonly application: Plugin[] = [];
  readonly output: PluginModule[] = [];

  constructor(private readonly leftOut: readonly string[]) {}

  /** Adds an extension's plug-ins; `wanted` names those to take, or takes all. */
  add(module: PluginModule, wanted: true | readonly string[] = true): void {
    const plugins = this.started(module, wanted) as Plugin[];
    this.application.push(...plugins);
  }

  /** Adds an extension that renders outputs. */
  addRenderer(module: PluginModule): void {
    const started = this.started(module, true) as unknown as IRenderMime.IExtension[];
    if (started.length > 0) this.output.push({ default: started, __esModule: true } as PluginModule);
  }

  private started(module: PluginModule, wanted: true | readonly string[]): Plugin[] {
    const found = Array.isArray(module.default) ? module.default : [module.default];
    return (found as Plugin[]).filter((plugin) => {
      if (wanted !== true && !wanted.includes(plugin.id)) return false;
      const enabled = !this.leftOut.includes(plugin.id) && !PageConfig.Extension.isDisabled(plugin.id);
      this.all.push({
        id: plugin.id,
        description: plugin.description,
        requires: plugin.requires ?? [],
        optional: plugin.optional ?? [],
        provides: plugin.provides ?? null,
        autoStart: plugin.autoStart,
        enabled,
        extension: plugin.id.split(':')[0],
      });
      if (!enabled) this.off.push(plugin.id);
      return enabled;
    });
  }
}

export interface Services {
  // biome-ignore lint/suspicious/noExplicitAny: the registry's application is the shell of either page
  pluginRegistry: PluginRegistry<any>;
  serviceManager: ServiceManager.IManager;
  connectionStatus: IConnectionStatus | undefined;
}

/** Registers the plug-ins and resolves what the application is built upon. */
export async function services(plugins: Plugins): Promise<Services> {
  const pluginRegistry = new PluginRegistry<JupyterFrontEnd>();
  pluginRegistry.registerPlugins(plugins.application as never);
  const connectionStatus = (await pluginRegistry.resolveOptionalService(IConnectionStatus)) ?? undefined;
  const serviceManager = await pluginRegistry.resolveRequiredService(IServiceManager);
  return { pluginRegistry, serviceManager, connectionStatus };
}

/** The token has done its work when the page is there: it goes out of the address bar and the history. */
export function hideToken(): void {
  const url = new URL(location.href);
  if (!url.searchParams.has('token')) return;
  url.searchParams.delete('token');
  history.replaceState(history.state, '', url);
}

/** Runs a page's start, and says on the page when it fails: an empty page tells nobody anything. */
export function begin(main: () => Promise<void>): void {
  hideToken();
  main().catch((error: unknown) => {
    console.error(error);
    const note = document.createElement('pre');
    note.textContent = `The page could not start: ${error instanceof Error ? error.message : String(error)}\nReload it; if that does not help, restart gradlab lab.`;
    note.style.cssText = 'padding: 24px; font: 14px monospace; white-space: pre-wrap';
    document.body.append(note);
  });
}
