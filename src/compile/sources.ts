import { ModelError } from "../errors.ts";
import { isPerCell } from "../network/check.ts";
import type { NetworkDescription, RenewalSources, TrainSources } from "../network/description.ts";
import type { Path } from "../network/paths.ts";
import type { Signal } from "../network/signal.ts";
import { checkRate } from "../network/signal-values.ts";
import { checkHighestRate } from "../random/increments.ts";
import { stream } from "../random/philox.ts";
import { wholeSteps } from "../steps.ts";
import { canonical } from "../units.ts";
import type { CompiledRenewal, CompiledTrains } from "./compiled.ts";

/** Values of a population's rates that are looked at before the first step, over all entries: about 10 ms of work. */
const LOOKS = 2 ** 17;

interface RenewalContext {
  readonly dt: number;
  readonly entries: number;
  readonly firstSource: number;
  /** steps to look at before the first. */
  readonly steps: number;
  /** a rate per entry, when they vary. */
  readonly rates: readonly RenewalSources["rate"][] | undefined;
  readonly warn: (line: string) => void;
}

/** @throws ModelError when a rate asks for more than one spike per step, or a latency is not whole steps */
export function compileRenewal(
  name: string,
  n: number,
  model: RenewalSources,
  context: RenewalContext,
): CompiledRenewal {
  const { dt, entries, firstSource } = context;
  const base = {
    kind: "renewal",
    name,
    n,
    firstSource,
    order: model.order,
    latencySteps: wholeSteps(`${name}, latency`, canonical(`${name}, latency`, model.latency, "ms"), dt),
    stream: stream("source", name),
  } as const;
  const rates = context.rates ?? [model.rate];
  if (isPerCell(rates[0])) {
    const constantHz = new Float64Array(entries * n);
    for (let e = 0; e < entries; e++) {
      const rate = rates[rates.length === 1 ? 0 : e];
      if (isPerCell(rate)) constantHz.set(rate.values, e * n);
    }
    const warning = checkHighestRate(name, constantHz.reduce((a, b) => Math.max(a, b), 0), dt, model.order); // prettier-ignore
    if (warning !== undefined) context.warn(warning);
    return {
      ...base,
      signals: Array.from({ length: entries }, () => []),
      signalOfCell: new Uint32Array(n),
      constantHz,
    };
  }
  const { signals, signalOfCell } = signalLists(name, n, rates);
  checkSignals(name, signals.flat(), model.order, context);
  return {
    ...base,
    signals: Array.from({ length: entries }, (_, e) => signals[rates.length === 1 ? 0 : e] ?? []),
    signalOfCell,
  };
}

/** One list of signals per given rate, with the one index per cell that they share. */
function signalLists(
  name: string,
  n: number,
  rates: readonly RenewalSources["rate"][],
): { signals: Signal[][]; signalOfCell: Uint32Array } {
  const lists = rates.map((rate) => {
    if ("signals" in rate) return { signals: [...rate.signals], signalOfCell: rate.signalOfCell };
    return { signals: [rate as Signal], signalOfCell: new Array<number>(n).fill(0) };
  });
  const first = lists[0] as (typeof lists)[number];
  const other = lists.findIndex((list) => list.signalOfCell.some((s, cell) => s !== first.signalOfCell[cell]));
  if (other >= 0) {
    throw new ModelError(
      `variation "${name}.rate", entry ${other}`,
      "gives cells to signals in another way than entry 0",
      "Use the same signalOfCell in every entry",
    );
  }
  return { signals: lists.map((list) => list.signals), signalOfCell: Uint32Array.from(first.signalOfCell) };
}

function checkSignals(
  name: string,
  signals: readonly Signal[],
  order: number,
  { dt, steps, warn }: RenewalContext,
): void {
  const lines = new Set<string>();
  const distinct = new Set(signals);
  const samples = Math.max(1000, Math.floor(LOOKS / distinct.size));
  for (const signal of distinct) {
    const totalSteps = signal.kind === "constant" ? 1 : steps;
    for (const line of checkRate(signal, { name, dt, order, totalSteps, samples })) lines.add(line);
  }
  for (const line of lines) warn(line);
}

/** @param perEntry  trains of each entry, where they vary */
export function compileTrains(
  name: string,
  n: number,
  model: TrainSources,
  perEntry?: readonly TrainSources["times"][],
): CompiledTrains {
  const spikes = (perEntry ?? [model.times]).flatMap((trains, entry) =>
    trains.flatMap((times, cell) => times.map((t) => [t, cell, entry] as const)),
  );
  spikes.sort((a, b) => a[2] - b[2] || a[0] - b[0] || a[1] - b[1]);
  return {
    kind: "trains",
    name,
    n,
    times: Float64Array.from(spikes, (s) => s[0]),
    cells: Uint32Array.from(spikes, (s) => s[1]),
    ...(perEntry === undefined ? {} : { entry: Uint32Array.from(spikes, (s) => s[2]) }),
  };
}

/** The varied trains or rates of a population, one per entry; undefined where they do not vary. */
export function varied(
  d: NetworkDescription,
  paths: readonly Path[],
  kind: "times" | "rate",
  population: number,
): readonly unknown[] | undefined {
  const found = paths.findIndex((path) => path.kind === kind && path.population === population);
  return d.variations[found]?.values;
}
