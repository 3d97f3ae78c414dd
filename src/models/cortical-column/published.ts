import { segmentDistances, segments, RECEPTORS } from "./cell-types.ts";
import type {
  ColumnCellType,
  ColumnSection,
  MechanismParameters,
  Point,
  ReceptorName,
  ReceptorParameters,
} from "./cell-types.ts";
import type { ConnectionRule } from "./connections.ts";

/** Cell types and local connections of a column: everything but its mesh and its drives. */
export interface ColumnModel {
  readonly cellTypes: readonly ColumnCellType[];
  readonly rules: readonly ConnectionRule[];
}

const FAST_EXCITATION: ReceptorParameters = { E: 0, tau1: 0.5, tau2: 5 };
const SLOW_EXCITATION: ReceptorParameters = { E: 0, tau1: 1, tau2: 20 };
const FAST_INHIBITION: ReceptorParameters = { E: -80, tau1: 0.5, tau2: 5 };
const SLOW_INHIBITION: ReceptorParameters = { E: -80, tau1: 1, tau2: 20 };

type Row = readonly [name: string, L: number, diam: number, V0: number, parent: string, parentEnd: 0 | 1, along: Point];

const [UP, DOWN, LEFT]: readonly Point[] = [[0, 0, 1], [0, 0, -1], [-1, 0, 0]]; // prettier-ignore
const [DOWN_LEFT, DOWN_RIGHT]: readonly Point[] = [[-Math.SQRT1_2, 0, -Math.SQRT1_2], [Math.SQRT1_2, 0, -Math.SQRT1_2]]; // prettier-ignore

const L2_ROWS = [
  ["soma", 22.1, 23.4, -71.46, "", 1, UP],
  ["apical_trunk", 59.5, 4.25, -71.46, "soma", 1, UP],
  ["apical_1", 306, 4.08, -71.46, "apical_trunk", 1, UP],
  ["apical_tuft", 238, 3.4, -71.46, "apical_1", 1, UP],
  ["apical_oblique", 340, 3.91, -71.46, "apical_trunk", 1, LEFT],
  ["basal_1", 85, 4.25, -71.46, "soma", 0, DOWN],
  ["basal_2", 255, 2.72, -71.46, "basal_1", 1, DOWN_LEFT],
  ["basal_3", 255, 2.72, -71.46, "basal_1", 1, DOWN_RIGHT],
] as readonly Row[];

const L5_ROWS = [
  ["soma", 39, 28.9, -72, "", 1, UP],
  ["apical_trunk", 102, 10.2, -72, "soma", 1, UP],
  ["apical_1", 680, 7.48, -71.32, "apical_trunk", 1, UP],
  ["apical_2", 680, 4.93, -69.08, "apical_1", 1, UP],
  ["apical_tuft", 425, 3.4, -67.3, "apical_2", 1, UP],
  ["apical_oblique", 255, 5.1, -72, "apical_trunk", 1, LEFT],
  ["basal_1", 85, 6.8, -72, "soma", 0, DOWN],
  ["basal_2", 255, 8.5, -72, "basal_1", 1, DOWN_LEFT],
  ["basal_3", 255, 8.5, -72, "basal_1", 1, DOWN_RIGHT],
] as readonly Row[];

type MechanismsOf = (section: string, distances: readonly number[]) => Readonly<Record<string, MechanismParameters>>;

/** Layer 2/3 pyramidal cell. Source: Jones et al. (2009), J. Neurophysiol. 102:3554-3572, as in HNN-core. */
const L2_pyramidal = (): ColumnCellType =>
  pyramidal({ name: "L2_pyramidal", shortName: "L2Pyr", layer: 2, colour: "cyan" }, L2_ROWS, 0.6195, (section) => ({
    hh2: { gnabar: section === "soma" ? 0.18 : 0.15, gkbar: 0.01, gl: 4.26e-5, el: -65 },
    km: { gbar: 250 },
  }));

