import { join } from "node:path";
import type { EngineKind } from "../host/engine.ts";
import { openFolder } from "../storage/node-folder.ts";
import type { Files } from "../storage/files.ts";
import type { StudyFacts } from "../studies/parts.ts";
import type { Given, Result, Study, StudyContext } from "../studies/study.ts";

/** Something to run into a folder. */
export interface Job extends Given {
  readonly name: string;
  readonly run: (context: StudyContext) => Promise<Result>;
  /** What a study of many runs is resumed by; one run checks its own folder. */
  readonly facts?: Pick<StudyFacts, "study" | "settings">;
  readonly continues?: boolean;
  /** Of the reference engine, that it can use. */
  readonly mostThreads?: number | undefined;
  /** Of its largest figure, mm. */
  readonly page?: Study["page"] | undefined;
  /** The same with half the time step, or another seed; undefined where there is no time step to halve. */
  readonly vary: (change: Change) => Promise<Job | undefined>;
}

export type Change = { readonly halfDt: true } | { readonly seed: number };

/** Where a job is computed, and by what. */
export interface Place {
  readonly out: string;
  readonly kind: EngineKind;
  readonly device: GPUDevice | undefined;
  /** "" without one. */
  readonly adapter: string;
}

export async function folderBelow(out: string, below: string): Promise<Files> {
  const files = await openFolder(join(out, below));
  await files.prepare();
  return files;
}
