// The two protocols of the websocket: what is written is read again, buffers included, and what is no message is refused.
import { expect, it } from 'vitest';
import { decodeLegacy, decodeV1, encodeLegacy, encodeV1 } from '../../kernel/lab/server/kernels/wire.js';

const header = { msg_id: 'm', msg_type: 'comm_msg', session: 's', username: '', date: '', version: '5.4' };
const frames = [header, { msg_id: 'p' }, {}, { text: 'ü \u2028 "' }].map((part) =>
  Buffer.from(JSON.stringify(part)),
);
const buffers = [Buffer.from([1, 2, 255]), Buffer.alloc(0), Buffer.from('last')];

it('the binary protocol carries channel, parts and buffers', () => {
  for (const all of [frames, [...frames, ...buffers]]) {
    const data = encodeV1('shell', all);
    expect(decodeV1(data)).toEqual({ channel: 'shell', frames: all });
    // Eight bytes for the count and for every offset, in the order of JupyterLab's reader.
    expect(Number(data.readBigUInt64LE(0))).toBe(all.length + 2);
    expect(Number(data.readBigUInt64LE(8))).toBe(8 * (all.length + 3));
    expect(Number(data.readBigUInt64LE(8 * (all.length + 2)))).toBe(data.length);
  }
});

it('the older protocol is text without buffers and binary with them', () => {
  const message = { channel: 'iopub' as const, header, parentId: 'p', frames };
  const text = encodeLegacy(message);
  expect(JSON.parse(String(text))).toMatchObject({
    header,
    parent_header: { msg_id: 'p' },
    content: { text: 'ü \u2028 "' },
    channel: 'iopub',
    msg_id: 'm',
    msg_type: 'comm_msg',
  });
  expect(decodeLegacy(Buffer.from(text), false)).toEqual({ channel: 'iopub', frames });
  const binary = encodeLegacy({ ...message, frames: [...frames, ...buffers] });
  expect(decodeLegacy(binary as Buffer, true)).toEqual({ channel: 'iopub', frames: [...frames, ...buffers] });
});

it('anything else is refused, whatever the bytes are', () => {
  const good = encodeV1('shell', frames);
  for (let i = 0; i < 2000; i++) {
    const bytes = Buffer.from(good.subarray(0, (i * 7919) % good.length));
    if (bytes.length > 8) bytes[(i * 31) % Math.min(bytes.length, 72)] ^= 1 << (i % 8);
    for (const read of [
      () => decodeV1(bytes),
      () => decodeLegacy(bytes, true),
      () => decodeLegacy(bytes, false),
    ]) {
      try {
        for (const frame of read().frames) expect(frame.length).toBeLessThanOrEqual(bytes.length);
      } catch (error) {
        expect((error as Error).message).toContain('not in the protocol');
      }
    }
  }
});

it('JSON that nobody means is refused before it is parsed', () => {
  const deep = `{"channel": "shell", "content": ${'['.repeat(32 * 2 ** 20)}`;
  expect(() => decodeLegacy(Buffer.from(deep), false)).toThrow('not in the protocol');
  expect(() => decodeLegacy(Buffer.from('[1, 2]'), false)).toThrow('not in the protocol');
});
