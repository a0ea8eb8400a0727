// Frames, signatures, code points and gathered outputs: the parts of the protocol that need no kernel.
import { describe, expect, it } from 'vitest';
import { toCodePoints, toUtf16 } from '../../kernel/front/codepoints.js';
import { History } from '../../kernel/front/history.js';
import { Output } from '../../kernel/front/output.js';
import type { IopubType, Message } from '../../kernel/protocol/messages.js';
import { contentFault } from '../../kernel/protocol/messages.js';
import { OutputCollector } from '../../kernel/protocol/outputs.js';
import { encodeFrame, FrameDecoder } from '../../kernel/protocol/pipe.js';
import { SendQueue } from '../../kernel/protocol/sockets.js';
import {
  decode,
  type Frame,
  encode as framesOf,
  makeHeader,
  Signer,
  WireError,
} from '../../kernel/protocol/wire.js';

/** As they arrive: buffers all of them. */
const arrived = (frame: Frame): Buffer => (typeof frame === 'string' ? Buffer.from(frame) : frame);
const encode = (sent: Message, by: Signer): Buffer[] => framesOf(sent, by).map(arrived);

function message(type: string, content: Record<string, unknown> = {}): Message {
  return {
    identities: [Buffer.from('me')],
    header: makeHeader(type, 's'),
    parent_header: {},
    metadata: {},
    content,
    buffers: [Buffer.from([1, 2])],
  };
}

