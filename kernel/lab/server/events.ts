// The event bus of Jupyter: whoever is subscribed by websocket hears what is posted.
import type { WebSocket } from 'ws';
import { HttpError, type Json, noContent, type Route, readJson, route } from './http.js';

export class Events {
  private readonly listeners = new Set<WebSocket>();

  subscribe(socket: WebSocket): void {
    this.listeners.add(socket);
    socket.on('close', () => this.listeners.delete(socket));
    // Nothing is expected from a listener.
    socket.on('message', () => {});
  }

  emit(schema_id: string, data: Json): void {
    const text = JSON.stringify({
      __timestamp__: new Date().toISOString(),
      __schema__: schema_id,
      __schema_version__: 1,
      __metadata_version__: 1,
      ...data,
    });
    for (const socket of this.listeners) if (socket.readyState === socket.OPEN) socket.send(text, () => {});
  }

  close(): void {
    for (const socket of this.listeners) socket.close(1001);
  }

  routes(): Route[] {
    return [
      route('api', 'POST', '/api/events', async ({ req }) => {
        const body = await readJson(req);
        if (
          !body ||
          typeof body.schema_id !== 'string' ||
          typeof body.data !== 'object' ||
          body.data === null
        ) {
          throw new HttpError(400, 'an event has a "schema_id" and an object "data"');
        }
        this.emit(body.schema_id, body.data as Json);
        return noContent;
      }),
    ];
  }
}
