import { param } from "../../mechanisms/mechanism.ts";
import { neuron } from "../../mechanisms/neuron.ts";
import { ms } from "../../units.ts";

/** NEURON's IntFire1, computed event by event: it fires at the step of the event that brings it above 1. */
export const intFire1 = neuron({
  name: "IntFire1",
  doc: `Leaky integrator without a unit that events charge and that fires above 1; events of its refractory time are lost. Those of one step
act as their sum, where NEURON takes them one by one.
Source: Carnevale & Hines (2006), The NEURON Book, chapter 10.`,
  params: {
    tau: param(ms(10), "decay of m", { min: 1e-3 }),
    refrac: param(ms(5), "refractory time", { min: 0 }),
  },
  states: { m: { inf: "0", tau: "tau", unit: "1", init: "0" } },
  ports: { event: { unit: "1", doc: "what an event adds to m", onEvent: { m: "weight" } } },
  spike: "m > 1",
  fires: "afterEvents",
  reset: { m: "0" },
  refractory: "refrac",
  held: ["m"],
});
