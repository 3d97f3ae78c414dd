import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { hillock } from "../../../src/cli/command.ts";
import { STUDIES } from "../../../src/studies/index.ts";
import { settingsOf } from "../../../src/studies/schema.ts";

const ROOT = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hillock-commands-"));
beforeAll(() => {
  process.chdir(folder);
  writeFileSync("used.csv", "0.1\n0.2\n0.3\n");
  writeFileSync("hole.csv", "1,,3\n");
  writeFileSync("nothing.mjs", "export default 3;\n");
});
afterAll(() => {
  process.chdir(ROOT);
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => vi.restoreAllMocks());

/** Runs a command line in this process. */
async function run(line: string | readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const heard = { out: "", err: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((heard.out += String(text)), true));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((heard.err += String(text)), true));
  const code = await hillock(typeof line === "string" ? line.split(" ").filter(Boolean) : line);
  vi.restoreAllMocks();
  return { code, ...heard };
}

/** Command lines that are fine; --settings stops them before they run. What the printed settings hold. */
const GOOD: readonly (readonly [line: string, holds: RegExp])[] = [
  ["run watanabe", /drive\.constant +65 +Hz +rate of a descending source in phases 1 and 2 +a number of 0 or more/],
  ["run watanabe --duration 2", /\nduration +2 +s/],
  ["run --duration 2 watanabe", /\nduration +2 +s/],
  ["run watanabe --duration 2e-1 --seed 4294967295", /\nduration +0\.2 +s/],
  ["run watanabe --set drive.constant=40 --set record.every=.5", /drive\.constant +40 [\s\S]*record\.every +0\.5 /],
  ["run watanabe --set dt=0.1 --dt 0.05", /\ndt +0\.1 /],
  ["run watanabe --V0 -70", /\nV0 +-70 +mV/],
  ["run watanabe --chunk 0.5", /\nchunk +0\.5 +s/],
  ["run trapezoid", /plateau\.from +1\.5 +s/],
  ["run trapezoid --model Powers2017 --zero-cv", /\nmodel +Powers2017[\s\S]*\nzeroCv +true/],
  ["run trapezoid --set zeroCv=false", /\nzeroCv +false/],
  ["run extract --cells 3 --mode combined", /\ncells +3[\s\S]*\nmode +combined/],
  ["run extract --long-step 0", /\nlongStep +0 +s/],
  ["run watanabe-pipeline", /\nstep +all/],
  ["run watanabe-pipeline published --step 02", /\nstep +02[\s\S]*search\.network +published/],
  ["run watanabe-pipeline published --set search.network=same", /search\.network +same/],
  ["run watanabe-pipeline --duration 7", /\nduration +7 +s/],
  ["run column", /\npreset +evoked[\s\S]*\nduration +170 +ms/],
  ["run column gamma", /\npreset +gamma[\s\S]*smoothing\.window +0 +ms/],
  ["run column alpha --alpha-distal", /\nalphaDistal +true/],
  ["run column replay --as-intended --spikes used.csv", /\nasIntended +true/],
  [
    "run column erp --trials 20 --duration 0.2 --chunk 0.05",
    /\nduration +200 +ms[\s\S]*\ntrials +20[\s\S]*\nchunk +50 /,
  ],
  ["run column-convergence erp --seeds 2", /\nseeds +2/],
  ["run train", /\npqif +0\.5[\s\S]*\nrng +philox/],
  ["run train quick --N 50 --p 0.1", /\nN +50[\s\S]*\np +0\.1/],
  ["run train notebook --no-spectrum", /\nvrest +-8\.5,-12\.3,-17,-22[\s\S]*\nspectrum +false/],
  ["run train --vrest -10,-11 --seeds 3", /\nvrest +-10,-11[\s\S]*\nseeds +3/],
  ["run train --set stimulusMs=100", /\nstimulusMs +100 +ms/],
  ["run train --set stimulusMs=", /\nstimulusMs +ms/],
  ["run train --duration 5", /\nduration +5 +s/],
];

