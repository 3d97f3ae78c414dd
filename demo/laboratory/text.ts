import { Document, isMap, isScalar, type Node, parseDocument, type Scalar, visit, type YAMLMap } from "yaml";
import { type Mechanism, type Param, reversalsOf } from "../../src/mechanisms/mechanism.ts";
import type { Neuron } from "../../src/mechanisms/neuron.ts";
import type { CellModel } from "../../src/network/cell.ts";
import type { Quantity } from "../../src/units.ts";
import { quantityText } from "./quantities.ts";

/** Mechanisms of the library as text for the editor. */

type Data = Readonly<Record<string, unknown>>;

/** As YAML; what belongs to one parameter or reaction stands in one line. */
function yaml(data: Data): string {
  const document = new Document(data, { schema: "failsafe" });
  inLines(document);
  return document.toString({ lineWidth: 0, indent: 2, flowCollectionPadding: true });
}

function inLines(part: Document | Node): void {
  visit(part, {
    Map(_, node) {
      if (node.items.every(({ key, value }) => isScalar(key) && isScalar(value)) && node.items.some(({ key }) => isScalar(key) && (key.value === "default" || key.value === "forward" || key.value === "intervals"))) node.flow = true; // prettier-ignore
    },
    Seq(_, node) {
      if (!node.items.some((x) => isMap(x))) node.flow = true;
    },
  });
}

/** A parameter as short as it can be said: limits stay, words go. */
function paramText({ default: value, min, max, live }: Param, given?: Quantity): unknown {
  const limits = {
    ...(min === undefined ? {} : { min: String(min) }),
    ...(max === undefined ? {} : { max: String(max) }),
  };
  const text = quantityText(given ?? value);
  if (min === undefined && max === undefined && live !== true) return text;
  return { default: text, ...limits, ...(live === true ? { live: "true" } : {}) };
}

/** Data whose numbers, switches and quantities are texts. */
const texts = (x: unknown): unknown => {
  if (isQuantity(x)) return quantityText(x);
  if (typeof x === "number" || typeof x === "boolean") return String(x);
  if (Array.isArray(x)) return x.map(texts);
  if (typeof x !== "object" || x === null) return x;
  return Object.fromEntries(Object.entries(x).map(([key, y]) => [key, texts(y)]));
};
const isQuantity = (x: unknown): x is Quantity => typeof x === "object" && x !== null && "value" in x && "unit" in x;

/** Whether a part of a mechanism says anything: an empty table does not, an empty list does (`perLink`: links, none with states of its own). */
const says = (x: unknown): boolean =>
  typeof x !== "object" || x === null || Array.isArray(x) || Object.keys(x).length > 0;

/** What a text says of a mechanism; `given`: other values than its own. */
export function mechanismData(m: Mechanism, given: Readonly<Record<string, Quantity>> = {}): Data {
  const { kind: _, name: __, doc: ___, params, ...rest } = m;
  const named = Object.entries(params).map(([name, p]) => [name, paramText(p, given[name])]);
  return {
    ...(named.length === 0 ? {} : { params: Object.fromEntries(named) }),
    ...(texts(Object.fromEntries(Object.entries(rest).filter(([, x]) => says(x)))) as Data),
  };
}

/** Lines that insert a mechanism, with its source as a comment; to stand under "channels:", "pools:" or "receptors:". */
export function mechanismText(m: Mechanism, given?: Readonly<Record<string, Quantity>>, as = m.name): string {
  const data = m.kind === "synapse" ? { section: "soma", ...mechanismData(m, given) } : mechanismData(m, given);
  return indented(comment(m.doc) + yaml({ [as]: data }), 2);
}

export function neuronText(n: Neuron): string {
  const { kind: _, doc, params, ports, inputs, ...rest } = n;
  const named = Object.fromEntries(Object.entries(params).map(([name, p]) => [name, paramText(p)]));
  const withoutDoc = (x: Data): Data =>
    Object.fromEntries(
      Object.entries(x).map(([name, p]) => [name, (({ doc: __, ...own }) => own)(p as { doc: string })]),
    );
  const { name, states, ...others } = rest;
  const data = { name, params: named, ...(inputs === undefined ? {} : { inputs: Object.fromEntries(Object.entries(inputs).map(([i, { unit }]) => [i, unit])) }), ...(others.let === undefined ? {} : { let: others.let }), states, ...Object.fromEntries(Object.entries(others).filter(([key]) => key !== "let")), ports: withoutDoc(ports) }; // prettier-ignore
  return comment(doc) + yaml({ neuron: data });
}

