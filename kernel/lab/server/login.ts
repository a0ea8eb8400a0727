// The login page: a form for the password or the token. Plain HTML with its own small style, light and dark.
import { escapeHtml } from '../../protocol/html.js';
import { hostName } from './auth.js';
import { type Exchange, HttpError, type Reply, type Route, readBody, redirect, route } from './http.js';
import type { Lab } from './lab.js';

const STYLE = `
:root { color-scheme: light dark; --text: #1c2733; --back: #f4f6f9; --card: #fff; --line: #c9d2dc; --main: #3178c6; --bad: #b42318 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6ebf1; --back: #14191f; --card: #1d242c; --line: #3a4653; --main: #6aa8e8; --bad: #ff8a7a }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif }
main { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 2rem; width: min(24rem, 85vw) }
h1 { margin: 0 0 .5rem; font-size: 1.4rem }
p { margin: .5rem 0 }
label { display: block; margin: 1rem 0 .25rem }
input { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; border: 1px solid var(--line);
  border-radius: 6px; background: var(--back); color: var(--text) }
button { margin-top: 1rem; padding: .5rem 1.2rem; font: inherit; border: 0; border-radius: 6px; background: var(--main);
  color: var(--card); cursor: pointer }
:focus-visible { outline: 2px solid var(--main); outline-offset: 2px }
.bad { color: var(--bad) }
code { font-size: .9em; overflow-wrap: anywhere }
`;

function simplePage(title: string, body: string, status = 200): Reply {
  return {
    status,
    headers: {
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
    },
    html: `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} - gradlab</title>
<style>${STYLE}</style>
</head>
<body><main><h1>${escapeHtml(title)}</h1>
${body}
</main></body>
</html>
`,
  };
}

export const errorPage = (status: number, title: string, message: string, home: string): Reply =>
  simplePage(
    title,
    `<p>${escapeHtml(message)}</p><p><a href="${escapeHtml(home)}">To the start page</a></p>`,
    status,
  );

export function loginRoutes(lab: Lab): Route[] {
  const { auth, hub } = lab;

  const form = ({ req, res, query }: Exchange, wrong = ''): Reply => {
    const xsrf = auth.giveXsrf(req, res);
    const what = auth.hasPassword ? 'Password or token' : 'Token';
    const next = escapeHtml(safeNext(lab, query.get('next')));
    const hint = auth.hasPassword
      ? ''
      : `<p>The token stands in the address that the server printed when it was started; <code>gradlab lab list</code> prints it again.</p>`;
    return simplePage(
      'Log in',
      `${wrong ? `<p class="bad" role="alert">${escapeHtml(wrong)}</p>` : ''}${hint}
<form method="post" action="${escapeHtml(lab.link('/login'))}?next=${encodeURIComponent(safeNext(lab, query.get('next')))}">
<input type="hidden" name="_xsrf" value="${escapeHtml(xsrf)}">
<input type="hidden" name="next" value="${next}">
<label for="password">${what}</label>
<input id="password" name="password" type="password" autocomplete="current-password" autofocus required>
<button>Log in</button>
</form>`,
      wrong ? 401 : 200,
    );
  };

  const logIn = async (exchange: Exchange): Promise<Reply> => {
    const { req, res } = exchange;
    const fields = new URLSearchParams((await readBody(req, 65_536)).toString());
    auth.checkXsrfText(req, fields.get('_xsrf') ?? '');
    if (!auth.logIn(fields.get('password') ?? '', req)) return form(exchange, 'That is not right.');
    auth.setCookie(req, res, lab.userName);
    return redirect(safeNext(lab, fields.get('next')));
  };

  const logOut = ({ res }: Exchange): Reply => {
    auth.clearCookie(res);
    return redirect(hub ? hub.logoutAddress : lab.link('/login'));
  };

  const routes = [route('public', ['GET', 'POST'], '/logout', logOut)];
  if (!hub) {
    return [
      ...routes,
      route('public', 'GET', '/login', (exchange) =>
        exchange.identity.by === 'nobody'
          ? form(exchange)
          : redirect(safeNext(lab, exchange.query.get('next'))),
      ),
      route('public', 'POST', '/login', logIn),
    ];
  }
  return [
    ...routes,
    route('public', 'GET', '/login', (exchange) =>
      hub.startLogin(exchange, safeNext(lab, exchange.query.get('next'))),
    ),
    route('public', 'GET', '/oauth_callback', async (exchange) => {
      const { user, next } = await hub.finishLogin(exchange);
      auth.setCookie(exchange.req, exchange.res, user);
      return redirect(safeNext(lab, next));
    }),
  ];
}

/** Where to go after the login: only to pages of this server. */
function safeNext(lab: Lab, next: string | null): string {
  const home = lab.link(lab.defaultUrl);
  if (!next) return home;
  try {
    const address = new URL(next, 'http://here.invalid');
    const inside = address.host === 'here.invalid' && address.pathname.startsWith(lab.baseUrl);
    // `//host` and `/\host` are other hosts to a browser.
    return inside && !/^[/\\]{2}/.test(next) && !address.pathname.startsWith('//')
      ? `${address.pathname}${address.search}`
      : home;
  } catch {
    return home;
  }
}

/** The answer to a request without login: to the login page, or for the API an error. */
export function needsLogin(lab: Lab, exchange: Exchange, access: 'api' | 'page'): Reply {
  if (access === 'api' || exchange.req.method !== 'GET') throw new HttpError(403, 'Forbidden');
  if (hostName(exchange.req.headers.host ?? '') === '') throw new HttpError(403, 'Forbidden');
  const next = new URL(exchange.req.url ?? '/', 'http://here.invalid');
  next.searchParams.delete('token');
  return redirect(`${lab.link('/login')}?${new URLSearchParams({ next: next.pathname + next.search })}`);
}
