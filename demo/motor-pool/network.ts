import { compile } from "../../src/compile/compile.ts";
import { fixedProbability, oneToOne } from "../../src/connect/rules.ts";
import { iaf_cond_exp } from "../../src/mechanisms/neurons/index.ts";
import { Network } from "../../src/network/network.ts";
import { drive, type FluentSignal, type Signal } from "../../src/network/signal.ts";
import { poisson } from "../../src/network/sources.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../src/models/motor-pool/index.ts";
import { Hz, ms, mV, nA, one, uS } from "../../src/units.ts";
import type { Compiled } from "../site/runner.ts";
import { highest, knots, type Placed } from "./course.ts";
import { BY_AXONS, BY_CURRENT, DT } from "./facts.ts";

/** What the sliders and the hand say. */
export interface Drive {
  readonly rate: number; // Hz, mean of each descending axon
  /** instead of `rate`, a time course. */
  readonly course?: Placed | undefined;
  readonly amplitude: number; // Hz
  readonly frequency: number; // Hz
  readonly privateShare: number; // of the mean conductance, 0..0.5
}

export interface Pool {
  readonly neurons: number;
  readonly range: number; // largest recruitment threshold over the smallest
  readonly seed: number;
  readonly gamma: number;
  /** BY_AXONS or BY_CURRENT. */
  readonly by?: number;
  /** inhibitory conductance of one spike of a Renshaw cell, uS; 0: none. */
  readonly renshaw?: number;
}

const AXONS = 400;
const PROBABILITY = 0.3;
const WEIGHT = 0.1; // uS, of a descending synapse
/** Private input: one fast train a neuron, with events as large as the descending ones at a share of a seventh. */
const PRIVATE_HZ = 1000;
/** Axons that inhibit, and part of them that reach a neuron. */
const INHIBITING = 100;
/** Of the Renshaw cells: so many neurons for one; those that one hears, and those that one neuron hears; uS of a spike that comes. With
 * these they fire at 60 to 100 Hz when the whole pool fires, and hold its fastest units back. */
const RENSHAW = { per: 5, hears: 40, heard: 20, weight: 8e-4 } as const;
const HIGHEST_RATE = 100; // Hz, of the slider
const HIGHEST_SHARE = 0.5;

/** Mean summed weight that the axons bring to a neuron, uS/s. */
const sharedFlow = (rate: number): number => AXONS * PROBABILITY * rate * WEIGHT;
const PRIVATE_FLOW = PRIVATE_HZ * WEIGHT;

export const SHARED = "shared";
export const PRIVATE = "private";
export const INHIBITION = "IH";
export const CURRENT = "current";

/** Factors on both projections such that their mean conductances are in the wanted proportion and sum to that of the axons alone. */
export const scales = (drive: Drive): { shared: number; private: number } => ({
  shared: 1 - drive.privateShare,
  private: (drive.privateShare * sharedFlow(top(drive))) / PRIVATE_FLOW,
});

/** Hz: what the private input's full rate stands for. */
const top = ({ rate, course }: Drive): number => (course === undefined ? rate : highest(course.course));

/** A rise of both inputs from the part `start` of their value to all of it, ms. */
export interface Rise {
  readonly from: number;
  readonly until: number;
  readonly start: number;
}

export const NO_RISE: Rise = { from: 0, until: 0, start: 1 };

/** Part of the inputs' value at t (ms). */
export const risenTo = ({ from, until, start }: Rise, t: number): number =>
  until > from ? start + (1 - start) * Math.min(1, Math.max(0, (t - from) / (until - from))) : 1;

const risen = (signal: FluentSignal<"Hz">, { from, until, start }: Rise): Signal<"Hz"> =>
  until > from ? signal.times(drive.ramps({ times: [ms(from), ms(until)], values: [one(start), one(1)] })) : signal;

/** Rate of every descending axon; phase in radians at t = 0. */
export function sharedRate({ rate, course, amplitude, frequency }: Drive, phase: number, rise: Rise): Signal<"Hz"> {
  const offset = Hz(course === undefined ? rate : 0);
  const wave = drive.sinusoid({ offset, amplitude: Hz(amplitude), frequency: Hz(frequency), phase });
  return risen((course === undefined ? wave : wave.plus(lines(course, 1))).clip({ min: Hz(0) }), rise);
}

/** It goes with a drawn drive, as its share of the mean conductance is of what is drawn. */
export function privateRate({ course }: Drive, rise: Rise): Signal<"Hz"> {
  const most = course === undefined ? 0 : highest(course.course);
  return risen(course === undefined || most === 0 ? drive.constant(Hz(PRIVATE_HZ)) : lines(course, PRIVATE_HZ / most), rise);
} // prettier-ignore

/** A drawn drive, times a factor. */
function lines(course: Placed, factor: number): FluentSignal<"Hz"> {
  const { times, values } = knots(course);
  return drive.ramps({ times: times.map(ms), values: { values: values.map((x) => x * factor), unit: "Hz" } });
}

/** The experiment of Watanabe & Kohn (2015) with more private input: thresholds of the pool, and the network ready to run. */
export function motorPool(pool: Pool, from: Drive): Compiled & { readonly thresholds: Float64Array } {
  const { neurons: n, range, seed, gamma, by = BY_AXONS, renshaw = 0 } = pool;
  const { rt } = recruitmentThresholds({ n, mode: "combined", range, slope: Math.min(10, range / 2) });
  const net = new Network({ seed, name: "motor pool" });
  const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds: rt, V0: mV(-65), gamma }));
  const latency = ms(1);
  const DD = net.sources("DD", AXONS, poisson({ rate: sharedRate(from, 0, NO_RISE), latency }));
  const IN = net.sources("IN", n, poisson({ rate: privateRate(from, NO_RISE), latency }));
  const [weight, delay] = [uS(WEIGHT), ms(1)];
  const maxScale = (HIGHEST_SHARE * sharedFlow(HIGHEST_RATE)) / PRIVATE_FLOW;
  net.connect(DD, aMN.excitatory, fixedProbability(PROBABILITY), { name: SHARED, weight, delay });
  net.connect(IN, aMN.excitatory, oneToOne(), { name: PRIVATE, weight, delay, maxScale });
  const IH = net.sources(INHIBITION, INHIBITING, poisson({ rate: Hz(0), latency }));
  net.connect(IH, aMN.inhibitory, fixedProbability(PROBABILITY), { weight, delay });
  if (renshaw > 0) {
    const m = Math.max(1, Math.round(n / RENSHAW.per));
    const params = { E_L: mV(-65), V_th: mV(-50), t_ref: ms(1.5), tau_ex: ms(10) };
    const RC = net.cells("RC", iaf_cond_exp({ n: m, params }));
    const [hears, heard] = [RENSHAW.hears / n, RENSHAW.heard / m]; // above 1 where there are too few: each link is then stronger
    net.connect(aMN, RC.excitatory, fixedProbability(Math.min(1, hears)), { weight: uS(RENSHAW.weight * Math.max(1, hears)), delay }); // prettier-ignore
    net.connect(RC, aMN.inhibitory, fixedProbability(Math.min(1, heard)), {
      weight: uS(renshaw * Math.max(1, heard)),
      delay,
    });
  }
  if (by === BY_CURRENT) net.clamp(aMN, drive.constant(nA(1)), { name: CURRENT });
  const description = net.describe();
  return { network: compile(description, { dt: ms(DT) }), description, thresholds: rt };
}
