import { balanced, drawNetwork, rowsOf, type DrawParameters, type NetworkDraws } from "../../compile/trained/draws.ts";
import { ModelError } from "../../errors.ts";
import { RandomState, sparseRandom } from "../../random/numpy-legacy.ts";

/** Draws in the notebook's order from NumPy's legacy generator; the returned state goes on with the noise. */
export function drawNetworkNumpy(parameters: DrawParameters, seed: number): NetworkDraws & { random: RandomState } {
  const { N, p, amp_current, ftrain } = parameters;
  const random = new RandomState(seed);
  const x0 = random.randoms(N).map((u) => 2 * Math.PI * u);
  const Istim = random.randoms(N).map((u) => amp_current * (2 * u - 1));
  const { row, column, value } = sparseRandom(random, N, N, p);
  const rows = rowsOf(N);
  row.forEach((i, at) => {
    const j = column[at] as number;
    if (i !== j) rows[i]?.set(j, value[at] as number);
  });
  const trained = ftrain >= 1 ? undefined : drawNetwork(parameters, seed).trained; // the notebook never draws it
  return { x0, Istim, ...balanced(rows, parameters), ...(trained && { trained }), random };
}

/** The notebook's noise: goes on with the network's stream, LIF values first in each half-step; loops in order. */
export function numpyNoise(
  random: RandomState,
  { N, itmax, amplitude, nqif }: { N: number; itmax: number; amplitude: number; nqif: number },
): (loop: number) => Float64Array {
  let next = 0;
  return (loop) => {
    if (loop !== next++) throw new ModelError("numpy noise", `loop ${loop} asked for out of order`, "Start at loop 0");
    const noise = new Float64Array(itmax * 2 * N);
    for (let half = 0; half < 2 * itmax; half++) {
      for (let i = nqif; i < N; i++) noise[half * N + i] = amplitude * random.normal();
      for (let i = 0; i < nqif; i++) noise[half * N + i] = amplitude * random.normal();
    }
    return noise;
  };
}
