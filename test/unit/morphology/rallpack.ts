import type { Section } from "../../../src/morphology/tree.ts";

/** The three Rallpacks (Bhalla, Bilitch, Bower 1992, Trends in Neurosciences 15:453-458). */
export const RALLPACK = {
  Cm: 1, // uF/cm2
  Ra: 100, // ohm cm
  Rm: 40_000, // ohm cm2
  EL: -65, // mV
  currentNa: 0.1, // into the first end from t = 0
} as const;

/** Rallpack 1 and 3: 1 mm x 1 um in equal compartments. */
export const cableSections = (compartments = 1000): Section[] => [
  { name: "cable", L: 1000, diam: 1, Ra: RALLPACK.Ra, nseg: compartments },
];

/** Rallpack 2: a binary tree of 10 levels, one compartment a branch. Branch k of level l hangs on branch k >> 1 of level l - 1. */
export function branchSections(levels = 10): Section[] {
  const sections: Section[] = [];
  for (let level = 0; level < levels; level++) {
    const [L, diam] = [32 / 2 ** (level / 3), 16 / 2 ** ((2 * level) / 3)];
    for (let k = 0; k < 2 ** level; k++) {
      const hang = level === 0 ? {} : { parent: `b${level - 1}_${k >> 1}` };
      sections.push({ name: `b${level}_${k}`, L, diam, Ra: RALLPACK.Ra, ...hang });
    }
  }
  return sections;
}

/** A passive cylinder with sealed ends and a current step into its end X = 0. */
export interface Cylinder {
  /** length in length constants */
  readonly L: number;
  /** input resistance of the cylinder continued for ever, MOhm */
  readonly infinite: number;
}

export const CABLE: Cylinder = cylinder(1, 1000);
/** Rall's 3/2 power law holds at every branching, so the tree is one cylinder: each level is 0.008 length constants long. */
export const BRANCH: Cylinder = cylinder(16, 320);

function cylinder(diamUm: number, lengthUm: number): Cylinder {
  const { Ra, Rm } = RALLPACK;
  const lambdaUm = Math.sqrt(((diamUm * 1e-4) / 4) * (Rm / Ra)) * 1e4;
  return { L: lengthUm / lambdaUm, infinite: (0.01 * Ra * lambdaUm) / (Math.PI * (diamUm / 2) ** 2) };
}

/** Voltage (mV) at X length constants from the injected end, t ms after the step: the steady profile minus its expansion in the
 * cylinder's cosines, each decaying with its own time constant (Rall 1969, Biophys. J. 9:1483-1508). */
export function stepResponse({ L, infinite }: Cylinder, X: number, tMs: number): number {
  if (tMs <= 0) return RALLPACK.EL;
  const T = tMs / (RALLPACK.Rm * RALLPACK.Cm * 1e-3);
  let transient = Math.exp(-T) / L;
  for (let n = 1; ; n++) {
    const rate = 1 + ((n * Math.PI) / L) ** 2;
    const term = ((2 / L) * Math.exp(-rate * T)) / rate;
    transient += term * Math.cos((n * Math.PI * X) / L);
    if (term < 1e-17) break;
  }
  const steady = Math.cosh(L - X) / Math.sinh(L);
  return RALLPACK.EL + RALLPACK.currentNa * infinite * (steady - transient);
}
