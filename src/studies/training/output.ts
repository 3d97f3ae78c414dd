import type { Files } from "../../storage/files.ts";
import { writeHdf5 } from "../../storage/hdf5-file.ts";
import type { CompiledTraining } from "../../compile/trained/training.ts";
import type { EnsembleMember } from "../../models/trained-network/ensemble.ts";
import type { LoopMeasures } from "../../models/trained-network/measures.ts";
import type { LoopResult } from "../../models/trained-network/run.ts";

/** Columns of loops.csv. */
const LOOP_COLUMNS = [
  "mse_err", "rms_err", "mse_median_neuron", "mse_in", "cc_in", "cc_out", "rate_all", "rate_qif", "rate_lif", "rate_stim",
  "r_mean", "sigma2", "tau_rec", "tau_div", "tau_con", "tau_chn", "w_fro", "max_abs_w",
] as const satisfies readonly (keyof LoopMeasures)[]; // prettier-ignore

/** Neurons shown and, unless asked otherwise, stored: the first and the last two of either half. */
export const sampleNeurons = (N: number): number[] =>
  [...new Set([0, 1, 2, Math.floor(N / 2) + 1, Math.floor(N / 2) + 2, N - 1])]
    .filter((i) => i >= 0 && i < N)
    .sort((a, b) => a - b);

/** One row per network and loop; networks that stand for several grid points have a row for each. */
export function loopsCsv(members: readonly EnsembleMember[], measures: readonly (readonly LoopMeasures[])[]): string {
  const header = ["pqif", "vrest", "seed", "loop", ...LOOP_COLUMNS].join(",");
  const rows = members.flatMap((member, m) =>
    member.points.flatMap(({ pqif, vrest }) =>
      (measures[m] ?? []).map((one) =>
        [pqif, vrest, member.seed, one.loop, ...LOOP_COLUMNS.map((column) => number(one[column]))].join(","),
      ),
    ),
  );
  return [header, ...rows, ""].join("\n");
}

const number = (x: number): string => (Number.isFinite(x) ? String(x) : "");

/** Writes the weights of each network at the end of a loop, and how far they moved in it: what chunks have no place for. */
export async function writeWeights(
  files: Files,
  first: number,
  loop: number,
  networks: readonly LoopResult[],
): Promise<void> {
  await writeHdf5(files, `weights-${String(loop).padStart(6, "0")}.h5`, (file) => {
    file.create_attribute("loop", loop, [], "<i");
    for (const { entry, w, measures } of networks) {
      const group = file.create_group(`network-${first + entry}`);
      group.create_dataset({ name: "w", data: w, shape: [w.length], dtype: "<d" });
      if (measures.dw.length === 0) continue;
      const values = Float64Array.from(measures.dw.flatMap(({ it, log }) => [it, log]));
      group.create_dataset({ name: "dw", data: values, shape: [measures.dw.length, 2], dtype: "<d" });
    }
  });
}

/** Writes what does not change in a run, once: wiring, stimulus and target of each network. */
export async function writeNetworks(
  files: Files,
  compiled: CompiledTraining,
  members: readonly EnsembleMember[],
): Promise<void> {
  await writeHdf5(files, "networks.h5", (file) => {
    members.forEach((member, m) => {
      const group = file.create_group(`network-${m}`);
      group.create_attribute("label", member.label);
      group.create_attribute("seed", member.seed, [], "<d");
      const { draws } = member;
      const put = (name: string, data: Float64Array | Int32Array, shape: number[]): void => {
        group.create_dataset({ name, data, shape, dtype: data instanceof Int32Array ? "<i" : "<d" });
      };
      put("row_ptr", draws.rowPtr, [draws.rowPtr.length]);
      put("col_idx", draws.colIdx, [draws.colIdx.length]);
      put("w0", draws.w0, [draws.w0.length]);
      put("x0", draws.x0, [draws.x0.length]);
      put("Istim", draws.Istim, [draws.Istim.length]);
      put("target", member.target, [compiled.schedule.stepsPerLoop, compiled.n]);
    });
  });
}
