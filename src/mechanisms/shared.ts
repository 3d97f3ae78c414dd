import { ionsOfPool, type Pool } from "./mechanism.ts";

/** Whether a state of a pool is a concentration of one of its ions, which it keeps for all; its other states are its own. */
export const isShared = (pool: Pool, state: string): boolean =>
  ionsOfPool(pool).some((ion) => state === `${ion}i` || state === `${ion}o`);
