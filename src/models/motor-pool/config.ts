import { parseDocument, YAMLError } from "yaml";
import { DataError } from "../../errors.ts";
import { textOf } from "../../shapes.ts";
import { NAPP_RATES, type NappRates, type Rate } from "../../mechanisms/channels/napp.ts";
import { asRange, asTree, cut, finite, known, shown } from "./config-values.ts";
import { fromMyogen, isMyogen, type MyogenSettings } from "./myogen-config.ts";
import { NERLAB_RANGES } from "./nerlab.ts";
import { POWERS_RANGES } from "./powers2017.ts";
import { AXON, type Axon, type Range, type Ranges } from "./ranges.ts";

/** A configuration as YAML has it, in MyoGen's own shape (`nerlab: { soma: { diameter_range: ... } }`) or in hillock's;
 * whatever is left out keeps its published value. A parameter is a number (the same for
 * all cells), [first, last, curvature], or [first, last, curvature, negative]. Keys are those of NERLAB_RANGES or
 * POWERS_RANGES.
 *
 *     soma: { diam: [78, 113, 14], gnapbar: [0.00043, 0.00067, 2.1, true] }   # um, S/cm2
 *     dend: { Ltau: [90, 47, 3, true] }                                       # ms
 *     axon: { velocity: [50, 65], length: 0.6 }                               # m/s, m
 *     napp: { m: { alpha: [0.64, 15, 4] } }     # NERLab: amplitude (1/ms), offset (mV), slope (mV) of a rate */
export interface MotorNeuronConfig {
  readonly soma?: Readonly<Record<string, number | readonly (number | boolean)[]>>;
  readonly dend?: Readonly<Record<string, number | readonly (number | boolean)[]>>;
  readonly axon?: { readonly velocity?: readonly number[]; readonly length?: number };
  readonly napp?: { readonly [gate: string]: { readonly [direction: string]: readonly number[] } };
}

export interface ResolvedConfig {
  readonly ranges: Ranges;
  readonly axon: Axon;
  readonly napp: NappRates;
  /** What a file of MyoGen says of the pool beside its cells. */
  readonly settings: MyogenSettings;
}

/** A configuration merged over the published one.
 * @param given YAML text, an object of the same shape, or nothing
 * @param file  what errors call it
 * @throws DataError for text that is not YAML, an unknown key, or a value of another shape */
export function motorNeuronConfig(
  model: "NERLab" | "Powers2017",
  given: string | MotorNeuronConfig | undefined,
  file = `${model} configuration`,
): ResolvedConfig {
  const defaults = model === "NERLab" ? NERLAB_RANGES : POWERS_RANGES;
  const whole = asTree(file, typeof given === "string" ? parseYaml(file, given) : (given ?? {}));
  const { tree, settings } = isMyogen(whole) ? fromMyogen(file, model, whole) : { tree: whole, settings: {} };
  const top = [...Object.keys(defaults), "axon", ...(model === "NERLab" ? ["napp"] : [])];
  for (const key of Object.keys(tree)) known(file, key, top);
  const ranges = Object.fromEntries(
    Object.entries(defaults).map(([section, own]) => [section, mergeRanges(`${file}, ${section}`, own, tree[section])]),
  );
  return {
    ranges,
    axon: mergeAxon(`${file}, axon`, tree["axon"]),
    napp: mergeNapp(`${file}, napp`, tree["napp"]),
    settings,
  };
}

/** Warnings (an unknown tag) count as errors, and aliases are few: a configuration has no need of either. */
function parseYaml(file: string, text: string): unknown {
  const content = textOf(file, text);
  let tree: unknown;
  try {
    const parsed = parseDocument(content, { logLevel: "error" }); // "silent" would take the first of several documents
    const [wrong] = [...parsed.errors, ...parsed.warnings];
    if (wrong !== undefined) throw wrong;
    tree = parsed.toJS({ maxAliasCount: 100 });
    JSON.stringify(tree); // refuses what holds itself, or is nested too deep to read
  } catch (error) {
    const line = error instanceof YAMLError ? error.linePos?.[0].line : undefined;
    throw new DataError(
      line === undefined ? file : `${file}, line ${line}`,
      cut((error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? ""),
      "Correct the YAML: a plain mapping of names to numbers and lists",
    );
  }
  return tree ?? {};
}

function mergeRanges(where: string, own: Ranges[string], given: unknown): Ranges[string] {
  if (given === undefined || given === null) return own;
  const merged: Record<string, Range> = { ...own };
  for (const [key, value] of Object.entries(asTree(where, given))) {
    known(where, key, Object.keys(own));
    merged[key] = asRange(`${where}.${key}`, value);
  }
  return merged;
}

function mergeAxon(where: string, given: unknown): Axon {
  if (given === undefined || given === null) return AXON;
  const tree = asTree(where, given);
  for (const key of Object.keys(tree)) known(where, key, Object.keys(AXON));
  const { velocity = AXON.velocity, length = AXON.length } = tree;
  const [first, last, ...rest] = Array.isArray(velocity) ? (velocity as unknown[]) : [];
  if (!(finite(first) && finite(last) && first > 0 && last > 0 && rest.length === 0)) {
    throw new DataError(`${where}.velocity`, `is ${shown(velocity)}`, "Give [first, last] in m/s, above 0");
  }
  if (!(finite(length) && length >= 0))
    throw new DataError(`${where}.length`, `is ${shown(length)}`, "Give metres, at least 0");
  return { velocity: [first, last], length };
}

function mergeNapp(where: string, given: unknown): NappRates {
  if (given === undefined || given === null) return NAPP_RATES;
  const own: Readonly<Record<string, Readonly<Record<string, Rate>>>> = { ...NAPP_RATES };
  const merged: Record<string, Record<string, Rate>> = Object.fromEntries(
    Object.entries(own).map(([gate, rates]) => [gate, { ...rates }]),
  );
  for (const [gate, rates] of Object.entries(asTree(where, given))) {
    known(where, gate, Object.keys(own));
    for (const [direction, rate] of Object.entries(asTree(`${where}.${gate}`, rates))) {
      known(`${where}.${gate}`, direction, Object.keys(own[gate] ?? {}));
      merged[gate] = { ...merged[gate], [direction]: asRate(`${where}.${gate}.${direction}`, rate) };
    }
  }
  return merged as unknown as NappRates; // the keys were checked one by one
}

function asRate(where: string, value: unknown): Rate {
  if (Array.isArray(value) && value.length === 3) {
    const [amplitude, offset, slope] = value as unknown[];
    if (finite(amplitude) && finite(offset) && finite(slope) && amplitude >= 0 && slope > 0)
      return [amplitude, offset, slope];
  }
  throw new DataError(
    where,
    `is ${shown(value)}`,
    "Give [amplitude, offset, slope], amplitude at least 0 and slope above 0",
  );
}
