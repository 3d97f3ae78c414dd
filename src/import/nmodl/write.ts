import type { Channel, Mechanism, Pool, Synapse } from "../../mechanisms/mechanism.ts";
import type { SourcePlasticity } from "../../mechanisms/plasticity.ts";
import type { Neuron } from "../../mechanisms/neuron.ts";
import type { NmodlCell } from "./artificial/cell.ts";
import type { NmodlGather } from "./gather.ts";
import type { Quantity, Unit } from "../../units.ts";

/** Constructors of quantities by unit. */
const MAKERS: Readonly<Record<Unit, string>> = {
  mV: "mV", ms: "ms", nA: "nA", uS: "uS", nF: "nF", MOhm: "MOhm", "S/cm2": "S_per_cm2", "mA/cm2": "mA_per_cm2", "uF/cm2": "uF_per_cm2", um: "um",
  "ohm cm": "ohm_cm", mM: "mM", Hz: "Hz", degC: "degC", "1/ms": "per_ms", "mV/ms": "mV_per_ms", "1/mV": "per_mV", "1": "one",
}; // prettier-ignore

/** Longest line. */
const WIDTH = 120;

/** A mechanism as the text of a module of its own, as one would write it: `export default channel({ ... });`, and where its connections
 * have a rule, `export const connection = plasticity({ ... });` */
export function mechanismSource(m: Mechanism, rule?: SourcePlasticity): string {
  const used = new Set<string>();
  const quantity = quantities(used);
  const written = calledMechanism(m, quantity);
  const ruled =
    rule === undefined ? "" : `\nexport const connection = ${called("plasticity", ruleParts(rule, quantity))}`;
  const makers = ["param", m.kind].sort().join(", ");
  const imports = [
    imported(used),
    `import { ${makers} } from "hillock/mechanisms";\n`,
    ...(rule === undefined ? [] : [`import { plasticity } from "hillock/plasticity";\n`]),
  ]; // prettier-ignore
  return `${imports.join("")}\nexport default ${written}${ruled}`;
}

const calledMechanism = (m: Mechanism, quantity: (q: Quantity) => string): string =>
  called(m.kind, [
    `name: ${JSON.stringify(m.name)}`,
    docOf(m),
    ...(m.kind === "pool" ? [`ion: ${JSON.stringify(m.ion)}`] : []),
    block("params", paramsOf(m, quantity)),
    ...(m.let === undefined ? [] : [block("let", entries(m.let))]),
    ...(m.kind === "synapse" && m.weight !== undefined ? [`weight: ${JSON.stringify(m.weight)}`] : []),
    block("states", entries(m.states)),
    ...own(m, quantity),
    ...tableOf(m, quantity),
  ]);

/** A neuron as the text of a module: `export default neuron({ ... });` */
export function neuronSource(n: Neuron): string {
  const used = new Set<string>();
  const quantity = quantities(used);
  const written = called("neuron", [
    `name: ${JSON.stringify(n.name)}`,
    docOf(n),
    block("params", paramsOf(n, quantity)),
    ...(n.let === undefined ? [] : [block("let", entries(n.let))]),
    block("states", entries(n.states)),
    block("ports", entries(n.ports)),
    `spike: ${JSON.stringify(n.spike)}`,
    ...(n.fires === undefined ? [] : [`fires: ${JSON.stringify(n.fires)}`]),
    block("reset", entries(n.reset)),
    ...(n.refractory === undefined ? [] : [`refractory: ${JSON.stringify(n.refractory)}`]),
    ...(n.held === undefined ? [] : [`held: ${literal(n.held, 2)}`]),
  ]);
  return `${imported(used)}import { param } from "hillock/mechanisms";\nimport { neuron } from "hillock/neurons";\n\nexport default ${written}`;
}

/** What a generator gives as the text of a module: pulses for `regular({ stop, ...pulses })`, or times (ms) for `trains([times])`. */
export function pulsesSource(cell: Exclude<NmodlCell, { kind: "neuron" }>): string {
  if (cell.kind === "times") return `export default ${literal(cell.times, 0)};\n`;
  const used = new Set<string>();
  const items = Object.entries(cell.pulses).map(([name, q]) => `${name}: ${quantities(used)(q)}`);
  return `${imported(used)}\nexport default { ${items.join(", ")} };\n`;
}

const quantities =
  (used: Set<string>) =>
  ({ value, unit }: Quantity): string => {
    used.add(MAKERS[unit]);
    return `${MAKERS[unit]}(${value})`;
  };

const imported = (used: ReadonlySet<string>): string =>
  used.size === 0 ? "" : `import { ${[...used].sort((a, b) => a.localeCompare(b)).join(", ")} } from "hillock";\n`;

/** A gather as the text of a module: `net.gather(source, target, rule, { ...gather })`, with what its source has inserted: `export const release`. */
export function gatherSource({ weight, value, params }: NmodlGather["gather"], release?: NmodlGather["release"]): string {
  const used = new Set<string>();
  const quantity = quantities(used);
  const items = Object.entries(params).map(([name, q]) => `${name}: ${quantity(q)}`);
  const parts = [`weight: ${quantity(weight)}`, `value: ${JSON.stringify(value)}`, block("params", items)];
  const body = parts.map((part) => `  ${part.replaceAll("\n", "\n  ")},`).join("\n");
  const written = `\nexport default {\n${body}\n};\n`;
  if (release === undefined) return `${imported(used)}${written}`;
  const inserted = calledMechanism(release, quantity);
  return `${imported(used)}import { channel, param } from "hillock/mechanisms";\n\nexport const release = ${inserted}${written}`;
} // prettier-ignore

