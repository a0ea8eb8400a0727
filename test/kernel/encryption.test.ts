// CurveZMQ: a connection file with keys makes a kernel whose sockets let nobody in without the public one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as zmq from 'zeromq';
import { kernelSpec } from '../../kernel/install.js';
import { type KernelClient, KernelConnection, startKernel } from '../../kernel/protocol/client.js';
import { endpoint, makeConnection, readConnectionFile } from '../../kernel/protocol/connection.js';
import { curveKeys } from '../../kernel/protocol/sockets.js';

describe('a kernel whose connection file has curve keys', () => {
  let kernel: KernelClient;
  beforeAll(async () => {
    kernel = await startKernel({ transport: 'tcp', encrypted: true });
  });
  afterAll(() => kernel.kill());

  it('says in kernel.json that it can', () => {
    expect(kernelSpec()).toMatchObject({ metadata: { supported_encryption: ['curve'] } });
  });

  it('runs cells, asks for input, completes, and beats', async () => {
    const asked = await kernel.execute("input('name? ') + '!'", { onInput: () => 'Ada' });
    expect(asked.reply.status).toBe('ok');
    expect(asked.outputs).toMatchObject([{ data: { 'text/plain': "'Ada!'" } }]);
    expect((await kernel.kernelInfo('control')).status).toBe('ok');
    expect(await kernel.heartbeat()).toBeGreaterThan(0);
  });

  it('takes a second client that has the public key', async () => {
    const { curve_secretkey: _, ...known } = kernel.connection;
    const second = new KernelConnection(known as typeof kernel.connection);
    await second.waitUntilReady();
    expect((await second.execute('1 + 1')).outputs).toMatchObject([{ data: { 'text/plain': '2' } }]);
    second.close();
  });

  it.each([
    ['no key', {}],
    ['the key of another kernel', { curveServerKey: curveKeys().curve_publickey }],
  ])('answers nobody with %s, not even a heartbeat', async (_, other) => {
    const { publicKey: curvePublicKey, secretKey: curveSecretKey } = zmq.curveKeyPair();
    const keys = 'curveServerKey' in other ? { ...other, curvePublicKey, curveSecretKey } : {};
    const stranger = new zmq.Dealer({ linger: 0, ...keys });
    const failed = new Promise<string>((resolve) => {
      stranger.events.on('disconnect', () => resolve('refused'));
      stranger.events.on('handshake:error:protocol', () => resolve('refused'));
      stranger.events.on('handshake', () => resolve('let in'));
    });
    stranger.connect(endpoint(kernel.connection, 'hb'));
    void stranger.send('knock').catch(() => {});
    const heard = stranger.receive().then(
      () => 'heard',
      () => 'closed',
    );
    expect(await Promise.race([failed, heard])).toBe('refused');
    stranger.close();
    expect((await kernel.execute('3 * 4')).outputs).toMatchObject([{ data: { 'text/plain': '12' } }]);
  });
});

describe('keys that are none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradlab-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'connection.json');
  const read = (more: object) => {
    writeFileSync(file, JSON.stringify({ ...makeConnection('tcp', '127.0.0.1', [1, 2, 3, 4, 5]), ...more }));
    return readConnectionFile(file);
  };
  const keys = curveKeys();

  it('are refused with the name of the field, and never shown', () => {
    expect(() => read({ curve_publickey: keys.curve_publickey })).toThrow(
      /: curve_secretkey is missing; enc/,
    );
    expect(() => read({ curve_secretkey: keys.curve_secretkey })).toThrow(
      /: curve_publickey is missing; enc/,
    );
    expect(() => read({ ...keys, curve_secretkey: 'sesame' })).toThrow(/: curve_secretkey is not a key; enc/);
    expect(() => read({ ...keys, curve_publickey: 7 })).toThrow(/: curve_publickey is not a key; enc/);
    expect(() => read({ ...keys, curve_secretkey: 'sesame' })).not.toThrow(/sesame/);
  });

  it('any pair that ZeroMQ makes is one', () => {
    for (let i = 0; i < 50; i++) expect(read(curveKeys())).toHaveProperty('curve_secretkey');
  });
});
