// Cells that ask for help in IPython's way, `np.dot?` or `?np.dot`: the answer is a page beside the outputs, the same
// text that Shift-Tab shows; with two question marks the source too.
import type { LanguageService } from '../language/index.js';
import type { Json } from '../protocol/messages.js';

/** What a cell asks about, undefined for any other cell. Neither form is TypeScript. */
export function helpTopic(code: string): string | undefined {
  const { before, after } =
    /^\s*(?:\?{1,2}\s*(?<before>[\w$.]+)|(?<after>[\w$.]+)\s*\?{1,2})\s*$/.exec(code)?.groups ?? {};
  return before ?? after;
}

/** The payload that has clients open their pager; undefined when nothing is known of the topic. */
export function helpPage(topic: string, source: boolean, language: LanguageService): Json | undefined {
  const { found, text, markdown } = language.inspect(topic, topic.length, source ? 1 : 0);
  if (!found) return undefined;
  return { source: 'page', data: { 'text/plain': text, 'text/markdown': markdown }, start: 0 };
}
