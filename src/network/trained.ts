import { didYouMean, ModelError } from "../errors.ts";
import { checkName } from "../lang/words.ts";
import { bool, finite, numbers, object, oneOf, quantity, text, whole, type Check } from "../shapes.ts";
import { canonical } from "../units.ts";
import { checkCellSignals, checkChoice } from "./check.ts";
import type { NetworkDescription, RecordingDescription, TrainedDescription, TrainedLinks } from "./description.ts";
import { cellSignals, type ClampSignal } from "./given.ts";
import { cellSignals as cellSignalsShape } from "./shape.ts";
import { TRACES, TRAINED_DEFAULTS } from "./trained-parameters.ts";

export interface TrainedOptions extends Partial<Omit<TrainedDescription, "name" | "targets" | "links">> {
  /** one for all neurons, or a list with one for each. */
  readonly targets?: ClampSignal;
  /** `source`, `target` and `w` of `sim.plasticity` go on with what was learned: `{ ...links, weight: links.w }`. */
  readonly links?: TrainedLinks;
}

/** What a user gives as plain data. */
export function trainedData(name: string, options: TrainedOptions): TrainedDescription {
  const { targets, links, ...rest } = options;
  const data = { ...TRAINED_DEFAULTS, ...rest, name };
  const { source, target, weight } = links ?? {};
  return {
    ...data,
    ...(targets === undefined ? {} : { targets: cellSignals(`trained network "${name}", targets`, targets, "1", data.n) }),
    ...(links === undefined ? {} : { links: { source: list(source), target: list(target), weight: list(weight) } }),
  };
} // prettier-ignore

const list = (of: ArrayLike<number> | undefined): number[] => (ArrayBuffer.isView(of) || Array.isArray(of) ? Array.from(of as ArrayLike<number>) : (of as never)); // prettier-ignore

interface Limits {
  readonly min?: number;
  readonly max?: number;
}

/** Parameters that entries of a batch may differ in. */
const VARIED: ReadonlyMap<string, Limits> = new Map<string, Limits>([
  ["p", { min: 0, max: 1 }],
  ["gsyn", {}],
  ["sigma", { min: 0 }],
  ["amp_current", {}],
  ["amp0", {}],
  ["vt", {}],
  ["vrest", {}],
  ["pqif", { min: 0, max: 1 }],
  ["ftrain", { min: 0, max: 1 }],
]);

export const trainedPaths = ({ name }: TrainedDescription): string[] =>
  [...VARIED.keys()].map((key) => `${name}.${key}`);

/** @throws ModelError for what such a parameter cannot be */
export function checkTrainedNumber(where: string, key: string, value: unknown): void {
  finite(where, value);
  const { min = -Infinity, max = Infinity } = VARIED.get(key) ?? {};
  if ((value as number) >= min && (value as number) <= max) return;
  throw new ModelError(where, `is ${String(value)}`, `Give ${max === Infinity ? `${min} or more` : `a number from ${min} to ${max}`}`);
} // prettier-ignore

const time = quantity("ms");
const cycles: Check = (where, x) =>
  (numbers(where, x), (x as number[]).length === 2) || wrongCycles(where, x as number[]);
function wrongCycles(where: string, { length }: readonly number[]): never {
  throw new ModelError(where, `has ${length} values`, "Give two, of the two halves of the neurons: [1, 5]");
}
const shape = object(
  {
    name: text, n: whole(1), tau_m: time, tau_s: time, loop: time, stimulus: time, nloop_train: whole(0), alpha: finite, cycles,
    ...Object.fromEntries([...VARIED.keys()].map((key) => [key, finite])),
    physicalNoise: bool, spikeRule: oneOf("effective", "intended"), noiseScheme: oneOf("halves", "held"),
  },
  { learnFrom: time, targets: cellSignalsShape, links: object({ source: numbers, target: numbers, weight: numbers }) },
); // prettier-ignore

/** @param d  what else there is: such a network stands alone
 * @throws ModelError at the first fault */
export function checkTrained(t: TrainedDescription, d: Omit<NetworkDescription, "seed" | "structureSeed">): void {
  shape("trained network", t);
  checkName("network", "trained network", t.name);
  const where = `trained network "${t.name}"`;
  const { populations, projections, clamps, gathers = [], readouts = [] } = d;
  const others = [...populations, ...projections, ...clamps, ...gathers, ...readouts];
  if (others.length > 0) throw new ModelError(where, `stands beside "${others[0]?.name}"`, "Leave it alone in its network: nothing else connects to a trained network"); // prettier-ignore
  for (const key of VARIED.keys()) checkTrainedNumber(`${where}, ${key}`, key, t[key as "p"]);
  const above: [string, number, string][] = [
    ["alpha", t.alpha, "a number"],
    ...(["tau_m", "tau_s", "loop"] as const).map((key): [string, number, string] => [key, canonical(`${where}, ${key}`, t[key], "ms"), "a time"]), // prettier-ignore
  ];
  for (const [key, value, what] of above) if (!(value > 0)) throw new ModelError(`${where}, ${key}`, `is ${value}`, `Give ${what} above 0`); // prettier-ignore
  for (const key of ["stimulus", "learnFrom"] as const) {
    const value = t[key]?.value ?? 0;
    if (!(value >= 0 && value <= t.loop.value)) throw new ModelError(`${where}, ${key}`, `is ${value} ms`, `Give a time from 0 to ${t.loop.value} ms, the loop`); // prettier-ignore
  }
  if (t.targets !== undefined) checkCellSignals(`${where}, targets`, t.targets, "1", t.n);
  if (t.links !== undefined) checkLinks(`${where}, links`, t.links, t.n);
}

function checkLinks(where: string, { source, target, weight }: TrainedLinks<readonly number[]>, n: number): void {
  if (target.length !== source.length || weight.length !== source.length) throw new ModelError(where, `have ${source.length} sources, ${target.length} targets and ${weight.length} weights`, "Give one of each for each link"); // prettier-ignore
  const seen = new Set<number>();
  source.forEach((from, k) => {
    const to = target[k] as number;
    for (const end of [from, to]) if (!(Number.isInteger(end) && end >= 0 && end < n)) throw new ModelError(`${where}[${k}]`, `has no neuron ${end}`, `They go from 0 to ${n - 1}`); // prettier-ignore
    if (from === to || seen.has(to * n + from)) throw new ModelError(`${where}[${k}]`, from === to ? `takes neuron ${from} to itself` : `is a second one from ${from} to ${to}`, "Leave it out"); // prettier-ignore
    seen.add(to * n + from);
  });
}

/** Of a neuron's traces, or of the weights: then `projection` is the network. */
export function checkTrainedRecording(r: RecordingDescription, t: TrainedDescription): void {
  const where = `recording of "${r.variable.slice(0, 100)}" in "${r.population.slice(0, 60)}"`;
  if (r.population !== t.name) throw new ModelError(where, "is of no population of this network", didYouMean(r.population.slice(0, 60), [t.name])); // prettier-ignore
  const weights = r.variable === "w" && r.projection === t.name;
  if (!weights && !TRACES.some((known) => known === r.variable)) throw new ModelError(where, "is no variable of a trained network", didYouMean(r.variable.slice(0, 100), [...TRACES])); // prettier-ignore
  checkChoice(where, r.cells, weights ? Infinity : t.n);
  if (!(canonical(`${where}, every`, r.every, "ms") > 0)) throw new ModelError(where, `is sampled every ${r.every.value} ms`, "Give an interval above 0"); // prettier-ignore
}
