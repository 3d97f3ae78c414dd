/** Figures as SVG text, as `hillock/plot`; `hillock/plot/png` turns them into PNG in Node. */
export * from "./colours.ts";
export { rateSteps, spectraFigure, thresholdsFigure, type NamedSpan, type TimeSeries } from "./common.ts";
export { figure } from "./figure.ts";
export * from "./types.ts";
