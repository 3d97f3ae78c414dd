// How many events of links that learn (STDP) does each engine take in a second, beside Brian 2's C++ in one run?
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "../../src/compile/compile.ts";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { allToAll } from "../../src/connect/rules.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import type { Engine } from "../../src/host/engine.ts";
import { iaf_cond_exp } from "../../src/mechanisms/neurons/index.ts";
import { stdp_additive } from "../../src/mechanisms/plasticity/index.ts";
import { Network } from "../../src/network/network.ts";
import { poisson } from "../../src/network/sources.ts";
import { uniformValues } from "../../src/connect/values.ts";
import { nodeThreads } from "../../src/node/threads.ts";
import { referenceEngine, threadedEngine } from "../../src/reference/engine.ts";
import { Hz, ms, mV, nF, uS } from "../../src/units.ts";
import { arithmeticCosts } from "../kernels/arithmetic.ts";
import { benchDevice, spread, type Benchmark, type Cell, type Findings } from "../lib.ts";
import { eventFloor, price } from "../models/floors.ts";
import { drain } from "../models/network.ts";
import { DT } from "./networks.ts";
import { inTurn, own, peer } from "./runners.ts";

const [INPUTS, NEURONS] = [1000, 100];
const G_MAX = 0.015 * 0.01; // uS

/** Song, Miller & Abbott (2000) with a hundred neurons and no inhibition; brian2_networks.py has the same. */
export function learners(dendriticDelay: number): CompiledNetwork {
  const net = new Network({ seed: 2 });
  const params = { C_m: nF(0.2), g_L: uS(0.01), E_L: mV(-74), V_th: mV(-54), V_reset: mV(-60), t_ref: ms(0), E_ex: mV(0), tau_ex: ms(5) }; // prettier-ignore
  const cells = net.cells("cells", iaf_cond_exp({ n: NEURONS, params }));
  const inputs = net.sources("inputs", INPUTS, poisson({ rate: Hz(20) }));
  net.connect(inputs, cells.excitatory, allToAll(), {
    weight: uniformValues({ from: uS(0), to: uS(G_MAX) }),
    delay: ms(0.1),
    dendriticDelay: ms(dendriticDelay),
    plasticity: stdp_additive({ w_max: uS(G_MAX) }),
  });
  return compile(net, { dt: ms(DT) });
}

/** Runs steps; an event is a spike of either side at one link. */
async function learn(engine: Engine, steps: number): Promise<{ spikes: number; events: number }> {
  const { network } = engine;
  const cells = network.populations.find((p) => p.kind === "cells") as { readonly firstSource: number };
  let post = 0;
  const { spikes } = await drain(engine, steps, (id) => {
    post += Number(id >= cells.firstSource && id < cells.firstSource + NEURONS);
  });
  return { spikes: post, events: (spikes - post) * NEURONS + post * INPUTS };
}

export default {
  name: "stdp",
  question: "How many events of links that learn (STDP) does each engine take in a second, beside Brian 2's C++ in one run?",
  async run(options): Promise<Findings> {
    const { device, info } = await benchDevice();
    const into = mkdtempSync(join(tmpdir(), "hillock-stdp-"));
    try {
      const span = options.quick ? 100 : 1000; // ms
      const network = learners(0.5);
      const { spawn } = nodeThreads();
      const runners = [await peer("STDP", span, into), await own("hillock, float64 reference, 1 thread", referenceEngine(network), span, learn)];
      if (spawn !== undefined) runners.push(await own("hillock, float64 reference, 2 threads", await threadedEngine(network, { threads: 2, spawn }), span, learn));
      runners.push(await own("hillock, adapter", await gpuEngine(network, device), span, learn));
      const found = await inTurn(runners, options.quick ? 1 : 5);
      const median = (k: number, of: "wall" | "cpu"): number => spread((found[k] ?? []).map((r) => r[of])).median;
      const expected = ((INPUTS * 20 * span) / 1000) * NEURONS; // the inputs' events of Brian, which counts neurons' spikes alone
      const rows = runners.map(({ label }, k): Cell[] => {
        const runs = (found[k] ?? []).map((r) => ({ ...r, events: r.events ?? expected + r.spikes * INPUTS }));
        const of = (value: (run: (typeof runs)[0]) => number) => spread(runs.map(value));
        return [label, of((r) => (1000 * r.wall) / span), of((r) => (1000 * r.cpu) / span), of((r) => r.events / r.wall / 1e6), of((r) => (1e9 * r.cpu) / r.events), median(0, "wall") / median(k, "wall"), median(0, "cpu") / median(k, "cpu"), (1000 * (runs[0]?.spikes as number)) / span / NEURONS];
      });
      const costs = await arithmeticCosts(device, options);
      const links = INPUTS * NEURONS;
      return {
        adapter: info,
        tables: [
          { title: "Floors of an event, ns of CPU: one thread of the float64 reference, and the adapter's all threads", columns: ["what", "float64", "adapter"], rows: [["the decay of a trace: an exponential", price("exp(v)"), costs["exp (argument clamped)"].cpu.min], ["a weight read and written, beside an index", eventFloor(links), 4 * costs["load from storage"].cpu.min]] },
          { title: `${INPUTS} inputs at 20 Hz onto each of ${NEURONS} neurons, ${links} links of stdp_additive; in turn in one run; ratios above 1: faster than Brian 2`, columns: ["program", "s per simulated second", "s CPU", "million events per second", "ns CPU per event", "times as fast", "by CPU", "rate, Hz"], rows },
        ],
        notes: [`An event is a spike of either side at one link. Blocks have ${network.maxBlock} steps of ${DT} ms, as the dendritic delay allows. Times are those of whole steps, cells and inputs included. Brian's events are its neurons' spikes and the expected number of its inputs'.`],
      };
    } finally {
      device.destroy();
      rmSync(into, { recursive: true, force: true });
    }
  },
} satisfies Benchmark; // prettier-ignore
