import { expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { oneToOne } from "../../../src/connect/rules.ts";
import { KINDS } from "../../../src/gpu/device-network.ts";
import { longestSubmit, mostDispatches } from "../../../src/gpu/submit.ts";
import { Inputs } from "../../../src/host/inputs.ts";
import { iaf_delta } from "../../../src/mechanisms/neurons/index.ts";
import { stdp_additive } from "../../../src/mechanisms/plasticity/index.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson } from "../../../src/network/sources.ts";
import { Hz, ms, mV } from "../../../src/units.ts";

/** Sources that drive A, whose links to B learn. @param every  steps of 0.1 ms between samples of their weights */
function chain(every?: number) {
  const net = new Network({ seed: 1 });
  const S = net.sources("S", 3, poisson({ rate: Hz(20) }));
  const [A, B] = [net.cells("A", iaf_delta({ n: 3 })), net.cells("B", iaf_delta({ n: 3 }))];
  net.connect(S, A.jump, oneToOne(), { weight: mV(1), delay: ms(1) });
  const plasticity = stdp_additive({ w_max: mV(2) });
  const learning = net.connect(A, B.jump, oneToOne(), {
    weight: mV(1),
    delay: ms(1),
    dendriticDelay: ms(1),
    plasticity,
  });
  if (every !== undefined) net.recordWeights(learning, { every: ms(every / 10) });
  return compile(net.describe(), { dt: ms(0.1) });
}

test("every kind of group says its dispatches", () => {
  const network = chain();
  expect([network.maxBlock, network.stages.length]).toEqual([10, 2]);
  // a block: drive 1, mark 2, learn 2, delivery 2 stages + 1 table, cells 2; once: begin
  expect(mostDispatches(KINDS, network, 100, 1)).toBe(1 + 10 * 10);
  // weights at 0, 50 and 100: a dispatch each, and blocks that end there
  expect(mostDispatches(KINDS, chain(50), 100, 1)).toBe(1 + 3 + 10 * (10 + 3));
});

test("a submit is as long as its records and inputs are small", () => {
  const [often, seldom] = [chain(1), chain(1e5)];
  const steps = longestSubmit(KINDS, often, new Inputs(often), 1);
  expect(256 * mostDispatches(KINDS, often, steps, 1)).toBeLessThanOrEqual(2 ** 24);
  expect(256 * mostDispatches(KINDS, often, 2 * steps, 1)).toBeGreaterThan(2 ** 24);
  expect(longestSubmit(KINDS, seldom, new Inputs(seldom), 1)).toBe(8192);
});
