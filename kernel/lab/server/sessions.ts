// Sessions: which document is connected to which kernel. A document has one session; renaming the document and
// changing its kernel are changes of the session.

import { randomUUID } from 'node:crypto';
import type { Common } from './common.js';
import { HttpError, type Json, json, noContent, type Route, readJson, route } from './http.js';
import { type Kernels, NoSuchKernelSpec } from './kernels/manager.js';

interface Session {
  id: string;
  path: string;
  name: string;
  type: string;
  kernelId: string;
}

export class Sessions {
  private readonly sessions = new Map<string, Session>();
  /** Documents whose session is being made, so that two tabs that open one get the same. */
  private readonly making = new Map<string, Promise<Session>>();

  constructor(private readonly lab: Common & { readonly kernels: Kernels }) {
    lab.kernels.onGone = (id) => this.drop(id);
  }

  private drop(kernelId: string): void {
    for (const [id, session] of this.sessions) if (session.kernelId === kernelId) this.sessions.delete(id);
  }

  /** The document of a kernel: pages name one of their own making at first, and the right one when the kernel is there. */
  pathOf(kernelId: string): string | undefined {
    for (const session of this.sessions.values()) if (session.kernelId === kernelId) return session.path;
    return undefined;
  }

  private get(id: string): Session {
    const session = this.sessions.get(id);
    if (!session) throw new HttpError(404, `Session not found: session_id='${id}'`);
    return session;
  }

  private model({ id, path, name, type, kernelId }: Session): Json {
    const kernel = this.lab.kernels.get(kernelId).model();
    const notebook = type === 'notebook' ? { notebook: { path, name } } : {};
    return { id, path, name, type, kernel, ...notebook };
  }

  private async create(body: Json): Promise<Session> {
    const old = body.notebook as { path?: unknown } | undefined;
    if (old && typeof old === 'object' && 'path' in old)
      Object.assign(body, { path: old.path, type: 'notebook' });
    for (const field of ['path', 'type']) {
      if (typeof body[field] !== 'string') throw new HttpError(400, `Missing field in JSON data: ${field}`);
    }
    const path = String(body.path);
    for (const session of this.sessions.values()) if (session.path === path) return session;
    let made = this.making.get(path);
    if (!made) {
      made = this.make(path, body).finally(() => this.making.delete(path));
      this.making.set(path, made);
    }
    return made;
  }

  private async make(path: string, body: Json): Promise<Session> {
    const { id, name } = (body.kernel ?? {}) as { id?: unknown; name?: unknown };
    const { kernels } = this.lab;
    const kernel =
      typeof id === 'string' && id !== ''
        ? kernels.get(id)
        : await kernels.start(typeof name === 'string' ? name : undefined, path);
    const session: Session = {
      id: randomUUID(),
      path,
      name: typeof body.name === 'string' ? body.name : '',
      type: String(body.type),
      kernelId: kernel.id,
    };
    this.sessions.set(session.id, session);
    return session;
  }

  private async change(id: string, body: Json): Promise<Session> {
    const session = this.get(id);
    const before = session.kernelId;
    const old = body.notebook as { path?: unknown } | undefined;
    if (old && typeof old === 'object' && 'path' in old)
      Object.assign(body, { path: old.path, type: 'notebook' });
    for (const field of ['path', 'name', 'type'] as const) {
      if (typeof body[field] === 'string') session[field] = body[field];
    }
    const wanted = (body.kernel ?? {}) as { id?: unknown; name?: unknown };
    if (typeof wanted.id === 'string') {
      if (!this.lab.kernels.has(wanted.id)) throw new HttpError(400, `No such kernel: ${wanted.id}`);
      session.kernelId = wanted.id;
    } else if (typeof wanted.name === 'string') {
      session.kernelId = (await this.lab.kernels.start(wanted.name, session.path)).id;
    }
    if (session.kernelId !== before && this.lab.kernels.has(before)) {
      const shared = [...this.sessions.values()].some((other) => other.kernelId === before);
      if (!shared) await this.lab.kernels.shutdown(before);
    }
    return session;
  }

  routes(): Route[] {
    const explain = (error: unknown): never => {
      if (!(error instanceof NoSuchKernelSpec)) throw error;
      throw new HttpError(501, error.message, `${error.kernelName} not found`);
    };
    return [
      route('api', 'GET', '/api/sessions', () => json([...this.sessions.values()].map((s) => this.model(s)))),
      route('api', 'POST', '/api/sessions', async ({ req }) => {
        const body = await readJson(req);
        if (!body) throw new HttpError(400, 'No JSON data provided');
        const session = await this.create(body).catch(explain);
        return json(this.model(session), 201, { Location: this.lab.link(`/api/sessions/${session.id}`) });
      }),
      route('api', 'GET', '/api/sessions/:id', ({ params }) => json(this.model(this.get(params.id)))),
      route('api', 'PATCH', '/api/sessions/:id', async ({ req, params }) => {
        const body = await readJson(req);
        if (!body) throw new HttpError(400, 'No JSON data provided');
        return json(this.model(await this.change(params.id, body).catch(explain)));
      }),
      route('api', 'DELETE', '/api/sessions/:id', async ({ params }) => {
        const session = this.get(params.id);
        this.sessions.delete(session.id);
        const shared = [...this.sessions.values()].some((other) => other.kernelId === session.kernelId);
        if (!shared && this.lab.kernels.has(session.kernelId))
          await this.lab.kernels.shutdown(session.kernelId);
        return noContent;
      }),
    ];
  }
}
