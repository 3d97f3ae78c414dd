import type {
  NetworkDescription,
  RecordingDescription,
  TrainedDescription,
  TrainedLinks,
} from "../../network/description.ts";
import type { Path } from "../../network/paths.ts";
import { signalAt } from "../../network/signal-values.ts";
import { noiseAmplitude, type TrainedNetworkParameters } from "../../network/trained-parameters.ts";
import { ModelError } from "../../errors.ts";
import { LAST_STEP, wholeSteps } from "../../steps.ts";
import { canonical } from "../../units.ts";
import type { Settings } from "../checks.ts";
import { sampling } from "../chosen-cells.ts";
import type { CompiledNetwork, SampledTrace } from "../compiled.ts";
import { checkEstimate, type Estimate, type MemoryLimits } from "../estimate.ts";
import { frozen } from "../freeze.ts";
import { digest, RESULTS_VERSION } from "../hash.ts";
import { compileTrained, phaseOf } from "./population.ts";
import { drawNetwork, type DrawParameters, drawTargets, targetArray, type NetworkDraws } from "./draws.ts";
import { trainedNetworks } from "./networks.ts";
import type { CompiledTraining, TrainingTrace } from "./training.ts";

/** A description's trained network: draws it for each entry, with `structureSeed` what the network is, with `seed` its noise.
 * @param paths  of the description's variations
 * @throws ModelError for times that are no steps, and for what cannot fit */
export function compileTrainedNetwork(
  d: NetworkDescription,
  t: TrainedDescription,
  { settings, paths, limits }: { readonly settings: Settings; readonly paths: readonly Path[]; readonly limits: MemoryLimits },
): CompiledNetwork {
  const { dt, method } = settings;
  if (method !== undefined) throw new ModelError(`trained network "${t.name}"`, `is advanced by the midpoint rule, not by "${method}"`, "Leave out the method");
  const common = parametersOf(t, dt);
  checkEstimate(d, estimateOf(t, d.entries, common.itmax), limits);
  const networks = Array.from({ length: d.entries }, (_, e) => {
    const own = { ...common, ...variedIn(d, paths, e) };
    const [seed, amplitude] = [variedSeed(d, "seed", e), noiseAmplitude(own)];
    const { pqif, vrest, vt } = own;
    return {
      label: d.entries === 1 ? t.name : `${t.name}, entry ${e}`, pqif, vrest, vt, structureSeed: variedSeed(d, "structureSeed", e), own,
      noise: amplitude === 0 ? ({ kind: "none" } as const) : ({ kind: "drawn", seed, amplitude } as const),
    };
  });
  const draws = once((own: TrainedNetworkParameters, seed: number) => drawsOf(t, own, seed));
  const target = once(({ N, amp0, cycles, itmax }: TrainedNetworkParameters, seed: number) => t.targets === undefined ? targetArray(drawTargets({ N, amp0, cycles }, seed), itmax) : targetsOf(t, t.targets, { dt, itmax, seed }));
  const training: CompiledTraining = {
    ...trainedNetworks(common, networks.map(({ own, structureSeed, ...network }) => ({ ...network, draws: draws(own, structureSeed), target: target(own, structureSeed) }))),
    name: t.name,
  };
  const { variations, recordings, entries, seed, structureSeed } = d;
  return frozen(compileTrained(training, {
    dt, name: t.name, traces: tracesOf(t, recordings, dt, training),
    seeds: Uint32Array.from({ length: entries }, (_, e) => variedSeed(d, "seed", e)),
    noisePerSigma: noiseAmplitude({ ...common, sigma: 1 }),
    hash: digest({ version: RESULTS_VERSION, dt, description: { seed, structureSeed, trained: t, recordings, entries, variations } }),
  }));
} // prettier-ignore

/** In steps of dt and in units of tau_m. Loops are as many as steps can be told. */
function parametersOf(t: TrainedDescription, dt: number): TrainedNetworkParameters {
  const where = (part: string): string => `trained network "${t.name}", ${part}`;
  const steps = (part: "loop" | "stimulus" | "learnFrom", given: TrainedDescription["loop"], least: number): number =>
    wholeSteps(where(part), canonical(where(part), given, "ms"), dt, least);
  const unit = canonical(where("tau_m"), t.tau_m, "ms");
  const tau_s = canonical(where("tau_s"), t.tau_s, "ms");
  if (dt >= tau_s) throw new ModelError("dt", `is ${dt} ms, where tau_s of "${t.name}" is ${tau_s} ms: one step loses the trace`, "Shorten dt"); // prettier-ignore
  const [itmax, itstim] = [steps("loop", t.loop, 2), steps("stimulus", t.stimulus, 0)];
  return {
    ...t,
    N: t.n,
    h: dt / unit,
    b: unit / tau_s,
    itmax,
    itstim,
    learnFrom: t.learnFrom === undefined ? itstim + 1 : steps("learnFrom", t.learnFrom, 0),
    nloop: Math.floor(LAST_STEP / itmax),
  };
}

