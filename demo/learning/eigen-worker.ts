import { motifs } from "../../src/models/trained-network/motifs.ts";
import { spectrum } from "../../src/models/trained-network/spectrum.ts";

/** Eigenvalues take up to a second: beside the page, not in it. Message: n and the dense weights, row-major. */
addEventListener("message", ({ data }: MessageEvent<{ n: number; dense: Float64Array }>) => {
  const { real, imag, bulkRadius } = spectrum(data.dense, data.n);
  postMessage({ real, imag, bulkRadius, motifs: motifs(data.dense, data.n) });
});
