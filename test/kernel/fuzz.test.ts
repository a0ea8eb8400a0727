// The wire under fire: truncated, mis-signed, oversized, wrong-typed and randomly mutated messages on all sockets, the
// same ones in every run. The kernel lives, its heartbeat answers, the next cell is right.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as zmq from 'zeromq';
import { endpoint, type SocketName } from '../../kernel/protocol/connection.js';
import { SendQueue } from '../../kernel/protocol/sockets.js';
import { makeHeader, Signer } from '../../kernel/protocol/wire.js';
import { result, useKernel } from './session.js';

/** More with FUZZ_MESSAGES: it is the number for each of the sockets. */
const MESSAGES = Number(process.env.FUZZ_MESSAGES) || 1500;

let log = '';
const session = useKernel({
  onLog: (text) => {
    log += text;
  },
});

/** Numbers that are the same in every run (a linear congruential generator). */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const TYPES = [
  'kernel_info_request',
  'execute_request',
  'complete_request',
  'inspect_request',
  'is_complete_request',
  'history_request',
  'comm_info_request',
  'connect_request',
  'create_subshell_request',
  'delete_subshell_request',
  'list_subshell_request',
  'usage_request',
  'debug_request',
  'comm_open',
  'comm_msg',
  'comm_close',
  'input_reply',
  '__proto__',
  'constructor',
  '',
  'x'.repeat(5000),
];

const FIELDS = [
  'code',
  'cursor_pos',
  'detail_level',
  'hist_access_type',
  'n',
  'pattern',
  'comm_id',
  'target_name',
]
  .concat([
    'data',
    'subshell_id',
    'value',
    'silent',
    'user_expressions',
    'stop_on_error',
    'session',
    '__proto__',
  ])
  .concat(['command', 'arguments', 'seq', 'type']);

/** Values that are of the wrong type, or of the right one and absurd. */
const VALUES: unknown[] = [
  null,
  true,
  -1,
  1e308,
  0.5,
  2 ** 53,
  '',
  'tail',
  'search',
  'range',
  '*'.repeat(30),
  '\ud800',
  '1 + 1',
  'np.',
  'z'.repeat(100_000),
  [],
  [[]],
  {},
  { __proto__: 1, length: -1 },
  { code: {} },
];

interface Fuzz {
  random: (below: number) => number;
  signer: Signer;
}

const pick = <T>({ random }: Fuzz, from: readonly T[]): T => from[random(from.length)];

function content(fuzz: Fuzz): unknown {
  if (fuzz.random(20) === 0) return pick(fuzz, VALUES);
  return Object.fromEntries(
    Array.from({ length: fuzz.random(6) }, () => [pick(fuzz, FIELDS), pick(fuzz, VALUES)]),
  );
}

function header(fuzz: Fuzz): unknown {
  const whole: Record<string, unknown> = { ...makeHeader(pick(fuzz, TYPES), 'fuzz') };
  // Half of the headers are right, so that contents are reached.
  while (fuzz.random(2) === 0) {
    whole[pick(fuzz, [...Object.keys(whole), 'subshell_id'])] = pick(fuzz, VALUES);
  }
  return fuzz.random(20) === 0 ? pick(fuzz, VALUES) : whole;
}

/** A message, well signed as a rule, that is wrong somewhere; often in several places. */
function message(fuzz: Fuzz): Buffer[] {
  const { random, signer } = fuzz;
  const json = (value: unknown) => Buffer.from(JSON.stringify(value) ?? 'null');
  const parts: Buffer[] = [
    json(header(fuzz)),
    json(pick(fuzz, [{}, {}, {}, {}, {}, {}, {}, [], 5])),
    json({}),
    json(content(fuzz)),
  ];
  if (random(4) === 0) flip(fuzz, parts);
  const signature = Buffer.from(signer.sign(parts));
  let frames: Buffer[] = [Buffer.from('<IDS|MSG>'), signature, ...parts];
  if (random(4) === 0) frames.push(...Array.from({ length: random(4) }, () => noise(fuzz)));
  if (random(6) === 0) frames = frames.slice(0, random(frames.length + 1));
  if (random(6) === 0) flip(fuzz, frames);
  if (random(8) === 0) frames.splice(random(frames.length + 1), 0, noise(fuzz));
  if (random(8) === 0) frames.reverse();
  return frames.length > 0 ? frames : [Buffer.alloc(0)];
}

