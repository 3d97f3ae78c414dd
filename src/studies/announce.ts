import { bytesText } from "../compile/estimate.ts";
import type { Simulation } from "../run/simulate.ts";

/** What a simulation is made for, as far as it takes memory. */
export interface Ahead {
  /** of its run. */
  readonly steps: number;
  /** of a chunk of it, whose spikes are in memory at once. */
  readonly chunkSteps: number;
  /** bytes that whoever runs it gathers meanwhile. */
  readonly gathered?: number;
}

/** Called before a simulation's first step: says what is worth knowing of it, and the memory that it takes. */
export type Announce = (sim: Simulation, ahead: Ahead) => Promise<void>;

/** Of one run of a study, which may make many simulations: a warning is said once, and memory when it takes more.
 * @param expected  bytes that the whole process will have taken at most when the simulation is over */
export function announcer(say: (line: string) => void, expected?: (...of: Parameters<Announce>) => Promise<number>): Announce {
  const heard = new Set<string>();
  let most = 0;
  return async (sim, ahead) => {
    for (const line of sim.warnings) {
      if (!heard.has(line)) say(`Warning: ${line}`);
      heard.add(line);
    }
    const { host, device } = sim.memory;
    if (host + device <= 1.1 * most) return;
    most = host + device;
    const whole = expected === undefined ? "" : `; about ${bytesText(await expected(sim, ahead))} for the whole process at most`;
    const own = `${bytesText(host)} in this process${device > 0 ? `, ${bytesText(device)} on the device` : ""}`;
    say(`memory: ${own}${whole}`);
  };
} // prettier-ignore
