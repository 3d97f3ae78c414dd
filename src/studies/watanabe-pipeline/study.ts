import type { Study, StudyContext } from "../study.ts";
import { DEFAULTS, planOf, PRESETS, type PipelineSettings, type Step } from "./settings.ts";
import { analysisFigures } from "./step6.ts";
import { baselineForce, searchOffset } from "./steps12.ts";
import { forceOfRun, loadAndSummarise, threePhases } from "./steps345.ts";

/** The published Watanabe study from end to end, in its six steps. Each step reads what earlier ones left in the folder,
 * under the published names (JSON and HDF5 in place of pickles), so it may be run alone. */
export const watanabePipeline: Study<PipelineSettings> = {
  name: "watanabe-pipeline",
  title: "constant drive's force, search for the matching oscillating drive, three phases, force, coherence",
  defaults: DEFAULTS,
  presets: PRESETS,
  defaultSeed: 42,
  run,
};

const STEPS: readonly (readonly [Step, (s: PipelineSettings, context: StudyContext) => Promise<string>])[] = [
  ["01", baselineForce],
  ["02", searchOffset],
  ["03", threePhases],
  ["04", loadAndSummarise],
  ["05", forceOfRun],
  ["06", analysisFigures],
];

async function run(s: PipelineSettings, context: StudyContext): Promise<string> {
  const { steps } = planOf(s);
  const texts: string[] = [];
  for (const [step, work] of STEPS) {
    if (!steps.has(step)) continue;
    context.signal?.throwIfAborted();
    const text = await work(s, context);
    texts.push(text);
  }
  return texts.join("\n\n");
}
