// Who may use the server: token, password, cookie, the checks of Host and Origin against other web sites, XSRF.
// A request that carries the token in its header cannot come from a foreign page; one with the cookie could, so
// it has to prove more.
import { createHash, createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { readKey } from './folders.js';
import { addCookie, HttpError, type Identity, isSecure, readCookies, sameText } from './http.js';
import type { Hub } from './hub.js';

const COOKIE_DAYS = 30;
/** Wrong passwords and tokens from one address, before it has to wait. */
const FREE_TRIES = 5;
const WAIT_MS = 10_000;

export const makeToken = (): string => randomBytes(24).toString('hex');

/** A password as it is kept: `scrypt:N:salt:hash`. */
export function hashPassword(password: string, cost = 2 ** 14): string {
  const salt = randomBytes(16);
  const hash = scryptSync(password, salt, 32, { N: cost, maxmem: 256 * cost * 8 });
  return `scrypt:${cost}:${salt.toString('hex')}:${hash.toString('hex')}`;
}

function checkPassword(password: string, kept: string): boolean {
  const [, cost, salt, hash] = kept.split(':');
  const N = Number(cost);
  const found = scryptSync(password, Buffer.from(salt, 'hex'), 32, { N, maxmem: 256 * N * 8 });
  return timingSafeEqual(found, Buffer.from(hash, 'hex'));
}

/** The host of `name:port`, without brackets and in lower case. */
export function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(host);
  return (bracketed ? bracketed[1] : host.replace(/:\d*$/, '')).toLowerCase();
}

export const isLoopback = (name: string): boolean =>
  name === 'localhost' ||
  name === '::1' ||
  (isIP(name) === 4 && name.startsWith('127.')) ||
  name === '::ffff:127.0.0.1';

export interface AuthOptions {
  token: string;
  password?: string;
  ip: string;
  port: number;
  baseUrl: string;
  allowHosts: string[];
  allowOrigins: string[];
  hub?: Hub;
}

export class Auth {
  readonly token: string;
  private readonly passwordHash: string | undefined;
  private readonly cookieName: string;
  private readonly cookieKey: Buffer;
  private readonly failures = new Map<string, { count: number; last: number }>();

  constructor(private readonly options: AuthOptions) {
    this.token = options.token;
    const { password } = options;
    if (password) this.passwordHash = password.startsWith('scrypt:') ? password : hashPassword(password);
    if (!this.token && !this.passwordHash && !options.hub) {
      throw new Error(
        'startServer: neither a token nor a password: everybody on this machine could run code. Leave `token` out for a random one, or give a `password`',
      );
    }
    // Not only the port: cookies know no ports, and two servers below different paths may share one.
    const place =
      options.baseUrl === '/'
        ? ''
        : `-${createHash('sha256').update(options.baseUrl).digest('hex').slice(0, 8)}`;
    this.cookieName = `gradlab-${options.port}${place}`;
    // Cookies outlive a restart only if token and password stay what they are.
    const secret = createHmac('sha256', readKey('cookie_key'));
    this.cookieKey = secret.update(`${this.token}\n${password ?? ''}`).digest();
  }

  get hasPassword(): boolean {
    return this.passwordHash !== undefined;
  }

  /** Refuses requests that name another host (a foreign name that was pointed at this machine). */
  checkHost(req: IncomingMessage): void {
    const { allowHosts, ip, hub } = this.options;
    if (hub || allowHosts.includes('*')) return;
    const name = hostName(req.headers.host ?? '');
    if (isLoopback(name) || name === ip.toLowerCase() || allowHosts.includes(name)) return;
    // Bound to all addresses on purpose: other machines use names that cannot be known here, but addresses are safe.
    if (!isLoopback(ip) && ip !== 'localhost' && isIP(name)) return;
    throw new HttpError(
      403,
      `the host ${JSON.stringify(name)} is not one of this server's. If it is, start the server with --allow-host ${name || 'NAME'}`,
    );
  }

  /**
   * Refuses requests that a page of another origin has sent. A link there may lead to a page here, which that origin
   * cannot read; nothing else may come from it.
   */
  checkOrigin(req: IncomingMessage, identity: Identity, access: 'api' | 'page' = 'api'): void {
    if (identity.by === 'token') return;
    if (
      access === 'page' &&
      req.method === 'GET' &&
      (req.headers['sec-fetch-mode'] ?? 'navigate') === 'navigate'
    ) {
      return;
    }
    const { origin, host } = req.headers;
    if (origin !== undefined) {
      if (this.isAllowedOrigin(origin)) return;
      if (originHost(origin) !== (host ?? '').toLowerCase()) {
        throw new HttpError(403, `requests from the origin ${JSON.stringify(origin)} are not allowed`);
      }
      return;
    }
    const { referer } = req.headers;
    if (
      req.headers['sec-fetch-site'] === 'cross-site' ||
      (referer && originHost(referer) !== (host ?? '').toLowerCase())
    ) {
      throw new HttpError(403, 'requests from other sites are not allowed');
    }
  }

