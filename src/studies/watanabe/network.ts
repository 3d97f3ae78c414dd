import { fixedProbability, oneToOne } from "../../connect/rules.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../models/motor-pool/index.ts";
import { Network } from "../../network/network.ts";
import { drive, type Signal } from "../../network/signal.ts";
import { poisson } from "../../network/sources.ts";
import { Hz, ms, mV, uS } from "../../units.ts";

/** The network of the study without its drive. Units as in the watanabe experiment. */
export interface Pool {
  readonly cells: { readonly motorNeurons: number; readonly descending: number; readonly independent: number };
  readonly thresholds: { readonly range: number; readonly slope: number };
  readonly gamma: number;
  readonly V0: number; // mV
  readonly probability: number;
  readonly weight: { readonly descending: number; readonly independent: number }; // uS
  readonly delay: number; // ms
  readonly latency: number; // ms
  /** Private noise of every motor neuron, Hz; a mean of 0 leaves it out. */
  readonly independent: { readonly mean: number; readonly sd: number };
}

/** @param independent  with the private noise of every motor neuron */
export function poolNetwork(pool: Pool, rate: Signal<"Hz">, seed: number, independent: boolean) {
  const net = new Network({ seed, name: "watanabe" });
  const thresholds = thresholdsOf(pool);
  const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds, V0: mV(pool.V0), gamma: pool.gamma }));
  const [delay, latency] = [ms(pool.delay), ms(pool.latency)];
  const DD = net.sources("DD", pool.cells.descending, poisson({ rate, latency }));
  net.connect(DD, aMN.excitatory, fixedProbability(pool.probability), { weight: uS(pool.weight.descending), delay });
  if (independent) {
    const IN = net.sources("IN", pool.cells.independent, poisson({ rate: independentRate(pool), latency }));
    net.connect(IN, aMN.excitatory, oneToOne(), { weight: uS(pool.weight.independent), delay });
  }
  return { net, aMN };
}

export const independentRate = ({ independent: { mean, sd } }: Pool): Signal<"Hz"> =>
  drive.noise({ mean: Hz(mean), sd: Hz(sd) });

export const thresholdsOf = (pool: Pool): Float64Array =>
  recruitmentThresholds({ n: pool.cells.motorNeurons, mode: "combined", ...pool.thresholds }).rt;
