import fc from "fast-check";
import { expect, test } from "vitest";
import { HillockError } from "../../src/errors.ts";
import { MemoryFiles } from "../../src/storage/memory-files.ts";
import { STUDIES } from "../../src/studies/index.ts";
import { chosenSettings, settingsOf } from "../../src/studies/schema.ts";
import type { LongStudy, StudyContext } from "../../src/studies/study.ts";
import { fuzzed, PATIENCE } from "./runs.ts";

/** Columns, of which one takes a second to compile where others take hundredths, come once where others come four times. */
const studies = [...STUDIES.values()]
  .filter((study): study is LongStudy => "run" in study)
  .flatMap((study) => (study.name.startsWith("column") ? [study] : [study, study, study, study]));
/** Of a run that was stopped before its first step. */
const STOPPED = new Error("stopped");

/** Runs a study that is stopped before its first step: what it throws is what its first part refuses. */
async function begun(study: LongStudy, settings: Record<string, unknown>): Promise<unknown> {
  const context: StudyContext = {
    seed: 1,
    files: new Map(),
    engine: "reference",
    adapter: "",
    out: new MemoryFiles(),
    folder: async () => new MemoryFiles(),
    keep: (_, compute) => compute(),
    say: () => undefined,
    announce: async () => undefined,
    progress: () => undefined,
    signal: AbortSignal.abort(STOPPED),
    resume: false,
    force: false,
  };
  return study.run(settings, context).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Small networks, but for what is changed. */
const SMALL: Readonly<Record<string, readonly [string, string][]>> = {
  "column": [["mesh.x", "2"], ["mesh.y", "2"]],
  "column-convergence": [["mesh.x", "2"], ["mesh.y", "2"]],
  "train": [["N", "20"], ["itmax", "60"], ["itstim", "10"], ["nloop", "3"], ["nloop_train", "1"]],
  "watanabe-pipeline": [["cells.motorNeurons", "6"], ["cells.descending", "5"], ["cells.independent", "6"]],
}; // prettier-ignore

const words = fc.constantFrom("0", "1", "2", "3", "7", "0.1", "0.3", "0.25", "0.0001", "-1", "20", "100", "1e3", "1e9", "1e300", "1e-300", "2147483648", "1,2,3", "true"); // prettier-ignore

test(
  "what its first part would refuse a study refuses before it",
  async () => {
    let began = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.tuple(fc.nat(), words), { minLength: 1, maxLength: 2 }), async (k, all) => {
        const study = studies[k % studies.length] as LongStudy;
        const known = [...settingsOf(study.settings).values()];
        const wordsOf = ([at, text]: readonly [number, string]): [string, string] => {
          const { path, wanted } = known[at % known.length] as (typeof known)[number];
          const named = /^[a-z].*, .* or .*$/i.test(wanted) ? wanted.split(/, | or /) : undefined;
          return [path, named?.[at % named.length] ?? text];
        };
        let settings;
        try {
          settings = chosenSettings(study.name, study.settings, [...(SMALL[study.name] ?? []), ...all.map(wordsOf)]);
          await study.check(settings, { seed: 1, files: new Map() });
        } catch (error) {
          if (!(error instanceof HillockError)) throw error;
          return;
        }
        const thrown = await begun(study, settings);
        if (thrown !== STOPPED) throw new Error(`${study.name} ${all.map(wordsOf).join(" ")}`, { cause: thrown });
        began++;
      }),
      fuzzed(10),
    ); // prettier-ignore
    expect(began).toBeGreaterThan(0);
  },
  PATIENCE,
);
