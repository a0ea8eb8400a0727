// The widgets of a notebook that was run, as its metadata keeps them: front ends and nbconvert show them without a
// kernel. Gathered from the comm messages of the run.
import type { Json, Message } from '../protocol/messages.js';

const STATE = 'application/vnd.jupyter.widget-state+json';

interface Model {
  state: Json;
  /** Binary values by their paths. */
  buffers: Map<string, { encoding: 'base64'; path: unknown[]; data: string }>;
}

interface WidgetData {
  method?: string;
  state?: Json;
  buffer_paths?: unknown[][];
}

export class WidgetState {
  private readonly models = new Map<string, Model>();

  /** Takes an iopub message. */
  add({ header, content, buffers }: Message): void {
    const id = String(content.comm_id);
    if (header.msg_type === 'comm_close') this.models.delete(id);
    const opens = header.msg_type === 'comm_open' && content.target_name === 'jupyter.widget';
    if (opens) this.models.set(id, { state: {}, buffers: new Map() });
    const model = this.models.get(id);
    const { method, state = {}, buffer_paths = [] } = (content.data ?? {}) as WidgetData;
    if (!model || !(opens || (header.msg_type === 'comm_msg' && method === 'update'))) return;
    Object.assign(model.state, state);
    buffer_paths.forEach((path, i) => {
      const data = buffers[i]?.toString('base64') ?? '';
      model.buffers.set(JSON.stringify(path), { encoding: 'base64', path, data });
    });
  }

  /** The `widgets` field of a notebook's metadata; undefined without widgets. */
  get metadata(): Json | undefined {
    if (this.models.size === 0) return undefined;
    const state = [...this.models].map(([id, { state: whole, buffers }]) => {
      // What is typed into a box that hides it does not belong into a file.
      const state = whole._model_name === 'PasswordModel' ? { ...whole, value: '' } : whole;
      return [
        id,
        {
          model_name: state._model_name,
          model_module: state._model_module,
          model_module_version: state._model_module_version,
          state,
          ...(buffers.size > 0 ? { buffers: [...buffers.values()] } : {}),
        },
      ];
    });
    return { [STATE]: { version_major: 2, version_minor: 0, state: Object.fromEntries(state) } };
  }
}
