import { ModelError } from "../errors.ts";
import type { NetworkDescription } from "../network/description.ts";
import type { Built } from "./study.ts";

/** A batch whose entry i has values[i] at a setting that changes nothing but rates and clamp signals.
 * @param build  with that value; without one, as it was chosen
 * @throws ModelError when the setting changes more than a batch may */
export async function batchOfSetting(
  path: string,
  values: readonly number[],
  build: (value?: number) => Promise<Built>,
): Promise<Built> {
  const built = await build();
  const all = await Promise.all(values.map(build));
  const base = built.network.describe();
  const variants = all.map(({ network }) => network.describe());
  const same = variants.every((variant) => rest(variant) === rest(base)) && all.every((one) => how(one) === how(built));
  if (!same) throw new ModelError(`--batch ${path}`, "changes more than rates and currents between entries", "Make one run for each value with --set"); // prettier-ignore
  const differ = (x: readonly unknown[]): boolean => x.some((one) => JSON.stringify(one) !== JSON.stringify(x[0]));
  base.populations.forEach(({ name }, k) => {
    const rates = variants.map((variant) => rateOf(variant.populations[k]));
    if (differ(rates)) built.network.vary(`${name}.rate`, rates);
  });
  base.clamps.forEach(({ name }, k) => {
    const signals = variants.map((variant) => variant.clamps[k]?.signal);
    if (differ(signals)) built.network.vary(`${name}.signal`, signals);
  });
  built.network.batch(values.length); // also when the setting changes nothing
  return built;
}

const rateOf = (population: NetworkDescription["populations"][number] | undefined) =>
  population?.model.kind === "renewal" ? population.model.rate : undefined;

/** What entries of a batch must share. */
const rest = (d: NetworkDescription): string =>
  JSON.stringify({
    ...d,
    populations: d.populations.map((p) =>
      p.model.kind === "renewal" ? { ...p, model: { ...p.model, rate: null } } : p,
    ),
    clamps: d.clamps.map((c) => ({ ...c, signal: null })),
  });

const how = ({ dt, method, duration }: Built): string => JSON.stringify([dt, method, duration]);