/** Layer 5 pyramidal cell; its anomalous rectifier grows e-fold every 333 um from the soma. Source as above, 1.2. */
const L5_pyramidal = (): ColumnCellType =>
  pyramidal(
    { name: "L5_pyramidal", shortName: "L5Pyr", layer: 5, colour: "blue" },
    L5_ROWS,
    0.85,
    (section, distances) => {
      const soma = section === "soma";
      return {
        hh2: { gnabar: soma ? 0.16 : 0.14, gkbar: 0.01, gl: 4.26e-5, el: soma ? -65 : -71 },
        ca: { gbar: 60 },
        cad: { taur: 20 },
        kca: { gbar: 2e-4 },
        km: { gbar: 200 },
        cat: { gbar: 2e-4 },
        ar: { gbar: soma ? 1e-6 : distances.map((x) => 1e-6 * Math.exp(0.003 * x)) },
      };
    },
  );

/** Interneuron of either layer: a soma only. L5 baskets have nothing in the layers that distal inputs reach. Source as above, 1.3. */
function basket(layer: 2 | 5): ColumnCellType {
  const soma: ColumnSection = {
    name: "soma", L: 39, diam: 20, Ra: 200, cm: 0.85, nseg: 1, V0: -64.9737, direction: UP as Point,
    receptors: ["ampa", "nmda", "gabaa"],
    mechanisms: { hh2: { gnabar: 0.12, gkbar: 0.036, gl: 3e-4, el: -54.3 } },
  }; // prettier-ignore
  return {
    name: `L${layer}_basket`,
    shortName: `L${layer}Basket`,
    layer,
    role: "inhibitory",
    dipole: false,
    colour: layer === 2 ? "magenta" : "red",
    receptors: { ampa: FAST_EXCITATION, nmda: SLOW_EXCITATION, gabaa: FAST_INHIBITION },
    locations: { proximal: ["soma"], distal: layer === 2 ? ["soma"] : [] },
    sections: [soma],
  };
}

function pyramidal(
  about: Pick<ColumnCellType, "name" | "shortName" | "layer" | "colour">,
  rows: readonly Row[],
  cm: number,
  mechanisms: MechanismsOf,
): ColumnCellType {
  const shapes = rows.map(([name, L, , , parent, parentEnd]) => ({
    name,
    L,
    parentEnd,
    ...(parent === "" ? {} : { parent }),
  }));
  const sections = rows.map(([name, L, diam, V0, parent, parentEnd, direction]): ColumnSection => {
    const receptors: readonly ReceptorName[] = name === "soma" ? ["gabaa", "gabab"] : RECEPTORS;
    const hang = parent === "" ? {} : { parent, parentEnd };
    const inserted = mechanisms(name, segmentDistances(shapes, name));
    return { name, L, diam, Ra: 200, cm, nseg: segments(L), V0, ...hang, direction, receptors, mechanisms: inserted };
  });
  return {
    ...about,
    role: "excitatory",
    dipole: true,
    receptors: { ampa: FAST_EXCITATION, nmda: SLOW_EXCITATION, gabaa: FAST_INHIBITION, gabab: SLOW_INHIBITION },
    locations: { proximal: ["apical_oblique", "basal_2", "basal_3"], distal: ["apical_tuft"] },
    sections,
  };
}

type RuleRow = readonly [
  source: string,
  target: string,
  location: string,
  receptor: ReceptorName,
  weight: number,
  lamtha: number,
  autapses?: boolean,
];

