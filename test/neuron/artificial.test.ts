import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pythonWith } from "../../scripts/requirements.mjs";
import { timesPerCell } from "../../src/analysis/index.ts";
import { oneToOne } from "../../src/connect/rules.ts";
import { nmodlCell } from "../../src/import/index.ts";
import type { AnyCells } from "../../src/network/handles.ts";
import { Network } from "../../src/network/network.ts";
import { regular, trains } from "../../src/network/sources.ts";
import { philox4x32 } from "../../src/random/philox.ts";
import { simulate } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";

/** Cells and generators in published styles, driven alike in NEURON and in hillock: spikes at the same steps. */
const OWN = join(import.meta.dirname, "../fixtures/nmodl-cells");
const [DT, STOP, DELAY] = [0.025, 400, 1.5] as const;

/** One of NEURON's own, which computes when it fires. */
const DEMO = "/usr/share/nrn/demo/release/invlfire.mod";
const files = [...readdirSync(OWN).filter((f) => f.endsWith(".mod")), basename(DEMO)];
const pathOf = (file: string): string => (file === basename(DEMO) ? DEMO : join(OWN, file));
/** Cells that compute when they fire, and what one of them, whose text has no test of it, fires by. */
const TIMED = new Map<string, { readonly fires?: string }>([["two_exponentials.mod", { fires: "m > 1" }], ["bounded_newton.mod", {}], ["normalised_peaks.mod", {}], ["driven_interval.mod", {}], ["invlfire.mod", {}]]); // prettier-ignore
const read = (name: string) => nmodlCell(readFileSync(pathOf(name), "utf8"), { file: name, ...TIMED.get(name) });
const cells = files.map((file) => ({ file, cell: read(file) }));
const all = cells.flatMap(({ file, cell }) => (cell.kind === "neuron" ? [{ file, neuron: cell.neuron }] : []));
const [neurons, timed] = [false, true].map((is) => all.filter(({ file }) => TIMED.has(file) === is)) as [typeof all, typeof all]; // prettier-ignore
const generators = cells.filter(({ cell }) => cell.kind !== "neuron").map(({ file }) => file);
const nameInNeuron = (file: string): string => /ARTIFICIAL_CELL\s+(\w+)/.exec(readFileSync(pathOf(file), "utf8"))?.[1] as string; // prettier-ignore

/** Weights of three trains, and of the link to the second cell: in millivolts what a cell in millivolts needs. */
const scaleOf = (unit: string): number => (unit === "mV" ? 15 : 1);
/** Times on steps, drawn, of which no two are the same: what one step brings acts together here, one by one in NEURON. */
const steps = new Set<number>();
for (let k = 0; steps.size < 180; k++)
  steps.add(1 + ((philox4x32([k, 0, 0, 0], [1, 2])[0] as number) % (STOP / DT - 200)));
const drawn = [0.4, 0.75, -0.3].map((weight, k): [number, number[]] => [weight, [...steps].slice(60 * k, 60 * (k + 1)).map((step) => step * DT)]); // prettier-ignore
/** One pulse in each step of DELAY, so that one comes just as a refractory time of 3, 4 or 5 ms ends. */
const PULSES = { train: [2, 1, 300], weight: 0.6 } as const;

const folder = mkdtempSync(join(tmpdir(), "hillock-cells-"));
afterAll(() => rmSync(folder, { recursive: true }));
let want: Readonly<Record<string, readonly number[][]>> = {};

beforeAll(() => {
  const unitOf = (file: string): string => all.find((n) => n.file === file)?.neuron.mechanism.ports.event.unit ?? "1";
  const driven = all.flatMap(({ file }) => {
    const scale = scaleOf(unitOf(file));
    const base = { cell: nameInNeuron(file), cells: 2, dt: DT, stop: STOP, delay: DELAY, weight: 0.9 * scale };
    return [
      { ...base, name: `${file} drawn`, trains: drawn.map(([w, times]) => [w * scale, times.map((t) => t + DELAY)]) },
      { ...base, name: `${file} pulses`, trains: [], pulses: { train: PULSES.train, weight: PULSES.weight * scale } },
    ];
  });
  const alone = generators.map((file) => ({ name: file, cell: nameInNeuron(file), cells: 1, dt: DT, stop: STOP, trains: [] })); // prettier-ignore
  const job = { mods: files.map(pathOf), build: join(folder, "build"), cases: [...driven, ...alone] };
  const [from, to] = [join(folder, "job.json"), join(folder, "out.json")];
  writeFileSync(from, JSON.stringify(job));
  execFileSync(pythonWith(["neuron"]), [join(import.meta.dirname, "artificial.py"), from, to], { stdio: "pipe" });
  want = JSON.parse(readFileSync(to, "utf8")) as typeof want;
}, 120_000);

