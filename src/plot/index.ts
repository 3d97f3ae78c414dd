/** Figures as SVG text, as `hillock/plot`; `hillock/plot/png` turns them into PNG in Node. */
export {
  blue,
  FORCE_COLOURS,
  heatColour,
  luminance,
  PALETTE,
  paletteBytes,
  PHASE_COLOURS,
  rainbow,
  red,
  seriesColour,
} from "./colours.ts";
export { rateSteps, spectraFigure, thresholdsFigure, type NamedSpan, type TimeSeries } from "./common.ts";
export { figure } from "./figure.ts";
export {
  type Axis,
  type Figure,
  type HeatSeries,
  type ImageSeries,
  type LineSeries,
  type Marker,
  type Panel,
  type RasterSeries,
  type RuleSeries,
  type ScatterSeries,
  type Series,
  type ShadedSpan,
  type StepSeries,
} from "./types.ts";
