import { runInNewContext } from "node:vm";
import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixedInDegree } from "../../src/connect/rules.ts";
import { uniformValues } from "../../src/connect/values.ts";
import { simulateTraining } from "../../src/models/trained-network/simulate.ts";
import { Network } from "../../src/network/network.ts";
import { poisson } from "../../src/network/sources.ts";
import { simulate, type Simulation } from "../../src/run/simulate.ts";
import { Hz, ms, uS } from "../../src/units.ts";
import { smallTraining } from "../unit/training/small.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { hhCells } from "./engine-networks.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

/** The most bytes that buffers of a device take at once while something runs. */
async function mostBytes(device: GPUDevice, work: () => Promise<unknown>): Promise<number> {
  const create = device.createBuffer.bind(device);
  let [now, most] = [0, 0];
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    most = Math.max(most, (now += buffer.size));
    buffer.destroy = () => {
      now -= buffer.size;
      return destroy();
    };
    return buffer;
  };
  try {
    await work();
  } finally {
    device.createBuffer = create;
  }
  return most;
}

function wired(cells: number, links: number): Network {
  const net = new Network({ seed: 3 });
  const E = net.cells("E", hhCells(cells));
  const P = net.sources("P", 500, poisson({ rate: Hz(20) }));
  const weight = uniformValues({ from: uS(1e-4), to: uS(2e-4) });
  net.connect(P, E.fast, fixedInDegree(links, { multapses: true }), { weight, delay: ms(1) });
  net.record(E, "V", { every: ms(0.5) });
  return net;
} // prettier-ignore

/** What was said before the first step, and the most that there was. */
async function compared(device: GPUDevice, make: () => Promise<Simulation>): Promise<{ said: number; most: number }> {
  let said = 0;
  const most = await mostBytes(device, async () => {
    const sim = await make();
    said = sim.memory.device;
    for await (const chunk of sim.run(ms(60 * sim.network.dt), { chunk: ms(30 * sim.network.dt) })) void chunk;
    await sim.close();
  });
  return { said, most };
}

describe("memory is said before the first step, within 10 % of what is taken", () => {
  test.each([
    ["a network of cells", () => wired(200, 20)],
    ["a network of links", () => wired(500, 400)],
  ])("on the device: %s", (_, net) =>
    gpu.use(async (device) => {
      const { said, most } = await compared(device, () => simulate(net(), { device, engine: "gpu", dt: ms(0.025) }));
      expect(Math.abs(said - most) / most).toBeLessThan(0.1);
    }),
  );

  test("on the device: networks that are trained", () =>
    gpu.use(async (device) => {
      const training = smallTraining({ seeds: [0, 1, 2, 3], n: 60 });
      const make = (): Promise<Simulation> => simulateTraining(training, { device, traces: ["x", "r", "v"] });
      const { said, most } = await compared(device, make);
      expect(Math.abs(said - most) / most).toBeLessThan(0.1);
    }));

  test("trying some steps before the first leaves no trace", () =>
    gpu.use(async (device) => {
      const ran = async (rehearsed: boolean): Promise<unknown> => {
        const sim = await simulate(wired(200, 20), { device, engine: "gpu", dt: ms(0.025) });
        if (rehearsed) await sim.rehearse();
        expect(sim.step).toBe(0);
        const found: unknown[] = [];
        for await (const chunk of sim.run(ms(40), { chunk: ms(15) }))
          found.push(chunk.spikes("P"), chunk.spikes("E"), chunk.trace("E", "V"));
        const end = await sim.save();
        await sim.close();
        return { found, end };
      };
      const want = await ran(false);
      expect(JSON.stringify(want).length).toBeGreaterThan(10_000);
      expect(await ran(true)).toEqual(want);
    }));

  test("in this process: a million links on the reference engine", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    /** When nothing of what went before is being given back any more: that takes a moment after a collection. */
    const bytes = async (): Promise<number> => {
      const readings: number[] = [];
      while (readings.length < 50 && !(readings.length > 3 && new Set(readings.slice(-3)).size === 1)) {
        collect();
        await new Promise((resolve) => setTimeout(resolve, 20));
        readings.push(process.memoryUsage().arrayBuffers);
      }
      return readings.at(-1) as number;
    };
    const net = wired(2500, 400);
    const before = await bytes();
    let kernels = 0; // bytes of WebAssembly, which Node counts nowhere where threads share them
    const { Memory } = WebAssembly;
    WebAssembly.Memory = class extends Memory {
      constructor(limits: WebAssembly.MemoryDescriptor) {
        super(limits);
        kernels += this.buffer.byteLength;
      }
    };
    const sim = await simulate(net, { engine: "reference", dt: ms(0.025) });
    WebAssembly.Memory = Memory;
    const taken = (await bytes()) - before + kernels;
    expect(kernels).toBeGreaterThan(0);
    expect(Math.abs(sim.memory.host - taken) / taken).toBeLessThan(0.1);
    await sim.close();
  });
});
