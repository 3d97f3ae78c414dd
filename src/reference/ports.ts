import type { CompiledNetwork, CompiledPort, CompiledStage, PortLinks } from "../compile/compiled.ts";
import { countOf, countWords } from "../random/poisson-count.ts";
import type { PortTables } from "../host/ports.ts";
import { type Delivery, eventOf, factorOf } from "./log.ts";

/** Adds the events of summed Poisson inputs in [d.step, d.step + d.steps) to acc, link by link. */
export function deliverPorts(network: CompiledNetwork, stage: CompiledStage, d: Delivery, acc: Float64Array | Int32Array): void {
  for (const p of stage.ports) {
    const port = network.populations[p.population] as CompiledPort;
    const tables = d.ports.get(p.population) as PortTables;
    for (let entry = d.own.entries.first; entry < d.own.entries.end; entry++) deliverPort(network.seeds[entry] as number, port, tables, p, entry, stage, d, acc);
  }
} // prettier-ignore

const words = new Uint32Array(4); // scratch: holds nothing between calls

function deliverPort(seed: number, port: CompiledPort, tables: PortTables, p: PortLinks, entry: number, stage: CompiledStage, d: Delivery, acc: Float64Array | Int32Array): void {
  const { source, slot, delay, weight } = p.links[p.links.length > 1 ? entry : 0] as PortLinks["links"][number];
  const factor = factorOf(stage, p.projection, entry, d);
  const own = d.own.slots;
  const { tableOf, starts, thresholds } = tables;
  for (let k = 0; k < slot.length; k++) {
    if (own?.[slot[k] as number] === 0) continue;
    const element = source[k] as number;
    const table = tableOf[entry * port.n + element] as number;
    const [first, end] = [starts[table] as number, starts[table + 1] as number];
    const event = eventOf(weight[k] as number, factor, d.integers);
    let drawn = -1;
    for (let t = 0; t < d.steps; t++) {
      const step = d.step + t - (delay[k] as number);
      if (step < 0) continue;
      if (step >>> 2 !== drawn) {
        drawn = step >>> 2;
        countWords(words, seed, port.stream, element, step);
      }
      const at = (t * d.entries + entry) * stage.slots + (slot[k] as number);
      acc[at] = (acc[at] as number) + event * countOf(thresholds, words[step & 3] as number, first, end);
    }
  }
} // prettier-ignore
