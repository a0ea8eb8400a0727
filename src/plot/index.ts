// Charts: helpers with matplotlib's vocabulary that return Plotly figures.

export { Axes, type PlotArguments } from './axes.js';
export { type CircuitFigureOptions, circuit } from './circuit.js';
export type { Colormap } from './colors.js';
export type { AnnotateOptions, LegendPlace, RuleOptions, StyleOptions } from './coordinates.js';
export type {
  DiagramArrow,
  DiagramBox,
  DiagramOptions,
  NetworkOptions,
  VolumeBox,
  VolumesOptions,
} from './diagram.js';
export type { ContourOptions, HeatmapOptions, RegionsOptions, SurfaceOptions } from './fields.js';
export { Figure, type FigureJSON, type FigureOptions, type SubplotsOptions } from './figure.js';
export { embedLibrary } from './html.js';
export type { ImageGridOptions, ThumbnailOptions } from './images.js';
export {
  bar,
  contour,
  contourf,
  diagram,
  errorbar,
  figure,
  heatmap,
  hist,
  imageGrid,
  imshow,
  line,
  network,
  plot,
  regions,
  scatter,
  show,
  subplots,
  surface,
  thumbnails,
  volumes,
} from './pyplot.js';
export type {
  BarOptions,
  ErrorbarOptions,
  HistOptions,
  LineOptions,
  ScatterOptions,
  Trace,
} from './series.js';
export type { Labels, Values } from './values.js';
