import { brunel } from "./brunel/study.ts";
import { columnConvergence } from "./column-convergence/study.ts";
import { column } from "./column/study.ts";
import { extract } from "./extraction/study.ts";
import { microcircuit } from "./microcircuit/study.ts";
import type { Study } from "./study.ts";
import { train } from "./training/study.ts";
import { trapezoid } from "./trapezoid/study.ts";
import { watanabePipeline } from "./watanabe-pipeline/study.ts";
import { watanabe } from "./watanabe/study.ts";

/** The studies by name. These are descriptions: what a study runs is loaded when it runs. */
export const STUDIES: ReadonlyMap<string, Study> = new Map(
  [watanabe, trapezoid, extract, watanabePipeline, column, columnConvergence, train, brunel, microcircuit].map(
    (study) => [study.name, study as Study],
  ),
);
