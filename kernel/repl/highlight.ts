// Colours of code while it is typed. One regular expression finds the tokens; it works on unfinished code as well and
// costs microseconds, where a parser would wait for the rest.

const KEYWORDS =
  'abstract|as|async|await|break|case|catch|class|const|continue|declare|default|delete|do|else|enum|export|extends|finally|for|from|function|get|if|implements|import|in|infer|instanceof|interface|is|keyof|let|namespace|new|of|private|protected|public|readonly|return|satisfies|set|static|super|switch|this|throw|try|type|typeof|using|var|void|while|yield';
const TOKENS = new RegExp(
  [
    String.raw`(?<comment>//[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
    String.raw`(?<string>'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?|\x60(?:\\[\s\S]|[^\x60\\])*\x60?)`,
    String.raw`(?<regexp>(?<=(?:^|[(=,:;[!&|?{}\n])\s*)/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+/[a-z]*)`,
    String.raw`(?<number>(?<![\w$.])(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)n?)`,
    String.raw`(?<constant>(?<![\w$.])(?:true|false|null|undefined|NaN|Infinity)(?![\w$]))`,
    String.raw`(?<keyword>(?<![\w$.])(?:${KEYWORDS})(?![\w$]))`,
    String.raw`(?<type>(?<![\w$])[A-Z][\w$]*)`,
    String.raw`(?<call>(?<![\w$])[a-z_$][\w$]*(?=\())`,
    String.raw`[\w$]+`,
  ].join('|'),
  'g',
);

/** SGR codes of the kinds of tokens. */
const STYLES: Record<string, string> = {
  comment: '90',
  string: '33',
  regexp: '33',
  number: '36',
  constant: '36',
  keyword: '35',
  type: '32',
  call: '34',
};

export interface Colored {
  start: number;
  end: number;
  /** An SGR code, such as 33 for yellow. */
  style: string;
}

/** The coloured stretches of a piece of code, in order. */
export function colorsOf(code: string): Colored[] {
  const colored: Colored[] = [];
  for (const match of code.matchAll(TOKENS)) {
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    if (kind === undefined) continue;
    colored.push({ start: match.index, end: match.index + match[0].length, style: STYLES[kind] });
  }
  return colored;
}

/** The code with its colours as escapes. */
export function highlight(code: string): string {
  let text = '';
  let at = 0;
  for (const { start, end, style } of colorsOf(code)) {
    text += `${code.slice(at, start)}\x1b[${style}m${code.slice(start, end)}\x1b[0m`;
    at = end;
  }
  return text + code.slice(at);
}
