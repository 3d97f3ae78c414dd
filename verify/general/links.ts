import { z } from "zod";
import { list } from "../../src/connect/rules.ts";
import { neuron } from "../../src/mechanisms/neuron.ts";
import { param } from "../../src/mechanisms/mechanism.ts";
import tsodyksMarkram from "../../src/mechanisms/plasticity/tsodyks_markram.ts";
import { Network } from "../../src/network/network.ts";
import { trains } from "../../src/network/sources.ts";
import { simulate } from "../../src/run/simulate.ts";
import { ms, mV, nF, nS, one, perCell, uS } from "../../src/units.ts";
import type { CaseFiles, VerifyRow } from "../case.ts";
import { wantRows } from "../complete.ts";
import { own } from "../../src/own.ts";
import { atMost, type VerifyContext } from "../rows.ts";
import {
  columnError,
  type GeneralCase,
  inOrder,
  Parameters,
  part,
  readCase,
  readTable,
  rowSteps,
  runSteps,
} from "./data.ts";
import { limit, starts } from "./single.ts";
import { spiking } from "./told.ts";

/** The case's passive cell: a conductance that decays exactly, and a membrane by exponential Euler with what has just arrived. */
const passive = neuron({
  name: "passive",
  doc: "Leaky membrane with one conductance.",
  params: {
    C: param(nF(0.2), "capacitance"),
    gL: param(uS(0.01), "leak"),
    EL: param(mV(-70), "leak reversal potential"),
    Ee: param(mV(0), "reversal potential of the conductance"),
    tau_g: param(ms(3), "decay time constant"),
  },
  states: {
    V: { d: "(gL * (EL - V) + g * (Ee - V)) / C", unit: "mV", init: "EL" },
    g: { inf: "0", tau: "tau_g", unit: "uS", init: "0" },
  },
  ports: { excitatory: { unit: "uS", doc: "conductance", onEvent: { g: "weight" } } },
  spike: "V > 1e6",
  reset: {},
});

const shortTerm = z.looseObject({
  sources: z.array(z.object({ source: z.number(), kind_index: z.number(), train: z.string() }).loose()),
  targets_of_every_source: z.array(z.object({ weight_nS: z.number(), delay_steps: z.number() })),
  inputs: z.looseObject({ trains_steps: z.record(z.string(), z.array(z.number())) }),
});

interface ShortTermCase {
  readonly data: GeneralCase;
  readonly trains: readonly (readonly number[])[]; // steps
  readonly kinds: readonly number[];
  readonly targets: readonly { readonly weight_nS: number; readonly delay_steps: number }[];
}

function shortTermCase(files: CaseFiles): ShortTermCase {
  const data = readCase(files);
  const { sources: listed, targets_of_every_source: targets, inputs } = part(data, shortTerm);
  const sources = inOrder("case.json, sources", listed.map((s) => s.source)).map((k) => listed[k] as (typeof listed)[number]); // prettier-ignore
  return {
    data,
    trains: sources.map(({ train }) =>
      part(own(inputs.trains_steps, train), z.array(z.number(), { error: `inputs.trains_steps has no "${train}"` })),
    ),
    kinds: sources.map((s) => s.kind_index),
    targets,
  };
}

/** @param relayed  the trains are spikes of neurons, whose plasticity runs on the engine; else given as data */
function shortTermNetwork({ data, trains: steps, kinds, targets }: ShortTermCase, relayed: boolean, everySteps?: number): Network {
  const dt = data.dt_ms;
  const p = new Parameters(data);
  const perKind = z.union([z.array(z.number()), z.looseObject({ value: z.union([z.number(), z.array(z.number())]) }).transform((given) => given.value), z.number()]);
  const { U } = part(data.parameters, z.looseObject({ U: perKind }));
  const perSource = (values: number | readonly number[]): number[] => kinds.map((k) => (typeof values === "number" ? values : (values[k] as number)));
  const listed = (name: string): number | readonly number[] => {
    const q = p.quantity(name);
    return "values" in q ? Array.from(q.values) : q.value;
  };
  const net = new Network({ seed: 1 });
  const times = steps.map((train) => train.map((s) => s * dt));
  const from = relayed ? spiking(net, "sources", steps, dt) : net.sources("sources", steps.length, trains(times));
  const each = targets.length;
  const params = Object.fromEntries(["C", "gL", "EL", "Ee", "tau_g"].map((name) => [name, p.quantity(name)]));
  const cells = net.cells("targets", passive({ n: each * steps.length, params, initial: starts(data, { V: "V", g: "g" }) }));
  const pairs = steps.flatMap((_, s) => targets.map((__, t) => [s, each * s + t] as const));
  net.connect(from, cells.excitatory, list(pairs), {
    name: "links",
    weight: perCell(nS, pairs.map((_, i) => targets[i % each]?.weight_nS ?? 0)),
    delay: perCell(ms, pairs.map((_, i) => (targets[i % each]?.delay_steps ?? 0) * dt)),
    plasticity: tsodyksMarkram({
      U: perCell(one, perSource(U)), tau_d: perCell(ms, perSource(listed("tau_d"))), tau_f: perCell(ms, perSource(listed("tau_f"))),
    }),
  });
  if (everySteps !== undefined) for (const variable of ["g", "V"]) net.record(cells, variable, { every: ms(everySteps * dt) });
  return net;
} // prettier-ignore

