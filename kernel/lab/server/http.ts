// What a request handler sees and gives back: routes, replies, the one error shape of the API ({message, reason}),
// request bodies with a limit. Knows nothing of notebooks or kernels.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';

export type Json = Record<string, unknown>;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The largest request body, as in Jupyter. */
const MAX_BODY = 512 * 2 ** 20;

/** An answer that is an error: `message` says what is wrong with what came, `reason` is Jupyter's short form. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly reason: string | null = null,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = 'HttpError';
  }
}

/** Who asks: by token (no cross-site request can carry it), by cookie, or nobody. */
export interface Identity {
  by: 'token' | 'cookie' | 'nobody';
  user: string;
}

export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The decoded path below the base path, beginning with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly params: Record<string, string>;
  readonly identity: Identity;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  html?: string;
  body?: string | Buffer;
}

/** A handler answers with a reply, or with undefined when it has written the response itself. */
export type Handler = (exchange: Exchange) => Promise<Reply | undefined> | Reply | undefined;

export interface Route {
  method: Method | Method[];
  path: string;
  /** `api`: 403 without login; `page`: to the login page without login; `public`: for everybody. */
  access: 'api' | 'page' | 'public';
  handler: Handler;
}

export const route = (
  access: Route['access'],
  method: Route['method'],
  path: string,
  handler: Handler,
): Route => ({
  access,
  method,
  path,
  handler,
});

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  json: value,
});
export const noContent: Reply = { status: 204 };
export const redirect = (location: string, headers: Record<string, string> = {}): Reply => ({
  status: 302,
  headers: { Location: location, ...headers },
});

/** The request's body as bytes. */
export async function readBody(req: IncomingMessage, limit = MAX_BODY): Promise<Buffer> {
  const announced = Number(req.headers['content-length'] ?? 0);
  const tooLarge = () =>
    new HttpError(413, `the request's body is larger than ${Math.round(limit / 2 ** 20)} MiB`);
  if (announced > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size);
}

/** The request's body as a JSON object; undefined when there is no body. */
export async function readJson(req: IncomingMessage, parse = JSON.parse): Promise<Json | undefined> {
  const text = (await readBody(req)).toString('utf8');
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    throw new HttpError(400, 'Invalid JSON in body of request');
  }
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new HttpError(400, 'the body of the request is not a JSON object');
  }
  return value as Json;
}

export function sendReply(res: ServerResponse, reply: Reply): void {
  if (res.headersSent) return;
  for (const [name, value] of Object.entries(reply.headers ?? {})) res.setHeader(name, value);
  let body = reply.body;
  if (reply.json !== undefined) {
    res.setHeader('Content-Type', 'application/json');
    body = JSON.stringify(reply.json);
  } else if (reply.html !== undefined) {
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    body = reply.html;
  }
  res.statusCode = reply.status ?? 200;
  if (res.statusCode !== 204 && res.statusCode !== 304) {
    res.setHeader('Content-Length', Buffer.byteLength(body ?? ''));
  }
  if (res.req.method === 'HEAD') res.end();
  else res.end(body);
}

export function errorReply(error: unknown, status = 500): Reply {
  if (error instanceof HttpError) {
    return json({ message: error.message, reason: error.reason }, error.status, error.headers);
  }
  const why = error instanceof Error ? error.message : String(error);
  return json({ message: why || (STATUS_CODES[status] ?? 'Unknown error'), reason: null }, status);
}

const cookiePattern = /^\s*([^=;]+?)\s*=\s*([^;]*?)\s*$/;

/** Compares without telling by its time where the texts differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Whether the request came encrypted, here or at a proxy before this server. */
export const isSecure = (req: IncomingMessage): boolean =>
  'encrypted' in req.socket ||
  String(req.headers['x-forwarded-proto'] ?? '')
    .split(',')[0]
    .trim() === 'https';

export function readCookies(req: IncomingMessage): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const part of (req.headers.cookie ?? '').split(';')) {
    const match = cookiePattern.exec(part);
    if (match && !cookies.has(match[1])) cookies.set(match[1], match[2].replace(/^"|"$/g, ''));
  }
  return cookies;
}

export function addCookie(
  res: ServerResponse,
  name: string,
  value: string,
  attributes: {
    path: string;
    httpOnly?: boolean;
    secure?: boolean;
    maxAge?: number;
  },
): void {
  const parts = [`${name}=${value}`, `Path=${attributes.path}`, 'SameSite=Lax'];
  if (attributes.httpOnly) parts.push('HttpOnly');
  if (attributes.secure) parts.push('Secure');
  if (attributes.maxAge !== undefined) parts.push(`Max-Age=${attributes.maxAge}`);
  const before = res.getHeader('Set-Cookie');
  const kept = (Array.isArray(before) ? before : before ? [String(before)] : []).filter(
    (line) => !line.startsWith(`${name}=`),
  );
  res.setHeader('Set-Cookie', [...kept, parts.join('; ')]);
}

/** A path as it stands in an address: every segment escaped, slashes kept. */
export const escapePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
