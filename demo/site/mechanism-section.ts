import type { Neuron } from "../../src/mechanisms/neuron.ts";
import { currentsOf } from "../../src/mechanisms/currents.ts";
import type { EventEffect, Flow, Mechanism, Param, Reaction } from "../../src/mechanisms/mechanism.ts";
import type { Plasticity, WeightParam } from "../../src/mechanisms/plasticity.ts";

/** The parameters of a mechanism as a Markdown table: name, default with unit, limits, meaning. */
export function mechanismTable(mechanism: Pick<Mechanism | Plasticity | Neuron, "params">): string {
  const params: readonly (readonly [string, Param | WeightParam])[] = Object.entries(mechanism.params);
  const rows = params.map(([name, p]) => {
    const live = p.unit !== "weight" && p.live === true ? " (live)" : "";
    return `| \`${name}\` | ${withUnit(p)} | ${limits(p)} | ${p.doc}${live} |`;
  });
  return ["| parameter | default | limits | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

/** What a mechanism computes, as Markdown: its text, parameters, equations and currents. */
export function mechanismSection(m: Mechanism): string {
  const parts = [`## ${m.name} (${m.kind})`, m.doc, mechanismTable(m), equations(m)];
  if (m.table !== undefined) {
    const { from, to, intervals, of } = m.table;
    const what = of === undefined ? "every state" : of.join(", ");
    parts.push(`Published rate table: ${from.value} to ${to.value} mV in ${intervals} intervals, of ${what}.`);
  }
  return parts.join("\n\n");
}

function equations(m: Mechanism): string {
  const lines = Object.entries(m.functions ?? {}).map(([name, { of, is }]) => `${name}(${of.join(", ")}) = ${is}`);
  lines.push(...Object.entries(m.let ?? {}).map(([name, text]) => `${name} = ${text}`));
  for (const [name, s] of Object.entries(m.states)) {
    const pairs = Object.entries(s).filter(([key]) => key !== "unit").map(([key, text]) =>
      key === "init" ? `${name}(0) = ${text}` : key === "next" ? `${name} after a step = ${text}` : `${key}(${name}) = ${text}`,
    ); // prettier-ignore
    lines.push(...pairs);
  }
  if (m.kind === "channel") {
    for (const { reactions } of Object.values(m.kinetics ?? {})) lines.push(...reactions.map(reaction));
  }
  lines.push(
    ...Object.entries(currentsOf(m)).map(
      ([name, c]) => `i_${name} = ${flow(c)}${c.ion === undefined ? "" : `   into i${c.ion}`}`,
    ),
  );
  if (m.kind === "synapse") {
    lines.push(
      ...Object.entries(m.onEvent).map(([name, effect]) => `on an event: ${name} ${does(effect)}`),
      ...Object.entries(m.receive ?? {}).map(([name, text]) => `${name} at the beginning of a step = ${text}`),
      `i = ${flow(m)}`,
    );
  }
  if (m.kind === "pool" && m.nernst !== undefined) {
    const { RT_zF, valence, out } = m.nernst;
    const factor = RT_zF === undefined ? `R * (273.15 + celsius) / (${valence} * F)` : RT_zF.value;
    lines.push(`e${m.ion} = ${factor} * log(${out.value} / ${m.ion}i)`);
  }
  return ["```", ...lines, "```"].join("\n");
}

const flow = (f: Flow): string => ("i" in f ? f.i : `(${f.g}) * (V - ${f.E})`);
const does = (effect: EventEffect): string => (typeof effect === "string" ? `+= ${effect}` : `= ${effect.set}`);
const reaction = ({ from, to, forward, backward = "0" }: Reaction): string =>
  `${from} <-> ${to} with ${forward} forward, ${backward} backward`;
const withUnit = (p: Param | WeightParam): string =>
  p.unit === "weight"
    ? "to be given, in the unit of weights"
    : `${p.default.value}${p.unit === "1" ? "" : ` ${p.unit}`}`;

function limits({ min, max }: Pick<Param, "min" | "max">): string {
  if (min === undefined) return max === undefined ? "" : `≤ ${max}`;
  return max === undefined ? `≥ ${min}` : `${min} … ${max}`;
}
