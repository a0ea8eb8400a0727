// The debugger's hand in the user process: a session of V8's inspector that the worker thread holds on the main thread.
// It passes calls and a few events on, and so answers while the main thread is paused or loops. Costs nothing unused.
import inspector from 'node:inspector';
import type { Json } from '../protocol/messages.js';
import { DETACH, type InspectorCall, type WorkerFrame } from '../protocol/pipe.js';

export class InspectorProxy {
  private session: inspector.Session | undefined;
  private paused = false;
  /** Names of the scripts that V8 has, by its ids: call frames carry ids only. */
  private readonly scripts = new Map<string, string>();

  constructor(private readonly send: (frame: WorkerFrame) => void) {}

  call({ call, method, params }: InspectorCall): void {
    if (method === DETACH) {
      this.detach();
      this.send({ call, result: {} });
      return;
    }
    try {
      this.open().post(method, params ?? {}, (error: Error | null, result?: object) => {
        if (error) this.send({ call, fault: error.message });
        else this.send({ call, result: (result ?? {}) as Json });
      });
    } catch (error) {
      this.send({ call, fault: (error as Error).message });
    }
  }

  /** Lets the main thread go on after an interrupt: what it would do next is end the cell. */
  release(): void {
    if (this.paused) this.session?.post('Debugger.resume');
  }

  private open(): inspector.Session {
    if (this.session) return this.session;
    const session = new inspector.Session();
    session.connectToMainThread();
    session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => this.scripts.set(scriptId, url));
    session.on('Debugger.paused', ({ params }) => {
      this.paused = true;
      for (const frame of params.callFrames) frame.url = this.scripts.get(frame.location.scriptId) ?? '';
      this.send({ event: 'Debugger.paused', params: { ...params } });
    });
    session.on('Debugger.resumed', () => {
      this.paused = false;
      this.send({ event: 'Debugger.resumed', params: {} });
    });
    this.session = session;
    return session;
  }

  /** Ends the session: breakpoints go, a paused cell runs on. */
  private detach(): void {
    this.session?.disconnect();
    this.session = undefined;
    this.paused = false;
    this.scripts.clear();
  }
}
