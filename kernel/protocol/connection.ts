// The connection file that a Jupyter client writes and a kernel reads: addresses of the five sockets, the signing key,
// and the keys of encryption where the client wants it. Also makes one, for clients of our own.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type SocketName = 'shell' | 'iopub' | 'stdin' | 'control' | 'hb';
export const SOCKET_NAMES: readonly SocketName[] = ['shell', 'iopub', 'stdin', 'control', 'hb'];

export interface ConnectionInfo {
  transport: 'tcp' | 'ipc';
  ip: string;
  key: string;
  signature_scheme: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
  kernel_name?: string;
  /** The kernel's pair of CurveZMQ keys, Z85: with them everything on the sockets is encrypted. */
  curve_publickey?: string;
  curve_secretkey?: string;
}

/** 32 bytes as Z85, ZeroMQ's RFC 32. */
const CURVE_KEY = /^[\w.:+=^!/*?&<>()[\]{}@%$#-]{40}$/;

/**
 * Reads and checks a connection file.
 * @throws Error that names the file and the field at fault
 */
export function readConnectionFile(path: string): ConnectionInfo {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`connection file ${path}: ${(error as Error).message}`);
  }
  if (typeof raw !== 'object' || raw === null) throw new Error(`connection file ${path}: not a JSON object`);
  const info = {
    transport: 'tcp',
    ip: '127.0.0.1',
    key: '',
    signature_scheme: 'hmac-sha256',
    ...raw,
  } as ConnectionInfo;
  if (info.transport !== 'tcp' && info.transport !== 'ipc') {
    throw new Error(
      `connection file ${path}: transport ${JSON.stringify(info.transport)} is neither "tcp" nor "ipc"`,
    );
  }
  for (const name of SOCKET_NAMES) {
    const port = info[`${name}_port`];
    if (!Number.isInteger(port) || port < 1) {
      throw new Error(`connection file ${path}: ${name}_port is ${JSON.stringify(port)}, not a port number`);
    }
  }
  for (const name of ['curve_publickey', 'curve_secretkey'] as const) {
    if (info[name] === undefined && info.curve_publickey === info.curve_secretkey) continue;
    // Never the key itself: messages like this one are logged.
    if (typeof info[name] !== 'string' || !CURVE_KEY.test(info[name]))
      throw new Error(
        `connection file ${path}: ${name} is ${info[name] === undefined ? 'missing' : 'not a key'}; ` +
          'encryption takes both curve_publickey and curve_secretkey, 40 characters of Z85 each',
      );
  }
  return info;
}

/** The zeromq address of a socket: `tcp://ip:port`, or `ipc://path-port` as Jupyter spells it. */
export function endpoint(info: ConnectionInfo, name: SocketName): string {
  const port = info[`${name}_port`];
  return info.transport === 'ipc' ? `ipc://${info.ip}-${port}` : `tcp://${info.ip}:${port}`;
}

/** Connection data with a fresh key; for `ipc`, `ip` is the prefix of the socket files. */
export function makeConnection(
  transport: 'tcp' | 'ipc',
  ip: string,
  ports: readonly [number, number, number, number, number],
): ConnectionInfo {
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports;
  return {
    transport,
    ip,
    key: randomUUID(),
    signature_scheme: 'hmac-sha256',
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
    kernel_name: 'gradlab',
  };
}
