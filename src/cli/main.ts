#!/usr/bin/env node
import { createRequire } from "node:module";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { HillockError } from "../errors.ts";
import { READER_LEFT, watchReaders } from "./interrupt.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

const ENGINES = ["auto", "gpu", "reference", "reference32"];
const engineOption = (): Option =>
  new Option("--engine <name>", "what computes: the GPU, or the reference engine in float64 or float32")
    .choices(ENGINES)
    .default("auto");
const adapterOption = (): Option =>
  new Option("--adapter <text>", 'part of an adapter\'s name (see "hillock devices")');

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Give a number.");
  return value;
}
const collect = (value: string, before: readonly string[]): string[] => [...before, value];

function program(): Command {
  const hillock = new Command("hillock")
    .description("Spiking neural networks on WebGPU, checked against NEURON")
    .version(version)
    .showHelpAfterError("(add --help for what there is)")
    .showSuggestionAfterError()
    .exitOverride();
  hillock
    .command("run")
    .description("run an experiment, or a module of your own that exports a network")
    .argument("<experiment>", "watanabe, trapezoid, extract, train, watanabe-pipeline, or the path of a .mjs file")
    .argument("[preset]", "a named set of the experiment's settings")
    .option("--duration <s>", "stop earlier (or later); phases keep their times", number)
    .option("--seed <n>", "of everything random", number)
    .option("--batch <path=v1,v2,...|n>", "run copies together that differ in one thing; n copies differ in their seed")
    .addOption(engineOption())
    .addOption(adapterOption())
    .option("--out <dir>", "folder for the run (default: out/<experiment>, numbered when it is taken)")
    .option("--chunk <s>", "length of a chunk file; results do not depend on it", number)
    .option("--resume", "go on with the run in the folder")
    .option("--force", "overwrite a run; with --resume: go on although adapter, precision or network differ")
    .option("--set <path=value>", "change a setting; may be given again", collect, [])
    .option("--cells <n>", "extract: number of cells", number)
    .option("--mode <law>", "extract: recruitment thresholds by fuglevand, deluca, konstantin or combined")
    .option("--step <step>", "watanabe-pipeline: one of 01 to 06 instead of all, into the folder of the last one")
    .option("--model <name>", "trapezoid, extract: NERLab or Powers2017")
    .option("--thresholds <file>", "trapezoid, extract: recruitment thresholds, one per line or CSV")
    .option("--config <file>", "trapezoid, extract: cell configuration, YAML")
    .option("--targets <file>", "train: targets instead of drawn ones, CSV, a row per step and a column per neuron")
    .option("--trials <n>", "column: trials that differ in their drives' events, advanced together", number)
    .option(
      "--as-intended",
      "column replay: with the targets, delays and probability that the published run did not use",
    )
    .option("--spikes <file>", "column replay: a spike file to replay")
    .option("--settings", "show the experiment's settings, presets and files, and stop")
    .option("--no-figures", "draw no figures")
    .action(async (experiment: string, preset: string | undefined, options: RunCommandOptions) => {
      const { runCommand } = await import("./run.ts");
      process.exitCode = await runCommand(experiment, preset, options, version);
    });
  hillock
    .command("verify")
    .description("run every reference case found under a folder and compare")
    .argument("<dir>", "for example test/reference/motor-pool")
    .addOption(engineOption())
    .addOption(adapterOption())
    .option("--json", "print rows as JSON")
    .action(async (dir: string, options: { engine: string; adapter?: string; json?: boolean }) => {
      const { verifyCommand } = await import("./verify.ts");
      process.exitCode = verifyCommand(dir, options);
    });
  hillock
    .command("devices")
    .description("list adapters and their limits, and say what would be used and why")
    .option("--json", "print as JSON")
    .action(async (options: { json?: boolean }) => {
      const { devicesCommand } = await import("./devices.ts");
      process.exitCode = await devicesCommand(options);
    });
  return hillock;
}

export interface RunCommandOptions {
  readonly duration?: number;
  readonly seed?: number;
  readonly batch?: string;
  readonly engine: string;
  readonly adapter?: string;
  readonly out?: string;
  readonly chunk?: number;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly set: readonly string[];
  readonly cells?: number;
  readonly mode?: string;
  readonly step?: string;
  readonly model?: string;
  readonly thresholds?: string;
  readonly config?: string;
  readonly targets?: string;
  readonly trials?: number;
  readonly asIntended?: boolean;
  readonly spikes?: string;
  readonly settings?: boolean;
  readonly figures: boolean;
}

const readers = watchReaders([process.stdout, process.stderr]);
/** Typed errors are the user's to mend: a message without a stack. Anything else is a bug and shows where it is. */
try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(
      error instanceof HillockError
        ? `${error.name}: ${error.message}\n`
        : `${(error as Error)?.stack ?? String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
if (readers.left) process.exitCode = READER_LEFT;
