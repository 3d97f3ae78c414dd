import { checkBefore, compile } from "../compile/compile.ts";
import { estimate } from "../compile/estimate.ts";
import { threadsHere } from "../host/threads.ts";
import type { Method } from "../network/cell.ts";
import type { Network } from "../network/network.ts";
import { wholeSteps } from "../steps.ts";
import { checkChunk } from "./run-network.ts";
import type { Quantity } from "../units.ts";

/** A run of a study, as far as what refuses it goes. */
export interface PlannedRun {
  readonly network: Network;
  readonly dt: Quantity<"ms">;
  readonly method?: Method | undefined;
  readonly duration: Quantity<"ms">;
  /** of its files, where it writes any. */
  readonly chunk?: Quantity<"ms">;
}

/** Links of an entry, and cells of all entries, that take less than a second to compile. */
const [LINKS, CELLS] = [500_000, 10_000];

/** Refuses a run before anything of its study is computed, as `simulate` would: sizes and times always, the rest where the network is small
 * (a large one is compiled once, by the run itself, which says how far it is).
 * @throws ModelError */
export function checkRun(run: PlannedRun): void {
  checkTimes(run);
  const { network, dt, method, duration } = run;
  const { links, cells } = estimate(network.describe());
  if (links <= LINKS && cells <= CELLS) compile(network, { dt, method, duration });
}

/** The same without compiling. @throws ModelError */
export function checkTimes({ network, dt, method, duration, chunk }: PlannedRun): void {
  checkBefore(network, { dt, method, duration, machineMemory: threadsHere().memory });
  wholeSteps("duration", duration.value, dt.value, 1);
  if (chunk !== undefined) checkChunk(chunk, dt);
}
