// The pages of Jupyter Notebook: the list of files, a notebook, a text file, a console. Each starts its own part.

import { extensions, leftOut, pages, renderers, widgets } from 'extensions:notebook';
import { NotebookApp } from '@jupyter-notebook/application';
import { PageConfig } from '@jupyterlab/coreutils';
import anywidget from './anywidget.js';
import plotly from './plotly.js';
import { begin, Plugins, services } from './start.js';

begin(async () => {
  const page = `/${PageConfig.getOption('notebookPage')}`;
  const plugins = new Plugins(leftOut);
  for (const renderer of [...renderers, plotly]) plugins.addRenderer(renderer);
  for (const part of [pages['/'], pages[page] ?? {}, { [widgets]: true as const }]) {
    for (const [name, wanted] of Object.entries(part)) plugins.add(extensions[name], wanted);
  }
  plugins.add(anywidget);
  const app = new NotebookApp({
    ...(await services(plugins)),
    mimeExtensions: plugins.output as never,
    availablePlugins: plugins.all as never,
  } as never);
  await app.start();
});
