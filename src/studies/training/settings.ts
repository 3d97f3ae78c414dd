import { z } from "zod";
import { NOTEBOOK } from "../../network/trained-parameters.ts";
import { list, oneOf, optional, real, whole, yesOrNo } from "../schema.ts";

export const settings = z.strictObject({
  N: whole(NOTEBOOK.N, "neurons", { min: 2, max: 100_000 }),
  p: real(NOTEBOOK.p, "", "connection density", { min: 0, max: 1 }),
  gsyn: real(NOTEBOOK.gsyn, "", "scale of the initial weights"),
  alpha: real(NOTEBOOK.alpha, "", "regulariser: P starts as I / alpha", { above: 0 }),
  h: real(NOTEBOOK.h, "10 ms", "time step", { above: 0 }),
  itmax: whole(NOTEBOOK.itmax, "steps of a loop", { min: 2, max: 10_000_000 }),
  itstim: whole(NOTEBOOK.itstim, "steps with stimulus at the start of a loop"),
  stimulusMs: optional("ms", "the same as a time, instead of itstim", { above: 0 }),
  learnFrom: z
    .int()
    .min(0)
    .optional()
    .meta({ unit: "", description: "first learning step of a loop; left out: itstim + 1" }),
  learnFromMs: optional("ms", "the same as a time", { above: 0 }),
  sigma: real(NOTEBOOK.sigma, "", "amplitude of the noise; 0 for none", { min: 0 }),
  physicalNoise: yesOrNo(NOTEBOOK.physicalNoise, "scale sigma by sqrt(0.1 / h), to keep the physics while h changes"),
  amp_current: real(NOTEBOOK.amp_current, "", "stimulus range: uniform in -x..x"),
  amp0: real(NOTEBOOK.amp0, "", "target amplitude: uniform in 0..x"),
  cycles: z
    .tuple([z.number(), z.number()])
    .default([1, 5])
    .meta({ unit: "", description: "target cycles per loop of the two halves" }),
  nloop: whole(NOTEBOOK.nloop, "loops", { min: 1, max: 1_000_000 }),
  nloop_train: whole(NOTEBOOK.nloop_train, "loops 1..n learn"),
  duration: optional("s", "simulated time in whole loops, instead of nloop", { above: 0 }),
  b: real(NOTEBOOK.b, "", "synaptic decay rate and jump per spike", { above: 0 }),
  vt: real(NOTEBOOK.vt, "", "LIF threshold"),
  ftrain: real(NOTEBOOK.ftrain, "", "fraction of neurons that learn", { min: 0, max: 1 }),
  spikeRule: oneOf(["effective", "intended"], "LIF spikes: as the notebook decides, or as it means to"),
  noiseScheme: oneOf(["halves", "held"], "noise per half-step, or held over the step in the current"),
  pqif: list([NOTEBOOK.pqif], "fractions of QIF neurons", z.number().min(0).max(1)),
  vrest: list([NOTEBOOK.vrest], "LIF reset values"),
  seeds: list(
    [0],
    "replicas, counted from --seed",
    z
      .int()
      .min(0)
      .max(2 ** 32 - 1),
  ),
  rng: oneOf(["philox", "numpy"], "numpy: the notebook's own generator and order of draws"),
  dimensionSign: oneOf(["kept", "asPublished"], "cross term of the corrected dimension"),
  longDimension: yesOrNo(false, "also the companion protocol: 2000 windows of 50 steps with trained weights"),
  traces: oneOf(["none", "sample", "all"], "r, input and error stored of no, six, or all neurons", "sample"),
  notebookFiles: oneOf(
    ["none", "corrected", "original"],
    "also the notebook's folders and CSV files; original keeps its mislabelled columns",
  ),
  spectrum: yesOrNo(true, "eigenvalues before and after training"),
});
export type TrainingOptions = z.output<typeof settings>;
