import { z } from "zod";
import { COLUMN } from "../column/settings.ts";
import { whole } from "../schema.ts";

const { preset: _all, trials: _seeds, asIntended: _replay, ...rest } = COLUMN;

export const settings = z.strictObject({
  preset: COLUMN.preset.unwrap().exclude(["replay"]).default("evoked").meta({ unit: "", description: "whose drives" }),
  ...rest,
  seeds: whole(3, "seeds of the drives' events", { min: 2, max: 100_000 }),
});
export type ConvergenceSettings = z.output<typeof settings>;
