import { createRequire } from "node:module";
import { Command, CommanderError, Option } from "commander";
import { clipped, isOf, stackOf } from "../clipped.ts";
import { DataError, didYouMean, HillockError } from "../errors.ts";
import type { Study } from "../studies/study.ts";
import { addSweep } from "./sweep/command.ts";
import type { ImportOptions } from "./import.ts";
import type { RunOptions } from "./options.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

const ENGINES = ["auto", "gpu", "reference", "reference32"];
const engineOption = (): Option =>
  new Option("--engine <name>", "what computes: the GPU, or the reference engine in float64 or float32")
    .choices(ENGINES)
    .default("auto");
const adapterOption = (): Option =>
  new Option("--adapter <text>", 'part of an adapter\'s name (see "hillock devices")');
const threadsOption = (): Option =>
  new Option("--threads <n|auto>", "threads of the reference engine: 1 to the number of cores, the same bits with any; also HILLOCK_THREADS"); // prettier-ignore
const collect = (value: string, before: readonly string[]): string[] => [...before, value];

const EXIT_CODES = `
Exit codes: 0 done; 1 refused or failed; 2 the command line is wrong; 3 results are written, a figure could not be drawn;
130, 143 interrupted.`;

/** Runs a command line, without the words "node" and "main.js". Typed errors are the user's to mend: a message without a
 * stack. Anything else is a bug and shows where it is. @returns the exit code */
export async function hillock(words: readonly string[]): Promise<number> {
  let code = 0;
  try {
    const program = await commands(words, (result) => (code = result));
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    if (isOf(error, CommanderError)) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(isOf(error, HillockError) ? `${error.name}: ${error.message}\n` : `${stackOf(error)}\n`);
    return 1;
  }
}

function addImport(program: Command, done: (code: number) => void): void {
  program
    .command("import")
    .description("translate a file of another simulator: NMODL (.mod)")
    .argument("<file>", "for example kv.mod")
    .option("--out <file>", "write it to a .ts, .mjs or .json instead of printing it")
    .option("--exact", "compute what a TABLE would hold instead of interpolating in it")
    .option(
      "--fixed <name=value>",
      "make a parameter a number, so that what it rules out is not translated; may be given again",
      collect,
      [],
    )
    .option(
      "--verbatim <name=NMODL>",
      "what the C of a block does: of a FUNCTION an expression, of others statements, as INITIAL=; may be given again",
      collect,
      [],
    )
    .option(
      "--table <name=file>",
      "values of a FUNCTION_TABLE, a file with x and y in each line; may be given again",
      collect,
      [],
    )
    .option(
      "--pointer <name=what>",
      "what a POINTER points at in its own place: v, cai, eca, ica, or of another mechanism kv.n, kv.i_k; may be given again",
      collect,
      [],
    )
    .option("--rounds <n>", "how often at most a loop goes round whose end is computed while it runs (default 8)")
    .option(
      "--times <list or file>",
      "when a cell fires that reads its times from a vector (VecStim): 10,20.5 in ms, or a file of them",
    ) // prettier-ignore
    .option(
      "--fires <condition>",
      'when a cell fires that computes its times (net_move) by no test of a state: "m > 1"',
    )
    .option("--no-diffusion", "leave LONGITUDINAL_DIFFUSION out instead of refusing it")
    .action(async (file: string, options: ImportOptions) => {
      const { importCommand } = await import("./import.ts");
      done(await importCommand(file, options));
    });
}

async function commands(words: readonly string[], done: (code: number) => void): Promise<Command> {
  const program = new Command("hillock")
    .description("Spiking neural networks on WebGPU, checked against NEURON")
    .version(version)
    .showHelpAfterError("(add --help for what there is)")
    .showSuggestionAfterError()
    .exitOverride();
  const runs = words.find((word) => !word.startsWith("-")) === "run";
  const studies = runs ? (await import("../studies/index.ts")).STUDIES : new Map<string, Study>(); // which takes longer to load than all the rest
  if (runs) await addStudies(addRun(program, studies, words, done), studies, words, done);
  else addRun(program, studies, words, done);
  program
    .command("verify")
    .description("run every reference case found under a folder and compare")
    .argument("<dir>", "for example test/reference/motor-pool")
    .addOption(engineOption())
    .addOption(adapterOption())
    .addOption(threadsOption())
    .option("--json", "print rows as JSON")
    .action(async (dir: string, options: { engine: string; adapter?: string; threads?: string; json?: boolean }) => {
      const { verifyCommand } = await import("./verify.ts");
      done(verifyCommand(dir, options));
    });
  addImport(program, done);
  program
    .command("bench")
    .description("measure this machine: device, limits, checks, timings of all benchmarks that run here, in one JSON")
    .option("--out <file>", "what to write", "hillock-bench.json")
    .option("--minutes <n>", "stop after so many", "8")
    .option("--quick", "short runs: to see that it works, not for figures")
    .action(async (options: { out: string; minutes: string; quick?: boolean }) => {
      const { runBeside } = await import("./beside.ts");
      const { out, minutes, quick = false } = options;
      done(runBeside("bench", "bench/report", ["--out", out, "--minutes", minutes, ...(quick ? ["--quick"] : [])]));
    });
  program
    .command("devices")
    .description("list adapters and their limits, and say what would be used and why")
    .option("--json", "print as JSON")
    .action(async (options: { json?: boolean }) => {
      const { devicesCommand } = await import("./devices.ts");
      done(await devicesCommand(options));
    });
  addSweep(program, version, () => [engineOption(), adapterOption()], done);
  return program;
}