const JONES_RULES = [
  ["L2_pyramidal", "L2_pyramidal", "proximal", "nmda", 0.0005, 3, false],
  ["L2_pyramidal", "L2_pyramidal", "proximal", "ampa", 0.0005, 3, false],
  ["L5_pyramidal", "L5_pyramidal", "proximal", "nmda", 0.0005, 3, false],
  ["L5_pyramidal", "L5_pyramidal", "proximal", "ampa", 0.0005, 3, false],
  ["L2_basket", "L2_pyramidal", "soma", "gabaa", 0.05, 50],
  ["L2_basket", "L2_pyramidal", "soma", "gabab", 0.05, 50],
  ["L5_basket", "L5_pyramidal", "soma", "gabaa", 0.025, 70],
  ["L5_basket", "L5_pyramidal", "soma", "gabab", 0.025, 70],
  ["L2_pyramidal", "L5_pyramidal", "proximal", "ampa", 0.00025, 3],
  ["L2_pyramidal", "L5_pyramidal", "distal", "ampa", 0.00025, 3],
  ["L2_basket", "L5_pyramidal", "distal", "gabaa", 0.001, 50],
  ["L2_pyramidal", "L2_basket", "soma", "ampa", 0.0005, 3],
  ["L2_basket", "L2_basket", "soma", "gabaa", 0.02, 20], // L2 baskets inhibit themselves, L5 baskets do not
  ["L5_basket", "L5_basket", "soma", "gabaa", 0.02, 20, false],
  ["L5_pyramidal", "L5_basket", "soma", "ampa", 0.0005, 3],
  ["L2_pyramidal", "L5_basket", "soma", "ampa", 0.00025, 3],
] as readonly RuleRow[];

/** The default network: Jones et al. (2009) as used by Neymotin et al. (2020), eLife 9:e51214. */
export const jones2009 = (): ColumnModel => ({
  cellTypes: [basket(2), L2_pyramidal(), basket(5), L5_pyramidal()],
  rules: JONES_RULES.map(localRule),
});

/** Slower and differently placed inhibition: Law et al. (2022), Cereb. Cortex 32:668-688. */
export function law2021(): ColumnModel {
  const base = jones2009();
  const weights: Readonly<Record<number, number>> = { 2: 0.0004, 6: 0.02, 7: 0.005 };
  const rules = base.rules
    .map((rule, k) => ({ ...rule, weight: weights[k] ?? rule.weight }))
    .filter((_, k) => k !== 10);
  const added = [
    localRule(["L2_basket", "L5_pyramidal", "distal", "gabab", 0.0002, 50]),
    localRule(["L5_basket", "L5_pyramidal", "distal", "gabaa", 0.025, 70]),
  ];
  const cellTypes = base.cellTypes.map((type) => {
    if (type.role === "inhibitory") return type;
    const receptors = { ...type.receptors, gabab: { E: -80, tau1: 45, tau2: 200 } };
    return {
      ...type,
      receptors,
      sections: type.name === "L5_pyramidal" ? type.sections.map(withoutSomaticCa) : type.sections,
    };
  });
  return { cellTypes, rules: [...rules, ...added] };
}

/** Distance-dependent sodium, potassium and calcium in L5 pyramidal cells: Kohl et al. (2022), Brain Topogr. 35:19-35. */
export function calcium2022(): ColumnModel {
  const base = jones2009();
  const cellTypes = base.cellTypes.map((type) => {
    if (type.name !== "L5_pyramidal") return type;
    return { ...type, sections: type.sections.map((s) => withCalcium(s, segmentDistances(type.sections, s.name))) };
  });
  return { ...base, cellTypes };
}

function localRule([source, target, location, receptor, weight, lamtha, autapses = true]: RuleRow): ConnectionRule {
  return {
    source,
    target,
    location,
    receptor,
    weight,
    delay: 1,
    lamtha,
    gain: 1,
    threshold: 0,
    autapses,
    probability: 1,
    connSeed: 3,
  };
}

function withoutSomaticCa(section: ColumnSection): ColumnSection {
  if (section.name.startsWith("apical")) return section;
  const { ca: _, ...mechanisms } = section.mechanisms;
  return { ...section, mechanisms };
}

function withCalcium(section: ColumnSection, distances: readonly number[]): ColumnSection {
  const { hh2 } = section.mechanisms;
  const ramp = (from: number, to: number, until: number): number[] =>
    distances.map((x) => from + ((to - from) * Math.min(x, until)) / until);
  const soma = section.name === "soma";
  const gnabar = soma ? 0.32 : ramp(0.32, 0.0028, 962);
  const gkbar = soma ? 0.06 : distances.map((x) => 0.06 * (Math.exp(-0.006 * x) + 1e-4));
  const ca = { gbar: soma ? 60 : ramp(10, 40, 1501) };
  return { ...section, mechanisms: { ...section.mechanisms, hh2: { ...hh2, gnabar, gkbar }, ca } };
}
