import { isMap, isScalar, LineCounter, parseDocument, visit, type Document, type Node } from "yaml";
import { DataError, HillockError } from "../../src/errors.ts";
import type { Channel, Mechanism, Pool, Synapse } from "../../src/mechanisms/mechanism.ts";
import type { Neuron } from "../../src/mechanisms/neuron.ts";
import { checkNeurons } from "../../src/network/check-neurons.ts";
import { checkCell, wholeCell } from "../../src/network/check-cell.ts";
import type { CellModel, Insertion, ReceptorSpec, SectionSpec } from "../../src/network/cell.ts";
import type { Quantity } from "../../src/units.ts";
import { quantityOf, unitNames } from "./quantities.ts";
import type { Subject } from "./subject.ts";

/** A cell as text: YAML whose leaves are numbers with units and expressions of hillock's language. Everything that it says becomes the
 * data of `net.cells`, and hillock's own checks judge it; here texts become quantities, and errors find their place in the text. */

export interface Read {
  readonly text: string;
  readonly subject: Subject;
  readonly where: Places;
}

/** A fault with its place. */
export interface Fault {
  readonly mechanism?: string;
  /** within the mechanism, "states.m.alpha", or within the text. */
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
  /** characters of the text. */
  readonly from: number;
  readonly to: number;
  /** from 1. */
  readonly line: number;
  readonly column: number;
}

/** Roots under which mechanisms stand by name. */
const ROOMS = ["channels", "pools", "receptors"] as const;
const LONGEST = 200_000;

type Path = readonly string[];
type Data = Readonly<Record<string, unknown>>;

class TextFault extends DataError {
  constructor(
    readonly path: Path,
    problem: string,
    remedy: string,
  ) {
    super(path.join(".") || "text", problem, remedy);
  }
}

/** Where the parts of a text stand. */
export class Places {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #text: string;

