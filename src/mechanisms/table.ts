import type { EventEffect, Flow, Mechanism, Param, Reaction } from "./mechanism.ts";

/** The parameters of a mechanism as a Markdown table: name, default with unit, limits, meaning. */
export function mechanismTable(mechanism: Mechanism): string {
  const rows = Object.entries(mechanism.params).map(
    ([name, p]) => `| \`${name}\` | ${withUnit(p)} | ${limits(p)} | ${p.doc}${p.live === true ? " (live)" : ""} |`,
  );
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
  const lines = Object.entries(m.let ?? {}).map(([name, text]) => `${name} = ${text}`);
  for (const [name, s] of Object.entries(m.states)) {
    const pairs = Object.entries(s).filter(([key]) => key !== "unit").map(([key, text]) =>
      key === "init" ? `${name}(0) = ${text}` : key === "next" ? `${name} after a step = ${text}` : `${key}(${name}) = ${text}`,
    ); // prettier-ignore
    lines.push(...pairs);
  }
  if (m.kind === "channel") {
    for (const { reactions } of Object.values(m.kinetics ?? {})) lines.push(...reactions.map(reaction));
    lines.push(
      ...Object.entries(m.currents).map(
        ([name, c]) => `i_${name} = ${flow(c)}${c.ion === undefined ? "" : `   into i${c.ion}`}`,
      ),
    );
  }
  if (m.kind === "synapse") {
    lines.push(
      ...Object.entries(m.onEvent).map(([name, effect]) => `on an event: ${name} ${does(effect)}`),
      `i = ${flow(m)}`,
    );
  }
  if (m.kind === "pool" && m.nernst !== undefined) {
    lines.push(`e${m.ion} = ${m.nernst.RT_zF.value} * log(${m.nernst.out.value} / ${m.ion}i)`);
  }
  return ["```", ...lines, "```"].join("\n");
}

const flow = (f: Flow): string => ("i" in f ? f.i : `(${f.g}) * (V - ${f.E})`);
const does = (effect: EventEffect): string => (typeof effect === "string" ? `+= ${effect}` : `= ${effect.set}`);
const reaction = ({ from, to, forward, backward = "0" }: Reaction): string =>
  `${from} <-> ${to} with ${forward} forward, ${backward} backward`;
const withUnit = (p: Param): string => `${p.default.value}${p.unit === "1" ? "" : ` ${p.unit}`}`;

function limits({ min, max }: Param): string {
  if (min === undefined) return max === undefined ? "" : `≤ ${max}`;
  return max === undefined ? `≥ ${min}` : `${min} … ${max}`;
}
