import { afterAll, beforeAll, expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { simulate, Simulation } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";
import { DT, reading, TRACES } from "../readouts.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { inPieces } from "./pieces.ts";
import type { GpuOptions } from "../../src/gpu/base.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

async function collected(sim: Simulation, lengths: readonly number[], restart?: () => Promise<Simulation>) {
  const { found, last } = await inPieces(sim, { lengths, traces: TRACES, restart });
  const { w, P = [] } = await last.readout("z");
  await last.close();
  return { ...found, "now.w": [...w], "now.P": [...P] };
}

test.each([true, false])("read-outs and what they learn are the float32 reference's, loop: %s", async (loop) => {
  await gpu.use(async (device) => {
    const a = await collected(await simulate(reading({ loop }), { dt: DT, device }), [40]);
    const b = await collected(await simulate(reading({ loop }), { dt: DT, engine: "reference32" }), [40]);
    // Sums that a kernel contracts are off by an ulp of their largest term (15 mV times weights of order 1: 1e-6), which P of
    // condition 1e3 makes 1e-3 in weights; voltages keep some 200 roundings of 4e-6 mV.
    for (const [name, values] of Object.entries(b))
      values.forEach((x, k) => expect(Math.abs(x - (a as typeof b)[name as "now.w"][k]!), `${name} ${k}`).toBeLessThan(name.startsWith("hearers") ? 0.1 : 5e-3));
    expect(a["now.w"].some((x) => Math.abs(x) > 0.05)).toBe(true);
  });
}); // prettier-ignore

test("workgroups, blocks, a small log, the place in a batch and a resume change no bit", async () => {
  await gpu.use(async (device) => {
    for (const loop of [true, false]) {
      const make = async (options: GpuOptions & { maxBlock?: number } = {}) => {
        const { maxBlock } = options;
        const network = compile(reading({ loop }), { dt: DT, ...(maxBlock === undefined ? {} : { maxBlock }) });
        return new Simulation(network, await gpuEngine(network, device, options));
      };
      const one = await collected(await make(), [40]);
      const others = [{ workgroupSize: 32 }, { maxBlock: 2 }, { logCapacity: 16 }];
      for (const options of others) expect(await collected(await make(options), [40]), JSON.stringify(options)).toEqual(one);
      expect(await collected(await make(), [6.3, 0.1, 33.6], () => make())).toEqual(one);
      const two = reading({ loop, seeds: [12, 11] });
      for await (const chunk of (await simulate(two, { dt: DT, device })).run(ms(40), { chunk: ms(40) }))
        for (const [p, v] of TRACES) expect([...chunk.trace(p, v, 1).data], v).toEqual((one as Record<string, number[]>)[`${p}.${v}`]);
    }
  });
}); // prettier-ignore

test("weights stay while they are frozen, in one entry alone", async () => {
  await gpu.use(async (device) => {
    const sim = await simulate(reading({ seeds: [1, 2] }), { dt: DT, device });
    sim.every(ms(10), (control, t) => control.freeze("z", t >= 20 && t < 40, 1));
    const at: (readonly [Float64Array, Float64Array])[] = [];
    for (let k = 0; k < 3; k++) {
      for await (const _ of sim.run(ms(20)));
      at.push([(await sim.readout("z", 0)).w, (await sim.readout("z", 1)).w]);
    }
    expect(at[1]![1]).toEqual(at[0]![1]);
    expect(at[2]![1]).not.toEqual(at[1]![1]);
    expect(at[1]![0]).not.toEqual(at[0]![0]);
    await sim.close();
  });
});