function variedIn(d: NetworkDescription, paths: readonly Path[], entry: number): Partial<TrainedNetworkParameters> {
  return Object.fromEntries(
    paths.flatMap((path, i) => (path.kind === "trained" ? [[path.key, d.variations[i]?.values[entry]]] : [])),
  );
}

const variedSeed = (d: NetworkDescription, kind: "seed" | "structureSeed", entry: number): number =>
  (d.variations.find(({ path }) => path === kind)?.values[entry] as number | undefined) ?? d[kind];

/** Entries of equal numbers share what is made of them. */
function once<T>(make: (own: TrainedNetworkParameters, seed: number) => T): typeof make {
  const made = new Map<string, T>();
  return (own, seed) => {
    const { p, gsyn, amp_current, ftrain, amp0 } = own;
    const key = [seed, p, gsyn, amp_current, ftrain, amp0].join();
    const known = made.get(key) ?? make(own, seed);
    made.set(key, known);
    return known;
  };
}

/** A network as its seed or its given links make it. */
export function drawsOf({ links }: TrainedDescription, own: DrawParameters, seed: number): NetworkDraws {
  const drawn = drawNetwork(links === undefined ? own : { ...own, p: 0 }, seed);
  return links === undefined ? drawn : { ...drawn, ...rowsOfLinks(links, own.N) };
}

function rowsOfLinks({ source, target, weight }: TrainedLinks<readonly number[]>, n: number) {
  const order = [...source.keys()].sort((a, b) => (target[a] as number) - (target[b] as number) || (source[a] as number) - (source[b] as number)); // prettier-ignore
  const rowPtr = new Int32Array(n + 1);
  for (const to of target) (rowPtr[to + 1] as number) += 1;
  for (let i = 0; i < n; i++) (rowPtr[i + 1] as number) += rowPtr[i] as number;
  return {
    rowPtr,
    colIdx: Int32Array.from(order, (k) => source[k] as number),
    w0: Float64Array.from(order, (k) => weight[k] as number),
  };
}

/** [itmax][n], of each step at its beginning, as drawn ones. */
function targetsOf(
  t: TrainedDescription,
  targets: NonNullable<TrainedDescription["targets"]>,
  { dt, itmax, seed }: { readonly dt: number; readonly itmax: number; readonly seed: number },
): Float64Array {
  const shared = !("signals" in targets);
  const signals = shared ? [targets] : targets.signals;
  const at = signals.map((signal, k) => signalAt(signal, { dt, seed, owner: k === 0 ? t.name : `${t.name}/${k}` }));
  const out = new Float64Array(itmax * t.n);
  for (let it = 0; it < itmax; it++) {
    const values = at.map((value) => value(it));
    for (let i = 0; i < t.n; i++) out[it * t.n + i] = values[shared ? 0 : (targets.signalOfCell[i] as number)] as number;
  }
  return out;
} // prettier-ignore

function tracesOf(t: TrainedDescription, recordings: readonly RecordingDescription[], dt: number, { entries }: CompiledTraining): SampledTrace[] {
  const links = Math.min(...entries.map(({ w }) => w.length));
  return recordings.map((r): SampledTrace => {
    const { variable, projection } = r;
    const where = `recording of "${variable}" in "${t.name}"`;
    if (projection === undefined) return { variable, unit: "1", phase: phaseOf(variable as TrainingTrace), ...sampling(where, r, dt, t.n) };
    return { variable, unit: "1", phase: "link", ...sampling(where, r, dt, links, "link") };
  });
} // prettier-ignore

/** P takes K (K + 1) / 2 numbers for each neuron of K links, in float64 on the host, in float32 on a device. */
function estimateOf({ name, n, p, links }: TrainedDescription, entries: number, itmax: number): Estimate {
  const K = links === undefined ? p * n : links.source.length / n;
  const [cells, P, targets] = [n * entries, (entries * n * K * (K + 1)) / 2, entries * n * itmax];
  const buffers = [{ name: `targets of "${name}" (${itmax} steps of ${cells} neurons)`, bytes: 4 * targets }];
  return { cells, sources: 0, compartments: cells, links: cells * K, hostBytes: 8 * (P + targets), deviceBytes: 4 * (P + targets), buffers }; // prettier-ignore
}
