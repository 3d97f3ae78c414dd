/** Figures as SVG text, as `hillock/plot`; `hillock/plot/png` turns them into PNG in Node. */
export * from "./colours.ts";
export * from "./extraction.ts";
export { figure } from "./figure.ts";
export * from "./trapezoid.ts";
export * from "./types.ts";
export * from "./watanabe.ts";
