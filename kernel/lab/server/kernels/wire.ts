// Kernel messages on a websocket: Jupyter's binary protocol v1.kernel.websocket.jupyter.org, and the older one of
// JSON text (binary when there are buffers) for clients that do not offer it.
import { readObject } from '../../../protocol/wire.js';
import { HttpError } from '../http.js';
import type { KernelMessage } from './link.js';

export const V1 = 'v1.kernel.websocket.jupyter.org';

/** What a page sent. */
export interface PageMessage {
  channel: string;
  /** header, parent_header, metadata, content, then raw buffers */
  frames: Buffer[];
}

const PARTS = ['header', 'parent_header', 'metadata', 'content'] as const;

/** `[count, offsets..., channel, header, parent_header, metadata, content, buffers...]`, numbers as u64 little-endian. */
export function encodeV1(channel: string, frames: readonly Buffer[]): Buffer {
  const parts = [Buffer.from(channel), ...frames];
  const head = Buffer.alloc(8 * (parts.length + 2));
  head.writeBigUInt64LE(BigInt(parts.length + 1), 0);
  let offset = head.length;
  for (const [i, part] of parts.entries()) {
    head.writeBigUInt64LE(BigInt(offset), 8 * (i + 1));
    offset += part.length;
  }
  head.writeBigUInt64LE(BigInt(offset), 8 * (parts.length + 1));
  return Buffer.concat([head, ...parts], offset);
}

export function decodeV1(data: Buffer): PageMessage {
  const count = data.length >= 8 ? Number(data.readBigUInt64LE(0)) : 0;
  if (count < 6 || count > 1e6 || 8 * (count + 1) > data.length) throw malformed();
  const offsets = Array.from({ length: count }, (_, i) => Number(data.readBigUInt64LE(8 * (i + 1))));
  if (offsets.some((offset, i) => offset > data.length || offset < (offsets[i - 1] ?? 8 * (count + 1))))
    throw malformed();
  const parts = offsets.slice(0, -1).map((offset, i) => data.subarray(offset, offsets[i + 1]));
  return { channel: parts[0].toString(), frames: parts.slice(1) };
}

/** The older form: one JSON object; with buffers, `[count, offsets...]` as u32 big-endian before it. */
export function encodeLegacy({ channel, header, frames }: KernelMessage): Buffer | string {
  const fields = frames.slice(0, 4).map((frame, i) => `"${PARTS[i]}":${frame.toString()}`);
  const more = `"msg_id":${JSON.stringify(header.msg_id)},"msg_type":${JSON.stringify(header.msg_type)}`;
  const text = `{${fields.join(',')},${more},"channel":"${channel}","buffers":[]}`;
  if (frames.length === 4) return text;
  const parts = [Buffer.from(text), ...frames.slice(4)];
  const head = Buffer.alloc(4 * (parts.length + 1));
  head.writeUInt32BE(parts.length, 0);
  let offset = head.length;
  for (const [i, part] of parts.entries()) {
    head.writeUInt32BE(offset, 4 * (i + 1));
    offset += part.length;
  }
  return Buffer.concat([head, ...parts], offset);
}

export function decodeLegacy(data: Buffer, binary: boolean): PageMessage {
  let text = data;
  let buffers: Buffer[] = [];
  if (binary) {
    const count = data.length >= 4 ? data.readUInt32BE(0) : 0;
    if (count < 1 || 4 * (count + 1) > data.length) throw malformed();
    const offsets = Array.from({ length: count }, (_, i) => data.readUInt32BE(4 * (i + 1)));
    offsets.push(data.length);
    if (offsets.some((offset, i) => offset > data.length || offset < (offsets[i - 1] ?? 0)))
      throw malformed();
    const parts = offsets.slice(0, -1).map((offset, i) => data.subarray(offset, offsets[i + 1]));
    text = parts[0];
    buffers = parts.slice(1);
  }
  const [message] = readObject(text);
  if (!message) throw malformed();
  const frames = PARTS.map((name) => Buffer.from(JSON.stringify(message[name] ?? {})));
  return { channel: String(message.channel ?? 'shell'), frames: [...frames, ...buffers] };
}

const malformed = (): HttpError =>
  new HttpError(400, 'a message on the websocket is not in the protocol that was agreed');
