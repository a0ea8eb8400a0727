// What a cell puts out, on a terminal or into a pipe: text as it is, results after their prompt, errors, outputs that
// change in one place (progress bars), and charts and pictures as files whose path is printed.
import { stripVTControlCharacters } from 'node:util';
import type { ErrorContent, IopubContents, IopubType, MimeBundle } from '../protocol/messages.js';
import type { SavedFigures } from './figures.js';
import { width } from './width.js';

export interface ShowOptions {
  /** Results have a prompt, `Out[1]: `. */
  prompts: boolean;
  /** Whether the last expression of a cell is shown; a script's is not. */
  results: boolean;
  color: boolean;
  /** Text that changes is written over in its place. */
  overwrite: boolean;
  columns(): number;
  write(text: string, stream: 'stdout' | 'stderr'): void;
}

type Shown = Pick<IopubContents['display_data'], 'data'> & { transient?: { display_id?: string } };

/** No more rows than this are kept in their place: what has left the screen at its top cannot be written over. */
const LIVE_ROWS = 12;

export class Show {
  /** Whether any error was shown. */
  failed = false;
  private atLineStart = true;
  /** The outputs that updates may still change: with `overwrite` what stands last on the screen. */
  private live: { id: string; text: string }[] = [];
  private clearNext = false;

  constructor(
    private readonly figures: SavedFigures,
    readonly options: ShowOptions,
  ) {}

  publish<T extends IopubType>(type: T, content: IopubContents[T]): void {
    switch (type) {
      case 'stream': {
        const { name, text } = content as IopubContents['stream'];
        this.clearIfDue();
        return this.write(text, name);
      }
      case 'display_data':
        this.clearIfDue();
        return this.display(content as Shown);
      case 'update_display_data':
        return this.update(content as Shown);
      case 'execute_result':
        this.clearIfDue();
        return this.result(content as IopubContents['execute_result']);
      case 'error':
        this.clearIfDue();
        return this.error(content as ErrorContent);
      case 'clear_output':
        if ((content as { wait: boolean }).wait) this.clearNext = true;
        else this.clear();
        return;
      default:
        return;
    }
  }

  /** The cell is over: what follows begins on a line of its own, and charts are on the disk. */
  async endCell(): Promise<void> {
    this.settle();
    if (!this.atLineStart) this.write('\n', 'stdout');
    const problem = await this.figures.save();
    if (problem) this.line(problem, 'stderr');
  }

  /** A line of the program's own. */
  line(text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    this.settle();
    if (!this.atLineStart) this.write('\n', 'stdout');
    this.write(`${this.colored(text)}\n`, stream);
  }

  private write(text: string, stream: 'stdout' | 'stderr'): void {
    if (text === '') return;
    this.settle();
    this.options.write(text, stream);
    this.atLineStart = text.endsWith('\n');
  }

  private colored(text: string): string {
    return this.options.color ? text : stripVTControlCharacters(text);
  }

  private result({ data, execution_count }: IopubContents['execute_result']): void {
    const file = this.figures.add(data);
    if (!this.options.results && file === undefined) return;
    const text = textOf(data);
    const prompt = this.options.prompts ? `\x1b[31mOut[\x1b[1m${execution_count}\x1b[22m]: \x1b[0m` : '';
    if (text !== '') this.line(`${prompt}${prompt && text.includes('\n') ? '\n' : ''}${text}`);
    if (file !== undefined) this.line(file);
  }

  private display({ data, transient }: Shown): void {
    const id = transient?.display_id;
    const file = this.figures.add(data, id);
    const text = this.withFile(data, file);
    if (text === '') return;
    if (id === undefined) return this.line(text);
    if (this.rowsOf(`${this.liveText}\n${text}`) > LIVE_ROWS) this.settle();
    if (!this.atLineStart) this.write('\n', 'stdout');
    const begin = this.live.length > 0 ? '\n' : '';
    this.live.push({ id, text });
    if (this.options.overwrite) this.options.write(begin + text, 'stdout');
  }

  /** What a bundle says as text; where its chart or picture is saved stands below. */
  private withFile(data: MimeBundle, file: string | undefined): string {
    return this.colored([textOf(data), file].filter(Boolean).join('\n'));
  }

  private update(shown: Shown): void {
    const id = shown.transient?.display_id;
    const file = id === undefined ? undefined : this.figures.update(shown.data, id);
    const old = this.live.find((each) => each.id === id);
    // The file whose path is on the screen changes; else this is as good as new.
    if (old === undefined) return file === undefined ? this.display(shown) : undefined;
    const erasing = this.erasing(this.liveText);
    old.text = this.withFile(shown.data, file ?? this.figures.add(shown.data, id));
    if (this.options.overwrite) this.options.write(erasing + this.liveText, 'stdout');
  }

  private get liveText(): string {
    return this.live.map(({ text }) => text).join('\n');
  }

  /** What changed in its place stays as it is from now on. */
  private settle(): void {
    if (this.live.length === 0) return;
    const text = this.liveText;
    this.live = [];
    this.options.write(this.options.overwrite ? '\n' : `${text}\n`, 'stdout');
    this.atLineStart = true;
  }

  /** Goes back to the beginning of a text that stands last on the screen, and clears it. */
  private erasing(text: string): string {
    const rows = this.rowsOf(text);
    return `\r${rows > 1 ? `\x1b[${rows - 1}A` : ''}\x1b[J`;
  }

  private rowsOf(text: string): number {
    const columns = this.options.columns();
    return text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / columns)), 0);
  }

  private error({ ename, evalue, traceback }: ErrorContent): void {
    this.failed = true;
    this.line(traceback.length > 0 ? traceback.join('\n') : `${ename}: ${evalue}`, 'stderr');
  }

  private clearIfDue(): void {
    if (this.clearNext) this.clear();
  }

  /** A terminal keeps what has scrolled by: only the last output, or line, can go. */
  private clear(): void {
    this.clearNext = false;
    if (!this.options.overwrite) return;
    if (this.live.length > 0) this.options.write(this.erasing(this.liveText), 'stdout');
    else if (!this.atLineStart) this.options.write('\r\x1b[2K', 'stdout');
    this.live = [];
    this.atLineStart = true;
  }
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

/** The text of a value; HTML that has no other text loses its tags. */
function textOf(data: MimeBundle): string {
  const plain = data['text/plain'] ?? data['text/markdown'] ?? data['text/latex'];
  const html = data['text/html'];
  if (typeof plain === 'string' && plain !== html) return plain;
  if (typeof html === 'string') return withoutTags(html);
  const json = Object.keys(data).find((type) => /[/+]json$/.test(type));
  return json === undefined ? '' : JSON.stringify(data[json], null, 2);
}

function withoutTags(html: string): string {
  return html
    .replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/<br\s*\/?>|<\/(?:p|div|tr|h\d|li|pre|table|ul|ol)>/gi, '\n')
    .replace(/<\/t[dh]>\s*(?=<t)/gi, '\t')
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name) => ENTITIES[name])
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
