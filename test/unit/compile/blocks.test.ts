import { expect, test } from "vitest";
import { fixedProbability } from "../../../src/connect/rules.ts";
import type { NetworkDescription } from "../../../src/network/description.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson, trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { Hz, ms, mV, uS } from "../../../src/units.ts";
import { smallCells } from "../network/cells.ts";

/** Two populations in a loop with different delays, renewal sources and given trains, three entries with own connections. */
function loop(): Network {
  const net = new Network({ seed: 7 });
  const cells = { ...smallCells(10), detector: { section: "soma", threshold: mV(-40) } };
  const E = net.cells("E", cells);
  const I = net.cells("I", cells);
  const S = net.sources("S", 20, poisson({ rate: Hz(200) }));
  const T = net.sources("T", 3, trains([[3, 7.0125], [50], [60.3]])); // prettier-ignore
  net.connect(S, E.excitatory, fixedProbability(0.5), { weight: uS(0.02), delay: ms(1.3) });
  net.connect(T, E.excitatory, fixedProbability(0.5), { weight: uS(0.02), delay: ms(0.33) });
  net.connect(E, I.excitatory, fixedProbability(0.5), { weight: uS(0.02), delay: ms(2) });
  net.connect(I, E.inhibitory, fixedProbability(0.5), { weight: uS(0.02), delay: ms(3) });
  return net;
}

async function spikes(net: Network | NetworkDescription, maxBlock: number, entries: number): Promise<unknown[]> {
  const sim = await simulate(net, { dt: ms(0.025), engine: "reference32", maxBlock });
  const found: unknown[] = [];
  for await (const chunk of sim.run(ms(60))) {
    for (let e = 0; e < entries; e++) {
      found.push(["S", "E", "I"].map((p) => [chunk.spikes(p, e).times, chunk.spikes(p, e).cells]));
    }
  }
  await sim.close();
  return found;
}

test("spikes do not depend on the block, nor an entry on its batch: bitwise", async () => {
  const net = loop();
  net.vary("structureSeed", [1, 2, 3]);
  const batch = await spikes(net, 1000, 3);
  expect(await spikes(net, 1, 3)).toEqual(batch);
  expect(await spikes(net, 7, 3)).toEqual(batch);
  for (const structureSeed of [1, 2, 3]) {
    const alone = await spikes({ ...loop().describe(), structureSeed }, 1000, 1);
    expect(alone[0]).toEqual(batch[structureSeed - 1]);
    for (const [times] of alone[0] as [Float64Array][]) expect(times.length).toBeGreaterThan(10); // all three fire
  }
  expect(batch[0]).not.toEqual(batch[1]);
});
