import type { CaseFiles, VerifyRow } from "./case.ts";
import { notYet, type VerifyContext } from "./rows.ts";

type Verifier = (files: CaseFiles, stem: string, context: VerifyContext) => Promise<readonly VerifyRow[]>;

/** A kind of reference case. */
export interface Kind {
  /** what a case is */
  readonly about: string;
  /** how many values it must compare, by the case's own description; with fewer it is unreadable or fails */
  readonly values: string;
  readonly verify: Verifier;
}

const steps = (kind: "r1" | "r6"): Verifier => async (files, stem, context) =>
  (await import("./motor-pool-cells.ts")).verifySteps(files, stem, kind, context); // prettier-ignore
const pool = (kind: "r4" | "r5" | "r8" | "r9"): Verifier => async (files, stem, context) =>
  (await import("./motor-pool-networks.ts")).verifyNetwork(files, stem, kind, context); // prettier-ignore
const column = (kind: string): Verifier => async (files, stem, context) =>
  (await import("./cortical-column-network.ts")).verifyColumn(files, stem, kind, context); // prettier-ignore
const trained: Verifier = async (files, stem, context) =>
  (await import("./trained-network.ts")).verifyTrainedNetwork(files, stem, context);
const general = (kind: string): Verifier => async (files, stem, context) =>
  (await import("./general/index.ts")).verifyGeneral(files, stem, kind, context); // prettier-ignore

const RUNS = "cells x amps_nA runs, each with its spikes; with sample_ms, 0 to tstop_ms of V of every section of each";
const POOL = "spike_count_per_mn spikes, n_connections links; V and g every 0.1 ms of one cell or more, equally long";
const NETWORK =
  "spike_counts of each type and drive; dipole every step or second step, soma voltages of each type every 0.1 ms, to tstop_ms; every link";

/** Every kind of case, by what its name starts with; general cases (g01 to g99) are rows of general/index.ts. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["rt", { about: "recruitment thresholds", values: "rt and rtz of all N units of each pool", verify: async (files, stem) => (await import("./motor-pool.ts")).verifyThresholds(files, stem) }],
  ["r1", { about: "NERLab motor neurons under current steps", values: RUNS, verify: steps("r1") }],
  ["r2", { about: "synaptic events on a motor neuron", values: "V and g at every step from trace_from_ms to tstop_ms of each case", verify: async (files, stem, context) => (await import("./motor-pool-networks.ts")).verifySynapse(files, stem, context) }],
  ["r3", { about: "parameters of single cells", values: "nine quantities of five cells or more, numbered from 0, as many as their thresholds say", verify: async (files, stem, context) => (await import("./extraction.ts")).verifyExtraction(files, stem, context) }],
  ["r4", { about: "a motor pool under given trains", values: POOL, verify: pool("r4") }],
  ["r5", { about: "the full motor pool", values: "spike_count_per_mn spikes, n_connections links", verify: pool("r5") }],
  ["r6", { about: "Powers motor neurons under current steps", values: RUNS, verify: steps("r6") }],
  ["r7", { about: "muscle force", values: "whole twitches of the listed units, T_ms x f_Hz samples of each force", verify: async (files, stem) => (await import("./motor-pool.ts")).verifyForce(files, stem) }],
  ["r8", { about: "a motor pool at 0.1 ms", values: POOL, verify: pool("r8") }],
  ["r9", { about: "a motor pool under modulated drive", values: POOL, verify: pool("r9") }],
  ["c1", { about: "single cells of the column", values: "every trace file of the folder, its columns every 0.1 ms to tstop", verify: async (files, stem, context) => (await import("./cortical-column-single.ts")).verifySingleCells(files, stem, context) }],
  ["c2", { about: "geometry, rates, and cells at rest", values: "every node, gate and rate function of the four types; 400 first steps of each", verify: async (files, stem, context) => (await import("./cortical-column-settle.ts")).verifySettling(files, stem, context) }],
  ...["c3", "c4", "c5", "c6", "c7"].map((kind): [string, Kind] => [kind, { about: "the column's network", values: NETWORK, verify: column(kind) }]),
  ["f1", { about: "steps and spike decisions of trained networks", values: "every array of the data file; spikes and none of both models", verify: trained }],
  ["f2", { about: "an untrained network", values: "every array of the data file, total_spikes spikes", verify: trained }],
  ["f3", { about: "closed-loop training", values: "every array of the data file, updates_total updates, an error and motifs of each of nloop loops", verify: trained }],
  ["f4", { about: "full-size training", values: "all loops of every run, every run of the summary, dpr_bias of each where the table of dimensions is there", verify: trained }],
  ["f5", { about: "motifs and dimension", values: "every array of the data file", verify: trained }],
]); // prettier-ignore

const GENERAL = "the rows and columns that case.json lists for each file";

export function kindOf(kind: string): Kind {
  const found = KINDS.get(kind);
  if (found !== undefined) return found;
  if (/^g\d\d$/.test(kind)) return { about: "a general case", values: GENERAL, verify: general(kind) };
  const none = "cases of this kind are not part of this version";
  return { about: none, values: "none", verify: (_, stem) => Promise.resolve([notYet(stem, "all", none)]) };
}
