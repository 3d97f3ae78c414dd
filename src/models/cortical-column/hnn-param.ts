import { decimal } from "../../decimal.ts";
import { DataError } from "../../errors.ts";
import { linesOf } from "../../shapes.ts";
import type { ColumnCellType, ReceptorName, ReceptorParameters } from "./cell-types.ts";
import { RECEPTORS } from "./cell-types.ts";
import { DriveSeeds, type ParamKeys } from "./hnn-seeds.ts";
import { layOut } from "./layout.ts";
import type { BurstyDrive, EvokedDrive, PoissonDrive, TonicBias } from "./drives.ts";
import { jones2009, type ColumnModel } from "./published.ts";
import type { HnnFile } from "./hnn-file.ts";

const TYPES: ReadonlyMap<string, string> = new Map([["L2Basket", "L2_basket"], ["L2Pyr", "L2_pyramidal"], ["L5Basket", "L5_basket"], ["L5Pyr", "L5_pyramidal"]]); // prettier-ignore
const SHORT: ReadonlyMap<string, string> = new Map([...TYPES].map(([short, name]) => [name, short]));
/** ms, of Gaussian inputs of files that do not say it. */
const SIGMAS: Readonly<Record<string, number>> = { L2_basket: 3.6, L2_pyramidal: 3.6, L5_pyramidal: 4.8, L5_basket: 2 };
const LINE = /^\s*([A-Za-z_]\w*)\s*:\s*(.*?)\s*$/;
const MOST_LINES = 100_000;

/** A parameter as a file has it. */
export interface ParamEntry {
  readonly key: string;
  readonly text: string;
  readonly where: string;
}

/** The lines of a `.param`.
 * @throws DataError with the line that is no "key: value" */
