// How many link events does deliver add in a second, and is it bound by spikes or by links? Rates of 1, 10 and 100 times the network's;
// Brunel's network with its slots in one part and in one for each core.
import { cpus } from "node:os";
import { compile } from "../../src/compile/compile.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { ms } from "../../src/units.ts";
import { benchDevice, spread, type Benchmark, type Cell, type Findings, type Spread } from "../lib.ts";
import { drain, pool } from "../models/network.ts";
import { buildPeer, DT } from "../peers/networks.ts";
import { arithmeticCosts } from "./arithmetic.ts";

/** ns per event with all cores adding to the same slots, and with slots of their own. @param span  ms */
async function inParts(device: GPUDevice, span: number): Promise<Cell[][]> {
  const network = compile(buildPeer({ name: "Brunel", excitatory: 10_000, inhibitory: 2500, delay: 1.5 }, 1), { dt: ms(DT) });
  const engines = await Promise.all([1, cpus().length].map(async (parts) => ({ parts, engine: await gpuEngine(network, device, { profile: true, parts }), ns: [] as number[] })));
  for (let round = 0; round < 4; round++) {
    for (const { engine, ns } of engines) {
      const before = engine.timings().deliver ?? 0;
      const { events } = await drain(engine, span / DT);
      if (round > 0) ns.push((((engine.timings().deliver ?? 0) - before) * 1e6) / events); // in turn, the first to warm up
    }
  }
  for (const { engine } of engines) await engine.close();
  return engines.map(({ parts, ns }) => [parts, spread(ns)]);
} // prettier-ignore

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
    const parted = await inParts(device, options.quick ? 10 : 100);
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
        {
          title: "The same of Brunel's 12,500 neurons, 1,250 links a spike; the drawing of their Poisson inputs counts as delivery too",
          columns: ["parts of the slots", "ns per event"],
          rows: parted,
        },
      ],
    };
  },
} satisfies Benchmark; // prettier-ignore
