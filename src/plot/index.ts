// Charts: matplotlib.pyplot's functions, on Plotly's figures.

export { Animation, type AnimationOptions, animation, FuncAnimation } from './animation.js';
export type { AnnotateOptions, RuleOptions, SpanOptions } from './annotations.js';
export {
  Artist,
  AxesImage,
  BarContainer,
  Colorbar,
  ContourSet,
  Line2D,
  PathCollection,
  Rectangle,
  Rule,
  type Several,
  Text,
} from './artists.js';
export { Axes } from './axes.js';
export { Axes3D } from './axes3d.js';
export type { BarOptions, HistOptions } from './bars.js';
export { type CircuitFigureOptions, circuit } from './circuit.js';
export { type Colormap, cm, getCmap, getCmap as get_cmap } from './colors.js';
export type { StyleOptions } from './coordinates.js';
export { withFigures } from './current.js';
export type {
  DiagramArrow,
  DiagramBox,
  DiagramOptions,
  NetworkOptions,
  VolumeBox,
  VolumesOptions,
} from './diagram.js';
export * from './drawing.js';
export type { ContourOptions, HeatmapOptions, RegionsOptions, SurfaceOptions } from './fields.js';
export { Figure, type FigureJSON, type Subplots } from './figure.js';
export { type GridSpecOptions, SubplotSpec } from './gridspec.js';
export { embedLibrary } from './html.js';
export type { ImageGridOptions, ThumbnailOptions } from './images.js';
export type { LegendOptions, LegendPlace } from './legend.js';
export type { PlotArguments } from './line-axes.js';
export { diagram, imageGrid, network, surface, thumbnails, volumes } from './pictures.js';
export { PolarAxes } from './polar.js';
export * from './pyplot.js';
export { type RcParams, rc, rcdefaults, rcParams, style } from './rc.js';
export type { ErrorbarOptions, LineOptions, ScatterOptions, Trace } from './series.js';
export type { FigureOptions, SubplotOptions, SubplotsOptions } from './sheet.js';
export type {
  BoxOptions,
  HexbinOptions,
  Hist2dOptions,
  MeshOptions,
  PieOptions,
  QuiverOptions,
  ViolinOptions,
} from './stat-axes.js';
export {
  AutoLocator,
  AutoMinorLocator,
  dates,
  EngFormatter,
  FixedFormatter,
  FixedLocator,
  FormatStrFormatter,
  type Formatter,
  FuncFormatter,
  LinearLocator,
  type Locator,
  LogLocator,
  MaxNLocator,
  MultipleLocator,
  NullFormatter,
  NullLocator,
  PercentFormatter,
  ScalarFormatter,
  StrMethodFormatter,
} from './ticks.js';
export type { Labels, Values } from './values.js';
