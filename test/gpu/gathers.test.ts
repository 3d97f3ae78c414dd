import { afterAll, beforeAll, expect, test } from "vitest";
import { simulate, type Simulation } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";
import { gathering } from "../gathers.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { inPieces } from "./pieces.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

const TRACES = [["neurons", "V"], ["cells", "V"], ["readers", "z"], ["readers", "out.i"]] as const; // prettier-ignore

async function collected(sim: Simulation, lengths: readonly number[], restart?: () => Promise<Simulation>) {
  const { found, last } = await inPieces(sim, { lengths, traces: TRACES, restart });
  await last.close();
  return found;
}

test.each([true, false])("gathers are the float32 reference's, loops: %s; a resume changes no bit", async (loops) => {
  await gpu.use(async (device) => {
    const make = () => simulate(gathering(loops), { dt: ms(0.1), device });
    const a = await collected(await make(), [30]);
    const b = await collected(await simulate(gathering(loops), { dt: ms(0.1), engine: "reference32" }), [30]);
    // half an ulp of 65 mV a step (3.8e-6 mV), kept for 200 steps of the membrane; a read-out sums three such, weighted 9 in all
    for (const name of Object.keys(b)) b[name]!.forEach((x, k) => expect(Math.abs(x - a[name]![k]!), name).toBeLessThan(name.startsWith("readers") ? 8e-3 : 8e-4));
    const again = await collected(await make(), [11.3, 18.7], make);
    for (const name of ["neurons.V", "cells.V"]) expect(again[name]).toEqual(a[name]);
  });
}); // prettier-ignore
