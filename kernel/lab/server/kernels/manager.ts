// All kernels of the server and their addresses: list, start, interrupt, restart, shut down, and the end of those
// that idle too long when that was asked for.
import { randomUUID } from 'node:crypto';
import type { Common } from '../common.js';
import { HttpError, json, noContent, type Route, readJson, route } from '../http.js';
import { Kernel } from './kernel.js';
import { type KernelSpecs, kernelFolder } from './specs.js';

const CULL_MS = 10_000;

export class NoSuchKernelSpec extends HttpError {
  constructor(readonly kernelName: string) {
    super(
      501,
      `The '${kernelName}' kernel is not available. Please pick another suitable kernel instead, or install that kernel.`,
    );
  }
}

export class Kernels {
  private readonly running = new Map<string, Kernel>();
  /** Called when a kernel is gone from the list. */
  onGone: ((id: string) => void) | undefined;
  private culling: NodeJS.Timeout | undefined;

  constructor(private readonly lab: Common & { readonly specs: KernelSpecs }) {
    const { cullIdle = 0 } = lab.options;
    if (cullIdle > 0) {
      this.culling = setInterval(() => this.cull(cullIdle), Math.min(CULL_MS, cullIdle * 500)).unref();
    }
  }

  list(): Kernel[] {
    return [...this.running.values()];
  }

  has(id: string): boolean {
    return this.running.has(id);
  }

  get(id: string): Kernel {
    const kernel = this.running.get(id);
    if (!kernel) throw new HttpError(404, `Kernel does not exist: ${id}`);
    return kernel;
  }

  /** Starts a kernel in the folder of `path`; it may still be coming up when this returns. */
  async start(name: string | undefined, path: string | undefined): Promise<Kernel> {
    const wanted = name || this.lab.defaultKernel;
    const found = await this.lab.specs.get(wanted);
    if (!found) throw new NoSuchKernelSpec(wanted);
    const id = randomUUID();
    const cwd = await kernelFolder(this.lab, path);
    const sessionName = path ? this.lab.contents.paths.resolve(path) : undefined;
    const kernel = await Kernel.start(found, path, { id, cwd, sessionName }, this.lab.log);
    this.running.set(id, kernel);
    this.lab.log(`kernel started: ${id} (${found.name})`);
    return kernel;
  }

  async shutdown(id: string): Promise<void> {
    const kernel = this.get(id);
    this.running.delete(id);
    await kernel.shutdown();
    this.lab.log(`kernel shut down: ${id}`);
    this.onGone?.(id);
  }

  async close(): Promise<void> {
    clearInterval(this.culling);
    await Promise.all([...this.running.keys()].map((id) => this.shutdown(id)));
  }

  private cull(seconds: number): void {
    for (const [id, kernel] of this.running) {
      const idle = Date.now() - kernel.lastActivity.getTime() > seconds * 1000;
      const used = kernel.state === 'busy' || (kernel.pages.size > 0 && !this.lab.options.cullConnected);
      if (!idle || used) continue;
      this.lab.log(`kernel ${id} was idle for ${seconds} s and is ended`);
      void this.shutdown(id).catch((error: Error) => this.lab.log(error.message));
    }
  }

  routes(): Route[] {
    return [
      route('api', 'GET', '/api/kernels', () => json(this.list().map((kernel) => kernel.model()))),
      route('api', 'POST', '/api/kernels', async ({ req }) => {
        const body = (await readJson(req)) ?? {};
        const name = typeof body.name === 'string' ? body.name : undefined;
        const kernel = await this.start(name, typeof body.path === 'string' ? body.path : undefined);
        return json(kernel.model(), 201, { Location: this.lab.link(`/api/kernels/${kernel.id}`) });
      }),
      route('api', 'GET', '/api/kernels/:id', ({ params }) => json(this.get(params.id).model())),
      route('api', 'DELETE', '/api/kernels/:id', async ({ params }) => {
        await this.shutdown(params.id);
        return noContent;
      }),
      route('api', 'POST', '/api/kernels/:id/interrupt', async ({ params }) => {
        await this.get(params.id).interrupt();
        return noContent;
      }),
      route('api', 'POST', '/api/kernels/:id/restart', async ({ params }) => {
        const kernel = this.get(params.id);
        try {
          await kernel.restart();
        } catch (error) {
          throw new HttpError(500, `Exception restarting kernel: ${(error as Error).message}`);
        }
        return json(kernel.model());
      }),
    ];
  }
}
