import { decimal } from "../../decimal.ts";
import { DataError } from "../../errors.ts";
import type { AnyCells } from "../../network/handles.ts";
import type { Network } from "../../network/network.ts";
import { drive } from "../../network/signal.ts";
import { linesOf } from "../../shapes.ts";
import { ms } from "../../units.ts";
import type { Biophysical } from "./biophysical.ts";
import { brief, type Fields, type Paths, type SonataSource, textOf } from "./config.ts";
import type { NodeSets } from "./nodes.ts";
import { isCell, isNeurons, type Part } from "./parts.ts";

/** Clamps: of currents, one amplitude, a list of them, or a table of a file, into a section of cells or into point neurons; of voltages, into cells. */

/** Amplitudes from times on (ms), in the config's unit. */
interface Steps {
  readonly times: readonly number[];
  readonly amps: readonly number[];
  /** of a single amplitude. */
  readonly duration?: number;
}

export const CLAMPS: ReadonlySet<string> = new Set(["current_clamp", "voltage_clamp", "csv", "file"]);
const UNIT = "pA for amp (nA of biophysical cells), ms for delay and duration";
const LIST = { least: 1, what: UNIT };

export function clamps(net: Network, source: SonataSource, config: Fields, paths: Paths, sets: NodeSets, parts: readonly Part[], notes: string[]): void {
  const neurons = parts.filter(isNeurons);
  for (const [name, input] of config.fields("inputs")?.enabled() ?? []) {
    const type = input.text("input_type") ?? "";
    if (!CLAMPS.has(type)) continue;
    const clamp = type === "voltage_clamp" ? holding(input) : injecting(input, type, source, paths, notes);
    const inside = sets.select(input.at("node_set"), input.get("node_set"), [...new Set(neurons.map(({ nodes }) => nodes))]);
    const place = placeOf(input);
    for (const part of neurons) {
      const isIn = part.rows.map((row) => inside.get(part.nodes)?.has(row) === true);
      if (isIn.includes(true)) clamp(net, part, isIn, isCell(part.model) ? place(part.model) : {}, `${name.replaceAll(/\W+/g, "_")}_${part.name}`);
    }
    const left = input.left();
    const known = type === "voltage_clamp" ? "amps, durations and rs, or voltage, delay, duration and series_resistance" : "amp, delay and duration, or file";
    if (left.length > 0) throw new DataError(input.at(left[0] as string), `is ${brief(input.get(left[0] as string))}`, `hillock's clamp takes ${known}, and section_name, section_index and section_dist`);
  }
} // prettier-ignore

/** Puts a clamp on those cells of a part. */
type Clamp = (net: Network, part: Part & { model: Exclude<Part["model"], "virtual"> }, isIn: readonly boolean[], place: { readonly section?: string; readonly at?: number }, name: string) => void; // prettier-ignore

function injecting(input: Fields, type: string, source: SonataSource, paths: Paths, notes: string[]): Clamp {
  const module = input.text("module") ?? "IClamp";
  if (module !== "IClamp") throw new DataError(input.at("module"), `is "${module.slice(0, 60)}"`, "hillock takes IClamp");
  const steps = type === "current_clamp" ? stepsOf(input) : tableOf(source, input, paths, notes);
  return (net, part, isIn, place, name) => {
    const unit = isCell(part.model) ? "nA" : (Object.values(part.model.type.mechanism.inputs ?? {})[0]?.unit ?? "nA");
    const scale = unit === "nA" && !isCell(part.model) ? 1e-3 : 1; // of cells it is in nA
    const [times, values] = [steps.times, steps.amps.map((amp) => amp * scale)];
    const options = { gain: { values: isIn.map(Number), unit: "1" }, ...place, name } as const;
    const population = net.population(part.name) as AnyCells;
    if (steps.duration === undefined) net.clamp(population, drive.steps({ times: times.map((t) => ms(t)), values: { values, unit } }), options);
    else net.clamp(population, drive.constant({ value: values[0] as number, unit }), { ...options, delay: ms(times[0] as number), duration: ms(steps.duration) });
  };
} // prettier-ignore

/** MOhm between a clamp and a cell that it is not on: no current in any number format. */
const APART = 1e30;