/** A text with other sections; spikes are detected where that cell has them. All else stays, comments too. */
export function withSections(text: string, { sections, detector }: CellModel): string {
  const document = parseDocument(text, { schema: "failsafe" });
  const said = sections.map(({ name, points, nseg, parent, parentEnd, ...s }): [string, Data] => [name, {
    ...Object.fromEntries(Object.entries(s).map(([key, x]) => [key, isQuantity(x) ? quantityText(x) : x])),
    ...(nseg === undefined ? {} : { nseg: String(nseg) }),
    ...(parent === undefined ? {} : { parent, ...(parentEnd === undefined ? {} : { parentEnd: String(parentEnd) }) }),
    ...(points === undefined ? {} : { points: points.map((p) => p.map(String)) }),
  }]); // prettier-ignore
  document.setIn(["cell", "sections"], document.createNode(Object.fromEntries(said)));
  document.setIn(["cell", "detector", "section"], detector.section);
  visit(document, { Seq: (_, node) => void (node.flow = true) });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Part of a text that mechanisms of a kind stand in. */
export const roomOf = ({ kind }: Mechanism): "channels" | "pools" | "receptors" =>
  kind === "channel" ? "channels" : kind === "pool" ? "pools" : "receptors";

/** What NEURON gives a cell that says nothing of its ions: reversal potentials (mV) and concentrations (mM); any other ion has 0 mV and 1 mM. */
const OF_NEURON: ReadonlyMap<string, string> = new Map([
  ["ena", "50 mV"], ["ek", "-77 mV"], ["eca", "132.4579341637009 mV"],
  ["nai", "10 mM"], ["nao", "140 mM"], ["ki", "54.4 mM"], ["ko", "2.5 mM"], ["cai", "5e-05 mM"], ["cao", "2 mM"],
]); // prettier-ignore

/** A cell's text with a mechanism, in the place of one of that name if there is one; all else stays, comments too.
 * @param reads  what the cell has to give (`ena`, `cai`): what it does not is NEURON's default
 * @returns the text, and what was given */
export function withMechanism(
  text: string,
  m: Mechanism,
  { reads, cell }: { readonly reads: readonly string[]; readonly cell: CellModel },
): { text: string; given: string[] } {
  const document = parseDocument(text, { schema: "failsafe" });
  const kept = [...(cell.insertions ?? []).map((i) => i.mechanism), m].flatMap((x) => (x.kind === "pool" ? [...Object.keys(x.states), ...reversalsOf(x).map((ion) => `e${ion}`)] : [])); // prettier-ignore
  const place = m.kind === "synapse" ? { section: cell.detector.section } : {};
  put(document, roomOf(m), m.name, { ...place, ...mechanismData(m) }, m.doc);
  const given: string[] = [];
  for (const name of reads) {
    const reversal = /^e(\w+)$/.exec(name)?.[1];
    const [room, key] = reversal === undefined ? ["concentrations", name] : ["reversals", reversal];
    const value = OF_NEURON.get(name) ?? (reversal === undefined ? "1 mM" : "0 mV");
    const known = document.hasIn(["cell", room, key]) || kept.includes(name);
    if (known) continue;
    document.setIn(["cell", room, key], value);
    given.push(`${name} = ${value}`);
  }
  return { text: document.toString({ lineWidth: 0, flowCollectionPadding: true }), given };
}

/** Puts a part under a name, with words before it. */
function put(document: Document, room: string, name: string, data: Data, words: string): void {
  if (!isMap(document.getIn([room], true))) document.setIn([room], document.createNode({}));
  const { items } = document.getIn([room], true) as YAMLMap<Node>;
  const key = document.createNode(name) as Scalar<string>;
  key.commentBefore = words.split("\n").map((line) => ` ${line.trim()}`).join("\n"); // prettier-ignore
  const node = document.createNode(data);
  inLines(node);
  const pair = document.createPair(key, node);
  const at = items.findIndex((item) => isScalar(item.key) && item.key.value === name);
  items.splice(at < 0 ? items.length : at, at < 0 ? 0 : 1, pair as (typeof items)[number]);
}

export const cellText = (doc: string, cell: Data, rooms: Readonly<Record<string, readonly string[]>>): string =>
  [comment(doc) + yaml({ cell }), ...Object.entries(rooms).map(([room, texts]) => `${room}:\n${texts.join("")}`)].join(
    "",
  );

const comment = (doc: string): string => doc.split("\n").map((line) => `# ${line.trim()}\n`).join(""); // prettier-ignore
const indented = (text: string, by: number): string => text.replace(/^(?=.)/gm, " ".repeat(by));