/** g06: short-term plasticity of given trains and of spiking neurons; u, x and the release after every event. */
export async function verifyShortTerm(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const given = shortTermCase(files);
  const rows: VerifyRow[] = [];
  for (const relayed of [false, true])
    rows.push(...(await shortTermRows(files, `${name}, ${relayed ? "spiking neurons" : "given trains"}`, given, relayed, context)));
  return rows;
} // prettier-ignore

/** The states of the sources after each of the events. @returns [event][state] */
async function statesAfter(net: Network, { dt_ms: dt, steps }: GeneralCase, events: { readonly source: Float64Array; readonly step: Float64Array }, context: VerifyContext): Promise<number[][]> {
  const sim = await simulate(net, { ...context, dt: ms(dt), duration: ms(dt * steps) });
  const found: number[][] = [];
  try {
    for (const at of [...new Set(events.step)].sort((a, b) => a - b)) {
      for await (const chunk of sim.run(ms((at + 1 - sim.step) * dt))) void chunk;
      const now = await sim.plasticity("links");
      events.step.forEach((s, i) => {
        if (s === at) found[i] = STATES.map((state) => now[state]?.[events.source[i] as number] as number);
      });
    }
    return found;
  } finally {
    await sim.close();
  }
} // prettier-ignore

const STATES = ["u", "x", "release"] as const;

async function shortTermRows(files: CaseFiles, name: string, given: ShortTermCase, relayed: boolean, context: VerifyContext): Promise<VerifyRow[]> {
  const { data, targets } = given;
  const dt = data.dt_ms;
  const events = readTable(files, "events.csv");
  wantRows(events, given.trains.flat().length, "the spikes of its sources");
  // what given trains release is computed before the run, by no engine
  const states = await statesAfter(shortTermNetwork(given, relayed), data, { source: events.numbers("source"), step: events.numbers("step") }, relayed ? context : { engine: "reference" });
  const rows = STATES.map((state, k) => {
    const wanted = events.numbers(state);
    const worst = states.reduce((most, found, i) => Math.max(most, Math.abs((found[k] as number) - (wanted[i] as number))), 0);
    return atMost(name, `${state} after each event, largest error`, worst, limit(data.tolerance, context, "u,x,r"), [states.filter((found) => found !== undefined).length, events.rows]);
  });
  const traces = readTable(files, "traces.csv");
  const chunk = await runSteps(shortTermNetwork(given, relayed, rowSteps(traces)), dt, data.steps, context);
  const each = targets.length;
  const recorded = (variable: string, target: number) => ({ population: "targets", variable, dt, cellOf: (s: number) => each * s + target });
  for (const [variable, unit, factor] of [["g", "nS", 1e-3], ["V", "mV", 1]] as const) {
    const found = targets.map((_, t) => columnError(chunk, { table: traces, stem: `${variable}_s`, end: `_t${t}_${unit}`, factor, printed: true }, recorded(variable, t)));
    const values = [0, 1].map((k) => found.reduce((sum, f) => sum + (f.values[k] ?? 0), 0)) as [number, number];
    rows.push(atMost(name, `${variable}, largest error (${unit})`, Math.max(...found.map((f) => f.error)), limit(data.tolerance, context, `${variable}_${unit}`), values));
  }
  return rows;
} // prettier-ignore
