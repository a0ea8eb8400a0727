// Source code as coloured HTML, for code cells and fenced blocks: highlight.js with the languages that notebooks of
// this kind hold.

import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import { escapeHtml } from './ansi.js';

for (const [name, language] of Object.entries({
  bash,
  cpp,
  css,
  javascript,
  json,
  python,
  typescript,
  xml,
})) {
  hljs.registerLanguage(name, language);
}
hljs.registerAliases(['ts', 'tsx', 'gradlab'], { languageName: 'typescript' });
hljs.registerAliases(['shell', 'console'], { languageName: 'bash' });

/** The code as HTML; a language that is not known stays plain. */
export function highlight(code: string, language: string): string {
  return hljs.getLanguage(language)
    ? hljs.highlight(code, { language, ignoreIllegals: true }).value
    : escapeHtml(code);
}
