// How requests reach the compiler's process: JSON-RPC over its pipes, written and read synchronously. The process works
// on every request in a thread of its own, so what will be asked for next can be begun ahead of time.
import { readSync, writeSync } from 'node:fs';

/** What the process asks for in the middle of a request, by method. */
export type Callbacks = Readonly<Record<string, (path: string) => unknown>>;

interface Incoming {
  id?: number | string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
}

const SEPARATOR = '\r\n\r\n';
const nobody = new Int32Array(new SharedArrayBuffer(4));

export class Channel {
  private count = 0;
  /** Requests that were sent ahead, by what they ask. */
  private readonly early = new Map<string, number>();
  private readonly answers = new Map<number, Incoming>();
  /** Requests whose answers nobody waits for. */
  private readonly unwanted = new Set<number>();
  private isAhead = false;
  /** What was read; a message begins at `start`. */
  private buffer = Buffer.allocUnsafe(1 << 16);
  private start = 0;
  private end = 0;

  constructor(
    private readonly readFd: number,
    private readonly writeFd: number,
    private readonly callbacks: Callbacks,
  ) {}

  /** Sends a request and waits for its answer; one that was sent ahead is not sent again. */
  request(method: string, params: unknown): unknown {
    const text = JSON.stringify(params);
    const key = `${method} ${text}`;
    const early = this.early.get(key);
    if (this.isAhead) {
      if (early === undefined) this.early.set(key, this.send(method, text));
      return undefined;
    }
    this.early.delete(key);
    return this.receive(early ?? this.send(method, text));
  }

  /** Sends a request whose answer is of no interest. */
  tell(method: string, params: unknown): void {
    this.unwanted.add(this.send(method, JSON.stringify(params)));
  }

  /** The requests that `ask` makes are sent, and not waited for. */
  ahead(ask: () => void): void {
    this.isAhead = true;
    try {
      ask();
    } finally {
      this.isAhead = false;
    }
  }

  /** What was asked ahead and not asked for since is of no interest any more. */
  forget(): void {
    for (const id of this.early.values()) if (!this.answers.delete(id)) this.unwanted.add(id);
    this.early.clear();
  }

  private send(method: string, params: string): number {
    const id = ++this.count;
    this.write(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`);
    return id;
  }

  private receive(id: number): unknown {
    let answer = this.answers.get(id);
    for (; !answer; answer = this.answers.get(id)) this.take(this.read());
    this.answers.delete(id);
    if (answer.error) throw new Error(answer.error.message);
    return answer.result ?? undefined;
  }

  private take(message: Incoming): void {
    const { id, method } = message;
    if (method !== undefined) {
      const result = this.callbacks[method]?.(String(message.params)) ?? null;
      return this.write(JSON.stringify({ jsonrpc: '2.0', id, result }));
    }
    const to = Number(id);
    if (!this.unwanted.delete(to)) this.answers.set(to, message);
  }

  private write(text: string): void {
    const body = Buffer.from(text);
    const bytes = Buffer.concat([Buffer.from(`Content-Length: ${body.length}${SEPARATOR}`), body]);
    for (let at = 0; at < bytes.length; ) at += retried(() => writeSync(this.writeFd, bytes, at));
  }

  /** The next message, waited for. */
  private read(): Incoming {
    let head = -1;
    while (head < 0) {
      head = this.buffer.subarray(this.start, this.end).indexOf(SEPARATOR);
      if (head < 0) this.fill(this.end - this.start + 1);
    }
    const header = this.buffer.toString('latin1', this.start, this.start + head);
    const size = Number(/content-length: *(\d+)/i.exec(header)?.[1]);
    if (!(size >= 0)) throw new Error(`the compiler's process said ${JSON.stringify(header.slice(0, 200))}`);
    const from = head + SEPARATOR.length;
    this.fill(from + size);
    const body = this.buffer.toString('utf8', this.start + from, this.start + from + size);
    this.start += from + size;
    return JSON.parse(body) as Incoming;
  }

  /** Reads until so many bytes are there. */
  private fill(size: number): void {
    if (this.end - this.start >= size) return;
    if (this.start + size > this.buffer.length) {
      const larger = size > this.buffer.length ? Buffer.allocUnsafe(2 * size) : this.buffer;
      this.buffer.copy(larger, 0, this.start, this.end);
      this.buffer = larger;
      this.end -= this.start;
      this.start = 0;
    }
    while (this.end - this.start < size) {
      const read = retried(() =>
        readSync(this.readFd, this.buffer, this.end, this.buffer.length - this.end, null),
      );
      if (read === 0) throw new Error("the compiler's process has ended");
      this.end += read;
    }
  }
}

/** A read or write of a pipe that may be none that waits. */
function retried(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') Atomics.wait(nobody, 0, 0, 1);
      else if (code !== 'EINTR') throw error;
    }
  }
}
