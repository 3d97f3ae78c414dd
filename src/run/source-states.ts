import type { CompiledNetwork, CompiledPlasticity, GivenReleases } from "../compile/compiled.ts";
import { didYouMean, ModelError } from "../errors.ts";
import type { Engine } from "../host/engine.ts";

/** States of a projection's plasticity in one entry, per source, as its last spike left them.
 * @throws ModelError for a projection without plasticity, or an entry that is not there */
export async function sourceStates(engine: Engine, projection: string, entry: number): Promise<Record<string, Float64Array>> {
  const { network } = engine;
  const index = find(network, projection);
  const p = network.plasticity[index] as CompiledPlasticity;
  if (!Number.isInteger(entry) || entry < 0 || entry >= network.entries)
    throw new ModelError(`plasticity of "${projection}"`, `there is no entry ${entry} of ${network.entries}`, "Give the index of an entry");
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

function find({ plasticity, projections }: CompiledNetwork, name: string): number {
  const index = plasticity.findIndex((p) => projections[p.projection]?.name === name);
  if (index >= 0) return index;
  const known = plasticity.map((p) => projections[p.projection]?.name ?? "");
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
