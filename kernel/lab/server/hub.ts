// A server that a JupyterHub has started: the hub tells it by the environment where it stands, logs its users in by
// OAuth, says what a token is worth, and wants to hear when there was activity.
import { createHash, randomBytes } from 'node:crypto';
import {
  addCookie,
  type Exchange,
  HttpError,
  isSecure,
  type Reply,
  readCookies,
  redirect,
  sameText,
} from './http.js';
import type { HubOptions } from './options.js';

const STATE_COOKIE = 'gradlab-hub-state';
/** For so long the hub's word about a token holds. */
const TRUST_MS = 60_000;
const ACTIVITY_MS = 300_000;

/** What the hub has put into the environment; undefined when no hub has started this process. */
export function hubFromEnvironment(env = process.env): HubOptions | undefined {
  const prefix = env.JUPYTERHUB_SERVICE_PREFIX;
  const apiToken = env.JUPYTERHUB_API_TOKEN;
  const apiUrl = env.JUPYTERHUB_API_URL;
  if (!prefix || !apiToken || !apiUrl) return undefined;
  const slashed = prefix.endsWith('/') ? prefix : `${prefix}/`;
  return {
    apiUrl: apiUrl.replace(/\/$/, ''),
    apiToken,
    clientId: env.JUPYTERHUB_CLIENT_ID ?? `user-${env.JUPYTERHUB_USER ?? ''}`,
    user: env.JUPYTERHUB_USER ?? '',
    serverName: env.JUPYTERHUB_SERVER_NAME ?? '',
    host: env.JUPYTERHUB_HOST ?? '',
    baseUrl: env.JUPYTERHUB_BASE_URL ?? '/',
    prefix: slashed,
    callbackUrl: env.JUPYTERHUB_OAUTH_CALLBACK_URL || `${slashed}oauth_callback`,
    accessScopes: readScopes(env.JUPYTERHUB_OAUTH_ACCESS_SCOPES ?? env.JUPYTERHUB_OAUTH_SCOPES),
    activityUrl: env.JUPYTERHUB_ACTIVITY_URL ?? '',
    serviceUrl: env.JUPYTERHUB_SERVICE_URL ?? '',
  };
}

function readScopes(text: string | undefined): string[] {
  try {
    const scopes: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(scopes) ? scopes.map(String) : [];
  } catch {
    return [];
  }
}

interface HubUser {
  name: string;
  scopes?: string[];
}

export class Hub {
  private readonly known = new Map<string, { user: string | undefined; until: number }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly options: HubOptions,
    private readonly log: (line: string) => void,
  ) {}

  get user(): string {
    return this.options.user;
  }

  /** The name of the user whom a token stands for, when that user may use this server. */
  async userOfToken(token: string): Promise<string | undefined> {
    const key = createHash('sha256').update(token).digest('hex');
    const there = this.known.get(key);
    if (there && there.until > Date.now()) return there.user;
    const user = await this.askForUser(token);
    if (this.known.size > 1000) this.known.clear();
    this.known.set(key, { user, until: Date.now() + TRUST_MS });
    return user;
  }

  /** Sends the browser to the hub's login; it comes back to `finishLogin`. */
  startLogin({ req, res }: Exchange, next: string): Reply {
    const { host, baseUrl, clientId, callbackUrl, prefix } = this.options;
    const state = Buffer.from(JSON.stringify({ id: randomBytes(16).toString('hex'), next })).toString(
      'base64url',
    );
    addCookie(res, STATE_COOKIE, state, {
      path: prefix,
      httpOnly: true,
      secure: isSecure(req),
      maxAge: 600,
    });
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: callbackUrl,
      response_type: 'code',
      state,
    });
    return redirect(`${host}${baseUrl}hub/api/oauth2/authorize?${query}`);
  }

  /** The hub has sent the browser back with a code: turns it into a user. */
  async finishLogin({ req, res, query }: Exchange): Promise<{ user: string; next: string }> {
    const refused = query.get('error');
    if (refused) throw new HttpError(403, `the hub refused the login: ${refused}`);
    const state = query.get('state') ?? '';
    const kept = readCookies(req).get(STATE_COOKIE) ?? '';
    if (!state || !sameText(state, kept)) {
      throw new HttpError(403, 'the login was not begun by this browser; open the page again');
    }
    addCookie(res, STATE_COOKIE, '', { path: this.options.prefix, maxAge: 0 });
    const code = query.get('code');
    if (!code) throw new HttpError(400, 'the hub sent no code');
    const { clientId, apiToken, apiUrl, callbackUrl } = this.options;
    const reply = await this.fetch(`${apiUrl}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: clientId,
        client_secret: apiToken,
        grant_type: 'authorization_code',
        code,
        redirect_uri: callbackUrl,
      }),
    });
    const token = ((await reply.json()) as { access_token?: string }).access_token;
    const user = token ? await this.askForUser(token) : undefined;
    if (user === undefined) throw new HttpError(403, 'this user of the hub may not use this server');
    const { next } = JSON.parse(Buffer.from(state, 'base64url').toString()) as { next: string };
    return { user, next };
  }

  get logoutAddress(): string {
    return `${this.options.host}${this.options.baseUrl}hub/logout`;
  }

  /** Tells the hub now and every five minutes when the server was last used. */
  reportActivity(lastActivity: () => Date): void {
    const { activityUrl, apiToken, serverName } = this.options;
    if (!activityUrl) return;
    const report = async (): Promise<void> => {
      const last_activity = lastActivity().toISOString();
      try {
        await this.fetch(activityUrl, {
          method: 'POST',
          headers: { Authorization: `token ${apiToken}`, 'Content-Type': 'application/json' },
          body: JSON.stringify({ servers: { [serverName]: { last_activity } }, last_activity }),
        });
      } catch (error) {
        this.log(`the hub did not take the report of activity: ${(error as Error).message}`);
      }
    };
    void report();
    this.timer = setInterval(() => void report(), ACTIVITY_MS).unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async askForUser(token: string): Promise<string | undefined> {
    const reply = await fetch(`${this.options.apiUrl}/user`, {
      headers: { Authorization: `token ${token}` },
    }).catch((error: Error) => {
      throw new HttpError(502, `the hub cannot be asked who this is: ${error.message}`);
    });
    if (reply.status === 401 || reply.status === 403 || reply.status === 404) return undefined;
    if (!reply.ok) throw new HttpError(502, `the hub answered ${reply.status} when asked who this is`);
    const user = (await reply.json()) as HubUser;
    const { accessScopes } = this.options;
    // Hubs before version 2 know no scopes: then only the owner comes in.
    const allowed =
      accessScopes.length > 0 && user.scopes
        ? accessScopes.some((scope) => user.scopes?.includes(scope))
        : user.name === this.options.user;
    return allowed ? user.name : undefined;
  }

  private async fetch(address: string, init: RequestInit): Promise<Response> {
    const reply = await fetch(address, init);
    if (!reply.ok)
      throw new HttpError(502, `the hub answered ${reply.status} to ${new URL(address).pathname}`);
    return reply;
  }
}
