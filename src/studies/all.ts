// Every study, one line each: adding one is its folder and its line here.
export { brunel } from "./brunel/study.ts";
export { column } from "./column/study.ts";
export { columnConvergence } from "./column-convergence/study.ts";
export { extract } from "./extraction/study.ts";
export { microcircuit } from "./microcircuit/study.ts";
export { train } from "./training/study.ts";
export { trapezoid } from "./trapezoid/study.ts";
export { watanabe } from "./watanabe/study.ts";
export { watanabePipeline } from "./watanabe-pipeline/study.ts";
