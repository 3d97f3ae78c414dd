import type { Current, Mechanism } from "./mechanism.ts";

/** Current densities of a channel, and of a pool that carries some. */
export const currentsOf = (m: Mechanism): Readonly<Record<string, Current>> =>
  m.kind === "synapse" ? {} : (m.currents ?? {});
