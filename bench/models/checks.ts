// What do the checks cost that nothing computed is wrong or lost: states that are sound, files read back, a trained network's way back?
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { gpuTraining } from "../../src/gpu/trained/training.ts";
import { isSound, stateLimits } from "../../src/host/soundness.ts";
import { openFolder } from "../../src/node.ts";
import { drawNetwork, drawTargets, targetArray } from "../../src/compile/trained/draws.ts";
import { trainedNetworks } from "../../src/compile/trained/networks.ts";
import { NOTEBOOK } from "../../src/network/trained-parameters.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { simulate } from "../../src/run/simulate.ts";
import { recordRun } from "../../src/storage/run-folder.ts";
import { chosenSettings } from "../../src/studies/schema.ts";
import { buildWatanabe } from "../../src/studies/watanabe/build.ts";
import { settings as schema } from "../../src/studies/watanabe/settings.ts";
import { ms } from "../../src/units.ts";
import { benchDevice, spread, timed, type Benchmark, type Cell, type Findings } from "../lib.ts";
import { cellsOf, drain, pool } from "./network.ts";

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`;

/** The kernels as they are, and without the two lines that look at the states. */
async function onDevice(device: GPUDevice, quick: boolean): Promise<Cell[]> {
  const network = pool({ motorNeurons: 800 });
  const make = device.createShaderModule.bind(device);
  const without = (code: string): string =>
    code.replaceAll(/= max\(potential, \w*largest_potential\w*\(\)\)/g, "= potential").replaceAll(/\w*largest_state\w*\(\) >/g, "0u >"); // prettier-ignore
  let changed = 0;
  const engines = [await gpuEngine(network, device)];
  device.createShaderModule = (d) => {
    const code = without(d.code);
    changed += code === d.code ? 0 : 1;
    return make({ ...d, code });
  };
  engines.push(await gpuEngine(network, device));
  device.createShaderModule = make;
  if (changed === 0) throw new Error("no kernel without the check was made: the lines that it takes out are gone");
  const times: [number[], number[]] = [[], []];
  const steps = quick ? 2000 : 12_000;
  for (const engine of engines) await drain(engine, network.maxBlock);
  for (let k = 0; k < (quick ? 2 : 9); k++)
    for (const [e, engine] of engines.entries())
      times[e]?.push(((await timed(() => drain(engine, steps))).cpu * 1e6) / steps / 800);
  for (const engine of engines) await engine.close();
  const [kept, bare] = times.map(spread) as [ReturnType<typeof spread>, ReturnType<typeof spread>];
  return ["states sound, GPU", kept, bare, percent(kept.min - bare.min, bare.min)];
}

async function onReference(quick: boolean): Promise<Cell[]> {
  const network = pool({ motorNeurons: 800 });
  const cells = cellsOf(network);
  const engine = referenceEngine(network, { precision: 64 });
  const steps = quick ? 400 : 2000;
  await drain(engine, network.maxBlock);
  const run = await timed(() => drain(engine, steps));
  const states = new Float64Array(cells.program.states.length * 800).fill(1);
  const limits = stateLimits(cells, network.voltageLimit);
  const own = { entries: { first: 0, end: 1 }, cells: { first: 0, end: 800 } };
  const times = 200;
  const check = await timed(async () => {
    for (let k = 0; k < times; k++) isSound(states, limits, 800, own);
  });
  const part = (check.cpu / times) * Math.ceil(steps / network.maxBlock);
  const per = (1e6 / steps) * (1 / 800);
  return ["states sound, float64", run.cpu * per, (run.cpu - part) * per, percent(part, run.cpu - part)];
}

/** A recorded run, and its chunks read once more. */
async function onDisk(device: GPUDevice, quick: boolean): Promise<Cell[]> {
  const settings = chosenSettings("bench", schema, [["drive.silence", "0"]]);
  const { network, dt, method } = buildWatanabe(settings, { seed: 42 });
  const folder = mkdtempSync(join(tmpdir(), "hillock-checks-"));
  try {
    const files = await openFolder(folder);
    const sim = await simulate(network, { dt, ...(method && { method }), device });
    const duration = ms(quick ? 500 : 5000);
    const whole = await timed(async () => {
      for await (const _ of recordRun(sim, { files, duration, chunk: ms(500) }));
    });
    await sim.close();
    const again = await timed(async () => {
      for (let k = 0; k < (quick ? 1 : 10); k++) await files.mark(`chunk-${String(k).padStart(6, "0")}.h5`);
    });
    return ["files read back", whole.wall, whole.wall - again.wall, percent(again.wall, whole.wall - again.wall)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A loop that learns, and the copy that it begins with. */
async function inTraining(device: GPUDevice, quick: boolean): Promise<Cell[]> {
  const parameters = { ...NOTEBOOK, N: 200, itmax: quick ? 300 : 1000, nloop: 3 };
  const engine = await gpuTraining(
    device,
    trainedNetworks(parameters, [
      {
        label: "seed 0",
        pqif: 0.5,
        vrest: -12.3,
        draws: drawNetwork(parameters, 0),
        target: targetArray(drawTargets(parameters, 0), parameters.itmax),
        noise: { kind: "drawn", seed: 0, amplitude: 1 },
      },
    ]),
  );
  const copies = async (): Promise<void> => {
    engine.mark();
    await device.queue.onSubmittedWorkDone();
  };
  await copies();
  await engine.advance(parameters.itmax);
  const loop = await timed(() => engine.advance(parameters.itmax));
  const copy = await timed(copies);
  await engine.close();
  return ["a trained network's way back", loop.wall + copy.wall, loop.wall, percent(copy.wall, loop.wall)];
}

export default {
  name: "checks",
  question: "What do the checks cost that nothing computed is wrong or lost: states that are sound, files read back, a trained network's way back?",
  async run({ quick }): Promise<Findings> {
    const { device, info } = await benchDevice();
    const rows = [
      await onDevice(device, quick),
      await onReference(quick),
      await onDisk(device, quick),
      await inTraining(device, quick),
    ];
    device.destroy();
    return {
      adapter: info,
      tables: [
        {
          title: "Watanabe network of 800 motor neurons (ns CPU per cell-step; files: ms of a run of 5 s, HDF5 chunks of 0.5 s), and a loop of 1000 steps of a network of 200 neurons (ms)",
          columns: ["check", "with", "without", "price"],
          rows,
        },
      ],
    };
  },
} satisfies Benchmark; // prettier-ignore
