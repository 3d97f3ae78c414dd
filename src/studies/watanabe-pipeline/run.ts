import type { Result, StudyContext } from "../study.ts";
import { analysisFigures } from "./step6.ts";
import { baselineForce, searchOffset } from "./steps12.ts";
import { forceOfRun, loadAndSummarise, threePhases } from "./steps345.ts";
import type { Values } from "../values.ts";
import type { PipelineSettings, Step } from "./settings.ts";
import type { StepResult } from "./plan.ts";

const STEPS: readonly (readonly [Step, (s: PipelineSettings, context: StudyContext) => Promise<StepResult>])[] = [
  ["01", baselineForce],
  ["02", searchOffset],
  ["03", threePhases],
  ["04", loadAndSummarise],
  ["05", forceOfRun],
  ["06", analysisFigures],
];

export async function runPipeline(s: PipelineSettings, context: StudyContext): Promise<Result> {
  const done: StepResult[] = [];
  for (const [step, work] of STEPS) {
    if (s.step !== "all" && s.step !== step) continue;
    context.signal?.throwIfAborted();
    done.push(await work(s, context));
  }
  const figures = done.flatMap((one) => one.figures ?? []);
  const values = Object.assign({}, ...done.map((one) => one.values)) as Values;
  return { text: done.map(({ text }) => text).join("\n\n"), values, figures: () => figures };
}