  constructor(text: string, document: Document, lines: LineCounter) {
    [this.#text, this.#document, this.#lines] = [text, document, lines];
  }

  has(path: Path): boolean {
    return path.length === 0 || this.#document.hasIn(path);
  }

  /** The part of the text that a path names, or of its nearest parent. */
  span(path: Path): readonly [number, number] {
    for (let k = path.length; k > 0; k--) {
      const part = path.slice(0, k);
      const node = this.#document.getIn(part, true) as Node | undefined;
      if (isScalar(node) && node.range) return [node.range[0], Math.max(node.range[0] + 1, node.range[1])];
      const key = this.#key(part);
      if (key !== undefined) return key;
    }
    return [0, Math.max(1, this.#text.indexOf("\n"))];
  }

  /** The place of a column (from 0) within the value that a path names; `of` is that value. */
  within(path: Path, column: number): readonly [number, number] {
    const node = this.#document.getIn(path, true);
    const [from, to] = this.span(path);
    if (!isScalar(node)) return [from, to];
    const quoted = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE" ? 1 : 0;
    const plain = this.#text.slice(from + quoted, to - quoted) === node.value;
    const at = plain ? from + quoted + column : from;
    return [Math.min(at, Math.max(from, to - 1)), to];
  }

  /** Line and column, from 1. */
  position(at: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(at);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** The path of what stands at a character. */
  pathAt(at: number): Path {
    const path: string[] = [];
    let node: unknown = this.#document.contents;
    for (;;) {
      if (!isMap(node)) return path;
      const pair = node.items.find(({ key, value }) => {
        const from = (key as Node).range?.[0] ?? Infinity;
        const to = (value as Node | null)?.range?.[1] ?? (key as Node).range?.[1] ?? -1;
        return from <= at && at <= to;
      });
      if (pair === undefined) return path;
      path.push(String((pair.key as { value: unknown }).value));
      node = pair.value;
    }
  }

  #key(path: Path): readonly [number, number] | undefined {
    const parent = path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    if (!isMap(parent)) return undefined;
    const key = parent.items.find((p) => isScalar(p.key) && p.key.value === path.at(-1))?.key as Node | undefined;
    return key?.range ? [key.range[0], Math.max(key.range[0] + 1, key.range[1])] : undefined;
  }
}

/** Reads a text and lets hillock check what it describes.
 * @returns the first fault with its place, or what the text says */
export function readText(text: string): Read | Fault {
  const lines = new LineCounter();
  const document = parseDocument(text.slice(0, LONGEST), { schema: "failsafe", lineCounter: lines, uniqueKeys: true, prettyErrors: false }); // prettier-ignore
  const places = new Places(text, document, lines);
  const faultAt = (problem: string, remedy: string, from: number, to: number): Fault =>
    ({ field: "text", problem, remedy, from, to: Math.max(to, from + 1), ...places.position(from) }); // prettier-ignore
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const remedy = 'Each line is "name: value"; what belongs to a name stands two spaces further in';
    return faultAt(syntax.message, remedy, ...syntax.pos);
  }
  const alias = firstAlias(document);
  if (alias !== undefined)
    return faultAt("stands for another part of the text", "Write that part out: names behind * are not read", ...alias);
  try {
    if (text.length > LONGEST) throw new TextFault([], `has ${text.length} characters`, `Stay below ${LONGEST}`);
    if (!isMap(document.contents)) throw new TextFault([], "describes no cell", 'Begin with "cell:" or "neuron:"');
    const subject = subjectOf(document.toJS({ maxAliasCount: 0 }) as Data);
    check(subject);
    return { text, subject, where: places };
  } catch (error) {
    return faultOf(error, places);
  }
}

/** Where the first "*name" of a document stands. */
function firstAlias(document: Document): readonly [number, number] | undefined {
  let found: readonly [number, number] | undefined;
  visit(document, {
    Alias: (_, { range }) => {
      found = [range?.[0] ?? 0, range?.[1] ?? 1];
      return visit.BREAK;
    },
  });
  return found;
}

export const isFault = (read: Read | Fault): read is Fault => "problem" in read;

/** hillock's own checks of a population with this subject. */
function check(subject: Subject): void {
  if (subject.kind === "cell") checkCell("cell", wholeCell(subject.cell, 1));
  else checkNeurons("neuron", { kind: "neurons", n: 1, neuron: subject.neuron });
}

/** An error with its place in the text. */
export function faultOf(error: unknown, places: Places): Fault {
  if (!(error instanceof HillockError)) {
    const problem = error instanceof Error ? error.message : String(error);
    return { field: "text", problem, remedy: "", from: 0, to: 1, line: 1, column: 1 };
  }
  const path = error instanceof TextFault ? error.path : pathOf(error.where, places);
  const column = /^(.*?) at column (\d+)\n/s.exec(error.problem);
  const at = column === null ? undefined : Number(column[2]) - 1;
  const [from, to] = at === undefined ? places.span(path) : places.within(path, at);
  const [room = "", name] = path;
  const inMechanism = (ROOMS as readonly string[]).includes(room) && name !== undefined;
  return {
    ...(inMechanism ? { mechanism: name } : {}),
    field: (inMechanism ? path.slice(2) : path).join(".") || "text",
    problem: column?.[1] ?? error.problem,
    remedy: error.remedy,
    from,
    to,
    ...places.position(from),
  };
}

/** The path in the text of what an error calls `population "A", mechanism "na" in section "soma", states.m.alpha`. */
function pathOf(where: string, places: Places): Path {
  let path: Path = [];
  for (const word of where.match(/[A-Za-z_]\w*/g) ?? []) {
    const jumps: Path[] = [[...path, word], ...ROOMS.map((room) => [room, word])];
    if (path.length < 2) jumps.push([word], ["cell", word], ["cell", "sections", word]);
    path = jumps.find((p) => places.has(p)) ?? path;
  }
  return path;
}

const ROOTS = ["cell", "neuron", ...ROOMS];

function subjectOf(data: Data): Subject {
  const unknown = Object.keys(data).find((key) => !ROOTS.includes(key));
  if (unknown !== undefined) throw new TextFault([unknown], `"${unknown.slice(0, 60)}" is no part of a text`, `It has ${ROOTS.join(", ")}`); // prettier-ignore
  if (data["neuron"] !== undefined) return { kind: "neuron", neuron: neuronOf(mapping(["neuron"], data["neuron"])) };
  if (data["cell"] === undefined) throw new TextFault([], "describes no cell", 'Give "cell:" with sections, or "neuron:" with states'); // prettier-ignore
  return { kind: "cell", cell: cellOf(data) };
}

function cellOf(data: Data): CellModel {
  const own = mapping(["cell"], data["cell"]);
  const sections = Object.entries(mapping(["cell", "sections"], own["sections"])).map(([name, s]) =>
    sectionOf(name, s),
  );
  const everywhere = sections.map((s) => s.name);
  const insertions = (["channels", "pools"] as const).flatMap((room) =>
    entries([room], data[room]).map(([name, m]) => insertionOf(room, name, m, everywhere)),
  );
  const receptors = entries(["receptors"], data["receptors"]).map(([name, m]) => receptorOf(name, m));
  const at = (key: string): Path => ["cell", key];
  const quantities = (key: string): Data => Object.fromEntries(entries(at(key), own[key]).map(([name, q]) => [name, quantity([...at(key), name], q)])); // prettier-ignore
  const detector = mapping(at("detector"), own["detector"]);
  return {
    ...own,
    model: "cell",
    n: 1,
    sections,
    insertions,
    receptors,
    ...("reversals" in own ? { reversals: quantities("reversals") } : {}),
    ...("concentrations" in own ? { concentrations: quantities("concentrations") } : {}),
    detector: {
      ...detector,
      threshold: quantity([...at("detector"), "threshold"], detector["threshold"]),
      ...("at" in detector ? { at: number([...at("detector"), "at"], detector["at"]) } : {}),
    },
    V0: quantity(at("V0"), own["V0"]),
    celsius: quantity(at("celsius"), own["celsius"]),
  } as unknown as CellModel;
}

const SIZES = ["L", "diam", "Ra", "cm", "V0"];
const COUNTS = ["nseg", "parentEnd"];

function sectionOf(name: string, given: unknown): SectionSpec {
  const path = ["cell", "sections", name];
  const own = Object.entries(mapping(path, given)).map(([key, x]): [string, unknown] => {
    if (SIZES.includes(key)) return [key, quantity([...path, key], x)];
    if (COUNTS.includes(key)) return [key, number([...path, key], x)];
    if (key === "points") return [key, rows([...path, key], x)];
    return [key, x];
  });
  return { name, ...Object.fromEntries(own) } as unknown as SectionSpec;
}

function insertionOf(
  room: "channels" | "pools",
  name: string,
  given: unknown,
  everywhere: readonly string[],
): Insertion {
  const path = [room, name];
  const { sections = everywhere, ...own } = mapping(path, given);
  const mechanism = { kind: room === "channels" ? "channel" : "pool", ...mechanismOf(path, name, own) } as
    Channel | Pool;
  return { sections: list([...path, "sections"], sections), mechanism, as: name };
}

function receptorOf(name: string, given: unknown): ReceptorSpec {
  const path = ["receptors", name];
  const { section, at, ...own } = mapping(path, given);
  const synapse = { kind: "synapse", ...mechanismOf(path, name, own) } as unknown as Synapse;
  return {
    name,
    synapse,
    section: section as string,
    ...(at === undefined ? {} : { at: number([...path, "at"], at) }),
  };
}

/** A mechanism's data: quantities instead of their texts, and what may be left out of a text. */
function mechanismOf(path: Path, name: string, own: Data): Omit<Mechanism, "kind"> {
  const made: Record<string, unknown> = { name, doc: name, states: {}, ...own, params: paramsOf([...path, "params"], own["params"]) }; // prettier-ignore
  if (path[0] === "channels") made["currents"] ??= {};
  if (path[0] === "receptors") made["onEvent"] ??= {};
  if (own["functions"] !== undefined) made["functions"] = functionsOf([...path, "functions"], own["functions"]);
  if (own["kinetics"] !== undefined)
    made["kinetics"] = eachOf([...path, "kinetics"], own["kinetics"], (p, k) =>
      k["total"] === undefined ? k : { ...k, total: number([...p, "total"], k["total"]) },
    );
  if (own["table"] !== undefined) made["table"] = tableOf([...path, "table"], own["table"]);
  if (own["nernst"] !== undefined) made["nernst"] = nernstOf([...path, "nernst"], own["nernst"]);
  if (own["ions"] !== undefined)
    made["ions"] = eachOf([...path, "ions"], own["ions"], (p, ion) =>
      ion["nernst"] === undefined ? ion : { ...ion, nernst: nernstOf([...p, "nernst"], ion["nernst"]) },
    );
  if (own["late"] !== undefined) made["late"] = flag([...path, "late"], own["late"]);
  return made as unknown as Omit<Mechanism, "kind">;
}

function tableOf(path: Path, given: unknown): Data {
  const parts = mapping(path, given);
  const ends = ["from", "to"].map((end) => [end, quantity([...path, end], parts[end])]);
  const intervals = parts["intervals"] === undefined ? {} : { intervals: number([...path, "intervals"], parts["intervals"]) }; // prettier-ignore
  return { ...parts, ...Object.fromEntries(ends), ...intervals };
}

/** RT/zF or the valence, and the concentrations where the cell gives none. */
function nernstOf(path: Path, given: unknown): Data {
  const parts = mapping(path, given);
  const valence = parts["valence"] === undefined ? {} : { valence: number([...path, "valence"], parts["valence"]) };
  const wanted = [...("valence" in valence ? [] : ["RT_zF"]), "out", ...("inside" in parts ? ["inside"] : [])];
  const quantities = wanted.map((part) => [part, quantity([...path, part], parts[part])]);
  return { ...parts, ...valence, ...Object.fromEntries(quantities) };
}

function neuronOf(own: Data): Neuron {
  const path = ["neuron"];
  const described = (key: string): Data =>
    eachOf(
      [...path, key],
      own[key] ?? {},
      (p, x) => ({ doc: p.at(-1), ...x }),
      (unit, p) => ({ unit, doc: p.at(-1) }),
    );
  return {
    doc: String(own["name"] ?? "neuron"),
    name: "neuron",
    ...own,
    kind: "neuron",
    params: paramsOf([...path, "params"], own["params"]),
    ports: described("ports"),
    ...(own["inputs"] === undefined ? {} : { inputs: described("inputs") }),
    ...(own["functions"] === undefined ? {} : { functions: functionsOf([...path, "functions"], own["functions"]) }),
    reset: own["reset"] ?? {},
  } as unknown as Neuron;
}

/** "0.12 S/cm2", or { default: 0.12 S/cm2, min: 0, max: 1, doc: "maximal conductance density", live: true }. */
function paramsOf(path: Path, given: unknown): Data {
  const one = (p: Path, x: Data): unknown => {
    const value = quantity([...p, "default"], x["default"]);
    const limits = ["min", "max"].flatMap((key) => (x[key] === undefined ? [] : [[key, number([...p, key], x[key])]]));
    const live = x["live"] === undefined ? {} : { live: flag([...p, "live"], x["live"]) };
    return { doc: p.at(-1), ...x, default: value, unit: value.unit, ...Object.fromEntries(limits), ...live };
  };
  return eachOf(path, given ?? {}, one, (x, p) => {
    const value = quantity(p, x);
    return { default: value, unit: value.unit, doc: p.at(-1) };
  });
}

const functionsOf = (path: Path, given: unknown): Data =>
  eachOf(path, given, (p, f) => ({ ...f, of: list([...p, "of"], f["of"]) }));

function eachOf(
  path: Path,
  given: unknown,
  map: (path: Path, x: Data) => unknown,
  text?: (x: string, path: Path) => unknown,
): Data {
  return Object.fromEntries(
    entries(path, given).map(([name, x]) => {
      const at = [...path, name];
      return [name, typeof x === "string" && text !== undefined ? text(x, at) : map(at, mapping(at, x))];
    }),
  );
}

const entries = (path: Path, given: unknown): [string, unknown][] => (given === undefined || given === "" ? [] : Object.entries(mapping(path, given))); // prettier-ignore

function mapping(path: Path, x: unknown): Data {
  if (typeof x === "object" && x !== null && !Array.isArray(x)) return x as Data;
  throw new TextFault(path, x === undefined ? "is missing" : "has no parts", `Give "${path.at(-1)}:" and its parts below it, two spaces further in`); // prettier-ignore
}

function quantity(path: Path, x: unknown): Quantity {
  const found = typeof x === "string" ? quantityOf(x) : undefined;
  if (found !== undefined) return found;
  const problem = x === undefined ? "is missing" : `is ${typeof x === "string" ? `"${x.slice(0, 60)}"` : "no value"}, not a number with a unit`; // prettier-ignore
  throw new TextFault(path, problem, `Give a number and one of ${unitNames.join(", ")}`);
}

function number(path: Path, x: unknown): number {
  const value = typeof x === "string" && x.trim() !== "" ? Number(x) : NaN;
  if (Number.isFinite(value)) return value;
  throw new TextFault(path, x === undefined ? "is missing" : `is no number`, "Give a finite number");
}

function flag(path: Path, x: unknown): boolean {
  if (x === "true" || x === "false") return x === "true";
  throw new TextFault(path, "is neither true nor false", "Give true or false");
}

/** Lists of numbers in a list. */
function rows(path: Path, x: unknown): number[][] {
  if (Array.isArray(x) && x.every((row) => Array.isArray(row)))
    return (x as unknown[][]).map((row) => row.map((value) => number(path, value)));
  throw new TextFault(path, "is no list of points", "Give [x, y, z, diameter] of each in um: [[0, 0, 0, 20], [20, 0, 0, 20]]"); // prettier-ignore
}

function list(path: Path, x: unknown): string[] {
  if (Array.isArray(x)) return x.map(String);
  throw new TextFault(path, "is no list", "Give names in brackets: [soma, dend]");
}
