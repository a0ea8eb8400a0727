// The lab page: JupyterLab with its extensions, our renderer and our launcher.

import { extensions, leftOut, renderers } from 'extensions:lab';
import { JupyterLab } from '@jupyterlab/application';
import anywidget from './anywidget.js';
import gradlab from './gradlab.js';
import plotly from './plotly.js';
import { begin, Plugins, services } from './start.js';

begin(async () => {
  const plugins = new Plugins(leftOut);
  for (const renderer of [...renderers, plotly]) plugins.addRenderer(renderer);
  for (const extension of [...Object.values(extensions), gradlab, anywidget]) plugins.add(extension);
  const lab = new JupyterLab({
    ...(await services(plugins)),
    mimeExtensions: plugins.output as never,
    disabled: { matches: plugins.off, patterns: [] },
    deferred: { matches: [], patterns: [] },
    availablePlugins: plugins.all as never,
  });
  await lab.start({ hostID: '', bubblingKeydown: true });
});
