import { every, Network } from "../../src/network/network.ts";
import { drive, fluent, type FluentSignal } from "../../src/network/signal.ts";
import { statesOf } from "../../src/mechanisms/mechanism.ts";
import { Hz, ms, mV, one, type Unit } from "../../src/units.ts";
import { currentOf, noiseSdOf, VERSIONS, type VersionName } from "./clamping.ts";
import { isNeuron, type Subject } from "./subject.ts";
import { COMMANDS, CONSTANT, CURRENT, PULSES, SAMPLE, SINE, VOLTAGE, type LabSettings } from "./settings.ts";

/** Networks that do with one or two versions of a cell what the page shows. */

export type Versions = Readonly<Partial<Record<VersionName, Subject>>>;

export const stimulusOf = (version: string): string => `${version}.stimulus`;
export const noiseOf = (version: string): string => `${version}.noise`;
export const clampOf = (version: string): string => `${version}.clamp`;

/** A variable that is recorded. */
export interface Variable {
  readonly version: VersionName;
  readonly name: string;
  /** injected: a part of the current that flows in. */
  readonly role: "voltage" | "injected" | "clamp" | "inside";
}

export interface Experiment {
  readonly network: Network;
  readonly variables: readonly Variable[];
  /** of the injected current. */
  readonly unit: Unit;
}

/** 0 and 1 by turns, 1 in the second half of every period; exact but for the step at an edge. */
const pulses = <U extends Unit>(unit: U, period: number): FluentSignal<U> =>
  fluent({ kind: "clip", unit, min: 0, max: 1, of: { kind: "sinusoid", unit, amplitude: -1e7, offset: 0, frequency: 1000 / period, phase: 0 } }); // prettier-ignore

/** What the clamp's gain multiplies. */
function shapeOf({ shape, period }: LabSettings, unit: Unit): FluentSignal {
  if (shape === PULSES) return pulses(unit, period);
  if (shape === SINE) return drive.sinusoid({ amplitude: { value: 1, unit }, frequency: Hz(1000 / period) });
  return drive.constant({ value: 1, unit });
}

/** The command of the voltage clamp, mV. */
function commandOf({ hold, step, period }: LabSettings): FluentSignal {
  return drive.constant(mV(hold)).plus(pulses("mV", period).times(step - hold));
}

const inputOf = (s: Subject): Unit => (isNeuron(s) ? (Object.values(s.neuron.inputs ?? {})[0]?.unit ?? "nA") : "nA");

function addCell(net: Network, name: VersionName, subject: Subject): ReturnType<Network["cells"]> {
  if (isNeuron(subject)) return net.cells(name, { kind: "neurons", n: 1, neuron: subject.neuron });
  return net.cells(name, 1, subject.cell);
}

/** Everything that can be looked at within a cell: the states and currents of what is inserted at the detector, or a neuron's states. */
function insideOf(subject: Subject): string[] {
  if (isNeuron(subject)) return Object.keys(subject.neuron.states).filter((s) => s !== "V");
  const { section } = subject.cell.detector;
  return (subject.cell.insertions ?? []).flatMap(({ sections, mechanism, as }) => {
    if (!sections.includes(section)) return [];
    const currents = mechanism.kind === "channel" ? Object.keys(mechanism.currents).map((c) => `i_${c}`) : [];
    return [...statesOf(mechanism), ...currents].map((x) => `${section}.${as ?? mechanism.name}.${x}`);
  });
}

/** Variables of one cell at most: what a plot and a file can bear. */
const MOST_INSIDE = 40;

/** The network that runs while one looks at it. */
export function liveExperiment(versions: Versions, s: LabSettings): Experiment {
  const network = new Network({ seed: s.seed, name: "laboratory" });
  const variables: Variable[] = [];
  let unit: Unit = "nA";
  for (const [name, subject] of named(versions)) {
    const cells = addCell(network, name, subject);
    const record = (variable: string, role: Variable["role"]): void => {
      network.record(cells, variable, { every: ms(SAMPLE) });
      variables.push({ version: name, name: variable, role });
    };
    const hasV = !isNeuron(subject) || Object.hasOwn(subject.neuron.states, "V");
    if (hasV) record("V", "voltage");
    if (s.mode === VOLTAGE) {
      network.voltageClamp(cells, commandOf(s), { name: clampOf(name) });
      record(`${clampOf(name)}.i`, "clamp");
    } else {
      unit = inputOf(subject);
      inject(network, cells, name, s, unit);
      for (const part of [stimulusOf(name), noiseOf(name)]) record(`${part}.i`, "injected");
    }
    for (const variable of insideOf(subject).slice(0, MOST_INSIDE)) record(variable, "inside");
  }
  return { network, variables, unit };
}

function inject(
  network: Network,
  cells: ReturnType<Network["cells"]>,
  name: VersionName,
  s: LabSettings,
  unit: Unit,
): void {
  network.clamp(cells, shapeOf(s, unit), { name: stimulusOf(name), gain: one(currentOf(s)) });
  const noise = drive.noise({ sd: { value: 1, unit }, name: "noise" }); // of one name: A and B get the same
  network.clamp(cells, noise, { name: noiseOf(name), gain: one(noiseSdOf(s)) });
}

/** Points of a curve. */
const POINTS = 21;
/** Spikes are counted from here to the end, ms. */
export const SETTLED = 300;
export const CURVE_MS = 1300;

export interface CurveExperiment {
  readonly network: Network;
  readonly x: readonly number[];
  readonly duration: number;
}

/** Every current of an f-I curve as an entry of one batch; constant, with the noise that is on. */
export function rateCurve(versions: Versions, s: LabSettings): CurveExperiment {
  const network = new Network({ seed: s.seed, name: "f-I curve" });
  const x = Array.from({ length: POINTS }, (_, k) => (k * s.scale) / (POINTS - 1));
  for (const [name, subject] of named(versions)) {
    inject(network, addCell(network, name, subject), name, { ...s, mode: CURRENT, shape: CONSTANT }, inputOf(subject));
  }
  for (const [name] of named(versions)) network.vary(`${stimulusOf(name)}.gain`, x);
  return { network, x, duration: CURVE_MS };
}

/** The clamp holds so long, then steps for as long, ms. */
export const HELD = 40;

/** Every command of an I-V curve as an entry of one batch. */
export function voltageCurve(versions: Versions, s: LabSettings): CurveExperiment {
  const network = new Network({ seed: s.seed, name: "I-V curve" });
  const [from, to] = COMMANDS;
  const x = Array.from({ length: POINTS }, (_, k) => from + (k * (to - from)) / (POINTS - 1));
  const signals = x.map((v) => drive.steps({ times: [ms(0), ms(HELD)], values: [mV(s.hold), mV(v)] }));
  for (const [name, subject] of named(versions)) {
    const cells = addCell(network, name, subject);
    network.voltageClamp(cells, drive.constant(mV(s.hold)), { name: clampOf(name) });
    network.record(cells, `${clampOf(name)}.i`, { cells: every(1), every: ms(0.05) });
  }
  for (const [name] of named(versions)) network.vary(`${clampOf(name)}.signal`, signals);
  return { network, x, duration: 2 * HELD };
}

const named = (versions: Versions): [VersionName, Subject][] =>
  VERSIONS.flatMap((name): [VersionName, Subject][] => {
    const subject = versions[name];
    return subject === undefined ? [] : [[name, subject]];
  });
