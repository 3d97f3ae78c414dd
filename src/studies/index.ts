import * as all from "./all.ts";
import type { Study } from "./study.ts";

/** The studies by name. These are descriptions: what a study runs is loaded when it runs. */
export const STUDIES: ReadonlyMap<string, Study> = new Map(
  Object.values(all).map((study) => [study.name, study as Study]),
);
