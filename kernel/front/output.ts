// What goes out on iopub, in the order in which it came, but not at the rate: text of one stream is joined until the
// next flush, flushes are 20 ms apart, and of consecutive updates of one display only the last is sent.
import type { IopubContents, IopubType, Json, Message } from '../protocol/messages.js';

const FLUSH_INTERVAL_MS = 20;
/** Text beyond this many characters a second (after a burst) has to wait, or a slow client's queue would grow. */
const TEXT_RATE = 16e6;
const TEXT_BURST = 64e6;

type Parent = Message | undefined;
/** What a message has beside its content. */
export interface Attached {
  metadata?: Json;
  buffers?: Buffer[];
}
type Publish = <T extends IopubType>(
  type: T,
  content: IopubContents[T],
  parent: Parent,
  attached?: Attached,
) => void;

interface Item {
  type: IopubType;
  content: IopubContents[IopubType];
  parent: Parent;
  /** Pieces of a stream's text, joined when the item goes out. */
  texts?: string[];
  attached?: Attached;
}

export class Output {
  /** Adds what has been put off until the next flush; `all` of it when an idle or a reply is to follow. */
  beforeFlush: ((all: boolean) => void) | undefined;
  private items: Item[] = [];
  private timer: NodeJS.Timeout | undefined;
  private lastFlush = 0;

  private allowance = TEXT_BURST;

  /** @param throttle asks the source of the text to pause for some milliseconds */
  constructor(
    private readonly publish: Publish,
    private readonly throttle: (ms: number) => void,
  ) {}

  stream(name: 'stdout' | 'stderr', text: string, parent: Parent): void {
    const last = this.items.at(-1);
    if (last?.texts && last.parent === parent && (last.content as IopubContents['stream']).name === name) {
      last.texts.push(text);
      return;
    }
    this.add({ type: 'stream', content: { name, text: '' }, parent, texts: [text] });
  }

  event<T extends IopubType>(type: T, content: IopubContents[T], parent: Parent, attached?: Attached): void {
    const last = this.items.at(-1);
    if (type === 'update_display_data' && last?.type === type && last.parent === parent) {
      const id = (content as IopubContents['update_display_data']).transient.display_id;
      if (
        id !== undefined &&
        id === (last.content as IopubContents['update_display_data']).transient.display_id
      ) {
        last.content = content;
        return;
      }
    }
    this.add({ type, content, parent, attached });
  }

  /** Sends everything now: before a reply, an input request, an idle. */
  flush(all = true): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.beforeFlush?.(all);
    const now = performance.now();
    this.allowance = Math.min(TEXT_BURST, this.allowance + ((now - this.lastFlush) / 1000) * TEXT_RATE);
    this.lastFlush = now;
    const items = this.items;
    this.items = [];
    for (const { type, content, parent, texts, attached } of items) {
      if (!texts) {
        this.publish(type, content, parent, attached);
        continue;
      }
      const text = texts.join('');
      this.allowance -= text.length;
      this.publish('stream', { ...(content as IopubContents['stream']), text }, parent);
    }
    if (this.allowance < 0) this.throttle((-this.allowance / TEXT_RATE) * 1000);
  }

  private add(item: Item): void {
    this.items.push(item);
    this.schedule();
  }

  /** Makes sure that a flush comes soon. */
  schedule(): void {
    if (this.timer) return;
    const wait = this.lastFlush + FLUSH_INTERVAL_MS - performance.now();
    this.timer = setTimeout(() => this.flush(false), Math.max(0, wait));
  }
}