function noise({ random }: Fuzz): Buffer {
  const size = random(10) === 0 ? 1_000_000 : random(50);
  return Buffer.alloc(size, random(256));
}

/** Changes some bytes of one of the frames. */
function flip({ random }: Fuzz, frames: Buffer[]): void {
  const frame = frames[random(frames.length)];
  for (let i = 0; i < 3 && frame?.length; i++) frame[random(frame.length)] = random(256);
}

describe('thousands of bad messages', () => {
  const sockets = {} as Record<SocketName, zmq.Dealer>;
  beforeAll(() => {
    for (const name of ['shell', 'control', 'stdin', 'hb', 'iopub'] as const) {
      // On iopub the other end of the kernel's XPUB: it can send anything, not just subscriptions.
      const socket = name === 'iopub' ? new zmq.XSubscriber() : new zmq.Dealer();
      sockets[name] = Object.assign(socket as zmq.Dealer, { linger: 0, sendHighWaterMark: 0 });
      sockets[name].connect(endpoint(session.kernel.connection, name));
    }
  });
  afterAll(() => {
    for (const socket of Object.values(sockets)) socket.close();
  });

  it.each(['shell', 'control', 'stdin', 'hb', 'iopub'] as const)(
    'on %s: the next cell is right',
    async (name) => {
      const fuzz = {
        random: makeRandom(name.length * 7919),
        signer: new Signer(session.kernel.connection.key),
      };
      const lost: string[] = [];
      const queue = new SendQueue(sockets[name], (text) => lost.push(text));
      for (let i = 0; i < MESSAGES; i++) queue.send(message(fuzz));
      await queue.drained();
      expect(lost).toEqual([]);
      await expect(session.kernel.heartbeat()).resolves.toBeTypeOf('number');
      expect((await session.kernel.kernelInfo('control')).status).toBe('ok');
      // Bad cells among them fail as the cells they are; this one waits behind them, and is not aborted with them.
      let next = await session.run('[1, 2, 3].map((n) => n ** 2)');
      while (next.reply.status === 'aborted') next = await session.run('[1, 2, 3].map((n) => n ** 2)');
      expect(result(next)).toBe('[ 1, 4, 9 ]');
      // Every refusal was meant: none is an accident that was caught somewhere.
      const accidents = log
        .split('\n')
        .filter((line) => /could not be|uncaught:|unhandled:/.test(line.slice(0, 200)));
      expect(accidents).toEqual([]);
    },
  );

  it('and single frames of 32 MB, and messages of 10,000 frames', async () => {
    const big = Buffer.alloc(32 * 2 ** 20, 'x');
    const many = Array.from({ length: 10_000 }, () => Buffer.from('x'));
    const signer = new Signer(session.kernel.connection.key);
    const parts = [Buffer.from(JSON.stringify(makeHeader('execute_request', 'fuzz'))), big, big, big];
    for (const name of ['shell', 'control', 'stdin', 'hb'] as const) {
      const queue = new SendQueue(sockets[name], () => {});
      queue.send([Buffer.from('<IDS|MSG>'), Buffer.from(signer.sign(parts)), ...parts]);
      queue.send([big]);
      queue.send(many);
      await queue.drained();
    }
    expect(result(await session.run('1 + 1'))).toBe('2');
  });

  it('and JSON of 32 MB that is nothing but brackets, in every part of a message', async () => {
    const deep = Buffer.alloc(32 * 2 ** 20, '[');
    const signer = new Signer(session.kernel.connection.key);
    for (const name of ['shell', 'control', 'stdin'] as const) {
      const queue = new SendQueue(sockets[name], () => {});
      for (let part = 0; part < 4; part++) {
        const parts = [makeHeader('comm_msg', 'fuzz'), {}, { name }, { name }].map((each, at) =>
          at === part ? deep : Buffer.from(JSON.stringify(each)),
        );
        queue.send([Buffer.from('<IDS|MSG>'), Buffer.from(signer.sign(parts)), ...parts]);
      }
      await queue.drained();
    }
    expect(result(await session.run('1 + 1'))).toBe('2');
    await expect
      .poll(() => log.match(/nested more than 1000 levels deep/g)?.length, { timeout: 20_000 })
      .toBe(12);
  });
});
