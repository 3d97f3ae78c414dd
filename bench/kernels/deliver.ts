// How many link events does deliver add in a second, and is it bound by spikes or by links? Rates of 1, 10 and 100 times the network's.
import { gpuEngine } from "../../src/gpu/engine.ts";
import { benchDevice, spread, type Benchmark, type Cell, type Findings, type Spread } from "../lib.ts";
import { drain, pool } from "../models/network.ts";
import { arithmeticCosts } from "./arithmetic.ts";

export default {
  name: "deliver",
  question: "How many link events does deliver add in a second, and is it bound by spikes or by links?",
  async run(options): Promise<Findings> {
    const { device, info } = await benchDevice();
    const { "load from storage": load } = await arithmeticCosts(device, options);
    const rows: Cell[][] = [];
    for (const motorNeurons of options.quick ? [800] : [800, 8000]) {
      for (const rates of [1, 10, 100]) {
        const network = pool({ motorNeurons, rates });
        const engine = await gpuEngine(network, device, { profile: true, logCapacity: 2 ** 18 });
        await drain(engine, network.maxBlock);
        const [ns, perSecond]: [number[], number[]] = [[], []];
        let events = 0;
        for (let k = 0; k < (options.quick ? 2 : 5); k++) {
          const before = engine.timings().deliver ?? 0;
          const done = await drain(engine, 2 * network.maxBlock);
          const elapsed = ((engine.timings().deliver ?? 0) - before) * 1e6;
          ns.push(elapsed / done.events);
          perSecond.push((1e3 * done.events) / elapsed);
          events = done.events / (2 * network.maxBlock * network.dt * 1e-3);
        }
        await engine.close();
        rows.push([motorNeurons, `${rates} x`, events / 1e6, spread(ns), spread(perSecond)]);
      }
    }
    device.destroy();
    const price: Spread = load.wall;
    return {
      adapter: info,
      tables: [
        {
          title: "Floor of an event: two words of a link, one word of the accumulators read and written, at the price of a load",
          columns: ["ns per event", "million events per second"],
          rows: [[4 * price.min, 1e3 / (4 * price.min)]],
        },
        {
          title: "Time stamps around deliver; 400 sources with links to 30 % of the cells, one with one link per cell",
          columns: ["motor neurons", "rates", "million events per simulated second", "ns per event", "million events per second"],
          rows,
        },
      ],
    };
  },
} satisfies Benchmark; // prettier-ignore
