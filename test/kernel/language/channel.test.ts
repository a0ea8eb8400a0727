// The channel to the compiler's process, with a process that answers slowly, out of order, and asks back.
import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Channel } from '../../../kernel/language/channel.js';

/** Answers `echo` at once and `late` only after the next request; `ask` reads a file first, `count` counts requests. */
const PEER = `
let input = Buffer.alloc(0), count = 0, asked, late = [];
const send = (message) => {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
  process.stdout.write('Content-Length: ' + body.length + '\\r\\n\\r\\n');
  process.stdout.write(body);
};
const take = ({ id, method, params, result }) => {
  if (method === undefined) return send({ id: asked, result: result && result.content.length });
  count++;
  if (method === 'late') return late.push({ id, result: params });
  if (method === 'ask') { asked = id; send({ id: 'api1', method: 'readFile', params: params.path }); }
  else if (method === 'count') send({ id, result: count });
  else if (method === 'fail') send({ id, error: { code: 1, message: 'no such thing' } });
  else if (method === 'end') process.exit(0);
  else send({ id, result: params });
  for (const answer of late.splice(0)) send(answer);
};
process.stdin.on('data', (chunk) => {
  input = Buffer.concat([input, chunk]);
  for (;;) {
    const head = input.indexOf('\\r\\n\\r\\n');
    if (head < 0) return;
    const size = Number(/\\d+/.exec(input.toString('latin1', 0, head))[0]);
    if (input.length < head + 4 + size) return;
    const body = input.toString('utf8', head + 4, head + 4 + size);
    input = input.subarray(head + 4 + size);
    take(JSON.parse(body));
  }
});
`;

const fdOf = (stream: unknown) => (stream as { _handle: { fd: number } })._handle.fd;

describe('the channel to the compiler', () => {
  let peer: ChildProcess;
  let channel: Channel;
  beforeEach(() => {
    peer = spawn(process.execPath, ['-e', PEER], { stdio: ['pipe', 'pipe', 'inherit'] });
    channel = new Channel(fdOf(peer.stdout), fdOf(peer.stdin), {
      readFile: (path) => (path === '/cell.ts' ? { content: 'π'.repeat(100_000) } : undefined),
    });
  });
  afterEach(() => void peer.kill('SIGKILL'));

  it('answers requests, large ones too, in any language', () => {
    expect(channel.request('echo', { n: 1 })).toEqual({ n: 1 });
    const text = 'naïve 日本語 🙂'.repeat(20_000);
    expect(channel.request('echo', { text })).toEqual({ text });
    expect(channel.request('echo', null)).toBeUndefined();
  });

  it('does not ask again for what was asked ahead, and takes answers in any order', () => {
    channel.ahead(() => {
      expect(channel.request('late', { a: 1 })).toBeUndefined();
      expect(channel.request('late', { a: 1 })).toBeUndefined();
    });
    expect(channel.request('echo', 'first')).toBe('first');
    expect(channel.request('late', { a: 1 })).toEqual({ a: 1 });
    expect(channel.request('count', null)).toBe(3);
  });

  it('drops answers that nobody wants any more', () => {
    channel.ahead(() => channel.request('late', 'old'));
    channel.forget();
    channel.tell('echo', 'release');
    channel.ahead(() => channel.request('late', 'old'));
    expect(channel.request('count', null)).toBe(4);
    expect(channel.request('late', 'old')).toBe('old');
  });

  it('answers what the process asks in the middle of a request', () => {
    expect(channel.request('ask', { path: '/cell.ts' })).toBe(100_000);
    expect(channel.request('ask', { path: '/elsewhere.ts' })).toBeUndefined();
  });

  it('throws what the process refuses, and says when it has ended', () => {
    expect(() => channel.request('fail', {})).toThrow('no such thing');
    expect(channel.request('echo', 2)).toBe(2);
    expect(() => channel.request('end', {})).toThrow("the compiler's process has ended");
  });
});
