import type { Settings } from "../experiment.ts";
import type { Study, StudyContext } from "../study.ts";
import {
  parseTargets,
  parseTrainingOption,
  parseTrainingOptions,
  runTraining,
  trainingOptions,
  TRAINING_PRESETS,
} from "./training.ts";

/** `hillock run train`: settings are those of the options, lists as text separated by commas, "" where an option is left out. */
export const train: Study = {
  name: "train",
  title: "Training of LIF and QIF networks by recursive least squares: one network, or the notebook's ensemble",
  defaults: settingsOf(parseTrainingOptions({})),
  presets: {
    quick: {},
    notebook: settingsOf(TRAINING_PRESETS.notebook as Readonly<Record<string, unknown>>),
  },
  files: { targets: "CSV with a row per step and a column per neuron, instead of drawn targets" },
  defaultSeed: 0,
  run,
};

/** Options as settings: plain values. */
function settingsOf(options: Readonly<Record<string, unknown>>): Settings {
  return Object.fromEntries(
    Object.keys(trainingOptions.shape)
      .filter((name) => name in options || ["stimulusMs", "learnFrom", "learnFromMs"].includes(name))
      .map((name): [string, string | number | boolean] => {
        const value = options[name];
        return [name, typeof value === "number" || typeof value === "boolean" ? value : String(value ?? "")];
      }),
  );
}

async function run(settings: Settings, context: StudyContext): Promise<string> {
  const given = Object.entries(settings).filter(([, value]) => value !== "");
  const values = Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === "string" ? parseTrainingOption(name, value) : value]),
  );
  // --seed moves all replicas: seeds are counted from it
  const parsed = parseTrainingOptions(values);
  const options = { ...parsed, seeds: parsed.seeds.map((seed) => seed + context.seed) };
  const targets = context.files["targets"];
  let part = "";
  const summary = await runTraining(
    options,
    {
      engine: context.engine,
      device: context.device,
      folder: (...path) => (path.length === 0 ? Promise.resolve(context.out) : context.folder(path.join("/"))),
      resume: !context.force, // the same settings go on where they were left
      force: context.force,
      signal: context.signal,
      draw: context.draw,
      ...(targets !== undefined && { targets: parseTargets("targets", targets, options.itmax, options.N) }),
    },
    {
      note: context.say,
      loop: ({ done, total, wave, loop, error }) => {
        part = `wave ${wave + 1}, loop ${loop}: mean squared error ${error.toFixed(4)}`;
        context.progress(part, done / total);
      },
    },
  );
  return summary.text;
}
