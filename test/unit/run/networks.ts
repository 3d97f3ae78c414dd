import { recruitmentThresholds, alphaMotorNeurons } from "../../../src/models/motor-pool/index.ts";
import { fixedProbability, oneToOne } from "../../../src/connect/rules.ts";
import { Network } from "../../../src/network/network.ts";
import { drive } from "../../../src/network/signal.ts";
import { gamma, poisson, trains } from "../../../src/network/sources.ts";
import { Hz, ms, uS } from "../../../src/units.ts";

/** Twelve motor neurons under every kind of source; V and a conductance recorded. Fires within 100 ms. */
export function smallPool(seed = 5, entries = 1): Network {
  const net = new Network({ seed });
  const thresholds = recruitmentThresholds({ n: 12, mode: "combined", range: 100, slope: 10 });
  const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds }));
  const DD = net.sources(
    "DD",
    20,
    poisson({
      rate: drive.constant(Hz(65)).plus(drive.sinusoid({ amplitude: Hz(20), frequency: Hz(20) })),
      latency: ms(1),
    }),
  );
  const IN = net.sources("IN", 12, gamma({ order: 3, rate: drive.noise({ mean: Hz(125), sd: Hz(5) }) }));
  const given = net.sources(
    "given",
    2,
    trains([
      [0, 10.0123, 50, 99.99],
      [25, 50],
    ]),
  );
  net.connect(DD, aMN.excitatory, fixedProbability(0.8), { weight: uS(0.4), delay: ms(1), name: "DD", maxScale: 2 });
  net.connect(IN, aMN.excitatory, oneToOne(), { weight: uS(0.3), delay: ms(1) });
  net.connect(given, aMN.inhibitory, fixedProbability(1), { weight: uS(0.01), delay: ms(0.5) });
  net.record(aMN, "V", { every: ms(0.1) });
  net.record(aMN, "exc_dend.g", { cells: [1, 3], every: ms(1) });
  if (entries > 1)
    net.vary(
      "seed",
      Array.from({ length: entries }, (_, k) => seed + k),
    );
  return net;
}
