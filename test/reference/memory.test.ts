// A simulation says before its first step what it takes: told and measured, a network of each kind whose arrays are large.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { allToAll, fixedInDegree, fixedProbability, oneToOne } from "../../src/connect/rules.ts";
import { arrayBytes } from "../../src/host/memory.ts";
import iafDelta from "../../src/mechanisms/neurons/iaf_delta.ts";
import iafExp from "../../src/mechanisms/neurons/iaf_exp.ts";
import stdpAdditive from "../../src/mechanisms/plasticity/stdp_additive.ts";
import tsodyksMarkram from "../../src/mechanisms/plasticity/tsodyks_markram.ts";
import { Network } from "../../src/network/network.ts";
import { poisson, poissonPort } from "../../src/network/sources.ts";
import { nodeThreads } from "../../src/node/threads.ts";
import { ownedBy } from "../../src/reference/crew.ts";
import { referenceEngine, threadedEngine } from "../../src/reference/engine.ts";
import { partBytes, partsOf } from "../../src/reference/split.ts";
import type { Spawn } from "../../src/host/threads.ts";
import { Hz, ms, mV, nA, one, perCell } from "../../src/units.ts";

const dt = ms(0.1);

const links = (): Network => {
  const net = new Network({ seed: 1 });
  const E = net.cells("E", iafExp({ n: 4000 }));
  net.connect(E, E.excitatory, fixedInDegree(500), { name: "one", weight: nA(0.001), delay: ms(1.5) });
  net.connect(E, E.excitatory, fixedInDegree(200), { name: "own", weight: (s, t) => nA(1e-4 * ((s + t) % 7)), delay: ms(2) });
  return net;
}; // prettier-ignore

const learning = (): Network => {
  const net = new Network({ seed: 1 });
  const S = net.sources("S", 1000, poisson({ rate: Hz(5) }));
  const E = net.cells("E", iafDelta({ n: 400 }));
  net.connect(S, E.jump, allToAll(), { weight: mV(0.1), delay: ms(1), plasticity: stdpAdditive({ A_plus: one(0.01), A_minus: one(0.01), w_max: mV(1) }) });
  net.vary("seed", [1, 2]);
  return net;
}; // prettier-ignore

const ports = (): Network => {
  const net = new Network({ seed: 1 });
  const E = net.cells("E", iafDelta({ n: 2000 }));
  const P = net.sources("P", 2000, poissonPort({ sources: 1000, rate: Hz(5), maxRate: Hz(100) }));
  net.connect(P, E.jump, oneToOne(), { weight: mV(0.1), delay: ms(1) });
  net.vary(
    "seed",
    Array.from({ length: 30 }, (_, k) => k),
  );
  return net;
};

const sources = (): Network => {
  const net = new Network({ seed: 1 });
  const E = net.cells("E", iafExp({ n: 10 }));
  const use = tsodyksMarkram({ U: one(0.4), tau_d: ms(100), tau_f: ms(60) });
  const own = poisson({
    rate: perCell(
      Hz,
      Array.from({ length: 100_000 }, (_, k) => k % 9),
    ),
  });
  net.connect(net.sources("own", 100_000, own), E.excitatory, fixedProbability(0.1), { weight: nA(1e-4), delay: ms(1), plasticity: use }); // prettier-ignore
  net.connect(net.sources("all", 100_000, poisson({ rate: Hz(3) })), E.excitatory, fixedProbability(0.1), { weight: nA(1e-4), delay: ms(1) }); // prettier-ignore
  net.vary("seed", [1, 2, 3]);
  return net;
};

const cells = (): Network => {
  const net = new Network({ seed: 1 });
  const E = net.cells("E", iafExp({ n: 20_000, params: { I_e: perCell(nA, Array.from({ length: 20_000 }, (_, k) => k * 1e-6)) } }));
  net.connect(net.sources("S", 20_000, poisson({ rate: Hz(3) })), E.excitatory, oneToOne(), { weight: nA(0.1), delay: ms(1) });
  net.vary("seed", Array.from({ length: 10 }, (_, k) => k));
  return net;
}; // prettier-ignore

const KINDS: readonly (readonly [string, () => Network])[] = [
  ["links", links],
  ["links that learn", learning],
  ["ports whose rates may change", ports],
  ["sources with short-term plasticity", sources],
  ["cells", cells],
];

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of arrays outside the heap. */
async function used(): Promise<number> {
  for (let k = 0; k < 3; k++) {
    collectGarbage();
    await new Promise((resume) => setTimeout(resume, 5));
  }
  return process.memoryUsage().external;
}

test.each(KINDS)("%s: what is told is within a tenth of what is taken", async (_, make) => {
  const before = await used();
  const engine = referenceEngine(compile(make(), { dt }));
  const told = engine.memory().host;
  await engine.advance(20);
  const kept = await engine.save(); // as a segment keeps it, to go back to
  const taken = (await used()) - before;
  expect(told).toBeGreaterThan(10e6);
  expect(Math.abs(taken / told - 1)).toBeLessThan(0.1);
  expect(Object.keys(kept).length).toBeGreaterThan(0);
  await engine.close();
});

test.each([2, 3])("%i threads: told is what they are given", async (threads) => {
  for (const make of [links, learning]) {
    const network: CompiledNetwork = compile(make(), { dt });
    const parts = partsOf(network, threads);
    const bare = { ...network, stages: network.stages.map((s) => ({ ...s, rows: [] })) };
    const given = parts.reduce((sum, part, k) => {
      const { rows, slots } = ownedBy(network, part);
      const own = k > 0 || part.by === "cells" ? arrayBytes(rows, slots) : 0; // the first uses what is there
      return sum + own + (k > 0 ? arrayBytes(bare) : 0);
    }, 0);
    expect(Math.abs(partBytes(network, parts) / given - 1)).toBeLessThan(0.01);
    const { spawn } = nodeThreads();
    const engine = await threadedEngine(network, { threads, spawn: spawn as Spawn });
    expect(engine.memory().host).toBeGreaterThan(referenceEngine(network).memory().host + 0.99 * given);
    await engine.close();
  }
});
