import { z } from "zod";
import { covariance, dimension } from "../src/models/trained-network/dimension.ts";
import { motifs } from "../src/models/trained-network/motifs.ts";
import { spectrum } from "../src/models/trained-network/spectrum.ts";
import type { CaseFiles, VerifyEngine, VerifyRow } from "./case.ts";
import { share } from "./cortical-column-run.ts";
import { maxDifference } from "./trained-network-compare.ts";
import { wantSome } from "./complete.ts";
import { readJson } from "./read.ts";
import { atMost } from "./rows.ts";
import { TRAINED } from "./tolerances.ts";
import { arrayFile, descriptor, type ArrayFile } from "./trained-network-files.ts";

const MOTIFS = ["sigma2", "tau_rec", "tau_div", "tau_con", "tau_chn"] as const;

const matrix = z.object({
  name: z.string(),
  N: z.number(),
  sigma2: z.number(),
  tau_rec: z.number(),
  tau_div: z.number(),
  tau_con: z.number(),
  tau_chn: z.number(),
  spectral_radius: z.number(),
  max_real_eigenvalue: z.number(),
  eigenvalues_sorted_by_real_then_imag: z.array(z.tuple([z.number(), z.number()])).optional(),
  w: descriptor,
});
const samples = z.object({
  name: z.string(),
  N: z.number(),
  T: z.number(),
  mean_diag: z.number(),
  mean_offdiag: z.number(),
  var_diag_bias_corrected: z.number(),
  var_offdiag_bias_corrected: z.number(),
  dpr_bias: z.number(),
  dpr_bias_with_signed_cross_term: z.number(),
  participation_ratio_uncorrected: z.number(),
  X: descriptor,
  C: descriptor,
});
/** A case has matrices, sets of samples or both; that one kind was lost shows in its data file, whose bytes nothing describes then. */
const measuresFile = z.object({
  data_file: z.string(),
  matrices: z.array(matrix).optional(),
  covariances: z.array(samples).optional(),
});

/** f5: motifs, eigenvalues, covariance and dimension of given matrices. All engines measure on the host in float64. */
export async function verifyMeasures(files: CaseFiles, json: string, _engine: VerifyEngine): Promise<VerifyRow[]> {
  const file = readJson(files, json, measuresFile);
  const data = await arrayFile(files, json, file.data_file);
  const { matrices, covariances } = file;
  if (matrices !== undefined || covariances === undefined) wantSome(json, matrices?.length ?? 0, "matrix");
  if (covariances !== undefined) wantSome(json, covariances.length, "set of samples");
  return [
    ...(matrices ?? []).flatMap((one) => verifyMatrix(one, data)),
    ...(covariances ?? []).flatMap((one) => verifySamples(one, data)),
  ];
}

/** @param scale  of the parts of a value that may cancel to 0 */
const relative = (name: string, quantity: string, got: number, want: number, scale = 0): VerifyRow =>
  atMost(
    name,
    `${quantity}, relative`,
    share(Math.abs(got - want), Math.max(Math.abs(want), scale)),
    TRAINED.measures.float64,
    1,
  );

function verifyMatrix(one: z.infer<typeof matrix>, data: ArrayFile): VerifyRow[] {
  const w = data.floats(one.w);
  const got = motifs(w, one.N);
  // a tau is a difference of sums of the order of 1 / (N - 1): rounding cannot be asked to be below 1e-10 of that
  const rows = MOTIFS.map((name) =>
    relative(one.name, name, got[name], one[name], name === "sigma2" ? 0 : 1 / (one.N - 1)),
  );
  const { real, imag, radius, maxReal } = spectrum(w, one.N);
  rows.push(relative(one.name, "spectral radius", radius, one.spectral_radius));
  rows.push(relative(one.name, "largest real part", maxReal, one.max_real_eigenvalue, one.spectral_radius));
  if (one.eigenvalues_sorted_by_real_then_imag !== undefined) {
    const far = farthestMatch([...real], [...imag], one.eigenvalues_sorted_by_real_then_imag);
    rows.push(
      atMost(
        one.name,
        "eigenvalues, farthest, of the radius",
        share(far, one.spectral_radius), // 0 of a nilpotent matrix
        TRAINED.eigenvalues.float64,
        one.N,
      ),
    );
  }
  return rows;
}

/** Pairs each wanted eigenvalue with the nearest one left and returns the largest distance. */
function farthestMatch(real: number[], imag: number[], wanted: readonly (readonly [number, number])[]): number {
  if (real.length !== wanted.length) return NaN;
  let farthest = 0;
  for (const [re, im] of wanted) {
    let [best, at] = [Infinity, -1];
    real.forEach((x, i) => {
      const distance = Math.hypot(x - re, (imag[i] as number) - im);
      if (distance < best) [best, at] = [distance, i];
    });
    real.splice(at, 1);
    imag.splice(at, 1);
    farthest = Math.max(farthest, best);
  }
  return farthest;
}

function verifySamples(one: z.infer<typeof samples>, data: ArrayFile): VerifyRow[] {
  const { N, T, name } = one;
  const wanted = data.floats(one.C);
  const C = covariance(data.floats(one.X), T, N);
  const [kept, published] = [dimension(wanted, N, T), dimension(wanted, N, T, "asPublished")];
  return [
    atMost(name, "covariance, relative", maxDifference(C, wanted) / one.mean_diag, TRAINED.measures.float64, N * N),
    relative(name, "participation ratio", kept.participationRatio, one.participation_ratio_uncorrected),
    relative(name, "mean variance", kept.meanVariance, one.mean_diag),
    relative(name, "mean covariance", kept.meanCovariance, one.mean_offdiag, one.mean_diag * 1e-3),
    relative(
      name,
      "corrected variance of variances",
      published.varianceOfVariances,
      one.var_diag_bias_corrected,
      1e-3 * one.mean_diag ** 2,
    ),
    relative(
      name,
      "corrected variance of covariances",
      published.varianceOfCovariances,
      one.var_offdiag_bias_corrected,
      1e-3 * one.mean_diag ** 2,
    ),
    relative(name, "dpr_bias as published", published.dprBias, one.dpr_bias),
    relative(name, "dpr_bias, sign kept", kept.dprBias, one.dpr_bias_with_signed_cross_term),
  ];
}
