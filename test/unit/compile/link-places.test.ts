import { expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { allToAll, fixedInDegree, oneToOne } from "../../../src/connect/rules.ts";
import { synapse } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson, poissonPort, trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { Hz, ms, mV, uS } from "../../../src/units.ts";
import { smallCells } from "../network/cells.ts";

/** Opens for 2 ms after an event, whatever its weight; one that comes in while it is open prolongs. */
const gate = synapse({
  name: "gate",
  doc: "A gate that an event opens for 2 ms.",
  params: {},
  states: { left: { next: "left - dt", init: "-1", unit: "ms" }, open: { next: "open", init: "0", unit: "1" } },
  onEvent: {},
  receive: { left: "select(w != 0, 2, left)", open: "select(w != 0, 1, select(left > 0.5 * dt, open, 0))" },
  g: "0.001 * open",
  E: "0",
});

const cells = (n: number) => ({ ...smallCells(n), receptors: [{ name: "gate", synapse: gate, section: "soma" }], groups: { gate: ["gate"] } }); // prettier-ignore

test("states at the beginning of a step read each other as they were before it", async () => {
  const net = new Network({ seed: 1 });
  const group = net.cells("C", cells(2));
  net.connect(net.sources("S", 2, trains([[1, 2, 6], []])), group.receptor("gate"), oneToOne(), { weight: uS(-1), delay: ms(0) }); // prettier-ignore
  net.record(group, "gate.g", { every: ms(0.5) });
  for (const engine of ["reference", "reference32"] as const) {
    const sim = await simulate(net, { dt: ms(0.5), engine });
    for await (const chunk of sim.run(ms(10))) {
      const { data } = chunk.trace(group, "gate.g");
      const [open, silent] = [0, 1].map((cell) => Array.from(data, (g) => (g > 0 ? 1 : 0)).filter((_, k) => k % 2 === cell)); // prettier-ignore
      // from the event's step on, until as many steps as 2 ms have passed since the last
      expect(open).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]);
      expect(silent?.every((x) => x === 0)).toBe(true);
    }
    await sim.close();
  }
});

test.each([
  ["two sources", (net: Network, to: ReturnType<typeof group>) => net.connect(net.sources("S", 2, poisson({ rate: Hz(5) })), to, allToAll(), link), 'is the second link onto "gate" of cell 0, which hears one'],
  ["two links of one", (net: Network, to: ReturnType<typeof group>) => net.connect(net.sources("S", 1, poisson({ rate: Hz(5) })), to, fixedInDegree(2, { multapses: true }), link), "is the second link"],
  ["summed inputs", (net: Network, to: ReturnType<typeof group>) => net.connect(net.sources("S", 3, poissonPort({ sources: 10, rate: Hz(5) })), to, oneToOne(), link), "gives numbers of events"],
])("a receptor of one link refuses %s", (_, connect, message) => {
  const net = new Network({ seed: 1 });
  connect(net, group(net));
  expect(() => compile(net, { dt: ms(0.1) })).toThrow(message);
}); // prettier-ignore

const link = { weight: uS(1), delay: ms(1) };
const group = (net: Network) => net.cells("C", { ...cells(3), V0: mV(-70) }).receptor("gate");
