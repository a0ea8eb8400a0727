// Jupyter's wire format: identities, the delimiter, the HMAC signature, four JSON frames and raw buffers.
// Turns messages into frames and back; knows nothing of sockets or of what a message means.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Header, Message } from './messages.js';
import { PROTOCOL_VERSION } from './product.js';

const DELIMITER = Buffer.from('<IDS|MSG>');

/** What is wrong with frames that came in. `header` is set when the sender can be answered. */
export class WireError extends Error {
  constructor(
    message: string,
    readonly identities: Buffer[] = [],
    readonly header?: Header,
  ) {
    super(message);
    this.name = 'WireError';
  }
}

/** Signs and checks the four JSON frames. An empty key switches signing off, as in the protocol. */
export class Signer {
  private readonly algorithm: string;

  constructor(
    private readonly key: string,
    scheme = 'hmac-sha256',
  ) {
    if (key !== '' && !/^hmac-[a-z0-9-]+$/.test(scheme)) {
      throw new Error(`signature scheme ${JSON.stringify(scheme)} is not of the form "hmac-sha256"`);
    }
    this.algorithm = scheme.slice('hmac-'.length);
  }

  sign(parts: readonly Frame[]): string {
    if (this.key === '') return '';
    const hmac = createHmac(this.algorithm, this.key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }

  matches(signature: Buffer, parts: readonly Buffer[]): boolean {
    if (this.key === '') return true;
    const expected = Buffer.from(this.sign(parts));
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  }
}

/**
 * Signatures that came before: a message that somebody recorded and sends again is known by them, since every honest
 * message differs in its id. Remembers as many as Jupyter's own kernels do, the latest ones.
 */
export class ReplayGuard {
  private readonly seen = new Set<string>();

  /** Whether this signature is new; remembers it. */
  admit(signature: Buffer): boolean {
    if (signature.length === 0) return true;
    const key = signature.toString('latin1', 0, SIGNATURE_CHARACTERS);
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    if (this.seen.size > REMEMBERED_SIGNATURES) {
      for (const oldest of this.seen) {
        this.seen.delete(oldest);
        break;
      }
    }
    return true;
  }
}
const REMEMBERED_SIGNATURES = 65_536;
/** Half of a SHA-256 is enough to tell messages apart. */
const SIGNATURE_CHARACTERS = 32;

export function makeHeader(type: string, session: string): Header {
  return {
    msg_id: randomUUID(),
    session,
    username: 'gradlab',
    date: new Date().toISOString(),
    msg_type: type,
    version: PROTOCOL_VERSION,
  };
}

/** What zeromq sends. It copies a text, where it has to say when it is done with a buffer: cheaper while it is short. */
export type Frame = Buffer | string;
const SHORT_TEXT = 4096;

export function encode(message: Message, signer: Signer): Frame[] {
  const parts = [message.header, message.parent_header, message.metadata, message.content].map((part) => {
    const text = JSON.stringify(part);
    return text.length <= SHORT_TEXT ? text : Buffer.from(text);
  });
  return [...message.identities, DELIMITER, signer.sign(parts), ...parts, ...message.buffers];
}

/**
 * Frames to a message.
 * @throws WireError without a header when the frames cannot be trusted or read at all (drop them), with a header
 * when the sender is known and can be told
 * @param replays drops messages that came before; it must not be shared between kernels
 */
export function decode(frames: readonly Buffer[], signer: Signer, replays?: ReplayGuard): Message {
  const at = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (at < 0) throw new WireError('no <IDS|MSG> delimiter');
  const identities = frames.slice(0, at);
  const parts = frames.slice(at + 2, at + 6);
  if (parts.length < 4) throw new WireError(`${parts.length} JSON frames after the signature, 4 expected`);
  if (!signer.matches(frames[at + 1], parts)) throw new WireError('the signature does not match the key');
  if (replays && !replays.admit(frames[at + 1])) throw new WireError('it was received before');
  const [header, headerFault] = readObject(parts[0]);
  if (!header || typeof header.msg_type !== 'string' || typeof header.msg_id !== 'string') {
    throw new WireError(`the header is ${headerFault ?? 'not an object with msg_id and msg_type'}`);
  }
  const known = header as unknown as Header;
  const read = (name: string, part: Buffer): Record<string, unknown> => {
    const [value, fault] = readObject(part);
    if (value) return value;
    throw new WireError(`${known.msg_type}: its ${name} is ${fault}`, identities, known);
  };
  return {
    identities,
    header: known,
    parent_header: read('parent_header', parts[1]),
    metadata: read('metadata', parts[2]),
    content: read('content', parts[3]),
    buffers: frames.slice(at + 6),
  };
}

/** The object that a frame holds, or what it is instead. */
export function readObject(frame: Buffer): [Record<string, unknown>, undefined] | [undefined, string] {
  const absurd = absurdity(frame);
  if (absurd) return [undefined, absurd];
  try {
    const value = JSON.parse(frame.toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [value, undefined];
  } catch {
    // No JSON.
  }
  return [undefined, 'not a JSON object'];
}

/** Nobody means JSON so deep, or of so many parts: some seconds of parsing for a message of 30 MB. */
const DEEPEST = 1000;
const MOST_PARTS = 1_000_000;
const [QUOTE, BACKSLASH, LIST, LIST_END, OBJECT, OBJECT_END] = Buffer.from('"\\[]{}');

/** What makes a frame too much to parse, told from its brackets alone. */
function absurdity(frame: Buffer): string | undefined {
  if (frame.length < DEEPEST) return undefined;
  let depth = 0;
  let parts = 0;
  let quoted = false;
  for (let at = 0; at < frame.length; at++) {
    const byte = frame[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted) {
      if (byte === BACKSLASH) at++;
    } else if (byte === LIST || byte === OBJECT) {
      if (++depth > DEEPEST) return `nested more than ${DEEPEST} levels deep`;
      if (++parts > MOST_PARTS)
        return `made of more than ${MOST_PARTS} lists and objects; large data go into the buffers of a message`;
    } else if (byte === LIST_END || byte === OBJECT_END) depth--;
  }
  return undefined;
}