export function linesOfParam(text: string, name: string): ParamEntry[] {
  const lines = linesOf(name, text);
  if (lines.length > MOST_LINES) throw new DataError(name, `has ${lines.length} lines`, `Give at most ${MOST_LINES}`);
  return lines.flatMap((content, k) => {
    const bare = content.replace(/#.*$/, "");
    if (bare.trim() === "") return [];
    const found = LINE.exec(bare.slice(0, 2000));
    if (found === null) throw new DataError(`${name}, line ${k + 1}`, `is no "key: value": "${bare.trim().slice(0, 60)}"`, "Give one parameter on each line"); // prettier-ignore
    const [, key, value] = found as unknown as [string, string, string];
    return [{ key, text: value, where: `${name}, line ${k + 1}` }];
  });
}

/** The keys of a file, each asked for at most once, so that what nobody asks for can be said. */
class Keys implements ParamKeys {
  readonly #values = new Map<string, ParamEntry>();
  readonly #asked = new Set<string>();
  readonly #name: string;

  constructor(entries: readonly ParamEntry[], name: string) {
    this.#name = name;
    for (const entry of entries) {
      const before = this.#values.get(entry.key);
      if (before !== undefined && before.text !== entry.text) throw new DataError(entry.where, `gives ${entry.key.slice(0, 60)} another value than ${before.where.slice(name.length + 2)}`, "Give it once"); // prettier-ignore
      this.#values.set(entry.key, entry);
    }
    if (this.#values.size === 0) throw new DataError(name, "has no parameters", 'Give lines of "key: value"');
  }

  /** Undefined where the file does not have it. */
  number(key: string): number | undefined {
    this.#asked.add(key);
    const found = this.#values.get(key);
    if (found === undefined || found.text === "") return undefined;
    const value = decimal(found.text);
    if (Number.isFinite(value)) return value;
    throw new DataError(found.where, `${key} is "${found.text.slice(0, 60)}"`, "Give a number");
  }

  /** Whether it is true, as Python and HNN write it. */
  flag(key: string): boolean {
    this.#asked.add(key);
    const { text = "0" } = this.#values.get(key) ?? {};
    if (/^(?:0|0\.0|false|)$/i.test(text)) return false;
    return /^(?:1|1\.0|true)$/i.test(text) || this.fail(key, `is "${text.slice(0, 60)}"`, "Give 0 or 1");
  }

  whole(key: string, min: number, otherwise: number): number {
    const value = this.number(key);
    if (value === undefined) return otherwise;
    if (Number.isSafeInteger(value) && value >= min) return value;
    return this.fail(key, `is ${value}`, `Give a whole number, at least ${min}`);
  }

  fail(key: string, problem: string, remedy: string): never {
    throw new DataError(this.#values.get(key)?.where ?? this.#name, `${key} ${problem}`, remedy);
  }

  matching(pattern: RegExp): RegExpExecArray[] {
    return [...this.#values.keys()].map((key) => pattern.exec(key)).filter((m) => m !== null);
  }

  unasked(): string[] {
    return [...this.#values.keys()].filter((key) => !this.#asked.has(key));
  }
}

/** Legacy parameters of HNN. Drives become those that hnn-core's conversion makes: `evprox_1` and `evdist_1` ..., rhythmic
 * inputs as bursts, Poisson and Gaussian inputs, tonic currents.
 * @param isLegacy  whether of a `.param`, whose drives the conversion lets count all cells; of a flat JSON they count those with a place for a weight */
export function hnnParam(entries: readonly ParamEntry[], name: string, isLegacy: boolean): HnnFile {
  const keys = new Keys(entries, name);
  const tstop = keys.number("tstop");
  const dt = keys.number("dt");
  const mesh = [keys.whole("N_pyr_x", 1, 10), keys.whole("N_pyr_y", 1, 10)] as const;
  const model = modelOf(keys);
  const end = tstop ?? 170;
  const seeds = new DriveSeeds(keys, layOut(model.cellTypes, { mesh }), end, isLegacy);
  const drives = [
    ...evoked(keys, seeds),
    ...rhythmic(keys, end, seeds),
    ...poisson(keys, end, seeds),
    ...gaussian(keys, end, seeds),
    ...tonic(keys, end),
  ];
  checkCells(keys, model.cellTypes);
  const left = keys.unasked();
  const shown = left.slice(0, 8).join(", ");
  const notes = left.length === 0 ? [] : [`${left.length} parameters are not read, the column keeps its own: ${shown}${left.length > 8 ? ", ..." : ""}`]; // prettier-ignore
  return { model, drives, mesh, tstop, dt, notes };
}

/** Sections by the names of a file. */
const SECTIONS = ["soma", "apical_trunk", "apical_1", "apical_2", "apical_tuft", "apical_oblique", "basal_1", "basal_2", "basal_3"]; // prettier-ignore

/** What a file says of cells has to be the column's: L and diam of a section, cm, Ra and mechanisms of the soma and of all dendrites.
 * @throws DataError with the line of what is not */
function checkCells(keys: Keys, types: readonly ColumnCellType[]): void {
  const same = (key: string, want: number | undefined): void => {
    const value = want === undefined ? undefined : keys.number(key);
    if (value === undefined || want === undefined || Math.abs(value - want) <= 1e-6 * Math.abs(want)) return;
    keys.fail(key, `is ${value}, where the column has ${want}`, "Cells are the column's own; change a copy of jones2009() in a script"); // prettier-ignore
  };
  for (const type of types) {
    const short = SHORT.get(type.name);
    for (const name of SECTIONS) {
      const section = type.sections.find((s) => s.name === name);
      for (const key of ["L", "diam"] as const) same(`${short}_${name.replace("_", "")}_${key}`, section?.[key]);
    }
    for (const part of ["soma", "dend"]) {
      const section = type.sections.find((s) => (s.name === "soma") === (part === "soma"));
      for (const key of ["cm", "Ra"] as const) same(`${short}_${part}_${key}`, section?.[key]);
      for (const [mechanism, values] of Object.entries(section?.mechanisms ?? {}))
        for (const [param, want] of Object.entries(values)) same(`${short}_${part}_${param}_${mechanism}`, typeof want === "number" ? want : 1e-6); // prettier-ignore
    }
  }
  const celsius = keys.number("celsius");
  if (celsius !== undefined && celsius !== 37) keys.fail("celsius", `is ${celsius}`, "The column is at 37");
}

function modelOf(keys: Keys): ColumnModel {
  const { cellTypes, rules } = jones2009();
  return {
    cellTypes: cellTypes.map((type) => ({ ...type, receptors: receptorsOf(keys, type) })),
    rules: rules.map((rule) => {
      const pair = `gbar_${SHORT.get(rule.source)}_${SHORT.get(rule.target)}`;
      const weight = keys.number(`${pair}_${rule.receptor}`) ?? keys.number(pair) ?? rule.weight;
      return { ...rule, weight };
    }),
  };
}

function receptorsOf(keys: Keys, type: ColumnCellType): ColumnCellType["receptors"] {
  const found = RECEPTORS.flatMap((receptor): [ReceptorName, ReceptorParameters][] => {
    const known = type.receptors[receptor];
    if (known === undefined) return [];
    const of = (what: string): number | undefined => keys.number(`${SHORT.get(type.name)}_${receptor}_${what}`);
    return [[receptor, { E: of("e") ?? known.E, tau1: of("tau1") ?? known.tau1, tau2: of("tau2") ?? known.tau2 }]];
  });
  return Object.fromEntries(found);
}

/** Weights by cell type, under names that begin and end as told; of several that are there the last one's. */
function weights(keys: Keys, ...named: ((short: string) => string)[]): Record<string, number> | undefined {
  const found = [...TYPES].flatMap(([short, type]): [string, number][] => {
    const weight = named.reduce<number | undefined>((known, key) => keys.number(key(short)) ?? known, undefined);
    return weight === undefined || weight === 0 ? [] : [[type, weight]];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** Delays of hnn-core's conversion: 0.1 ms to layer 2 and 1 ms to layer 5 proximally, 0.1 ms distally. */
const delaysFor = (targets: readonly string[], of: (type: string) => number): Record<string, number> =>
  Object.fromEntries(targets.map((type) => [type, of(type)]));

function wiring(
  ampa: Record<string, number> | undefined,
  nmda: Record<string, number> | undefined,
  delay: (type: string) => number,
) {
  // prettier-ignore
  const targets = [...new Set([...Object.keys(ampa ?? {}), ...Object.keys(nmda ?? {})])];
  return {
    ...(ampa === undefined ? {} : { weightsAmpa: ampa }),
    ...(nmda === undefined ? {} : { weightsNmda: nmda }),
    synapticDelays: delaysFor(targets, delay),
  };
}

const byLayer = (type: string): number => (type.startsWith("L2") ? 0.1 : 1);

function evoked(keys: Keys, seeds: DriveSeeds): EvokedDrive[] {
  const together = keys.flag("sync_evinput") ? { cellSpecific: false, nDriveCells: 1 } : {}; // one drive cell for all targets
  return keys.matching(/^t_(ev(prox|dist)_(\d+))$/).flatMap(([key, name = "", side]) => {
    const mu = keys.number(key);
    const sigma = keys.number(`sigma_t_${name}`) ?? 0;
    const numspikes = keys.whole(`numspikes_${name}`, 0, 1);
    const drive = name.replace("_", "");
    const eventSeed = seeds.of(drive, `prng_seedcore_${name}`);
    const both = (short: string): string => `gbar_${name}_${short}`; // of files before NMDA had weights of its own
    const ampa = weights(keys, both, (short) => `${both(short)}_ampa`);
    const nmda = weights(keys, both, (short) => `${both(short)}_nmda`);
    if (mu === undefined || numspikes === 0 || (ampa === undefined && nmda === undefined)) return [];
    const location = side === "prox" ? "proximal" : "distal";
    const delay = side === "prox" ? byLayer : (): number => 0.1;
    const cells = "nDriveCells" in together ? together : { cellTypes: seeds.typesOf(drive) };
    return [{ kind: "evoked", name: drive, mu, sigma, numspikes, eventSeed, location, ...cells, ...wiring(ampa, nmda, delay) }]; // prettier-ignore
  });
}

function rhythmic(keys: Keys, end: number, seeds: DriveSeeds): BurstyDrive[] {
  return (["prox", "dist"] as const).flatMap((side): BurstyDrive[] => {
    const [tstart, rate] = [keys.number(`t0_input_${side}`), keys.number(`f_input_${side}`)];
    const stop = keys.number(`tstop_input_${side}`) ?? end;
    const common = {
      tstartStd: keys.number(`t0_input_stdev_${side}`) ?? 0,
      burstStd: keys.number(`f_stdev_${side}`) ?? 0,
      numspikes: keys.whole(`events_per_cycle_${side}`, 1, 2),
      nDriveCells: keys.whole(`repeats_${side}`, 1, 10),
      eventSeed: seeds.of(side === "prox" ? "bursty1" : "bursty2", `prng_seedcore_input_${side}`),
    };
    const ampa = weights(keys, (short) => `input_${side}_A_weight_${short}_ampa`);
    const nmda = weights(keys, (short) => `input_${side}_A_weight_${short}_nmda`);
    const delays = { L2: keys.number(`input_${side}_A_delay_L2`) ?? 0.1, L5: keys.number(`input_${side}_A_delay_L5`) ?? 1 }; // prettier-ignore
    if (tstart === undefined || rate === undefined || tstart < 0 || tstart >= end || (ampa ?? nmda) === undefined) return []; // prettier-ignore
    const location = side === "prox" ? "proximal" : "distal";
    const delay = (type: string): number => (type.startsWith("L2") ? delays.L2 : delays.L5);
    return [{ kind: "bursty", name: `bursty_${side}`, tstart, tstop: Math.min(stop, end), burstRate: rate, spikeIsi: 10, location, ...common, ...wiring(ampa, nmda, delay) }]; // prettier-ignore
  });
}

/** Of Poisson and Gaussian inputs: 1 ms but to pyramidal cells of layer 2. */
const continuous = (type: string): number => (type === "L2_pyramidal" ? 0.1 : 1);

function poisson(keys: Keys, end: number, seeds: DriveSeeds): PoissonDrive[] {
  const tstart = keys.number("t0_pois") ?? 0;
  const stop = keys.number("T_pois") ?? -1;
  const eventSeed = seeds.of("extpois", "prng_seedcore_extpois");
  const ampa = weights(keys, (short) => `${short}_Pois_A_weight_ampa`);
  const nmda = weights(keys, (short) => `${short}_Pois_A_weight_nmda`);
  const rates = [...TYPES].map(([short, type]) => [type, keys.number(`${short}_Pois_lamtha`) ?? 0] as const);
  const targets = new Set([...Object.keys(ampa ?? {}), ...Object.keys(nmda ?? {})]);
  const rateConstant = Object.fromEntries(rates.filter(([type, rate]) => targets.has(type) && rate > 0));
  const active = (by: Record<string, number> | undefined): Record<string, number> | undefined => {
    const kept = Object.entries(by ?? {}).filter(([type]) => Object.hasOwn(rateConstant, type));
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  };
  const tstop = stop < 0 ? end : Math.min(stop, end);
  if (Object.keys(rateConstant).length === 0 || !(tstart < tstop)) return [];
  return [{ kind: "poisson", name: "extpois", rateConstant, tstart, tstop, location: "proximal", eventSeed, cellTypes: seeds.typesOf("extpois"), ...wiring(active(ampa), active(nmda), continuous) }]; // prettier-ignore
}

/** Fifty events about a time that each cell type has of its own: a drive for all types with the same. Those behind the end are off. */
function gaussian(keys: Keys, end: number, seeds: DriveSeeds): EvokedDrive[] {
  const eventSeed = seeds.of("extgauss", "prng_seedcore_extgauss");
  const groups = new Map<string, { mu: number; sigma: number; weights: Record<string, number> }>();
  for (const [short, type] of TYPES) {
    const [weight, mu, sigma] = ["A_weight", "mu", "sigma"].map((what) => keys.number(`${short}_Gauss_${what}`));
    if (weight === undefined || weight === 0 || (mu ?? Infinity) >= end) continue;
    const group = groups.get(`${mu} ${sigma}`) ?? { mu: mu as number, sigma: sigma ?? SIGMAS[type] ?? 0, weights: {} };
    group.weights[type] = weight;
    groups.set(`${mu} ${sigma}`, group);
  }
  return [...groups.values()].map(({ mu, sigma, weights: weightsAmpa }) => ({
    kind: "evoked",
    name: groups.size === 1 ? "extgauss" : `extgauss_${Object.keys(weightsAmpa).join("_")}`,
    mu,
    sigma,
    numspikes: 50,
    spaceConstant: 100,
    location: "proximal",
    eventSeed,
    cellTypes: seeds.typesOf("extgauss"),
    ...wiring(weightsAmpa, undefined, continuous),
  }));
}

function tonic(keys: Keys, end: number): TonicBias[] {
  return [...TYPES].flatMap(([short, type]): TonicBias[] => {
    // of baskets, which are somata alone, HNN leaves "_soma" out
    const of = (what: string): number | undefined =>
      keys.number(`Itonic_${what}_${short}_soma`) ?? keys.number(`Itonic_${what}_${short}`);
    const amplitude = of("A") ?? 0;
    const t0 = of("t0") ?? 0;
    const stop = of("T") ?? -1;
    const tstop = stop < 0 ? end : Math.min(stop, end);
    return amplitude === 0 || !(t0 < tstop) ? [] : [{ kind: "tonic", amplitude: { [type]: amplitude }, t0, tstop }];
  });
}