type Running = (options: RunOptions) => { options: RunOptions; words: readonly string[]; version: string };
const running = (words: readonly string[]): Running => (options) => ({ options, words: words.slice(words.indexOf("run") + 1), version }); // prettier-ignore

/** `run` with what means one thing for all. */
function addRun(
  program: Command,
  studies: ReadonlyMap<string, Study>,
  words: readonly string[],
  done: (code: number) => void,
): Command {
  const how = running(words);
  const run = program
    .command("run")
    .description("run a study, or a module of your own that exports a network")
    .argument("[study]", "a study, or the path of a .mjs file, of a network's .json or of a SONATA config")
    .allowUnknownOption() // said by `unknown`, which knows why
    .allowExcessArguments()
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .option("--duration <s>", "stop earlier (or later); phases keep their times")
    .option("--seed <n>", "of everything random")
    .option("--batch <path=v1,v2,...|n>", "run copies together that differ in one thing; n copies differ in their seed")
    .addOption(engineOption())
    .addOption(adapterOption())
    .addOption(threadsOption())
    .option("--out <dir>", "folder for the run (default: out/<study>, numbered when it is taken)")
    .option("--chunk <s>", "length of a chunk file; results do not depend on it")
    .option("--resume", "go on with the run in the folder: what it had finished is kept")
    .option("--force", "overwrite a run; with --resume: go on although adapter, precision, network or settings differ")
    .option("--set <path=value>", "change a setting; may be given again", collect, [])
    .option("--settings", "show the study's settings with units, meanings and limits, its presets and files, and stop")
    .option(
      "--converge",
      "then run it again with dt / 2, in other precisions and with other seeds, and say how far its numbers move (converge.json)",
    ) // prettier-ignore
    .option("--converge-seeds <n>", "how many other seeds (default 2; 0: none)")
    .option("--no-figures", "draw no figures")
    .addHelpText("after", EXIT_CODES)
    .action(async (name: string | undefined, options: RunOptions) => {
      unknown(run, studies, name);
      const { runModule } = await import("./run.ts");
      done(await runModule(name ?? "", how(options)));
    });
  return run;
}

/** Below `run`: a command for each study, with what its settings give. */
async function addStudies(
  run: Command,
  studies: ReadonlyMap<string, Study>,
  words: readonly string[],
  done: (code: number) => void,
): Promise<void> {
  const how = running(words);
  const { studyOptions } = await import("./options.ts");
  const taken = new Set(run.options.map((option) => option.attributeName()));
  for (const study of studies.values()) {
    const command = run.command(study.name).description(study.title).allowExcessArguments(false);
    command.argument("[preset]", [...(study.presets?.keys() ?? ["this study has none"])].join(", "));
    if (study.presets === undefined) command.usage("[options]");
    for (const option of studyOptions(study, taken)) command.addOption(option);
    command.action(async () => {
      const { runStudy } = await import("./run.ts");
      const own = (name: string): unknown =>
        command.getOptionValueSource(name) === "cli" ? command.getOptionValue(name) : undefined;
      done(await runStudy(study, command.args[0], own, how(command.optsWithGlobals())));
    });
  }
}

const isModule = (name: string): boolean => /\.(m?[jt]s|json)$/.test(name);

/** Refuses words that are neither a study nor a module. */
function unknown(run: Command, studies: ReadonlyMap<string, Study>, name: string | undefined): void {
  const option = run.args.find((word) => word.startsWith("-"));
  if (option !== undefined)
    run.error(`error: unknown option '${clipped(option)}' (a study's own options come after its name)`);
  if (name === undefined) run.help({ error: true });
  if (!isModule(name ?? "")) throw new DataError(`study "${clipped(name ?? "")}"`, "does not exist", `${didYouMean(clipped(name ?? ""), studies.keys())}. Or give the path of a .mjs or .json file`); // prettier-ignore
  if (run.args.length > 1) run.error(`error: a module takes no "${clipped(run.args[1] ?? "")}"`);
}
