import { ModelError } from "../errors.ts";
import type { Compartments } from "../morphology/eliminate.ts";
import { valueOf } from "../morphology/values.ts";

/** um */
export type Place = readonly [x: number, y: number, z: number];

/** Where a compartment's current leaves: a line from `start` to `end`, um. Its middle is the compartment's centre. */
export interface SourceLine {
  readonly start: Place;
  readonly end: Place;
}

export interface ConductorOptions {
  /** S/m; default 0.3. */
  readonly conductivity?: number;
  /** "psa": a point at the line's middle. "lsa": the line (Holt 1998, PhD thesis, Caltech). */
  readonly method: "psa" | "lsa";
  /** um; closer electrodes are treated as being this far. Default 0.5. */
  readonly minDistance?: number;
}

/** Potential at an electrode per membrane current of each source in an infinite, homogeneous conductor, uV/nA.
 * @throws ModelError for a conductivity or distance that is not positive, or a line without length (lsa) */
export function transferResistances(
  lines: readonly SourceLine[],
  electrode: Place,
  options: ConductorOptions,
): Float64Array {
  const { conductivity = 0.3, method, minDistance = 0.5 } = options;
  for (const [key, x] of Object.entries({ conductivity, "minimum distance": minDistance })) {
    if (!(x > 0 && Number.isFinite(x)))
      throw new ModelError("electrode", `has ${key} ${x}`, "Give a finite number above 0");
  }
  const inverseDistance = method === "psa" ? fromPoint : fromLine;
  const scale = 1000 / (4 * Math.PI * conductivity); // nA/(S/m um) = 1e-3 V
  return Float64Array.from(lines, (line) => scale * inverseDistance(line, electrode, minDistance));
}

function fromPoint({ start, end }: SourceLine, electrode: Place, minDistance: number): number {
  const middle = start.map((x, k) => (x + (end[k] as number)) / 2) as [number, number, number];
  return 1 / Math.max(Math.hypot(...minus(electrode, middle)), minDistance);
}

/** The mean of 1/distance over a line, in three forms so that no difference of nearly equal numbers is taken. */
function fromLine({ start, end }: SourceLine, electrode: Place, minDistance: number): number {
  const a = minus(end, start);
  const length = Math.hypot(...a);
  if (!(length > 0))
    throw new ModelError("electrode", "meets a line source without length", "Use the point source or give it a length");
  const b = minus(electrode, end);
  const H = dot(b, a) / length; // beyond the end, along the line
  const beyondStart = H + length;
  const across2 = Math.max(dot(b, b) - H * H, minDistance * minDistance);
  const toEnd = Math.sqrt(H * H + across2);
  const toStart = Math.sqrt(beyondStart * beyondStart + across2);
  const ratio =
    beyondStart < 0 && H < 0
      ? (toEnd - H) / (toStart - beyondStart)
      : beyondStart > 0 && H < 0
        ? ((toEnd - H) * (toStart + beyondStart)) / across2
        : (toStart + beyondStart) / (toEnd + H);
  return Math.log(ratio) / length;
}

/** The potential as a linear functional of a cell's compartment voltages: sum(weights[k] * V[k]) in uV, V in mV. With an implicit
 * step the membrane current of a compartment (capacitive, ionic and synaptic, outward) equals the net axial current into it
 * at the new voltages, so a single compartment contributes nothing. An electrode current into a cell is not part of it.
 * @param resistances  uV/nA per compartment, from `transferResistances` */
export function potentialWeights(compartments: Compartments, resistances: ArrayLike<number>, cell = 0): Float64Array {
  const weights = new Float64Array(compartments.nodes.length);
  for (const { i, j, g } of compartments.couplings) {
    const w = valueOf(g, cell) * ((resistances[i] as number) - (resistances[j] as number));
    weights[i] = (weights[i] as number) - w;
    weights[j] = (weights[j] as number) + w;
  }
  return weights;
}

/** Current source density of equally spaced contacts: minus the second difference over spacing squared; both border channels
 * extrapolated on a straight line from their neighbours.
 * @param potentials  one trace per contact, in order along the probe (uV)
 * @param spacingUm   distance between contacts
 * @returns traces in uV/um^2
 * @throws ModelError for fewer than 4 contacts, unequal lengths or a spacing that is not positive */
export function currentSourceDensity(potentials: readonly ArrayLike<number>[], spacingUm: number): Float64Array[] {
  const n = potentials.length;
  if (n < 4) throw new ModelError("current source density", `has ${n} contacts`, "Give at least 4");
  if (!(spacingUm > 0))
    throw new ModelError("current source density", `spacing is ${spacingUm} um`, "Give a distance above 0");
  const samples = potentials[0]?.length ?? 0;
  if (potentials.some((p) => p.length !== samples)) {
    throw new ModelError("current source density", "contacts have traces of different lengths", "Give equal lengths");
  }
  const at = (traces: readonly ArrayLike<number>[], k: number, t: number): number => traces[k]?.[t] as number;
  const csd = potentials.map((_, k) =>
    Float64Array.from({ length: samples }, (_, t) =>
      k === 0 || k === n - 1
        ? 0
        : -(at(potentials, k - 1, t) - 2 * at(potentials, k, t) + at(potentials, k + 1, t)) / spacingUm ** 2,
    ),
  );
  for (const [border, near, far] of [[0, 1, 2], [n - 1, n - 2, n - 3]] as const) {
    csd[border] = Float64Array.from({ length: samples }, (_, t) => 2 * at(csd, near, t) - at(csd, far, t));
  } // prettier-ignore
  return csd;
}

const minus = (a: Place, b: Place): [number, number, number] => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Place, b: Place): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
