import type { Neuron } from "../../src/mechanisms/neuron.ts";
import type { LinkState, LinkTrace, Plasticity } from "../../src/mechanisms/plasticity.ts";
import { mechanismTable } from "./mechanism-section.ts";

/** A point neuron as Markdown. */
export function neuronSection(n: Neuron): string {
  const lines = Object.entries(n.let ?? {}).map(([id, text]) => `${id} = ${text}`);
  for (const [s, state] of Object.entries(n.states)) {
    lines.push(`${s}(0) = ${state.init}   in ${state.unit}`);
    if ("next" in state) lines.push(`${s} after a step = ${state.next}`);
    else if ("d" in state) lines.push(`d(${s})/dt = ${state.d}`, ...(state.tau === undefined ? [] : [`linear part of d(${s})/dt: -${s} / (${state.tau})`])); // prettier-ignore
    else lines.push(...Object.entries(state).flatMap(([key, text]) => (key === "unit" || key === "init" ? [] : [`${key}(${s}) = ${text}`]))); // prettier-ignore
  }
  for (const [port, { unit, onEvent }] of Object.entries(n.ports))
    lines.push(
      ...Object.entries(onEvent).map(([s, text]) => `an event at ${port} (weight in ${unit}): ${s} += ${text}`),
    );
  for (const [input, { unit, doc }] of Object.entries(n.inputs ?? {})) lines.push(`input ${input} (${unit}): ${doc}`);
  lines.push(`a spike where ${n.spike}`, ...Object.entries(n.reset).map(([s, text]) => `then ${s} = ${text}`));
  if (n.refractory !== undefined) lines.push(`refractory for ${n.refractory} ms: ${(n.held ?? ["V"]).join(", ")} held`);
  if (n.method !== undefined) lines.push(`method: ${n.method}`);
  return [`## ${n.name} (neuron)`, n.doc, mechanismTable(n), ["```", ...lines, "```"].join("\n")].join("\n\n");
}

/** A rule of plasticity as Markdown. */
export const plasticitySection = (m: Plasticity): string =>
  [`## ${m.name} (plasticity of ${m.side === "link" ? "links" : "sources"})`, m.doc, mechanismTable(m), rule(m)].join(
    "\n\n",
  );

function rule(m: Plasticity): string {
  const traces: readonly (readonly [string, LinkTrace])[] = m.side === "link" ? Object.entries(m.traces ?? {}) : [];
  const states: readonly (readonly [string, LinkState])[] = Object.entries(m.states ?? {});
  const events = (field: string, texts: Readonly<Record<string, string>> = {}): string[] =>
    Object.entries(texts).map(([s, text]) => `${field}: ${s} = ${text}`);
  const lines = [
    ...Object.entries(m.let ?? {}).map(([name, text]) => `${name} = ${text}`),
    ...traces.map(([t, { of, tau, onEvent = `${t} + 1` }]) => `trace of ${of}: ${t} decays with ${tau}, at its event ${t} = ${onEvent}`),
    ...states.map(([s, { inf, tau, init }]) => `${s}(0) = ${init}${inf === undefined || tau === undefined ? "" : `, relaxes to ${inf} with ${tau}`}`),
    ...(m.side === "link" ? [`transmits ${m.transmit ?? "w"}`] : []),
    ...events("onPre", m.onPre),
    ...(m.side === "link" ? events("onPost", m.onPost) : [`transmits ${m.transmit}`]),
    `at most ${m.largest}`,
  ];
  return ["```", ...lines, "```"].join("\n");
} // prettier-ignore