describe('the wire format', () => {
  const signer = new Signer('key');

  it('brings a message back: identities, content and buffers', () => {
    for (const code of ['1 + "ü😀"', '"ü😀"'.repeat(5000)]) {
      const sent = message('execute_request', { code });
      expect(decode(encode(sent, signer), signer)).toEqual(sent);
    }
  });

  it('signs with HMAC-SHA256 over the four JSON frames', () => {
    // RFC 4231's second test case, split over two parts.
    const jefe = new Signer('Jefe');
    expect(jefe.sign([Buffer.from('what do ya want '), Buffer.from('for nothing?')])).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  describe('JSON that nobody means', () => {
    const frames = (part: number, text: string) => {
      const parts = encode(message('comm_msg', { comm_id: 'c' }), signer).slice(3, 7);
      parts[part] = Buffer.from(text);
      return [Buffer.from('me'), Buffer.from('<IDS|MSG>'), Buffer.from(signer.sign(parts)), ...parts];
    };
    const fault = (part: number, text: string): WireError => {
      try {
        decode(frames(part, text), signer);
      } catch (error) {
        return error as WireError;
      }
      throw new Error('it was taken');
    };
    const deep = '['.repeat(32 * 2 ** 20);

    it.each([
      ['parent_header', 1],
      ['metadata', 2],
      ['content', 3],
    ])('32 MB of [ as %s: the sender can be told', (name, part) => {
      for (const text of [
        deep,
        `{"a": ${deep}`,
        `{"a": "\\\\", "b": "[\\"[", "c": ${'{"d": '.repeat(1001)}`,
      ]) {
        const error = fault(part, text);
        expect(error.message).toBe(`comm_msg: its ${name} is nested more than 1000 levels deep`);
        expect(error.header?.msg_type).toBe('comm_msg');
      }
    });

    it('as a header: dropped, as nobody knows who sent it', () => {
      expect(fault(0, deep)).toMatchObject({
        message: 'the header is nested more than 1000 levels deep',
        header: undefined,
      });
    });

    it('a million lists', () => {
      expect(fault(3, `{"a": [${'[],'.repeat(1_000_000)}0]}`).message).toMatch(
        /^comm_msg: its content is made of more than 1000000 lists and objects; large data go into the buffers/,
      );
    });

    it('brackets in texts count for nothing, and 1000 levels are taken', () => {
      const text = `{"code": ${JSON.stringify(`"\\${deep.slice(0, 2000)}`)}, "data": ${'['.repeat(999)}${']'.repeat(999)}}`;
      expect(decode(frames(3, text), signer).content.code).toHaveLength(2002);
    });
  });

  it('refuses a message that was signed with another key, and says nothing about its sender', () => {
    const frames = encode(message('execute_request'), new Signer('other'));
    expect(() => decode(frames, signer)).toThrow('signature does not match');
    try {
      decode(frames, signer);
    } catch (error) {
      expect((error as WireError).header).toBeUndefined();
    }
  });

  it('takes any message when the key is empty', () => {
    const open = new Signer('');
    expect(decode(encode(message('x'), open), open).header.msg_type).toBe('x');
  });

  it.each([
    ['no delimiter', (frames: Buffer[]) => [frames[0], ...frames.slice(2)]],
    ['too few frames', (frames: Buffer[]) => frames.slice(0, 5)],
    ['an altered content', (frames: Buffer[]) => frames.with(6, Buffer.from('{"code": "evil"}'))],
  ])('refuses %s', (_, damage) => {
    expect(() => decode(damage(encode(message('execute_request', { code: '1' }), signer)), signer)).toThrow(
      WireError,
    );
  });

  it('knows the sender of a signed message whose content is no object', () => {
    const header = Buffer.from(JSON.stringify(makeHeader('execute_request', 's')));
    const parts = [header, Buffer.from('{}'), Buffer.from('{}'), Buffer.from('[1]')];
    try {
      decode([Buffer.from('<IDS|MSG>'), Buffer.from(signer.sign(parts)), ...parts], signer);
      expect.unreachable();
    } catch (error) {
      expect((error as WireError).header?.msg_type).toBe('execute_request');
    }
  });

  it('names the field that a request lacks or has wrong', () => {
    expect(contentFault('execute_request', {})).toBe(
      'execute_request: the content has no "code" (a string is needed)',
    );
    expect(contentFault('execute_request', { code: 5 })).toBe('execute_request: "code" is 5, not a string');
    expect(contentFault('execute_request', { code: '5' })).toBeUndefined();
  });
});

describe('pipe frames', () => {
  it('come out whole and in order, however the bytes are cut', () => {
    const frames = [{ n: 1 }, { text: 'ü😀'.repeat(500) }, { n: 3 }];
    const bytes = Buffer.concat(frames.map(encodeFrame));
    for (const step of [1, 3, 7, 1000, bytes.length]) {
      const decoder = new FrameDecoder<object>();
      const seen: object[] = [];
      for (let at = 0; at < bytes.length; at += step)
        decoder.push(bytes.subarray(at, at + step), (f) => seen.push(f));
      expect(seen).toEqual(frames);
    }
  });
});

describe('the send queue', () => {
  it('never has two sends on a socket at once, and keeps the order', async () => {
    let busy = 0;
    const sent: string[] = [];
    const socket = {
      async send(frames: Buffer[]) {
        if (++busy > 1) throw new Error('Socket is busy writing');
        await new Promise((resolve) => setTimeout(resolve, 1));
        sent.push(frames[0].toString());
        busy--;
      },
    };
    const problems: string[] = [];
    const queue = new SendQueue(socket, (text) => problems.push(text));
    for (let i = 0; i < 20; i++) queue.send([Buffer.from(`${i}`)]);
    await queue.drained();
    expect(problems).toEqual([]);
    expect(sent).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
  });
});

describe('cursor positions', () => {
  it('count code points outside and UTF-16 units inside', () => {
    const text = 'a😀b';
    expect([0, 1, 2, 3, 9].map((at) => toUtf16(text, at))).toEqual([0, 1, 3, 4, 4]);
    expect([0, 1, 3, 4].map((at) => toCodePoints(text, at))).toEqual([0, 1, 2, 3]);
  });
});

describe('coalesced output', () => {
  function record() {
    const sent: [IopubType, unknown][] = [];
    const output = new Output(
      (type, content) => sent.push([type, content]),
      () => {},
    );
    return { sent, output };
  }

  it('joins text of one stream and keeps the order between streams', () => {
    const { sent, output } = record();
    output.stream('stdout', 'a', undefined);
    output.stream('stdout', 'b', undefined);
    output.stream('stderr', 'c', undefined);
    output.stream('stdout', 'd', undefined);
    output.flush();
    expect(sent.map(([, content]) => content)).toEqual([
      { name: 'stdout', text: 'ab' },
      { name: 'stderr', text: 'c' },
      { name: 'stdout', text: 'd' },
    ]);
  });

  it('does not join text of two cells', () => {
    const { sent, output } = record();
    output.stream('stdout', 'a', message('one'));
    output.stream('stdout', 'b', message('two'));
    output.flush();
    expect(sent).toHaveLength(2);
  });

  it('sends only the last of consecutive updates of one display', () => {
    const { sent, output } = record();
    for (const n of [1, 2, 3]) {
      output.event(
        'update_display_data',
        { data: { n }, metadata: {}, transient: { display_id: 'p' } },
        undefined,
      );
    }
    output.event(
      'update_display_data',
      { data: { n: 4 }, metadata: {}, transient: { display_id: 'q' } },
      undefined,
    );
    output.flush();
    expect(sent.map(([, content]) => (content as { data: { n: number } }).data.n)).toEqual([3, 4]);
  });

  it('asks the source to pause when more text comes than a client can take', () => {
    const pauses: number[] = [];
    const output = new Output(
      () => {},
      (ms) => pauses.push(ms),
    );
    const text = 'x'.repeat(20e6);
    for (let i = 0; i < 5; i++) {
      output.stream('stdout', text, undefined);
      output.flush();
    }
    expect(pauses.length).toBeGreaterThan(0);
    expect(pauses.at(-1)).toBeGreaterThan(1000);
  });
});

describe('gathered outputs', () => {
  const iopub = (type: string, content: Record<string, unknown>) => message(type, content);

  it('join streams, obey clear_output(wait) and replace updated displays', () => {
    const collector = new OutputCollector();
    collector.add(iopub('stream', { name: 'stdout', text: 'a' }));
    collector.add(iopub('stream', { name: 'stdout', text: 'b' }));
    expect(collector.outputs).toEqual([{ output_type: 'stream', name: 'stdout', text: 'ab' }]);
    collector.add(iopub('clear_output', { wait: true }));
    expect(collector.outputs).toHaveLength(1);
    collector.add(
      iopub('display_data', { data: { 'text/plain': '1' }, metadata: {}, transient: { display_id: 'd' } }),
    );
    collector.add(
      iopub('update_display_data', {
        data: { 'text/plain': '2' },
        metadata: {},
        transient: { display_id: 'd' },
      }),
    );
    expect(collector.outputs).toEqual([
      { output_type: 'display_data', data: { 'text/plain': '2' }, metadata: {} },
    ]);
  });
});

describe('history', () => {
  const history = new History(undefined, () => {});
  for (const [at, input] of ['let a = 1', 'a + 1', 'let b = 2', 'a + 1'].entries())
    history.add(at + 1, input, `out ${at + 1}`);

  it('gives the tail, with outputs when asked', () => {
    expect(history.find({ hist_access_type: 'tail', n: 2 })).toEqual([
      [1, 3, 'let b = 2'],
      [1, 4, 'a + 1'],
    ]);
    expect(history.find({ hist_access_type: 'tail', n: 1, output: true })).toEqual([
      [1, 4, ['a + 1', 'out 4']],
    ]);
  });

  it('gives a range without its stop', () => {
    expect(
      history.find({ hist_access_type: 'range', session: 0, start: 2, stop: 4 }).map(([, line]) => line),
    ).toEqual([2, 3]);
  });

  it('searches by glob, once per input when asked', () => {
    expect(history.find({ hist_access_type: 'search', pattern: 'let*' }).map(([, line]) => line)).toEqual([
      1, 3,
    ]);
    expect(
      history.find({ hist_access_type: 'search', pattern: 'a*', unique: true }).map(([, line]) => line),
    ).toEqual([4]);
  });

  it('refuses another kind of access by name', () => {
    expect(() => history.find({ hist_access_type: 'all' as 'tail' })).toThrow('hist_access_type is "all"');
  });
});
