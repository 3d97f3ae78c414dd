import { DataError } from "../../errors.ts";
import { NAPP_RATES } from "../../mechanisms/channels/napp.ts";
import { asRange, asTree, finite, known, shown, type Tree } from "./config-values.ts";

/** Configurations in the shape of MyoGen's files (`alpha_mn_default.yaml` and its like): both models in one file, each parameter as `<name>_range`,
 * what every cell has beside. They become trees of hillock's shape. */

/** What of a file is of the pool. */
export interface MyogenSettings {
  readonly model?: "NERLab" | "Powers2017";
  readonly gamma?: number;
  /** mV, of NERLab cells: at the file's 50 mV no Powers2017 cell would spike. */
  readonly threshold?: number;
}

interface Section {
  /** hillock's name of the section. */
  readonly to: string;
  /** hillock's name of each range. */
  readonly ranges: Readonly<Record<string, string>>;
  /** What cells have that no range is of. */
  readonly fixed: Readonly<Record<string, number>>;
}

const NERLAB: Readonly<Record<string, Section>> = {
  soma: {
    to: "soma",
    ranges: { diameter_range: "diam", gnabar_range: "gnabar", gnapbar_range: "gnapbar", gkfbar_range: "gkfbar", gksbar_range: "gksbar", mact_range: "mact", rinact_range: "rinact", gls_range: "gl" },
    fixed: { ena: 120, ek: -10, el_napp: 0, vtraub_napp: 0, Ra: 70, cm: 1 },
  },
  dendrite: {
    to: "dend",
    ranges: { diameter_range: "diam", length_range: "L", gcaLbar_range: "gcaLbar", vtraub_caL_range: "vtraub", ltau_caL_range: "Ltau", gl_caL_range: "gl" },
    fixed: { Ra: 70, cm: 1, ecaL: 140, el_caL: 0 },
  },
}; // prettier-ignore
const POWERS: Readonly<Record<string, Section>> = {
  soma: {
    to: "soma",
    ranges: { length_range: "L", diameter_range: "diam", capacitance_range: "cm", passive_conductance_range: "g_pas", passive_reversal_range: "e_pas", na3rp_conductance_range: "gbar_na3rp", naps_conductance_range: "gbar_naps", kdrrl_conductance_range: "gMax_kdrRL", mahp_ca_conductance_range: "gcamax_mAHP", mahp_k_conductance_range: "gkcamax_mAHP", mahp_tau_range: "tau_mAHP", gh_conductance_range: "ghbar" },
    fixed: {},
  },
  dendrite: {
    to: "dend",
    ranges: { length_range: "L", diameter_range: "diam", passive_conductance_range: "g_pas", passive_reversal_range: "e_pas", resistance_range: "Ra", capacitance_range: "cm", gh_conductance_range: "ghbar", ca_theta_m_range: "theta_m", ca_theta_h_range: "theta_h" },
    fixed: {},
  },
}; // prettier-ignore
const DENDRITES = "ca_conductance_ranges";
const SHAPES = { NERLab: { key: "nerlab", sections: NERLAB }, Powers2017: { key: "powers2017", sections: POWERS } };

const TOP = ["model", "mode", "axon_velocities", "axon_length", "gamma", "lambda_factor", "initial_voltage__mV", "spike_threshold__mV", "nerlab", "powers2017"]; // prettier-ignore

export const isMyogen = (tree: Tree): boolean => Object.keys(tree).some((key) => TOP.includes(key));

/** A tree of hillock's shape, of one of the models. `initial_voltage__mV` is read over, as MyoGen's runner starts at -65 mV whatever it is.
 * @throws DataError with the key that is unknown, of another shape, or says what hillock's cells are not */