/** Command lines that are refused: the exit code, and what the message says. */
const BAD: readonly (readonly [line: string, code: number, message: RegExp])[] = [
  ["run watanab", 1, /study "watanab": does not exist\. Did you mean "watanabe"\?/],
  ["run constructor", 1, /study "constructor": does not exist/],
  ["run __proto__", 1, /study "__proto__": does not exist/],
  ["run toString", 1, /does not exist/],
  ["run column __proto__", 1, /column __proto__: is not a preset\. Known: evoked/],
  ["run column constructor", 1, /is not a preset/],
  ["run column erpp", 1, /Did you mean "erp"/],
  ["run watanabe huge", 1, /watanabe huge: is not a preset/],
  ["run watanabe a b", 2, /too many arguments/],
  ["run", 2, /Usage: hillock run/],
  ["run --cells 5 extract", 2, /unknown option '--cells'.*come after its name/],
  ["run watanabe --duratoin 1", 2, /Did you mean --duration/],
  ["run watanabe --thresholds used.csv", 2, /unknown option '--thresholds'/],
  ["run watanabe --cells 5", 2, /unknown option '--cells'/],
  ["run watanabe --engine cpu", 2, /auto, gpu, reference/],
  ["run watanabe --duration long", 1, /--duration long: is not a time above 0/],
  ["run watanabe --duration 0", 1, /is not a time above 0/],
  ["run watanabe --duration -1", 1, /is not a time above 0/],
  ["run watanabe --duration Infinity", 1, /is not a time above 0/],
  ["run watanabe --duration 0x10", 1, /is not a time above 0/],
  ["run watanabe --chunk 0", 1, /--chunk 0: is not a time above 0/],
  ["run extract --duration 1", 1, /extract --duration: does not apply/],
  ["run extract --chunk 1", 1, /extract --chunk: does not apply/],
  ["run extract --batch 2", 1, /does not apply to a study of many runs/],
  ["run watanabe --seed 1.5", 1, /--seed 1\.5: is not a whole number/],
  ["run watanabe --seed -1", 1, /is not a whole number/],
  ["run watanabe --seed 4294967296", 1, /is not a whole number from 0 to 4294967295/],
  ["run watanabe --seed abc", 1, /is not a whole number/],
  ["run watanabe --seed 0x10", 1, /is not a whole number/],
  ["run watanabe --set record.evry=1", 1, /watanabe record\.evry: names no setting\. Did you mean "record\.every"\?/],
  ["run watanabe --set record=1", 1, /names no setting/],
  ["run watanabe --set dt.x=1", 1, /names no setting/],
  ["run watanabe --set __proto__.x=1", 1, /names no setting/],
  ["run watanabe --set constructor=1", 1, /names no setting/],
  ["run watanabe --set dt", 1, /has no "="/],
  ["run watanabe --set =1", 1, /has no "="/],
  ["run watanabe --set dt=fast", 1, /watanabe dt: is "fast"\. Give a number above 0, at most 1 \(ms\)/],
  ["run watanabe --set dt=", 1, /watanabe dt: is empty/],
  ["run watanabe --set dt=0", 1, /watanabe dt: is "0"/],
  ["run watanabe --set dt=100", 1, /watanabe dt: is "100"/],
  ["run watanabe --set dt=NaN", 1, /watanabe dt: is "NaN"/],
  ["run watanabe --set dt=0.1,0.2", 1, /watanabe dt: is "0\.1,0\.2"/],
  ["run watanabe --set probability=1.5", 1, /probability: is "1\.5"\. Give a number from 0 to 1/],
  ["run watanabe --set probability=-0.1", 1, /probability: is "-0\.1"/],
  [
    "run watanabe --set cells.motorNeurons=20.5",
    1,
    /cells\.motorNeurons: is "20\.5"\. Give a whole number of 2 or more/,
  ],
  ["run watanabe --set cells.motorNeurons=1", 1, /cells\.motorNeurons: is "1"/],
  ["run watanabe --set weight.descending=-1", 1, /weight\.descending: is "-1"\. Give a number of 0 or more \(uS\)/],
  ["run watanabe --engine reference --set drive.constant=50000 --out refused", 1, /rate/],
  ["run watanabe --batch dt=0.1,0.2", 1, /changes more than rates/],
  ["run watanabe --batch aMM.x=1,2", 1, /names nothing in this network/],
  ["run watanabe --batch nonsense", 1, /is neither a number of copies nor path=v1,v2/],
  ["run watanabe --batch 0", 1, /is neither a number of copies/],
  ["run watanabe --batch 1.5", 1, /is neither a number of copies/],
  ["run watanabe --batch 1e9", 1, /asks for 1000000000 copies\. Give at most 100000/],
  ["run watanabe --batch seed=1,,2", 1, /is neither a number of copies/],
  ["run watanabe --batch seed=", 1, /is neither a number of copies/],
  ["run watanabe --batch drive.dc=56,x", 1, /is neither a number of copies/],
  ["run watanabe --out /proc/hillock", 1, /cannot be written/],
  ["run trapezoid --model NERlab", 1, /trapezoid model: is "NERlab"\. Give NERLab or Powers2017/],
  ["run trapezoid --set zeroCv=yes", 1, /zeroCv: is "yes"\. Give true or false/],
  ["run trapezoid --thresholds nowhere.csv", 1, /nowhere\.csv: cannot be read/],
  ["run extract --mode law", 1, /extract mode: is "law"\. Give fuglevand, deluca, konstantin or combined/],
  ["run watanabe-pipeline --step 07", 1, /step: is "07"\. Give all, 01/],
  ["run watanabe-pipeline --set search.to=0.5", 1, /from 1 to 0\.5 Hz/],
  [
    "run watanabe-pipeline --set search.objective=best",
    1,
    /search\.objective: is "best"\. Give absolute or own maximum/,
  ],
  ["run column --set duration=25", 1, /smoothing\.window: is 30 ms for a run of 25 ms/],
  ["run column --duration 0.025", 1, /smoothing\.window: is 30 ms for a run of 25 ms/],
  ["run column replay --duration 0.08", 1, /duration: is 80 ms, but what is replayed lasts 170 ms/],
  ["run column --trials 0", 1, /trials: is "0"/],
  ["run column --tables none", 1, /tables: is "none"/],
  ["run column --set probe.contacts=3", 1, /probe\.contacts: is "3"/],
  ["run column-convergence replay", 1, /is not a preset/],
  ["run column-convergence --preset replay", 1, /preset: is "replay"/],
  ["run column-convergence --seeds 1", 1, /seeds: is "1"/],
  ["run train --set rng=mersenne", 1, /rng: is "mersenne"\. Give philox or numpy/],
  ["run train --spikeRule foo", 2, /Did you mean --spike-rule/],
  ["run train --set spikeRule=foo", 1, /spikeRule: is "foo"/],
  ["run train --set seeds=-1", 1, /seeds: is "-1"/],
  ["run train --set pqif=7", 1, /pqif: is "7"/],
  ["run train --set pqif=0,,1", 1, /pqif: is "0,,1"/],
  ["run train --set N=1e6", 1, /train N: is "1e6"|train N: is "1000000"/],
  ["run train --set N=50000", 1, /learning needs about/],
  ["run train --set itstim=999", 1, /stimulus lasts 999 of 1000/],
  [
    "run train --engine reference --targets hole.csv --set itmax=2 --set itstim=0 --set N=3 --out holes",
    1,
    /has 1 rows/,
  ],
  ["run train --engine reference --targets nowhere.csv", 1, /cannot be read/],
  ["run missing.mjs", 1, /missing\.mjs: does not exist/],
  ["run nothing.mjs", 1, /exports no network/],
  ["run watanabe --engine reference --adapter llvmpipe", 1, /--adapter llvmpipe: is not used by --engine reference/],
  ["run nothing.mjs --set a=1", 1, /--set: works with the built-in studies/],
  ["run nothing.mjs more", 2, /takes no "more"/],
  ["simulate", 2, /unknown command/],
];

