import { z } from "zod";
import { covariance, dimension } from "../src/models/trained-network/dimension.js";
import { motifs } from "../src/models/trained-network/motifs.js";
import { spectrum } from "../src/models/trained-network/spectrum.js";
import { atMost, maxDifference } from "./trained-network-compare.js";
import { arrayFile, descriptor, sidecar } from "./trained-network-files.js";
const MOTIFS = ["sigma2", "tau_rec", "tau_div", "tau_con", "tau_chn"];
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
const measuresFile = z.object({ data_file: z.string(), matrices: z.array(matrix), covariances: z.array(samples) });
/** f5: motifs, eigenvalues, covariance and dimension of given matrices. All engines measure on the host in float64. */
export async function verifyMeasures(files, json, _engine) {
    const file = sidecar(files, json, measuresFile);
    const data = await arrayFile(files, file.data_file);
    return [
        ...file.matrices.flatMap((one) => verifyMatrix(one, data)),
        ...file.covariances.flatMap((one) => verifySamples(one, data)),
    ];
}
/** Float64 limit of the spec's section 15, relative; values that cancel to 0 are compared on the scale of their parts. */
const LIMIT = 1e-10;
const relative = (name, quantity, got, want, scale = 0) => atMost(name, `${quantity}, relative`, Math.abs(got - want) / Math.max(Math.abs(want), scale), LIMIT);
function verifyMatrix(one, data) {
    const w = data.floats(one.w);
    const got = motifs(w, one.N);
    // a tau is a difference of sums of the order of 1 / (N - 1): rounding cannot be asked to be below 1e-10 of that
    const rows = MOTIFS.map((name) => relative(one.name, name, got[name], one[name], name === "sigma2" ? 0 : 1 / (one.N - 1)));
    const { real, imag, radius, maxReal } = spectrum(w, one.N);
    rows.push(relative(one.name, "spectral radius", radius, one.spectral_radius));
    rows.push(relative(one.name, "largest real part", maxReal, one.max_real_eigenvalue, one.spectral_radius));
    if (one.eigenvalues_sorted_by_real_then_imag !== undefined) {
        const far = farthestMatch([...real], [...imag], one.eigenvalues_sorted_by_real_then_imag);
        // an eigenvalue moves by its condition number times the rounding of W: a defective pair (zero rows sums) by its root
        rows.push(atMost(one.name, "eigenvalues, farthest, of the radius", far / one.spectral_radius, 1e-7));
    }
    return rows;
}
/** Pairs each wanted eigenvalue with the nearest one left and returns the largest distance. */
function farthestMatch(real, imag, wanted) {
    if (real.length !== wanted.length)
        return NaN;
    let farthest = 0;
    for (const [re, im] of wanted) {
        let [best, at] = [Infinity, -1];
        real.forEach((x, i) => {
            const distance = Math.hypot(x - re, imag[i] - im);
            if (distance < best)
                [best, at] = [distance, i];
        });
        real.splice(at, 1);
        imag.splice(at, 1);
        farthest = Math.max(farthest, best);
    }
    return farthest;
}
function verifySamples(one, data) {
    const { N, T, name } = one;
    const wanted = data.floats(one.C);
    const C = covariance(data.floats(one.X), T, N);
    const [kept, published] = [dimension(wanted, N, T), dimension(wanted, N, T, "asPublished")];
    return [
        atMost(name, "covariance, relative", maxDifference(C, wanted) / one.mean_diag, LIMIT),
        relative(name, "participation ratio", kept.participationRatio, one.participation_ratio_uncorrected),
        relative(name, "mean variance", kept.meanVariance, one.mean_diag),
        relative(name, "mean covariance", kept.meanCovariance, one.mean_offdiag, one.mean_diag * 1e-3),
        relative(name, "corrected variance of variances", published.varianceOfVariances, one.var_diag_bias_corrected, 1e-3 * one.mean_diag ** 2),
        relative(name, "corrected variance of covariances", published.varianceOfCovariances, one.var_offdiag_bias_corrected, 1e-3 * one.mean_diag ** 2),
        relative(name, "dpr_bias as published", published.dprBias, one.dpr_bias),
        relative(name, "dpr_bias, sign kept", kept.dprBias, one.dpr_bias_with_signed_cross_term),
    ];
}
//# sourceMappingURL=trained-network-measures.js.map