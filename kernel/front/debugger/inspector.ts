// V8's inspector of the user process as promises. Calls travel to the worker thread there; when the process dies, what
// was not answered fails.
import type inspector from 'node:inspector';
import type { Json } from '../../protocol/messages.js';
import { DETACH, type InspectorCall, type WorkerFrame } from '../../protocol/pipe.js';
import { VARIABLES_KEY, type VariableRow } from '../../protocol/variables.js';

export type RemoteObject = inspector.Runtime.RemoteObject;
type Argument = inspector.Runtime.CallArgument;

/** How long a session may take: it may just be starting, and a native call or `input()` can hold it up. */
const PATIENCE_MS = 20_000;

interface Pending {
  resolve(result: Json): void;
  reject(error: Error): void;
}

/** Rows of the user process and, for those that can be opened, their values. */
export interface Described {
  rows: VariableRow[];
  values: Map<number, RemoteObject>;
}

export class Inspector {
  onEvent: (event: string, params: Json) => void = () => {};
  private readonly pending = new Map<number, Pending>();
  private count = 0;
  /** The describing functions of the user process, found at first use. */
  private face: Promise<string> | undefined;

  constructor(private readonly send: (call: InspectorCall) => void) {}

  /** Calls a method of the inspector. */
  post<R = Json>(method: string, params?: object): Promise<R> {
    const call = ++this.count;
    return new Promise<R>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error('the session does not answer now: a native call or input() holds it up'));
        this.pending.delete(call);
      }, PATIENCE_MS);
      const settle = () => clearTimeout(timer);
      this.pending.set(call, {
        resolve: (result) => {
          settle();
          resolve(result as R);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      this.send({ call, method, params: params as Json });
    });
  }

  receive(frame: WorkerFrame): void {
    if ('event' in frame) return this.onEvent(frame.event, frame.params);
    const waiting = this.pending.get(frame.call);
    this.pending.delete(frame.call);
    if ('fault' in frame) waiting?.reject(new Error(frame.fault));
    else waiting?.resolve(frame.result);
  }

  /** The process is gone, or the debugger's session is. */
  lost(why: string): void {
    this.face = undefined;
    for (const { reject } of this.pending.values()) reject(new Error(why));
    this.pending.clear();
  }

  async detach(): Promise<void> {
    this.face = undefined;
    await this.post(DETACH);
  }

  /** Evaluates an expression in the session, also in the middle of a cell. */
  async evaluate(expression: string, group: string): Promise<RemoteObject> {
    const params = { expression, silent: true, objectGroup: group };
    return valueIn(await this.post('Runtime.evaluate', params));
  }

  /** Runs a script that declares variables as a cell does. Its end is not waited for: a paused session tells none. */
  declare(script: string): void {
    this.post('Runtime.evaluate', { expression: script, replMode: true, silent: true }).catch(() => {});
  }

  async evaluateInFrame(callFrameId: string, expression: string, group: string): Promise<RemoteObject> {
    const params = { callFrameId, expression, silent: true, objectGroup: group };
    return valueIn(await this.post('Debugger.evaluateOnCallFrame', params));
  }

  /** Calls one of the describing functions (kernel/user/variables.ts). */
  async ask(name: string, args: Argument[], group: string): Promise<RemoteObject> {
    this.face ??= this.evaluate(`globalThis[Symbol.for('${VARIABLES_KEY}')]`, 'face').then(
      (face) => face.objectId as string,
    );
    this.face.catch(() => {
      this.face = undefined;
    });
    return valueIn(
      await this.post('Runtime.callFunctionOn', {
        objectId: await this.face,
        functionDeclaration: `function (...values) { return this.${name}(...values); }`,
        arguments: args,
        silent: true,
        objectGroup: group,
      }),
    );
  }

  /** Calls a describing function that gives rows. */
  async describe(name: string, args: Argument[], group: string): Promise<Described> {
    const list = await this.ask(name, args, group);
    const { result } = await this.post<inspector.Runtime.GetPropertiesReturnType>('Runtime.getProperties', {
      objectId: list.objectId,
      ownProperties: true,
    });
    const at = new Map(result.map((property) => [property.name, property.value]));
    const rows = JSON.parse(String(at.get('0')?.value)) as VariableRow[];
    const values = new Map<number, RemoteObject>();
    for (const row of rows) {
      const value = row.at === undefined ? undefined : at.get(String(row.at));
      if (row.at !== undefined && value) values.set(row.at, value);
    }
    return { rows, values };
  }

  release(group: string): void {
    this.post('Runtime.releaseObjectGroup', { objectGroup: group }).catch(() => {});
  }
}

/** A remote value as an argument of a call. */
export function argument({ objectId, unserializableValue, value }: RemoteObject): Argument {
  if (objectId) return { objectId };
  return unserializableValue ? { unserializableValue } : { value };
}

function valueIn(reply: {
  result: RemoteObject;
  exceptionDetails?: inspector.Runtime.ExceptionDetails;
}): RemoteObject {
  const { exceptionDetails: thrown, result } = reply;
  if (!thrown) return result;
  const text = thrown.exception?.description ?? String(thrown.exception?.value ?? thrown.text);
  throw new Error(text.split('\n    at ')[0]);
}
