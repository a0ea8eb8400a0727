// What a front end keeps of a cell: iopub messages gathered into nbformat 4 outputs, with streams joined,
// clear_output obeyed and updated displays replaced.
import type { Json, Message, MimeBundle } from './messages.js';

export type NotebookOutput =
  | { output_type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { output_type: 'display_data'; data: MimeBundle; metadata: Json }
  | { output_type: 'execute_result'; data: MimeBundle; metadata: Json; execution_count: number }
  | { output_type: 'error'; ename: string; evalue: string; traceback: string[] };

export class OutputCollector {
  /** @param outputs what there is already */
  constructor(readonly outputs: NotebookOutput[] = []) {}

  private clearNext = false;
  private readonly displays = new Map<string, NotebookOutput[]>();

  /** Takes an iopub message of the cell; returns whether the outputs changed. */
  add({ header, content }: Message): boolean {
    switch (header.msg_type) {
      case 'stream':
        return this.addText(content.name as 'stdout' | 'stderr', String(content.text));
      case 'execute_result':
      case 'display_data':
        this.beforeOutput();
        this.addDisplay(header.msg_type, content);
        return true;
      case 'update_display_data':
        return this.update(content);
      case 'error': {
        this.beforeOutput();
        const { ename, evalue, traceback } = content as {
          ename: string;
          evalue: string;
          traceback: string[];
        };
        this.outputs.push({ output_type: 'error', ename, evalue, traceback });
        return true;
      }
      case 'clear_output':
        if (content.wait) this.clearNext = true;
        else this.outputs.length = 0;
        return content.wait !== true;
      default:
        return false;
    }
  }

  /** Replaces the outputs of a display; also for displays of earlier cells, by their own collectors. */
  update(content: Json): boolean {
    const id = displayId(content);
    const shown = id === undefined ? undefined : this.displays.get(id);
    for (const output of shown ?? [])
      Object.assign(output, { data: content.data, metadata: content.metadata });
    return shown !== undefined;
  }

  private beforeOutput(): void {
    if (this.clearNext) this.outputs.length = 0;
    this.clearNext = false;
  }

  private addText(name: 'stdout' | 'stderr', text: string): boolean {
    const cleared = this.clearNext;
    this.beforeOutput();
    if (text === '') return cleared;
    const last = this.outputs.at(-1);
    if (last?.output_type === 'stream' && last.name === name) last.text += text;
    else this.outputs.push({ output_type: 'stream', name, text });
    return true;
  }

  private addDisplay(type: 'execute_result' | 'display_data', content: Json): void {
    const data = content.data as MimeBundle;
    const metadata = content.metadata as Json;
    const output: NotebookOutput =
      type === 'display_data'
        ? { output_type: type, data, metadata }
        : { output_type: type, data, metadata, execution_count: Number(content.execution_count) };
    this.outputs.push(output);
    const id = displayId(content);
    if (id !== undefined) this.displays.set(id, [...(this.displays.get(id) ?? []), output]);
  }
}

function displayId(content: Json): string | undefined {
  return (content.transient as { display_id?: string } | undefined)?.display_id;
}
