import { oneToOne } from "../../src/connect/rules.ts";
import { param } from "../../src/mechanisms/mechanism.ts";
import { neuron } from "../../src/mechanisms/neuron.ts";
import type { Network } from "../../src/network/network.ts";
import { trains } from "../../src/network/sources.ts";
import { ms, mV, perCell } from "../../src/units.ts";

/** A cell that is told when to spike, with a port of its own for links that must not move it. */
const told = neuron({
  name: "told",
  doc: "Spikes a step after it was told to; what else arrives changes nothing.",
  params: { tau: param(ms(10), "time constant") },
  states: {
    V: { inf: "0", tau: "tau", unit: "mV", init: "0" },
    unheard: { inf: "0", tau: "tau", unit: "mV", init: "0" },
  },
  ports: {
    now: { unit: "mV", doc: "spike", onEvent: { V: "weight" } },
    silent: { unit: "mV", doc: "what has no effect", onEvent: { unheard: "weight" } },
  },
  spike: "V > 25",
  reset: { V: "0" },
});

/** Neurons that spike at the steps of given trains, each told one step before; those of step 0 start above threshold. */
export function spiking(net: Network, name: string, steps: readonly (readonly number[])[], dt: number) {
  const orders = steps.map((train) => train.filter((s) => s > 0).map((s) => (s - 1) * dt));
  const at0 = steps.map((train) => (train.includes(0) ? 50 : 0));
  const cells = net.cells(name, told({ n: steps.length, initial: { V: perCell(mV, at0) } }));
  net.connect(net.sources(`${name}_orders`, steps.length, trains(orders)), cells.receptor("now"), oneToOne(), { name: `tell ${name}`, weight: mV(50), delay: ms(0) });
  return cells;
} // prettier-ignore
