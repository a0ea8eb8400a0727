// Comms: the channels that widgets use. The session registers no targets yet, so every comm that a client opens is
// closed at once, as the protocol asks for an unknown target.
import type { Json } from '../protocol/messages.js';

export class Comms {
  private readonly open = new Map<string, { target_name: string }>();

  /** The open comms, of one target if it is given. */
  info(target?: string): Record<string, { target_name: string }> {
    const all = [...this.open].filter(([, comm]) => target === undefined || comm.target_name === target);
    return Object.fromEntries(all);
  }

  /** @returns the comm_close to broadcast: no target of this name exists */
  refuse(comm_id: string): { comm_id: string; data: Json } {
    return { comm_id, data: {} };
  }

  close(comm_id: string): void {
    this.open.delete(comm_id);
  }
}
