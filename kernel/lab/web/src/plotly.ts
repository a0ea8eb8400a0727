// Charts: the renderer of `application/vnd.plotly.v1+json`. It is plain data, so a chart is live whether the notebook
// is trusted or not; plotly.js itself is loaded with the first one. Charts follow the page's light or dark theme.

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import type { PlotlyHTMLElement } from 'plotly.js';
import { darkened, type Figure } from './dark.js';

type Plotly = typeof import('plotly.js');

const MIME = 'application/vnd.plotly.v1+json';

let library: Promise<Plotly> | undefined;
const plotly = (): Promise<Plotly> => {
  library ??= import('plotly.js-dist-min').then((module) => module.default);
  return library;
};

const isDark = (): boolean => document.body.dataset.jpThemeLight === 'false';

class Chart extends Widget implements IRenderMime.IRenderer {
  private figure: Figure | undefined;
  private plotly: Plotly | undefined;
  private readonly theme = new MutationObserver(() => void this.draw());

  constructor() {
    super();
    this.addClass('gradlab-plotly');
    this.theme.observe(document.body, { attributeFilter: ['data-jp-theme-light'] });
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const given = model.data[MIME] as unknown as Partial<Figure>;
    this.figure = { data: [], layout: {}, ...given } as Figure;
    // The place is kept while the library loads, so that the page does not jump.
    this.node.style.minHeight = `${this.figure.layout.height ?? 450}px`;
    await this.draw();
  }

  private async draw(): Promise<void> {
    const { figure } = this;
    if (!figure) return;
    this.plotly ??= await plotly();
    if (this.isDisposed || figure !== this.figure) return;
    // Plotly writes into what it gets; the notebook's own data stays as it is.
    const { data, layout, config, frames } = structuredClone(isDark() ? darkened(figure) : figure);
    const room = this.node.clientWidth;
    if (room && layout.width && layout.width > room) layout.width = room;
    await this.plotly.react(this.node, data as never, layout, {
      responsive: true,
      displaylogo: false,
      ...config,
    });
    if (frames?.length)
      await this.plotly.addFrames(this.node as unknown as PlotlyHTMLElement, frames as never);
    this.node.style.minHeight = '';
  }

  private adapt(): void {
    const { figure, plotly } = this;
    if (!figure || !plotly || !this.isVisible || !this.node.querySelector('.main-svg')) return;
    const width = figure.layout.width;
    if (width === undefined) void plotly.Plots.resize(this.node as never);
    else void plotly.relayout(this.node, { width: Math.min(width, this.node.clientWidth || width) });
  }

  protected override onResize(message: Widget.ResizeMessage): void {
    super.onResize(message);
    this.adapt();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.adapt();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.theme.disconnect();
    this.plotly?.purge(this.node);
    super.dispose();
  }
}

const extension: IRenderMime.IExtension = {
  id: 'gradlab:plotly',
  description: 'Shows charts.',
  // Before text/html, which the same output carries for pages without this renderer.
  rendererFactory: { safe: true, mimeTypes: [MIME], createRenderer: () => new Chart() },
  rank: 0,
  dataType: 'json',
  fileTypes: [
    { name: 'plotly', displayName: 'Plotly', mimeTypes: [MIME], extensions: ['.plotly', '.plotly.json'] },
  ],
  documentWidgetFactoryOptions: {
    name: 'Plotly',
    primaryFileType: 'plotly',
    fileTypes: ['plotly', 'json'],
    defaultFor: ['plotly'],
  },
};

export default { default: extension };
