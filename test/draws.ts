import { neuron } from "../src/mechanisms/neuron.ts";
import { Network } from "../src/network/network.ts";
import { ms } from "../src/units.ts";

/** Eight neurons whose states are what they draw in a step of 1 ms. */
export function drawing(): Network {
  const states = { x: "draw_uniform(1)", y: "2 * draw_uniform(1) - 1", z: "draw_uniform(2)", w: "draw_normal(1)" };
  const all = Object.entries(states).map(([name, next]) => [name, { next, unit: "1", init: "0" }]);
  const type = neuron({ name: "drawing", doc: "d", params: {}, states: Object.fromEntries(all), ports: {}, spike: "x > 2", reset: {} }); // prettier-ignore
  const net = new Network({ seed: 5 });
  const cells = net.cells("neurons", type({ n: 8 }));
  for (const name of Object.keys(states)) net.record(cells, name as never, { every: ms(1) });
  return net;
}