/** A voltage clamp: amplitudes (mV) one behind the other from 0 on, as BMTK has it, or one `voltage` for a `duration`. Resistances are in MOhm;
 * NEURON's and SONATA's extension's where they are left out. */
function holding(input: Fields): Clamp {
  const module = input.text("module") ?? "SEClamp";
  if (!/^se_?clamp$/i.test(module)) throw new DataError(input.at("module"), `is "${module.slice(0, 60)}"`, "hillock takes SEClamp"); // prettier-ignore
  const missing = (key: string): never => {
    throw new DataError(input.at(key), "is missing", "Give amps and durations, or voltage and duration: mV and ms");
  };
  const isOne = input.has("voltage");
  const volts = input.numbers(isOne ? "voltage" : "amps", LIST) ?? missing("amps");
  const durations = input.numbers(isOne ? "duration" : "durations", LIST) ?? missing(isOne ? "duration" : "durations");
  if (durations.length !== volts.length) throw new DataError(input.at(isOne ? "duration" : "durations"), `has ${durations.length} entries for ${volts.length} voltages`, "Give one for each"); // prettier-ignore
  const bad = durations.find((duration) => !(duration >= 0));
  if (bad !== undefined) throw new DataError(input.at(isOne ? "duration" : "durations"), `holds ${bad} ms`, "Give times from 0"); // prettier-ignore
  const key = isOne ? "series_resistance" : "rs";
  const resistance = input.number(key) ?? (isOne ? 0.01 : 1);
  if (!(resistance > 0)) throw new DataError(input.at(key), `is ${resistance} MOhm`, "Give a resistance above 0");
  const delay = isOne ? (input.number("delay") ?? 0) : 0;
  const acting = durations.flatMap((duration, k) => (duration > 0 ? [k] : []));
  let at = delay;
  const times = acting.map((k) => (at += durations[k] as number) - (durations[k] as number));
  return (net, { name: population, model }, isIn, place, name) => {
    if (!isCell(model)) throw new DataError(input.at("node_set"), `holds point neurons of ${population}`, "Voltage clamps hold cells with a morphology"); // prettier-ignore
    if (acting.length === 0) return;
    const command = drive.steps({ times: times.map((t) => ms(t)), values: { values: acting.map((k) => volts[k] as number), unit: "mV" } }); // prettier-ignore
    net.voltageClamp(net.population(population) as AnyCells, command, {
      ...place,
      name,
      delay: ms(delay),
      duration: ms(at - delay),
      resistance: { values: isIn.map((is) => (is ? resistance : APART)), unit: "MOhm" },
    });
  };
}

/** Of amp, delay and duration, each a number or a list. */
function stepsOf(input: Fields): Steps {
  const missing = (key: string): never => {
    throw new DataError(input.at(key), "is missing", `Give a number: ${UNIT}`);
  };
  const amps = input.numbers("amp", LIST) ?? missing("amp");
  const delays = input.numbers("delay", LIST) ?? missing("delay");
  const durations = input.numbers("duration", LIST) ?? missing("duration");
  const unequal = delays.length !== amps.length ? "delay" : durations.length !== amps.length ? "duration" : undefined; // prettier-ignore
  if (unequal !== undefined) throw new DataError(input.at(unequal), `has ${input.numbers(unequal, LIST)?.length} entries for ${amps.length} amplitudes`, "Give one for each"); // prettier-ignore
  if (amps.length === 1) return { times: delays, amps, duration: durations[0] as number };
  const [times, values]: [number[], number[]] = [[], []];
  amps.forEach((amp, k) => {
    const [delay, duration] = [delays[k] as number, durations[k] as number];
    if (delay < 0) throw new DataError(input.at("delay"), `has ${delay} ms`, "Give ms from 0");
    if (!(duration > 0)) throw new DataError(input.at("duration"), `has ${duration} ms`, "Give ms above 0"); // prettier-ignore
    const next = delays[k + 1] ?? Infinity;
    if (!(next > delay) || delay + duration > next) throw new DataError(input.at("delay"), `begins amplitude ${k + 1} at ${next} ms, ${next > delay ? `before amplitude ${k} of ${delay} to ${delay + duration} ms ends` : `not after ${delay} ms`}`, "Give amplitudes one after the other; those that overlap are inputs of their own"); // prettier-ignore
    times.push(delay);
    values.push(amp);
    if (delay + duration === next) return;
    times.push(delay + duration);
    values.push(0);
  });
  return { times, amps: values };
}

