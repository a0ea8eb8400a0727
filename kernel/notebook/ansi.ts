// Terminal text as HTML: colours and weights of ANSI escapes become spans, a carriage return overwrites its line
// (progress bars), every other escape is dropped.

export const escapeHtml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

interface Style {
  fg?: string;
  bg?: string;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  inverse?: boolean;
}

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const named = (n: number, bright: boolean): string => `var(--ansi-${bright ? 'bright-' : ''}${NAMES[n]})`;

/** The xterm palette of 256 colours. */
function palette(n: number): string {
  if (n < 16) return named(n % 8, n >= 8);
  if (n >= 232)
    return `rgb(${Array(3)
      .fill(8 + 10 * (n - 232))
      .join(', ')})`;
  const step = (v: number): number => (v === 0 ? 0 : 55 + 40 * v);
  const c = n - 16;
  return `rgb(${step(Math.floor(c / 36))}, ${step(Math.floor(c / 6) % 6)}, ${step(c % 6)})`;
}

function apply(style: Style, codes: number[]): Style {
  let s = { ...style };
  for (let i = 0; i < codes.length; i++) {
    const c = codes[i];
    // 38 and 48 take more numbers: 5;n of the palette, or 2;r;g;b.
    const extended = (): string | undefined => {
      const [kind, ...rest] = codes.slice(i + 1);
      i += kind === 5 ? 2 : kind === 2 ? 4 : 0;
      return kind === 5
        ? palette(rest[0] ?? 0)
        : kind === 2
          ? `rgb(${rest.slice(0, 3).join(', ')})`
          : undefined;
    };
    if (c === 0) s = {};
    else if (c === 1) s.bold = true;
    else if (c === 2) s.dim = true;
    else if (c === 3) s.italic = true;
    else if (c === 4) s.underline = true;
    else if (c === 7) s.inverse = true;
    else if (c === 22) s.bold = s.dim = undefined;
    else if (c === 23) s.italic = undefined;
    else if (c === 24) s.underline = undefined;
    else if (c === 27) s.inverse = undefined;
    else if (c >= 30 && c <= 37) s.fg = named(c - 30, false);
    else if (c >= 90 && c <= 97) s.fg = named(c - 90, true);
    else if (c >= 40 && c <= 47) s.bg = named(c - 40, false);
    else if (c >= 100 && c <= 107) s.bg = named(c - 100, true);
    else if (c === 38) s.fg = extended();
    else if (c === 48) s.bg = extended();
    else if (c === 39) s.fg = undefined;
    else if (c === 49) s.bg = undefined;
  }
  return s;
}

function css({ fg, bg, bold, dim, italic, underline, inverse }: Style): string {
  const [color, background] = inverse ? [bg ?? 'var(--paper)', fg ?? 'var(--ink)'] : [fg, bg];
  return [
    color && `color: ${color}`,
    background && `background: ${background}`,
    bold && 'font-weight: 600',
    dim && 'opacity: 0.65',
    italic && 'font-style: italic',
    underline && 'text-decoration: underline',
  ]
    .filter(Boolean)
    .join('; ');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes begin with one
const ESCAPES = /\x1b\[([\d;]*)m|\x1b\[[\d;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g;

/** What a terminal leaves of a line with carriage returns: later text covers earlier text. Plain lines only. */
function overwritten(line: string): string {
  if (!line.includes('\r')) return line;
  const parts = line.replace(/\r+$/, '').split('\r');
  if (line.includes('\x1b')) return parts[parts.length - 1];
  return parts.reduce((shown, part) => part + shown.slice(part.length), '');
}

/** ANSI text as HTML for a `<pre>`. */
export function ansiToHtml(text: string): string {
  const source = text.replace(/\r\n/g, '\n').split('\n').map(overwritten).join('\n');
  let style: Style = {};
  let html = '';
  let at = 0;
  const put = (piece: string): void => {
    if (piece === '') return;
    const look = css(style);
    html += look ? `<span style="${look}">${escapeHtml(piece)}</span>` : escapeHtml(piece);
  };
  for (const match of source.matchAll(ESCAPES)) {
    put(source.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[1] !== undefined) style = apply(style, match[1] === '' ? [0] : match[1].split(';').map(Number));
  }
  put(source.slice(at));
  return html;
}
