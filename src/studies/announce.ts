import { bytesText } from "../compile/estimate.ts";
import type { Simulation } from "../run/simulate.ts";

type Say = (line: string) => void;

/** What each listener has heard: a study that makes many simulations says a warning once, and memory when it takes more. */
const heard = new WeakMap<Say, { readonly lines: Set<string>; most: number }>();

/** Before a simulation's first step: what is worth knowing of it, and the memory that it takes. */
export function announce(sim: Simulation, say: Say = () => undefined): void {
  const before = heard.get(say) ?? { lines: new Set<string>(), most: 0 };
  heard.set(say, before);
  for (const line of sim.warnings) {
    if (!before.lines.has(line)) say(`Warning: ${line}`);
    before.lines.add(line);
  }
  const { host, device } = sim.memory;
  if (host + device <= 1.1 * before.most) return;
  before.most = host + device;
  say(`memory: ${bytesText(host)} in this process${device > 0 ? `, ${bytesText(device)} on the device` : ""}`);
}
