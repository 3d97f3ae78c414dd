import { concatenated } from "../concatenated.ts";
import type { CompiledNetwork } from "../compile/compiled.ts";
import type { EngineState, Segment, TraceSamples } from "../host/engine.ts";
import { rowsKey } from "./chunk.ts";

/** What a hook of `sim.every` has still to be shown, in a checkpoint: of one span, so that it sees after a resume what it would have seen. */

export interface Seeing {
  readonly everySteps: number;
  /** what there was since its last call, and the step of that; -1 where it was not called, or looks at nothing. */
  readonly seen: readonly Segment[];
  readonly since: number;
}

interface Resumed extends Pick<Seeing, "everySteps"> {
  readonly step: number;
  readonly network: CompiledNetwork;
}

/** The numbers of a span, by the hook's place among the hooks. */
export function saveSeen(hooks: readonly Seeing[], step: number): EngineState {
  return Object.fromEntries(
    hooks.flatMap(({ seen, since }, hook): [string, EngineState[string]][] => {
      if (since < 0) return [];
      const traces = new Map<string, TraceSamples[]>();
      for (const t of seen.flatMap((s) => s.traces)) {
        const key = rowsKey(t.population, t.trace);
        traces.set(key, [...(traces.get(key) ?? []), t]);
      }
      return [
        [`${hook} span`, Uint32Array.of(since, step)],
        [`${hook} steps`, concatenated(Uint32Array, seen.map((s) => s.spikeSteps))],
        [`${hook} ids`, concatenated(Uint32Array, seen.map((s) => s.spikeIds))],
        ...[...traces].flatMap(([key, parts]): [string, EngineState[string]][] => [
          [`${hook} ${key} steps`, concatenated(Uint32Array, parts.map((p) => p.steps))],
          [`${hook} ${key} data`, concatenated((parts[0] as TraceSamples).data.constructor as Float64ArrayConstructor, parts.map((p) => p.data))],
        ]),
      ];
    }),
  );
} // prettier-ignore

/** What a hook has still to be shown at a checkpoint's step; undefined where the one in its place was called at another step before it, or looked
 * at nothing, and where other cells are recorded now. */
export function loadSeen(saved: EngineState, hook: number, { everySteps, step, network }: Resumed): Pick<Seeing, "seen" | "since"> | undefined {
  const [from, to] = saved[`${hook} span`] ?? [];
  const since = Math.floor((step - 1) / everySteps) * everySteps;
  if (from !== since || to !== step) return undefined;
  const array = (of: string): EngineState[string] => saved[`${hook} ${of}`] ?? new Uint32Array();
  const traces = Object.keys(saved).flatMap((name): TraceSamples[] => {
    const [, of, key, what] = /^(\d+) (\S+) (data)$/.exec(name) ?? [];
    if (what === undefined || Number(of) !== hook) return [];
    const [population = 0, trace = 0] = (key as string).split(".").map(Number);
    return [{ population, trace, steps: array(`${key} steps`) as Uint32Array, data: array(`${key} data`) as Float64Array }];
  });
  const fits = traces.every(({ population, trace, steps, data }) => {
    const of = network.populations[population];
    const cells = of !== undefined && "traces" in of ? of.traces[trace]?.cells.length : undefined;
    return cells !== undefined && data.length === steps.length * cells * network.entries;
  });
  if (!fits) return undefined;
  return { since, seen: [{ from: since, to: step, spikeSteps: array("steps") as Uint32Array, spikeIds: array("ids") as Uint32Array, traces }] };
} // prettier-ignore
