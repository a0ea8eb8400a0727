// Keys of a terminal in raw mode, one after the other: those that come while nobody reads are kept for the next
// reader, pasted text arrives in one piece.
import { emitKeypressEvents, type Key } from 'node:readline';
import type { ReadStream } from 'node:tty';

/** A key: a name with modifiers such as `ctrl-a`, `alt-left`, `shift-tab`, or text to be inserted. */
export interface Stroke {
  name: string;
  /** Set for what is typed or pasted. */
  text?: string;
}

export class Keys {
  /** Called for Ctrl-C, Ctrl-Z and Ctrl-\ as soon as they are typed; true when that was all. */
  atOnce: (name: string) => boolean = () => false;
  private readonly waiting: Stroke[] = [];
  private reader: ((stroke: Stroke) => void) | undefined;
  private pasted: string | undefined;
  private readonly onKey = (text: string | undefined, key: Key): void => this.take(text, key);

  constructor(private readonly input: ReadStream) {
    emitKeypressEvents(input);
    input.on('keypress', this.onKey);
    this.resume();
  }

  next(): Promise<Stroke> {
    const first = this.waiting.shift();
    if (first) return Promise.resolve(first);
    return new Promise((resolve) => {
      this.reader = resolve;
    });
  }

  /** Whether more keys are there already. */
  get more(): boolean {
    return this.waiting.length > 0;
  }

  /** Forgets keys that nobody has read. */
  drop(): void {
    this.waiting.length = 0;
  }

  resume(): void {
    this.input.setRawMode(true);
    this.input.resume();
  }

  close(): void {
    this.input.off('keypress', this.onKey);
    this.input.setRawMode(false);
    this.input.pause();
  }

  private take(text: string | undefined, key: Key): void {
    if (key.name === 'paste-start') {
      this.pasted = '';
      return;
    }
    if (key.name === 'paste-end') {
      const pasted = this.pasted ?? '';
      this.pasted = undefined;
      this.give({ name: 'paste', text: clean(pasted) });
      return;
    }
    if (this.pasted !== undefined) {
      this.pasted += text ?? key.sequence ?? '';
      return;
    }
    const name = nameOf(text, key);
    if (!this.atOnce(name)) this.give({ name, text: isText(text, key) ? clean(text) : undefined });
  }

  private give(stroke: Stroke): void {
    const { reader } = this;
    this.reader = undefined;
    if (reader) reader(stroke);
    else this.waiting.push(stroke);
  }
}

/** Keys that Node does not name. */
const NAMES: Record<string, string> = { '\x1c': 'ctrl-\\', '\x1f': 'ctrl-_', '\x00': 'ctrl-space' };

function nameOf(text: string | undefined, key: Key): string {
  const own = NAMES[key.sequence ?? ''];
  if (own) return own;
  const name = key.name ?? text ?? '';
  const shift = key.shift && name.length > 1 ? 'shift-' : '';
  return `${key.ctrl ? 'ctrl-' : ''}${key.meta ? 'alt-' : ''}${shift}${name}`;
}

function isText(text: string | undefined, key: Key): text is string {
  return text !== undefined && text !== '' && !key.ctrl && !key.meta && text >= ' ' && text !== '\x7f';
}

/** Text as code has it: line ends of one kind, no tabs, no control characters. */
function clean(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replaceAll('\t', '  ')
    .replace(/(?!\n)\p{Cc}/gu, '');
}