/** Of a table with columns of times and amplitudes. The last amplitude lasts as long as the one before it, as BMTK has it. */
function tableOf(source: SonataSource, input: Fields, paths: Paths, notes: string[]): Steps {
  const file = input.text("file") ?? input.text("input_file");
  if (file === undefined) throw new DataError(input.at("file"), "is missing", "Give a table with columns timestamps and amps"); // prettier-ignore
  const path = paths.resolve(input.at("file"), file);
  const separator = input.text("separator") ?? " ";
  const cells = (line: string): string[] => (separator.trim() === "" ? line.trim().split(/\s+/) : line.split(separator).map((cell) => cell.trim())); // prettier-ignore
  const lines = linesOf(path, textOf(source, path)).filter((line) => line.trim() !== "");
  const head = cells(lines[0] ?? "");
  const column = (key: string, usual: string): number => {
    const name = input.text(key) ?? usual;
    if (head.includes(name)) return head.indexOf(name);
    throw new DataError(`${path}, line 1`, `has no column ${name.slice(0, 60)}`, `Name it by ${key}, and what stands between columns by separator`); // prettier-ignore
  };
  const [t, a] = [column("timestamps_column", "timestamps"), column("amplitudes_column", "amps")];
  const rows = lines.slice(1).map((line, k) => {
    const row = cells(line);
    const [time, amp] = [decimal(row[t] ?? ""), decimal(row[a] ?? "")];
    if (Number.isFinite(time) && Number.isFinite(amp) && time >= 0) return [time, amp] as const;
    throw new DataError(
      `${path}, line ${k + 2}`,
      `is "${line.slice(0, 60)}"`,
      "Give a time in ms from 0 and an amplitude",
    );
  });
  if (rows.length === 0) throw new DataError(path, "has no rows", "Give times and amplitudes");
  const late = rows.findIndex(([time], k) => k > 0 && time <= (rows[k - 1]?.[0] as number));
  if (late > 0) throw new DataError(`${path}, line ${late + 2}`, `is at ${rows[late]?.[0]} ms, not after the line before`, "Sort the times"); // prettier-ignore
  const [times, amps] = [rows.map(([time]) => time), rows.map(([, amp]) => amp)];
  const [before, last] = [times.at(-2), times.at(-1) as number];
  if (amps.at(-1) === 0) return { times, amps };
  if (before === undefined) throw new DataError(path, `has one row, of ${amps[0]}, and no end`, "Add a row with the time at which it ends, and 0"); // prettier-ignore
  const end = last + (last - before);
  notes.push(
    `${path}: the last amplitude is ${amps.at(-1)}, not 0: it ends at ${end} ms, as long after it as the row before is before it`,
  );
  return { times: [...times, end], amps: [...amps, 0] };
}

/** Where a clamp is on a cell: `section_name`, `section_index` (of the sections of that name) and `section_dist`, by default the soma's middle. */
function placeOf(input: Fields): (cell: Biophysical) => { readonly section: string; readonly at: number } {
  const name = input.text("section_name") ?? "soma";
  const index = input.number("section_index") ?? 0;
  const at = input.number("section_dist") ?? 0.5;
  if (!(at > 0 && at < 1)) throw new DataError(input.at("section_dist"), `is ${at}`, "Give a place between the section's ends, which have no membrane: above 0 and below 1"); // prettier-ignore
  return ({ processed }) => {
    const sections = processed.filter((section) => section.split("_")[0] === name);
    const section = processed.find((one) => one === `${name}_${index}`) ?? (name === "soma" && index === 0 ? processed[0] : undefined); // prettier-ignore
    if (section !== undefined) return { section, at };
    throw new DataError(input.at(sections.length === 0 ? "section_name" : "section_index"), sections.length === 0 ? `is "${name.slice(0, 60)}", and the cell has ${[...new Set(processed.map((one) => one.split("_")[0]))].join(", ")}` : `is ${index} of ${sections.length} sections ${name}`, "Give a section that the cells have, from 0"); // prettier-ignore
  };
}
