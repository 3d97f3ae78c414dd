import { z } from "zod";
import { DataError } from "../src/errors.ts";
import type { CompiledTraining } from "../src/compile/trained/training.ts";
import type { TrainingEngine } from "../src/host/training.ts";
import { gpuSpikeDecisions } from "./spike-decisions.ts";
import { gpuTraining } from "../src/gpu/trained/training.ts";
import { referenceTraining } from "../src/reference/training.ts";
import type { CaseFiles, VerifyEngine, VerifyRow } from "./case.ts";
import { parseAs, parseJson } from "./read.ts";
import { verifyEnsemble } from "./trained-network-ensemble.ts";
import { verifyMeasures } from "./trained-network-measures.ts";
import { verifyTraining, verifyUntrained } from "./trained-network-runs.ts";
import { decideByReference, verifyEdges, verifySteps } from "./trained-network-steps.ts";

export interface TrainedNetworkVerification {
  readonly engine: VerifyEngine;
  /** Needed by engine "gpu"; the caller's. */
  readonly device?: GPUDevice | undefined;
  /** Fraction done, for the cases that take minutes. */
  readonly progress?: (done: number) => void;
}

/** The cases in a folder: each sidecar of f1, f2, f3 and f5 is one, and all f4 files together are one ("f4"). */
export function trainedNetworkCases(files: CaseFiles): string[] {
  const names = files.list();
  const single = names.filter((name) => /^f[1235].*\.json$/.test(name)).sort();
  return names.some((name) => /^f4.*loops.*\.csv$/.test(name)) ? [...single, "f4"] : single;
}

/** Runs one case. All settings come from its files; its kind is the letter and digit that the name starts with.
 * @param case_  the stem of a sidecar, with or without .json, or "f4" for all files of that kind
 * @throws DataError for files that do not parse or a kind that is not known */
export async function verifyTrainedNetwork(
  files: CaseFiles,
  case_: string,
  options: TrainedNetworkVerification,
): Promise<VerifyRow[]> {
  const name = case_ === "f4" || case_.endsWith(".json") ? case_ : `${case_}.json`;
  const make = engineFactory(options);
  // runs within a case are told apart in the quantity, since a case has one name
  const label = (rows: VerifyRow[]): VerifyRow[] =>
    rows.map((row) => ({
      ...row,
      case: name.replace(/\.json$/, ""),
      quantity: row.case === name ? row.quantity : `${row.case}: ${row.quantity}`,
    }));
  switch (name.slice(0, 2)) {
    case "f1":
      return label(
        await (isEdges(files, name) ? verifyEdges(files, name, decider(options)) : verifySteps(files, name, make)),
      );
    case "f2":
      return label(await verifyUntrained(files, name, make));
    case "f3":
      return label(await verifyTraining(files, name, make));
    case "f4":
      return label(await verifyEnsemble(files, options.engine, make, options));
    case "f5":
      return label(await verifyMeasures(files, name, options.engine));
    default:
      throw new DataError(name, "is no case of a trained network", "Names start with f1, f2, f3, f4 or f5");
  }
}

function engineFactory({
  engine,
  device,
}: TrainedNetworkVerification): (compiled: CompiledTraining) => Promise<TrainingEngine> {
  if (engine !== "gpu") {
    const precision = engine === "reference" ? "float64" : "float32";
    return (compiled) => Promise.resolve(referenceTraining(compiled, precision));
  }
  return (compiled) => {
    if (device === undefined)
      throw new DataError("engine gpu", "has no device", "Open one, or choose engine reference");
    return gpuTraining(device, compiled);
  };
}

const decider = ({ engine, device }: TrainedNetworkVerification) =>
  engine === "gpu" && device !== undefined ? gpuSpikeDecisions(device) : decideByReference;

/** A sidecar of single spike decisions has rows and no data file. */
const isEdges = (files: CaseFiles, name: string): boolean => {
  const json = parseAs(name, parseJson(files, name), z.looseObject({}));
  return Array.isArray(json.rows) && json.data_file === undefined;
};
