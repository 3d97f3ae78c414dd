import { bytesText } from "../compile/estimate.ts";
import type { Simulation } from "../run/simulate.ts";

/** Called before a simulation's first step: says what is worth knowing of it, and the memory that it takes. */
export type Announce = (sim: Simulation) => void;

/** Of one run of a study, which may make many simulations: a warning is said once, and memory when it takes more.
 * @param peak  bytes that the whole process has needed at most: what stays while it runs, and what drawing and compiling took beside it */
export function announcer(say: (line: string) => void, peak?: () => number): Announce {
  const heard = new Set<string>();
  let most = 0;
  return (sim) => {
    for (const line of sim.warnings) {
      if (!heard.has(line)) say(`Warning: ${line}`);
      heard.add(line);
    }
    const { host, device } = sim.memory;
    if (host + device <= 1.1 * most) return;
    most = host + device;
    const whole = peak === undefined ? "" : `; ${bytesText(peak())} with all else that this process has needed so far`;
    say(
      `memory: ${bytesText(host)} in this process${device > 0 ? `, ${bytesText(device)} on the device` : ""}${whole}`,
    );
  };
}
