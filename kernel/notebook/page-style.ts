// The style sheet of exported notebooks.

export const PAGE_STYLE = `:root {
  --paper: #ffffff; --ink: #1f2328; --muted: #59636e; --line: #e4e8ec; --code: #f6f8fa; --link: #0b5cad;
  --ansi-black: #1f2328; --ansi-red: #c62828; --ansi-green: #1a7f37; --ansi-yellow: #8f6100; --ansi-blue: #0b5cad;
  --ansi-magenta: #8250df; --ansi-cyan: #0e7490; --ansi-white: #6e7781; --ansi-bright-black: #6e7781;
  --ansi-bright-red: #d1242f; --ansi-bright-green: #2da44e; --ansi-bright-yellow: #a37400; --ansi-bright-blue: #218bff;
  --ansi-bright-magenta: #a475f9; --ansi-bright-cyan: #3192aa; --ansi-bright-white: #8c959f;
  --mono: ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 "Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", Arial, sans-serif; }
main { max-width: 900px; margin: 0 auto; padding: 40px 24px 96px 56px; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.6em 0 0.5em; font-weight: 650; letter-spacing: -0.01em; }
h1 { font-size: 2.1em; margin-top: 0.2em; }
h2 { font-size: 1.5em; padding-top: 0.5em; border-top: 1px solid var(--line); }
h3 { font-size: 1.2em; }
p, ul, ol, blockquote { margin: 0.7em 0; }
li { margin: 0.2em 0; }
blockquote { padding: 0.1em 1em; border-left: 3px solid #c5ccd3; color: var(--muted); }
hr { border: 0; border-top: 1px solid var(--line); margin: 2em 0; }
img, svg { max-width: 100%; }
table { border-collapse: collapse; margin: 1em 0; display: block; overflow-x: auto; font-size: 0.95em; }
th, td { padding: 5px 12px; border-bottom: 1px solid var(--line); text-align: left; }
th { border-bottom: 2px solid #c5ccd3; font-weight: 600; }
code, pre { font-family: var(--mono); font-size: 0.875em; font-variant-ligatures: none; }
:not(pre) > code { background: var(--code); padding: 0.15em 0.35em; border-radius: 4px; }
pre { margin: 0; line-height: 1.5; overflow-x: auto; tab-size: 2; }
pre.code { background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: 12px 14px; }
.text > pre.code { margin: 0.8em 0; }
.cell { margin: 18px 0; }
.input { position: relative; }
.count { position: absolute; right: calc(100% + 8px); top: 13px; color: #8c959f; font: 12px var(--mono); white-space: nowrap; }
.output { margin: 8px 0 0; overflow-x: auto; }
.output pre { padding: 2px 14px; }
.output pre.stderr { background: #fff8e6; border-left: 3px solid #e3b341; padding: 8px 14px; border-radius: 0 6px 6px 0; }
.output pre.error { background: #fff1f0; border-left: 3px solid #d1242f; padding: 10px 14px; border-radius: 0 6px 6px 0; }
.output .text { padding: 0 14px; }
.bad-formula { color: #c62828; }
.katex-display { overflow-x: auto; overflow-y: hidden; padding: 4px 0; }
.hljs-comment, .hljs-quote { color: #6e7781; font-style: italic; }
.hljs-keyword, .hljs-literal, .hljs-selector-tag, .hljs-meta .hljs-keyword { color: #a626a4; }
.hljs-string, .hljs-regexp, .hljs-addition { color: #1a7f37; }
.hljs-number, .hljs-symbol { color: #b35900; }
.hljs-title, .hljs-title.function_, .hljs-section { color: #0b5cad; }
.hljs-title.class_, .hljs-type, .hljs-built_in { color: #8f6100; }
.hljs-attr, .hljs-attribute, .hljs-property, .hljs-variable.constant_ { color: #0e7490; }
.hljs-subst { color: inherit; }
.hljs-deletion { color: #c62828; }
@media (max-width: 720px) { main { padding: 24px 16px 64px; } .count { display: none; } }
@media print { main { max-width: none; padding: 0; } .cell, pre { break-inside: avoid; } pre { white-space: pre-wrap; } }`;
