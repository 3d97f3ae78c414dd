/** A small network of the page's cells as plain data: what its fields say, what links and files hold. */

export const KINDS = ["excitatory", "inhibitory"] as const;
export type SynapseKind = (typeof KINDS)[number];
export const RULES = ["probability", "in-degree"] as const;
export type RuleName = (typeof RULES)[number];

/** Neurons that come with hillock and stand beside the page's texts. */
export const SHIPPED = ["iaf_cond_exp", "adex", "izhikevich"] as const;

export interface CircuitPopulation {
  readonly name: string;
  /** Whose cells: a text of the page, "A" or "B", or a shipped neuron. */
  readonly of: string;
  readonly n: number;
  /** Hz, of the Poisson process that excites each cell on its own; 0: none. */
  readonly rate: number;
  /** of its events, in the unit of the cells' excitation. */
  readonly weight: number;
}

export interface CircuitProjection {
  readonly from: string;
  readonly to: string;
  readonly kind: SynapseKind;
  readonly rule: RuleName;
  /** of each pair, 0 to 1, or links onto each target. */
  readonly amount: number;
  /** a magnitude, in the unit of the target's synapses. */
  readonly weight: number;
  /** ms. */
  readonly delay: number;
}

export interface Circuit {
  readonly populations: readonly CircuitPopulation[];
  readonly projections: readonly CircuitProjection[];
}

/** What is wrong with a field of a circuit. */
export interface CircuitFault {
  /** "populations.0.n", "projections.2.weight". */
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Of a projection and of its draws: another projection's links do not depend on whether this one is there. */
export const projectionName = ({ from, to, kind }: CircuitProjection): string => `${from}->${to}.${kind}`;
export const driveName = (population: string): string => `${population}_drive`;

/** A population's or projection's numbers, within these limits. */
export interface NumberLimits {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}
export const POPULATION_NUMBERS = {
  n: { min: 1, max: 20_000, whole: true },
  rate: { min: 0, max: 10_000 },
  weight: { min: 0, max: 1e6 },
} as const satisfies Readonly<Record<string, NumberLimits>>;
export const PROJECTION_NUMBERS = {
  weight: { min: 0, max: 1e6 },
  delay: { min: 0.025, max: 100 },
} as const satisfies Readonly<Record<string, NumberLimits>>;

/** Names of colours of style.css: one for each population. */
export const INKS = ["accent", "warm", "violet", "l5-pyramidal", "l5-basket", "l2-pyramidal"] as const;
export const MOST_POPULATIONS = INKS.length;
export const MOST_PROJECTIONS = 24;

/** Cells of each population whose voltage is recorded, the first ones. */
export const WATCHED = 5;

/** What a page computes at most. */
export interface CircuitLimits {
  /** of all cells; a point neuron is one. */
  readonly compartments: number;
  readonly links: number;
}
export const LIMITS: Readonly<Record<"adapter" | "software", CircuitLimits>> = {
  adapter: { compartments: 20_000, links: 2_000_000 },
  software: { compartments: 2000, links: 100_000 },
};

const excites = (from: string, to: string, amount: number, weight: number, delay = 1): CircuitProjection => ({ from, to, kind: "excitatory", rule: "probability", amount, weight, delay }); // prettier-ignore
const inhibits = (from: string, to: string, amount: number, weight: number, delay = 1): CircuitProjection => ({ from, to, kind: "inhibitory", rule: "probability", amount, weight, delay }); // prettier-ignore

/** Networks to begin with. */
export const EXAMPLES: readonly (readonly [name: string, title: string, circuit: Circuit])[] = [
  ["pair", "Excitation and inhibition, of this cell", {
    populations: [
      { name: "E", of: "A", n: 80, rate: 100, weight: 2 },
      { name: "I", of: "A", n: 20, rate: 0, weight: 2 },
    ],
    projections: [excites("E", "I", 0.2, 2), inhibits("I", "E", 0.4, 5)],
  }],
  ["balanced", "Balanced network of leaky neurons", {
    populations: [
      { name: "E", of: "iaf_cond_exp", n: 320, rate: 200, weight: 4 },
      { name: "I", of: "iaf_cond_exp", n: 80, rate: 200, weight: 4 },
    ],
    projections: [excites("E", "E", 0.1, 2), excites("E", "I", 0.1, 2), inhibits("I", "E", 0.1, 25), inhibits("I", "I", 0.1, 25)],
  }],
  ["rivals", "Two rivals of adapting neurons", {
    populations: [
      { name: "Left", of: "adex", n: 50, rate: 400, weight: 8 },
      { name: "Right", of: "adex", n: 50, rate: 400, weight: 8 },
    ],
    projections: [excites("Left", "Left", 0.2, 4), excites("Right", "Right", 0.2, 4), inhibits("Left", "Right", 0.5, 10), inhibits("Right", "Left", 0.5, 10)],
  }],
  ["empty", "Nothing yet", { populations: [], projections: [] }],
]; // prettier-ignore

/** A name that no population has. */
export function freeName({ populations }: Circuit): string {
  const taken = new Set(populations.map((p) => p.name));
  for (let k = 1; ; k++) if (!taken.has(`P${k}`)) return `P${k}`;
}

/** What may change while the network runs, taken out: equal texts are one network. */
export const formOf = ({ populations, projections }: Circuit): string =>
  JSON.stringify([populations.map(({ name, of, n }) => [name, of, n]), projections.map((p) => ({ ...p, weight: 0 }))]);

const text = (x: unknown): string => (typeof x === "string" ? x.slice(0, 100) : "");
const list = (x: unknown): Readonly<Record<string, unknown>>[] =>
  Array.isArray(x) ? x.map((one: unknown) => (typeof one === "object" && one !== null ? (one as Record<string, unknown>) : {})) : []; // prettier-ignore
const number = (x: unknown): number => (typeof x === "number" ? x : NaN);
const among = <T extends string>(all: readonly T[], x: unknown): T => all.find((one) => one === x) ?? (all[0] as T);

/** A circuit from what a file or a link holds; what its parts say is judged where it is to run, and told at its field.
 * @throws Error when it is no circuit */
export function readCircuit(given: unknown): Circuit {
  if (typeof given !== "object" || given === null || !("populations" in given) || !("projections" in given))
    throw new Error('Its "circuit" has no populations and projections.');
  const [populations, projections] = [list(given.populations), list(given.projections)];
  if (populations.length > MOST_POPULATIONS || projections.length > MOST_PROJECTIONS)
    throw new Error(`Its circuit has ${populations.length} populations and ${projections.length} projections; the page takes ${MOST_POPULATIONS} and ${MOST_PROJECTIONS}.`); // prettier-ignore
  return {
    populations: populations.map((p) => ({ name: text(p["name"]), of: text(p["of"]), n: number(p["n"]), rate: number(p["rate"]), weight: number(p["weight"]) })),
    projections: projections.map((p) => ({ from: text(p["from"]), to: text(p["to"]), kind: among(KINDS, p["kind"]), rule: among(RULES, p["rule"]), amount: number(p["amount"]), weight: number(p["weight"]), delay: number(p["delay"]) })),
  }; // prettier-ignore
}
