import { availableParallelism } from "node:os";
import { Option, type Command } from "commander";
import { countOf } from "../options.ts";
import type { PlanOptions } from "./plan.ts";

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

interface RunOptions {
  readonly backend: "local" | "slurm";
  readonly jobs?: string;
  readonly cores: string;
  readonly sbatch: readonly string[];
  readonly setup: readonly string[];
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

/** `hillock sweep` and what is below it. @param shared  options that all commands that compute have */
export function addSweep(
  program: Command,
  version: string,
  shared: () => readonly Option[],
  done: (code: number) => void,
): void {
  const sweep = program.command("sweep").description("many runs of a study, or of a network, over its settings");
  addPlan(sweep, version, shared, done);
  addRun(sweep, done);
  sweep
    .command("status")
    .description("how far every point is, and what failed")
    .argument("<dir>", "of the sweep")
    .option("--json", "print as JSON")
    .option("--all", "list every point, also of large sweeps")
    .action(async (dir: string, options: { json?: boolean; all?: boolean }) => {
      done(await (await import("./status.ts")).statusCommand(dir, options));
    });
  sweep
    .command("collect")
    .description("one table of all points that are done: table.csv and table.parquet")
    .argument("<dir>", "of the sweep")
    .option("--partial", "be content with what is there")
    .action(async (dir: string, options: { partial?: boolean }) => {
      done(await (await import("./collect.ts")).collectCommand(dir, options));
    });
  sweep
    .command("cancel")
    .description("take the sweep's jobs out of Slurm's queue; what was finished is kept")
    .argument("<dir>", "of the sweep")
    .action(async (dir: string) => done(await (await import("./slurm.ts")).cancelCommand(dir)));
  sweep
    .command("point")
    .description("compute one point, or go on with it: what run and Slurm's tasks call")
    .argument("<dir>", "of the sweep")
    .argument("<point>", "its id, see status")
    .action(async (dir: string, id: string) => done(await (await import("./point.ts")).pointCommand(dir, id, version)));
}

function addPlan(sweep: Command, version: string, shared: () => readonly Option[], done: (code: number) => void): void {
  const plan = sweep
    .command("plan")
    .description("check every point and write them down; nothing is computed")
    .argument("<study>", "a study, or a network's .json")
    .argument("[preset]", "of the study")
    .requiredOption("--out <dir>", "folder of the sweep")
    .option("--grid <path=values>", "an axis: v1,v2,... or from:to:count, with :log for equal ratios; seed is one too; may be given again", collect, [])
    .option("--list <file.csv>", "points by rows: the settings' names in the first line")
    .option("--random <path=from:to>", "an axis drawn at random: from:to, from:to:log, or v1,v2,... to choose from; may be given again", collect, [])
    .option("--samples <n>", "how many random points")
    .addOption(new Option("--design <name>", "of the random points").choices(["uniform", "latin"]).default("uniform"))
    .option("--design-seed <n>", "of the random points", "1")
    .option("--replicates <n>", "runs of every point, which differ in their seed", "1")
    .option("--seed <n>", "one seed for all points; left out, each has its own, from its hash")
    .option("--set <path=value>", "a setting of all points; may be given again", collect, [])
    .option("--file <name=path>", "a file that the study takes; may be given again", collect, [])
    .option("--figures", "draw the figures of every point"); // prettier-ignore
  for (const option of shared()) plan.addOption(option);
  plan.action(async (name: string, preset: string | undefined, options: PlanOptions) => {
    done(await (await import("./plan.ts")).planCommand(name, preset, options, version));
  });
}

function addRun(sweep: Command, done: (code: number) => void): void {
  sweep
    .command("run")
    .description("compute the points that are missing, or go on with them")
    .argument("<dir>", "of the sweep")
    .addOption(new Option("--backend <name>", "this machine, or Slurm's job arrays").choices(["local", "slurm"]).default("local"))
    .option("--jobs <n>", "points at a time (default: local, one for each GPU, else one for every --cores cores)")
    .option("--cores <n>", "cores of each point", "1")
    .option("--sbatch <option>", "slurm: a further option of sbatch without dashes, partition=gpu; may be given again", collect, [])
    .option("--setup <line>", "slurm: a line of shell before each point, as module load ...; may be given again", collect, [])
    .option("--dry-run", "slurm: print the scripts and hand nothing over")
    .option("--wait", "slurm: stay until nothing is in the queue")
    .action(async (dir: string, options: RunOptions) => {
      const jobs = options.jobs === undefined ? undefined : countOf("jobs", options.jobs, 10_000);
      const cores = countOf("cores", options.cores, options.backend === "local" ? availableParallelism() : 1024);
      if (options.backend === "local") done(await (await import("./local.ts")).runLocal(dir, { jobs, cores }));
      else {
        const { dryRun = false, wait = false, sbatch, setup } = options;
        done(await (await import("./slurm.ts")).runSlurm(dir, { jobs, cores, sbatch, setup, dryRun, wait }));
      }
    }); // prettier-ignore
}
