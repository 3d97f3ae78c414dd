import type {
  CompiledLearning,
  CompiledNetwork,
  CompiledPlasticity,
  CompiledReadout,
  GivenReleases,
} from "../compile/compiled.ts";
import { ELAPSED } from "../compile/links/plasticity.ts";
import type { CompiledTraining, TrainingEntry } from "../compile/trained/training.ts";
import { didYouMean, ModelError } from "../errors.ts";
import type { Engine } from "../host/engine.ts";
import { firstLink, tableOf } from "../host/learning.ts";
import { evaluate } from "../lang/evaluate.ts";
import { keptReadout } from "../host/readouts.ts";
import { checkEntry, indexOf, nameOf, type Named } from "./names.ts";

/** States of a projection's plasticity in one entry: per source, as its last spike left them; or of links that learn per link.
 * @throws ModelError for a projection without plasticity, or an entry that is not there */
export async function sourceStates(engine: Engine, named: Named, entry: number): Promise<Record<string, Float64Array>> {
  const { network } = engine;
  if (network.trained !== undefined) return trainedLinks(engine, network.trained, named, entry);
  const projection = nameOf(named);
  const learning = network.learning.find((l) => network.projections[l.projection]?.name === projection);
  if (learning !== undefined) return linkStates(engine, learning, entry);
  const index = find(network, projection);
  const p = network.plasticity[index] as CompiledPlasticity;
  checkEntry(network, entry);
  const given = p.given?.[p.given.length === 1 ? 0 : entry];
  if (given !== undefined) return ofTrains(p, given, engine.step);
  const all = await engine.sourceStates(index);
  return Object.fromEntries(
    p.states.map((s, k) => {
      const from = (k * network.entries + entry) * p.n;
      return [s, Float64Array.from(all.subarray(from, from + p.n))];
    }),
  );
} // prettier-ignore

/** States of the links of a projection that learns in one entry, in the projection's order, now: what decays has decayed up to the
 * engine's step; and the ends of each link. */
async function linkStates(engine: Engine, l: CompiledLearning, entry: number): Promise<Record<string, Float64Array>> {
  const { network, step } = engine;
  checkEntry(network, entry);
  const { state, last } = await engine.linkStates(network.learning.indexOf(l));
  const { order, segment, segmentSource, slot } = tableOf(l, entry);
  const [base, all] = [firstLink(l, entry), last.length];
  const out: Record<string, Float64Array> = Object.fromEntries(
    [...l.names, "source", "target"].map((s) => [s, new Float64Array(order.length)]),
  );
  const env: Record<string, number> = {};
  order.forEach((link, k) => {
    env[ELAPSED] = (step - (last[base + k] as number)) * network.dt;
    l.params.forEach((p, j) => (env[p] = ((l.values[j]?.length ?? 1) > 1 ? l.values[j]?.[k] : l.values[j]?.[0]) as number));
    l.states.forEach((s, j) => (env[s] = state[j * all + base + k] as number));
    for (const stmt of l.relax) env[stmt.name] = evaluate(stmt.value, env);
    l.states.forEach((s, j) => ((out[l.names[j] as string] as Float64Array)[link] = env[s] as number));
    (out["source"] as Float64Array)[link] = segmentSource[segment[k] as number] as number;
    (out["target"] as Float64Array)[link] = ((slot[k] as number) - l.firstSlot) % l.targets;
  });
  return out;
} // prettier-ignore

/** By target, then source. */
async function trainedLinks(engine: Engine, { entries }: CompiledTraining, named: Named, entry: number): Promise<Record<string, Float64Array>> {
  indexOf("trained network", named, engine.network.populations);
  checkEntry(engine.network, entry);
  const { state } = await engine.linkStates(0);
  const { rowPtr, colIdx } = entries[entry] as TrainingEntry;
  const first = entries.slice(0, entry).reduce((sum, { w }) => sum + w.length, 0);
  const target = new Float64Array(colIdx.length);
  for (let i = 0; i + 1 < rowPtr.length; i++) target.fill(i, rowPtr[i], rowPtr[i + 1]);
  return { w: Float64Array.from(state.subarray(first, first + colIdx.length)), source: Float64Array.from(colIdx), target };
} // prettier-ignore

function find({ plasticity, learning, projections }: CompiledNetwork, name: string): number {
  const index = plasticity.findIndex((p) => projections[p.projection]?.name === name);
  if (index >= 0) return index;
  const known = [...plasticity, ...learning].map((p) => projections[p.projection]?.name ?? "");
  throw new ModelError(`plasticity of "${name.slice(0, 100)}"`, "there is none with links", didYouMean(name, known));
}

function ofTrains({ states, state0, n }: CompiledPlasticity, given: GivenReleases, step: number) {
  const now = states.map((_, k) => state0.slice(k * n, (k + 1) * n));
  const count = given.source.length;
  for (let i = 0; i < count && (given.step[i] as number) < step; i++) {
    now.forEach((row, k) => (row[given.source[i] as number] = given.states[k * count + i] as number));
  }
  return Object.fromEntries(states.map((s, k) => [s, now[k] as Float64Array]));
}

/** Weights of a read-out in one entry and, where it learns, its P. */
export async function readoutNow(engine: Engine, named: Named, entry: number): Promise<{ w: Float64Array; P?: Float64Array }> {
  const { network } = engine;
  const index = indexOf("read-out", named, network.readouts);
  checkEntry(network, entry);
  const readout = network.readouts[index] as CompiledReadout;
  const { n, weight, learning } = readout;
  const state = await engine.readoutState(index);
  const w = Float64Array.from(state.subarray(entry * weight.length, (entry + 1) * weight.length));
  if (learning === undefined) return { w };
  const at = keptReadout(readout, network.entries).P + entry * n * n;
  return { w, P: Float64Array.from(state.subarray(at, at + n * n)) };
} // prettier-ignore
