import { afterAll, beforeAll, expect, test } from "vitest";
import { allToAll } from "../../src/connect/rules.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { glifOf } from "../../src/mechanisms/neurons/index.ts";
import { Network } from "../../src/network/network.ts";
import { poisson } from "../../src/network/sources.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { Hz, mV, ms, nA, perCell, per_ms } from "../../src/units.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { collect, compiled, same, spikesOf, type Run } from "./engine-networks.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

test("GLIF neurons with six ports and three currents after a spike fire in the same steps on the GPU and in the float32 reference", async () => {
  const net = new Network({ seed: 5 });
  const n = 24;
  const each = (from: number, to: number): number[] => Array.from({ length: n }, (_, k) => from + ((to - from) * k) / (n - 1)); // prettier-ignore
  const cells = net.cells("glif", glifOf({ ports: 6, currents: 3 })({ n, params: {
    V_th: perCell(mV, each(-52, -44)), t_ref: perCell(ms, each(1.2, 4.1)), dI_3: perCell(nA, each(-0.05, 0)), k_3: per_ms(0.02),
    tau_1: ms(5.5), tau_2: ms(8.5), tau_6: perCell(ms, each(1, 7)), I_e: perCell(nA, each(0.2, 0.45)),
  } })); // prettier-ignore
  const input = net.sources("afferents", 20, poisson({ rate: Hz(80) }));
  for (const [port, weight] of [[1, 0.03], [2, -0.02], [6, 0.04]] as const) net.connect(input, cells.receptor(`receptor_${port}`), allToAll(), { weight: nA(weight), delay: ms(1), name: `to ${port}` }); // prettier-ignore
  const c = compiled(net);
  const on = (engine: Parameters<typeof collect>[0]): Promise<Run> => collect(engine, 16_000);
  const device = await gpu.use(async (d) => {
    const engine = await gpuEngine(c, d);
    const run = await on(engine);
    await engine.close();
    return run;
  });
  expect(spikesOf(c, device, "glif").length).toBeGreaterThan(200);
  same("reference32", device.spikes, (await on(referenceEngine(c, { precision: 32 }))).spikes);
  // in float64 a slow crossing may fall into the next step, and what a neuron's threshold and currents keep of it dies away: counts of some 1,760 spikes differ
  // where a neuron's last spike comes at the end, which one in ten of 24 may have
  const exact = await on(referenceEngine(c, { precision: 64 }));
  expect(Math.abs(spikesOf(c, exact, "glif").length - spikesOf(c, device, "glif").length)).toBeLessThanOrEqual(3);
});
