import { ModelError, didYouMean } from "../../errors.ts";
import type { NappRates } from "../../mechanisms/channels/napp.ts";
import type { WholeCell } from "../../network/cell.ts";
import { shown } from "../../shapes.ts";
import { mV, one, type Quantity, type Given } from "../../units.ts";
import { buildCells, checkCells, given, type Explicit } from "./cells.ts";
import { motorNeuronConfig, type MotorNeuronConfig } from "./config.ts";
import { NERLAB_FIELDS, nerlabMiddle, nerlabModel, type NerlabCell, type NerlabField } from "./nerlab.ts";
import { POWERS_FIELDS, powersMiddle, powersModel, type PowersCell, type PowersField } from "./powers2017.ts";
import { checkPool, type Generation, type Recruitment } from "./ranges.ts";
import type { RecruitmentThresholds } from "./thresholds.ts";

export type MotorNeuronModel = "NERLab" | "Powers2017";
export type MotorNeurons = WholeCell<"excitatory" | "inhibitory">;

/** Settings of the whole pool. */
export interface MotorNeuronOptions {
  /** neuromodulation of the dendritic L-type Ca2+ conductance, live; default 0.2. */
  readonly gamma?: number | Given<"1">;
  /** default -65 mV, as the published runner really starts; -67 mV is what the published loops and files ask for. */
  readonly V0?: Given<"mV">;
  /** spike detection; default 50 mV (NERLab) or 0 mV (Powers2017, whose spikes peak at 10 to 25 mV). */
  readonly threshold?: Given<"mV">;
  readonly celsius?: Quantity<"degC">; // default 36; no effect on NERLab cells
  /** reversal potentials of the receptors; defaults 70 (NERLab) or 0 (Powers2017), and -75 mV. */
  readonly e_exc?: Given<"mV">;
  readonly e_inh?: Given<"mV">;
}

export interface AlphaMotorNeuronOptions extends MotorNeuronOptions {
  /** recruitment thresholds, one per cell; parameters follow them. Else give n. */
  readonly thresholds?: RecruitmentThresholds | ArrayLike<number>;
  readonly n?: number;
  /** default: what a configuration in MyoGen's shape names, else NERLab. */
  readonly model?: MotorNeuronModel;
  /** B (default): six NERLab parameters run against the thresholds; A: the older files' direction. */
  readonly generation?: Generation;
  /** YAML text or an object in a shape that `motorNeuronConfig` documents; merged over the published ranges. */
  readonly config?: string | MotorNeuronConfig;
  /** values that win over the configuration, under the names of the reference files: { gnabar: 0.04 }. */
  readonly parameters?: Explicit<NerlabField> | Explicit<PowersField>;
}

/** A pool of alpha motor neurons, one cell per threshold (or n), in order. Receptor groups "excitatory" and "inhibitory";
 * the axon's conduction time is part of the model. Source: MyoGen's NERLab and Powers2017 pools (docs/originals.md).
 * @throws ModelError for inconsistent options, DataError for a configuration that does not parse */
export function alphaMotorNeurons(options: AlphaMotorNeuronOptions): MotorNeurons {
  const { generation = "B" } = options;
  const who = recruitment(options);
  const model = checkModel(options.model ?? motorNeuronConfig("NERLab", options.config).settings.model ?? "NERLab");
  const config = motorNeuronConfig(model, options.config);
  const { gamma, threshold } = config.settings;
  const told = { ...(gamma === undefined ? {} : { gamma }), ...(threshold === undefined ? {} : { threshold: mV(threshold) }), ...options }; // prettier-ignore
  const explicit: Explicit<string> = options.parameters ?? {};
  if (model === "NERLab") {
    const cells = buildCells(model, NERLAB_FIELDS, config.ranges, config.axon, who, {
      generation,
      middle: nerlabMiddle,
      explicit,
    });
    return nerlab(cells, told, config.napp);
  }
  const cells = buildCells(model, POWERS_FIELDS, config.ranges, config.axon, who, {
    generation,
    middle: powersMiddle,
    explicit,
  });
  return powers(cells, told);
}

/** A pool of explicitly given cells, for example those that the reference files list. Fields that a model does not
 * know are ignored; `gamma`, `rt` and `axon_delay_ms` are used where every cell has them.
 * @throws DataError when a cell lacks a parameter */
export function fromCellParameters(
  cells: readonly Readonly<Record<string, number>>[],
  model: MotorNeuronModel,
  options: MotorNeuronOptions & { readonly napp?: Partial<NappRates> } = {},
): MotorNeurons {
  return checkModel(model) === "NERLab"
    ? nerlab(checkCells<NerlabField>(model, NERLAB_FIELDS, cells), options, options.napp ?? {})
    : powers(checkCells<PowersField>(model, POWERS_FIELDS, cells), options);
}

const nerlab = (cells: readonly NerlabCell[], options: MotorNeuronOptions, rates: Partial<NappRates>): MotorNeurons =>
  nerlabModel(cells, rates, { ...options, gamma: gammaOf(cells, options) });

const powers = (cells: readonly PowersCell[], options: MotorNeuronOptions): MotorNeurons =>
  powersModel(cells, { ...options, gamma: gammaOf(cells, options) });

function gammaOf(cells: readonly { readonly gamma?: number }[], options: MotorNeuronOptions): Given<"1"> {
  if (typeof options.gamma === "number") return one(options.gamma);
  if (options.gamma !== undefined) return options.gamma;
  return given(one, cells, (c) => c.gamma ?? 0.2);
}

function recruitment({ thresholds, n }: AlphaMotorNeuronOptions): Recruitment {
  const where = "alpha motor neurons";
  if (thresholds !== undefined) {
    if (typeof thresholds !== "object" || thresholds === null) throw new ModelError(where, `has ${shown(thresholds)} for thresholds`, "Give what recruitmentThresholds() returns, or a list"); // prettier-ignore
    checkPool(where, ("rt" in thresholds ? thresholds.rt : thresholds).length);
    const rt = Float64Array.from("rt" in thresholds ? thresholds.rt : thresholds);
    if (rt.length === 0) throw new ModelError(where, "no threshold is given", "Give at least one");
    const bad = rt.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) throw new ModelError(`${where}, threshold ${bad}`, `is ${rt[bad]}`, "Give finite numbers");
    if (n === undefined || n === rt.length) return { thresholds: rt };
    throw new ModelError(where, `n is ${n}, but there are ${rt.length} thresholds`, "Leave n out");
  }
  checkPool(where, n ?? 0);
  if (n !== undefined && Number.isInteger(n) && n >= 1) return { n };
  throw new ModelError(
    where,
    `n is ${shown(n)} and there are no thresholds`,
    "Give thresholds, or a whole number of cells as n",
  );
}

function checkModel(model: MotorNeuronModel): MotorNeuronModel {
  const known: readonly string[] = ["NERLab", "Powers2017"];
  if (known.includes(model)) return model;
  throw new ModelError("alpha motor neurons", `have no model ${shown(model)}`, didYouMean(model, known));
}
