// The two targets of comms that belong to widgets: there from the start, while widgets are loaded when there are any.
import { targets } from '../comms.js';
import { models } from './models.js';

/** Takes comms for widgets from now on. */
export function takeWidgetComms(): void {
  targets.set('jupyter.widget.control', (comm) => {
    comm.on_msg(async ({ content }) => {
      if (content.data.method !== 'request_states') return;
      const none = { states: {}, buffer_paths: [], buffers: [] as Uint8Array[] };
      const all = models.size === 0 ? none : (await import('./model.js')).allStates();
      const { states, buffer_paths, buffers } = all;
      comm.send({ method: 'update_states', states, buffer_paths }, {}, buffers);
    });
  });
  targets.set('jupyter.widget', async (comm, message) => {
    const { openedByPage } = await import('./index.js');
    openedByPage(comm, message.content.data);
  });
}