export function fromMyogen(file: string, model: "NERLab" | "Powers2017", given: Tree): { tree: Tree; settings: MyogenSettings } {
  for (const key of Object.keys(given)) known(file, key, TOP);
  const named = modelIn(`${file}, model`, given["model"]);
  if ((given["mode"] ?? "active") !== "active") throw new DataError(`${file}, mode`, `is ${shown(given["mode"])}`, "Give active: the published cells have no other");
  same(`${file}, lambda_factor`, given["lambda_factor"], model === "Powers2017" ? 1 : undefined);
  const [gamma, threshold] = ["gamma", "spike_threshold__mV"].map((key) => number(`${file}, ${key}`, given[key]));
  const { key, sections } = SHAPES[model];
  const own = given[key] === undefined || given[key] === null ? {} : asTree(`${file}, ${key}`, given[key]);
  for (const name of Object.keys(own)) known(`${file}, ${key}`, name, [...Object.keys(sections), ...(model === "NERLab" ? ["napp"] : [])]);
  const ranges = Object.entries(sections).map(([name, section]) => [section.to, sectionOf(`${file}, ${key}.${name}`, section, own[name], model)] as const);
  const axon = { ...(given["axon_velocities"] === undefined ? {} : { velocity: given["axon_velocities"] }), ...(given["axon_length"] === undefined ? {} : { length: given["axon_length"] }) };
  const napp = model === "NERLab" ? { napp: rates(`${file}, ${key}.napp`, own["napp"]) } : {};
  const settings = {
    ...(named === undefined ? {} : { model: named }),
    ...(gamma === undefined ? {} : { gamma }),
    ...(threshold === undefined || model !== "NERLab" ? {} : { threshold }),
  } as const;
  return { tree: { ...Object.fromEntries(ranges), axon, ...napp }, settings };
} // prettier-ignore

function modelIn(where: string, value: unknown): MyogenSettings["model"] {
  if (value === undefined || value === "NERLab" || value === "Powers2017") return value;
  throw new DataError(where, `is ${shown(value)}`, "Give NERLab or Powers2017");
}

function number(where: string, value: unknown): number | undefined {
  if (value === undefined || finite(value)) return value;
  throw new DataError(where, `is ${shown(value)}`, "Give a number");
}

function same(where: string, value: unknown, want: number | undefined): void {
  const given = number(where, value);
  if (given === undefined || want === undefined || given === want) return;
  throw new DataError(where, `is ${given}, where hillock's cells have ${want}`, `Give ${want}, or change a cell in a script`); // prettier-ignore
}

function sectionOf(where: string, { ranges, fixed }: Section, given: unknown, model: "NERLab" | "Powers2017"): Tree {
  if (given === undefined || given === null) return {};
  const tree = asTree(where, given);
  const four = model === "Powers2017" && where.endsWith("dendrite") ? [DENDRITES] : [];
  const found: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(tree)) {
    known(where, key, [...Object.keys(ranges), ...Object.keys(fixed), ...four]);
    if (Object.hasOwn(fixed, key)) same(`${where}.${key}`, value, fixed[key]);
    else if (key === DENDRITES) Object.assign(found, dendrites(`${where}.${key}`, value));
    else found[ranges[key] as string] = ranged(`${where}.${key}`, value);
  }
  return found;
}

/** As it is written, once it is known to be one. */
function ranged(where: string, value: unknown): unknown {
  asRange(where, value);
  return value;
}

function dendrites(where: string, given: unknown): Tree {
  if (!Array.isArray(given) || given.length !== 4) throw new DataError(where, `is ${shown(given)}`, "Give a range for each of the four dendrites"); // prettier-ignore
  return Object.fromEntries(given.map((range, k) => [`gcabar_d${k}`, ranged(`${where}[${k}]`, range)]));
}

/** Rates of hillock's shape: three numbers for each, those that are left out as published. A slope is `k`, of exponentials `tau`. */
function rates(where: string, given: unknown): Tree {
  if (given === undefined || given === null) return {};
  const tree = asTree(where, given);
  const slots = Object.entries(NAPP_RATES).flatMap(([gate, directions]) =>
    Object.entries(directions as Readonly<Record<string, readonly number[]>>).flatMap(([direction, usual]) => {
      const slope = ["h_alpha", "n_beta"].includes(`${gate}_${direction}`) ? "tau" : "k";
      return ["A", "v_offset", slope].map((what, k) => ({ gate, direction, k, key: `${gate}_${direction}_${what}`, usual }));
    }),
  );
  const found: Record<string, Record<string, number[]>> = {};
  for (const key of Object.keys(tree)) known(where, key, slots.map((slot) => slot.key));
  for (const { gate, direction, k, key, usual } of slots) {
    const rate = ((found[gate] ??= {})[direction] ??= [...usual]);
    rate[k] = number(`${where}.${key}`, tree[key]) ?? (usual[k] as number);
  }
  return found;
} // prettier-ignore