describe("command lines", () => {
  test.each(GOOD)("%s is understood", async (line, holds) => {
    const { code, out, err } = await run(`${line} --settings`);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(holds);
  });

  test.each(BAD)("%s exits with %i, a message and no stack", async (line, code, message) => {
    const result = await run(line);
    expect(result.err + result.out).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.err).not.toMatch(/\n\s+at /);
    expect(existsSync("out"), "a folder is made for what is refused").toBe(false);
  });

  test("a message echoes at most 200 characters of what was given", async () => {
    const long = "x".repeat(100_000);
    const words = [["run", long], ["run", "column", long], ["run", "watanabe", "--set", `${long}=1`], ["run", "watanabe", "--set", `dt=${long}`], ["run", "watanabe", "--batch", long], ["run", "watanabe", "--seed", long]]; // prettier-ignore
    for (const line of words) {
      const { code, err } = await run(line);
      expect(code).toBe(1);
      expect(err.length).toBeLessThan(1500);
    }
  });
});

describe("help comes from the settings", () => {
  test.each([...STUDIES.keys()])("%s: every setting has a meaning, a default and limits", async (name) => {
    const study = STUDIES.get(name)!;
    const defaults = study.settings.parse({});
    expect(defaults).toBeTypeOf("object");
    for (const { path, meaning, wanted } of settingsOf(study.settings).values()) {
      expect(meaning, path).not.toBe("");
      expect(wanted, path).not.toBe("");
    }
    for (const preset of study.presets?.values() ?? []) expect(study.settings.safeParse(preset).success).toBe(true);
    const { code, out } = await run(`run ${name} --help`);
    expect(code).toBe(0);
    expect(out).toMatchSnapshot();
  });

  test("run --help names every study and what means one thing for all", async () => {
    const { code, out } = await run("run --help");
    expect(code).toBe(0);
    for (const [name, { title }] of STUDIES)
      expect(out).toMatch(new RegExp(`\n  ${name} \\[options\\].*${title.slice(0, 20)}`));
    for (const option of [
      "duration",
      "seed",
      "batch",
      "engine",
      "out",
      "resume",
      "force",
      "set",
      "settings",
      "no-figures",
    ])
      expect(out).toContain(`--${option}`);
  });
});
