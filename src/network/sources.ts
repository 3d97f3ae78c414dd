import { ModelError } from "../errors.ts";
import { stepsWithin } from "../steps.ts";
import { optionsOf } from "../shapes.ts";
import {
  canonical,
  canonicalValues,
  isQuantities,
  isQuantity,
  ms,
  type Quantities,
  type Quantity,
  type Unit,
} from "../units.ts";
import type { PortSources, RenewalSources, SourceModel, TrainSources } from "./description.ts";
import { drive, type Signal } from "./signal.ts";

/** A rate: constant, one constant per cell, a signal shared by all cells, or several signals with an index per cell. */
export type RateLike =
  | Quantity<"Hz">
  | Quantities<"Hz">
  | Signal<"Hz">
  | { readonly signals: readonly Signal<"Hz">[]; readonly signalOfCell: readonly number[] };

/** A source model that still has to learn how many cells there are. */
export type SourceModelOf = (n: number) => SourceModel;

export interface RenewalOptions {
  readonly rate: RateLike;
  /** time between the draw and the spike (default 0): the rate acts this much later. */
  readonly latency?: Quantity<"ms">;
}

/** Poisson processes: `net.sources("DD", 400, poisson({ rate: Hz(65) }))`. */
export const poisson = (options: RenewalOptions): RenewalSources => gamma({ ...options, order: 1 });

/** Renewal processes whose intervals are sums of `order` (1..64) exponential ones; their CV is 1 / sqrt(order). */
export const gamma = ({
  order,
  rate,
  latency = ms(0),
}: RenewalOptions & { readonly order: number }): RenewalSources => ({
  kind: "renewal",
  order,
  rate: rateData(rate),
  latency,
});

/** The summed input of many Poisson sources: in each step an element gives a Poisson number of events, of mean sources * rate * dt, which every
 * link of it delivers at once. `net.sources("background", cells.n, poissonPort({ sources: 1000, rate: Hz(20) }))` with `oneToOne()` gives
 * each cell its own. Its events are not recorded. Up to `maxRate` its rate may be set while the network runs. */
export const poissonPort = (options: {
  readonly sources: number;
  readonly rate: Quantity<"Hz"> | Quantities<"Hz">;
  readonly maxRate?: Quantity<"Hz">;
}): PortSources => ({ kind: "port", ...options });

/** Spike trains given as data, one per cell: times in ms, any order. @throws ModelError for what is no list of lists */
export function trains(timesMs: readonly (ArrayLike<number> | Quantities<"ms">)[]): TrainSources {
  if (!Array.isArray(timesMs))
    throw new ModelError("trains", "got no list of trains", "Give one list of times per source");
  const times = timesMs.map((one, k) => {
    const given: unknown = isQuantities(one) ? canonicalValues(`trains[${k}]`, one, "ms", one.values.length) : one;
    if (typeof given === "object" && given !== null && "length" in given) return Array.from(given as ArrayLike<number>);
    throw new ModelError(`trains[${k}]`, "is no list of times", "Give times in ms: [[1, 5.5], [], [3]]");
  });
  return { kind: "trains", times };
}

/** Of a source: 8 bytes each. */
const MOST_PULSES = 10 ** 7;

/** Regular pulses at start, start + interval, ... below `stop`: the same for every cell, or with a start per cell.
 * A pulse that rounds to just below `stop` is at it.
 * @throws ModelError when the interval is not above 0, there are too many pulses or a quantity is not in ms */
export function regular(options: {
  readonly interval: Quantity<"ms">;
  readonly start?: Quantity<"ms"> | Quantities<"ms">;
  readonly stop: Quantity<"ms">;
}): SourceModelOf {
  const interval = canonical("regular.interval", optionsOf("regular", options).interval, "ms");
  const stop = canonical("regular.stop", options.stop, "ms");
  if (!(interval > 0)) throw new ModelError("regular.interval", `is ${interval} ms`, "Give an interval above 0");
  const train = (start: number) => {
    const length = stepsWithin(Math.max(0, stop - start), interval);
    if (length <= MOST_PULSES) return Array.from({ length }, (_, k) => start + k * interval);
    throw new ModelError(
      "regular",
      `has ${length} pulses of each source`,
      `Give ${MOST_PULSES} or fewer: lengthen the interval`,
    );
  };
  return (n) => {
    const start = canonicalValues("regular.start", options.start ?? ms(0), "ms", n);
    return {
      kind: "trains",
      times: Array.from({ length: n }, (_, cell) => train(typeof start === "number" ? start : (start[cell] as number))),
    };
  };
}

/** A rate as description data: a single quantity becomes a constant signal. */
function rateData(rate: RateLike): RenewalSources["rate"] {
  if (isQuantity(rate) && !("kind" in rate))
    return { kind: "constant", unit: "Hz", value: canonical("rate", rate, "Hz") };
  return rate as RenewalSources["rate"];
}

/** A quantity or a signal as a signal. @throws ModelError when it is neither, or in another unit */
export function signalData(where: string, given: Quantity | Signal, unit: Unit): Signal {
  if (typeof given === "object" && given !== null && "kind" in given) return given;
  return drive.constant({ value: canonical(where, given, unit), unit });
}
