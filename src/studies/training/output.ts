import type { Files } from "../../storage/files.ts";
import { writeHdf5 } from "../../storage/hdf5-file.ts";
import type { CompiledTraining } from "../../compile/training.ts";
import type { EnsembleMember } from "../../models/trained-network/ensemble.ts";
import type { LoopMeasures } from "../../models/trained-network/measures.ts";
import type { LoopResult } from "../../models/trained-network/run.ts";

/** Columns of loops.csv. */
export const LOOP_COLUMNS = [
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

/** Writes a finished loop of a wave as one HDF5 file: /network-<i> with spikes (SONATA), weights, error per neuron, traces. */
export async function writeLoop(
  files: Files,
  name: string,
  part: {
    compiled: CompiledTraining;
    first: number;
    loop: number;
    networks: readonly LoopResult[];
    traces: "none" | "sample" | "all";
  },
): Promise<void> {
  const { compiled, first, loop, networks, traces } = part;
  const { n, schedule, rules } = compiled;
  const dtMs = rules.h * 10;
  const startMs = loop * schedule.stepsPerLoop * dtMs;
  await writeHdf5(files, name, (file) => {
    file.create_attribute("loop", loop, [], "<i");
    file.create_attribute("dt_ms", dtMs, [], "<d");
    for (const { entry, record, w, measures } of networks) {
      const group = file.create_group(`network-${first + entry}`);
      const [times, ids] = spikeLists(record.spikes, n, startMs, dtMs);
      const spikes = group.create_group("spikes").create_group("neurons");
      spikes.create_dataset({ name: "timestamps", data: times, shape: [times.length], dtype: "<d" });
      spikes.create_dataset({ name: "node_ids", data: ids, shape: [ids.length], dtype: "<I" });
      group.create_dataset({ name: "w", data: w, shape: [w.length], dtype: "<d" });
      for (const column of LOOP_COLUMNS) group.create_attribute(column, measures[column], [], "<d");
      if (measures.dw.length > 0) {
        const values = Float64Array.from(measures.dw.flatMap(({ it, log }) => [it, log]));
        group.create_dataset({ name: "dw", data: values, shape: [measures.dw.length, 2], dtype: "<d" });
      }
      if (traces === "none") continue;
      const chosen = traces === "all" ? Array.from({ length: n }, (_, i) => i) : sampleNeurons(n);
      group.create_dataset({ name: "neurons", data: Uint32Array.from(chosen), shape: [chosen.length], dtype: "<I" });
      for (const trace of ["r", "v", "error"] as const) {
        const data = columns(record.traces[trace] ?? new Float32Array(0), n, chosen);
        group.create_dataset({ name: trace, data, shape: [schedule.stepsPerLoop, chosen.length], dtype: "<f" });
      }
    }
  });
}

function columns(values: ArrayLike<number>, n: number, chosen: readonly number[]): Float32Array {
  const T = values.length / n;
  return Float32Array.from({ length: T * chosen.length }, (_, at) => {
    const [it, c] = [Math.floor(at / chosen.length), at % chosen.length];
    return values[it * n + (chosen[c] as number)] as number;
  });
}

function spikeLists(spikes: Uint8Array, n: number, startMs: number, dtMs: number): [Float64Array, Uint32Array] {
  const [times, ids]: [number[], number[]] = [[], []];
  spikes.forEach((fired, at) => {
    if (fired === 0) return;
    times.push(startMs + Math.floor(at / n) * dtMs);
    ids.push(at % n);
  });
  return [Float64Array.from(times), Uint32Array.from(ids)];
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