type Drive = "drawn" | "pulses";

async function spikes({ neuron }: (typeof neurons)[number], drive: Drive, dt: number = DT): Promise<number[][]> {
  const net = new Network({ seed: 1 });
  const [first, second] = [net.cells("first", neuron({ n: 1 })), net.cells("second", neuron({ n: 1 }))];
  const { unit } = neuron.mechanism.ports.event;
  const link = (from: unknown, to: AnyCells, weight: number): unknown =>
    net.connect(from as never, to.receptor(weight < 0 && "below" in neuron.mechanism.ports ? "below" : "event"), oneToOne(), { weight: { value: weight * scaleOf(unit), unit } as never, delay: ms(DELAY) }); // prettier-ignore
  if (drive === "drawn")
    drawn.forEach(([weight, times], k) => link(net.sources(`s${k}`, 1, trains([times])), first, weight)); // prettier-ignore
  else {
    const [start, interval, number] = PULSES.train;
    link(net.sources("s", 1, regular({ start: ms(start), interval: ms(interval), stop: ms(start + number * interval) })), first, PULSES.weight); // prettier-ignore
  }
  link(first, second, 0.9);
  return await collected(net, [first, second] as never[], dt);
}

async function collected(net: Network, from: readonly never[], dt: number = DT): Promise<number[][]> {
  const sim = await simulate(net, { dt: ms(dt), engine: "reference" });
  const found: number[][] = from.map(() => []);
  for await (const chunk of sim.run(ms(STOP))) from.forEach((population, k) => found[k]?.push(...(timesPerCell(chunk.spikes(population))[0] ?? []))); // prettier-ignore
  await sim.close();
  return found;
}

const inSteps = (times: readonly number[]): number[] => times.map((t) => Math.round(t / DT));

describe("cells fire at NEURON's steps", () => {
  test.each(neurons.flatMap((n) => [[n.file, "drawn", n] as const, [n.file, "pulses", n] as const]))("%s, %s", async (file, drive, one) => {
    const [got, neuron] = [await spikes(one, drive), want[`${file} ${drive}`] as readonly number[][]];
    expect(neuron[0]?.length).toBeGreaterThan(10);
    expect(neuron[0]?.length).toBeLessThan(drive === "drawn" ? 120 : 200);
    expect(got.map(inSteps)).toEqual(neuron.map(inSteps));
    for (const time of neuron.flat()) expect(Math.abs(time / DT - Math.round(time / DT))).toBeLessThan(1e-6);
  }); // prettier-ignore

  test.each(generators)("%s", async (file) => {
    const cell = read(file);
    const model = cell.kind === "pulses" ? regular({ stop: ms(STOP), ...cell.pulses }) : trains([cell.kind === "times" ? cell.times : []]); // prettier-ignore
    const net = new Network({ seed: 1 });
    const source = net.sources(basename(file, ".mod"), 1, model);
    const got = await collected(net, [source as never]);
    expect(want[file]?.[0]?.length).toBeGreaterThan(5);
    expect(got.map(inSteps)).toEqual((want[file] as readonly number[][]).map(inSteps));
  });
});

describe("cells that compute when they fire do so at the step behind NEURON's time", () => {
  test.each(timed.flatMap((n) => [[n.file, "drawn", n] as const, [n.file, "pulses", n] as const]))("%s, %s", async (file, drive, one) => {
    const [first, second] = want[`${file} ${drive}`] as readonly [number[], number[]];
    expect(first.length).toBeGreaterThan(40);
    expect(first.filter((t) => Math.abs(t / DT - Math.round(t / DT)) > 1e-3).length).toBeGreaterThan(5); // between steps; others at events, which are on steps
    for (const dt of [0.025, 0.00625]) {
      const [got, after] = (await spikes(one, drive, dt)) as [number[], number[]];
      expect(got.length).toBe(first.length);
      // behind the last pulse m may just reach the threshold, where a little earlier or later is much
      const late = got.flatMap((t, k) => (drive === "pulses" && (first[k] as number) > 300 ? [] : [(t - (first[k] as number)) / dt]));
      expect(Math.max(...late)).toBeLessThan(1.5); // up to a step, and what straight lines within steps add up to over hundreds of spikes
      expect(Math.min(...late)).toBeGreaterThan(-0.5);
      if (drive === "pulses") continue; // some come as the second cell fires by itself: which is first is not decided by the file
      expect(after.length).toBe(second.length);
      expect(Math.max(...after.map((t, k) => Math.abs(t - (second[k] as number)) / dt))).toBeLessThan(4); // its events are up to a step late too
    }
  }); // prettier-ignore
});
