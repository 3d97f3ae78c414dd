import type { Engine } from "../src/host/engine.ts";
import { allToAll, oneToOne } from "../src/connect/rules.ts";
import iafDelta from "../src/mechanisms/neurons/iaf_delta.ts";
import { Network } from "../src/network/network.ts";
import { poissonPort } from "../src/network/sources.ts";
import { Hz, ms, mV, perCell } from "../src/units.ts";

export const DT = ms(0.1);

/** Cells with an input each, with delays and weights of their own, an input that all share, and a batch whose rates and seeds differ.
 * @param live  whether rates may change */
export function portNetwork(live = false): Network {
  const net = new Network({ seed: 4 });
  const leaky = { tau_m: ms(20), E_L: mV(0), V_th: mV(20), V_reset: mV(10) };
  const cells = net.cells("cells", iafDelta({ n: 9, params: leaky, initial: { V: mV(0) } }));
  const own = net.sources("own", 9, poissonPort({ sources: 1000, rate: perCell(Hz, [5, 8, 11, 14, 17, 20, 23, 0, 200]), ...(live ? { maxRate: Hz(220) } : {}) }));
  const all = net.sources("all", 1, poissonPort({ sources: 40, rate: Hz(10), ...(live ? { maxRate: Hz(90) } : {}) }));
  net.connect(own, cells.jump, oneToOne(), { name: "own", weight: mV(0.1), delay: perCell(ms, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 1, 1.5, 3]) });
  net.connect(all, cells.jump, allToAll(), { name: "all", weight: perCell(mV, [0.3, 0.2, 0.1, 0, -0.1, -0.2, 0.1, 0.1, 0.1]), delay: ms(1.2) });
  net.connect(cells, cells.jump, allToAll({ autapses: false }), { name: "loop", weight: mV(-0.3), delay: ms(1.5) });
  net.record(cells, "V", { every: DT });
  net.vary("seed", [4, 5, 5]);
  net.vary("all.rate", [Hz(10), Hz(10), Hz(30)]);
  return net;
} // prettier-ignore

/** Three changes of rates of the network above: of an entry, of all, and back. */
export const changeRates = {
  ends: [200, 203, 600],
  before(engine: Engine, step: number): void {
    const { populations } = engine.network;
    const index = (name: string): number => populations.findIndex((p) => p.name === name);
    if (step === 200) engine.setPortRate(index("all"), 90, 1);
    if (step === 203) engine.setPortRate(index("own"), [200, 20, 0, 5, 7.5, 220, 1, 100, 0]);
    if (step === 600) engine.setPortRate(index("all"), 3);
  },
};
