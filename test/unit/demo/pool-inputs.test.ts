// What inhibits the page's pool, and the current that may drive it.
import { expect, test } from "vitest";
import { NA_PER_HZ, targetAt } from "../../../demo/motor-pool/facts.ts";
import { CURRENT, INHIBITION, motorPool, type Pool } from "../../../demo/motor-pool/network.ts";
import { drive } from "../../../src/network/signal.ts";
import { referenceEngine } from "../../../src/reference/engine.ts";
import type { Control } from "../../../src/run/control.ts";
import { Simulation } from "../../../src/run/simulate.ts";
import { Hz, ms } from "../../../src/units.ts";

const FROM = 200; // ms, until the cells have left where they begin

async function spikesOf(extra: Partial<Pool>, change: (control: Control) => void = () => undefined) {
  const pool = { neurons: 20, range: 100, seed: 42, gamma: 0.2, ...extra };
  const { network } = motorPool(pool, { rate: 65, amplitude: 0, frequency: 2, privateShare: 0.01 });
  const sim = new Simulation(network, referenceEngine(network, { precision: 64 }));
  sim.change(change);
  const counts = { aMN: 0, RC: 0 };
  for await (const chunk of sim.run(ms(800), { chunk: ms(800) }))
    for (const name of ["aMN", "RC"] as const)
      if (network.populations.some((p) => p.name === name)) counts[name] = chunk.spikes(name).times.filter((t) => t > FROM).length; // prettier-ignore
  await sim.close();
  return counts;
}

test("Renshaw cells hear the pool and hold it back, the stronger the more; so do inhibitory axons", async () => {
  const [plain, weak, strong] = [
    await spikesOf({}),
    await spikesOf({ renshaw: 0.05 }),
    await spikesOf({ renshaw: 0.2 }),
  ];
  expect(plain.aMN).toBeGreaterThan(200);
  expect(weak.RC / 4 / 0.6).toBeGreaterThan(30); // Hz, of each of four
  expect(weak.RC / 4 / 0.6).toBeLessThan(150);
  expect(weak.aMN).toBeLessThan(0.95 * plain.aMN);
  expect(strong.aMN).toBeLessThan(0.95 * weak.aMN);
  const inhibited = await spikesOf({}, (control) => control.rate(INHIBITION, drive.constant(Hz(60))));
  expect(inhibited.aMN).toBeLessThan(0.8 * plain.aMN);
}, 120_000);

test("a current alone drives the pool, and no current leaves it silent", async () => {
  const alone = (hz: number) => (control: Control) => {
    for (const name of ["DD", "IN"]) control.rate(name, drive.constant(Hz(0)));
    control.gain(CURRENT, NA_PER_HZ * hz);
  };
  expect((await spikesOf({ by: 1 }, alone(0))).aMN).toBe(0);
  const [little, much] = [await spikesOf({ by: 1 }, alone(30)), await spikesOf({ by: 1 }, alone(65))];
  expect(little.aMN).toBeGreaterThan(10);
  expect(much.aMN).toBeGreaterThan(2 * little.aMN);
}, 120_000);

test("the force to track rests, rises, is held and falls, over and over", () => {
  const of = [0, 2, 4, 6, 10, 14, 16, 18, 20, 24].map((t) => targetAt(t, 30));
  expect(of).toEqual([0, 0, 15, 30, 30, 30, 15, 0, 0, 15]);
});
