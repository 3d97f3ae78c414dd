// Engines on one device share the kernels of equal equations: a page makes them ahead, a fit makes them once for all its rounds.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { motorPool } from "../../demo/motor-pool/network.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

let gpu: TestDevice;
beforeAll(async () => void (gpu = await openTestDevice()));
afterAll(() => gpu?.close());

const pool = (neurons: number, rate: number) =>
  motorPool({ neurons, range: 20, seed: neurons, gamma: 0.1 }, { rate, amplitude: 0, frequency: 1, privateShare: 0.1 }).network; // prettier-ignore

test("another size, seed and drive of the same equations makes no kernel anew, and gives the bits that it gives alone", async () => {
  const spikesOf = (device: GPUDevice, warm: boolean): Promise<string[]> =>
    gpu.use(async () => {
      if (warm) await (await gpuEngine(pool(2, 1), device)).close();
      const making = vi.spyOn(device, "createComputePipelineAsync");
      const engine = await gpuEngine(pool(40, 80), device);
      expect(making.mock.calls.length).toBe(warm ? 0 : 4);
      making.mockRestore();
      const { spikeSteps, spikeIds } = await engine.advance(4000);
      await engine.close();
      return Array.from(spikeSteps, (step, k) => `${step} ${spikeIds[k]}`).sort(); // a log's order within a step is any
    });
  const alone = await spikesOf(gpu.device, false);
  const other = await openTestDevice();
  try {
    const shared = await spikesOf(other.device, true);
    expect(shared).toEqual(alone);
    expect(shared.length).toBeGreaterThan(100);
  } finally {
    await other.close();
  }
});