const called = (maker: string, parts: readonly string[]): string =>
  `${maker}({\n${parts.map((part) => `  ${part.replaceAll("\n", part.startsWith("doc:") ? "\n" : "\n  ")},`).join("\n")}\n});\n`;

const docOf = ({ doc }: { readonly doc: string }): string => `doc: \`${doc.replaceAll(/[`\\$]/g, "\\$&")}\``;

const paramsOf = ({ params }: Pick<Mechanism | Neuron, "params">, quantity: (q: Quantity) => string): string[] =>
  Object.entries(params).map(([name, p]) => {
    const limits = [["min", p.min], ["max", p.max]].filter(([, x]) => x !== undefined).map(([key, x]) => `${key}: ${x}`); // prettier-ignore
    const more = limits.length === 0 ? "" : `, { ${limits.join(", ")} }`;
    return `${name}: param(${quantity(p.default)}, ${JSON.stringify(p.doc)}${more})`;
  });

const ruleParts = (rule: SourcePlasticity, quantity: (q: Quantity) => string): string[] => [
  `name: ${JSON.stringify(rule.name)}`,
  docOf(rule),
  `side: "pre"`,
  block("params", paramsOf(rule, quantity)),
  ...(rule.let === undefined ? [] : [block("let", entries(rule.let))]),
  block("states", entries(rule.states)),
  block("onPre", entries(rule.onPre)),
  `transmit: ${JSON.stringify(rule.transmit)}`,
  `largest: ${JSON.stringify(rule.largest)}`,
  ...(rule.beyond === undefined ? [] : [`beyond: ${JSON.stringify(rule.beyond)}`]),
];

function own(m: Channel | Pool | Synapse, quantity: (q: Quantity) => string): string[] {
  if (m.kind === "channel") {
    const kinetics = m.kinetics === undefined ? [] : [block("kinetics", entries(m.kinetics))];
    return [...kinetics, block("currents", entries(m.currents))];
  }
  if (m.kind === "synapse") {
    const flow = "i" in m ? [`i: ${JSON.stringify(m.i)}`] : [`g: ${JSON.stringify(m.g)}`, `E: ${JSON.stringify(m.E)}`];
    const slope = m.slope === undefined ? [] : [`slope: ${JSON.stringify(m.slope)}`];
    const receive = m.receive === undefined ? [] : [block("receive", entries(m.receive))];
    const perLink = m.perLink === undefined ? [] : [`perLink: ${literal(m.perLink, 2)}`];
    return [block("onEvent", entries(m.onEvent)), ...receive, ...perLink, ...flow, ...slope];
  }
  const currents = m.currents === undefined ? [] : [block("currents", entries(m.currents))];
  const ions = Object.entries(m.ions ?? {}).map(([ion, { nernst }]) => `${key(ion)}: { ${nernstOf(nernst, quantity).join("")} }`); // prettier-ignore
  return [
    ...(ions.length === 0 ? [] : [block("ions", ions)]),
    ...currents,
    ...nernstOf(m.nernst, quantity),
    ...(m.reversals === undefined ? [] : [block("reversals", entries(m.reversals))]),
    ...(m.late === true ? ["late: true"] : []),
  ];
}

function nernstOf(nernst: Pool["nernst"], quantity: (q: Quantity) => string): string[] {
  if (nernst === undefined) return [];
  const { RT_zF, valence, out, inside } = nernst;
  const factor = RT_zF === undefined ? `valence: ${valence}` : `RT_zF: ${quantity(RT_zF)}`;
  const within = inside === undefined ? "" : `, inside: ${quantity(inside)}`;
  return [`nernst: { ${factor}, out: ${quantity(out)}${within} }`];
}

function tableOf({ table }: Mechanism, quantity: (q: Quantity) => string): string[] {
  if (table === undefined) return [];
  const of = table.of === undefined ? "" : `, of: ${JSON.stringify(table.of)}`;
  return [`table: { from: ${quantity(table.from)}, to: ${quantity(table.to)}, intervals: ${table.intervals}${of} }`];
}

const key = (name: string): string => (/^[A-Za-z]\w*$/.test(name) ? name : JSON.stringify(name));
const entries = (of: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(of).map(([name, value]) => `${key(name)}: ${literal(value, 4)}`);

function block(name: string, lines: readonly string[]): string {
  if (lines.length === 0) return `${name}: {}`;
  const one = `${name}: { ${lines.join(", ")} }`;
  if (lines.length === 1 && one.length < WIDTH && !one.includes("\n")) return one;
  return `${name}: {\n${lines.map((line) => `  ${line},`.replaceAll("\n", "\n  ")).join("\n")}\n}`;
}

/** Plain data as a literal, on one line where it fits. */
function literal(value: unknown, indent: number): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => literal(item, indent + 2));
    const line = `[${items.join(", ")}]`;
    return line.length + indent < WIDTH && !line.includes("{ ") ? line : `[\n${items.map((item) => `  ${item},`).join("\n")}\n]`; // prettier-ignore
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const items = Object.entries(value).map(([name, inside]) => `${key(name)}: ${literal(inside, indent + 2)}`);
  const line = `{ ${items.join(", ")} }`;
  if (line.length + indent < WIDTH && !line.includes("\n")) return line;
  return `{\n${items.map((item) => `  ${item.replaceAll("\n", "\n  ")},`).join("\n")}\n}`;
}