  isAllowedOrigin(origin: string): boolean {
    return this.options.allowOrigins.includes(origin) || this.options.allowOrigins.includes('*');
  }

  /** Writes need the XSRF token besides the cookie. */
  checkXsrf(req: IncomingMessage, query: URLSearchParams, identity: Identity): void {
    if (identity.by === 'token' || req.method === 'GET' || req.method === 'HEAD') return;
    const given = req.headers['x-xsrftoken'] ?? req.headers['x-csrftoken'] ?? query.get('_xsrf');
    this.checkXsrfText(req, typeof given === 'string' ? given : '');
  }

  checkXsrfText(req: IncomingMessage, given: string): void {
    const cookie = readCookies(req).get('_xsrf');
    if (!given) throw new HttpError(403, "'_xsrf' argument missing from POST");
    if (!cookie || !sameText(given, cookie))
      throw new HttpError(403, 'XSRF cookie does not match POST argument');
  }

  /** Gives a page its XSRF cookie, if it has none; returns it. */
  giveXsrf(req: IncomingMessage, res: ServerResponse): string {
    const there = readCookies(req).get('_xsrf');
    if (there && /^[\w-]{20,}$/.test(there)) return there;
    const made = randomBytes(24).toString('base64url');
    addCookie(res, '_xsrf', made, {
      path: this.options.baseUrl,
      secure: isSecure(req),
    });
    return made;
  }

  /** Who asks. */
  async identify(req: IncomingMessage, query: URLSearchParams): Promise<Identity> {
    const header = /^(?:token|bearer)\s+(.+)$/i.exec(req.headers.authorization ?? '');
    const given = header?.[1].trim() ?? query.get('token') ?? '';
    if (given) {
      const user = await this.userOfToken(given);
      if (user !== undefined) return { by: 'token', user };
    }
    const cookie = readCookies(req).get(this.cookieName);
    const user = cookie ? this.userOfCookie(cookie) : undefined;
    return user === undefined ? { by: 'nobody', user: '' } : { by: 'cookie', user };
  }

  private async userOfToken(given: string): Promise<string | undefined> {
    if (this.token && sameText(given, this.token)) return this.options.hub?.user ?? '';
    return this.options.hub?.userOfToken(given);
  }

  /** The login form: a password, or the token typed in. */
  logIn(given: string, req: IncomingMessage): boolean {
    const from = req.socket.remoteAddress ?? '';
    const failed = this.failures.get(from);
    if (failed && failed.count >= FREE_TRIES && Date.now() - failed.last < WAIT_MS) {
      throw new HttpError(429, 'too many wrong passwords; try again in 10 seconds');
    }
    const right =
      (this.token !== '' && sameText(given, this.token)) ||
      (this.passwordHash !== undefined && checkPassword(given, this.passwordHash));
    if (right) this.failures.delete(from);
    else this.countFailure(req);
    return right;
  }

  private countFailure(req: IncomingMessage): void {
    const from = req.socket.remoteAddress ?? '';
    if (this.failures.size > 1000) this.failures.clear();
    this.failures.set(from, { count: (this.failures.get(from)?.count ?? 0) + 1, last: Date.now() });
  }

  /** Lax, not strict: whoever opens the page by a link (from a terminal's or a hub's page) is logged in there too. */
  setCookie(req: IncomingMessage, res: ServerResponse, user: string): void {
    const body = `${Date.now().toString(36)}.${randomBytes(9).toString('base64url')}.${Buffer.from(user).toString('base64url')}`;
    addCookie(res, this.cookieName, `${body}.${this.signature(body)}`, {
      path: this.options.baseUrl,
      httpOnly: true,
      secure: isSecure(req),
      maxAge: COOKIE_DAYS * 86_400,
    });
  }

  clearCookie(res: ServerResponse): void {
    addCookie(res, this.cookieName, '', {
      path: this.options.baseUrl,
      httpOnly: true,
      maxAge: 0,
    });
  }

  private userOfCookie(cookie: string): string | undefined {
    const at = cookie.lastIndexOf('.');
    const body = cookie.slice(0, at);
    if (at < 0 || !sameText(cookie.slice(at + 1), this.signature(body))) return undefined;
    const [made, , user = ''] = body.split('.');
    if (Date.now() - Number.parseInt(made, 36) > COOKIE_DAYS * 86_400_000) return undefined;
    return Buffer.from(user, 'base64url').toString();
  }

  private signature(body: string): string {
    return createHmac('sha256', this.cookieKey).update(body).digest('base64url');
  }
}

function originHost(address: string): string | undefined {
  try {
    return new URL(address).host.toLowerCase();
  } catch {
    return undefined;
  }
}
