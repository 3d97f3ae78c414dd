import type { NetworkDescription } from "../../src/network/description.ts";
import type { LiveChange } from "../../src/run/control.ts";

/** Everything that gives a page's run again. */
export interface RunRecord {
  readonly network: NetworkDescription;
  /** ms. */
  readonly dt: number;
  /** steps so far. */
  readonly steps: number;
  /** what the controls changed while it ran, with the unit of what is a parameter. */
  readonly changes: readonly (LiveChange & { readonly unit?: string })[];
  /** population whose spikes are printed. */
  readonly shown: string;
}

/** A script for Node that gives the page's spikes again, with what was changed while it ran. */
export const scriptOf = ({
  network,
  dt,
  steps,
  changes,
  shown,
}: RunRecord): string => `// Run by: node run.mjs > spikes.csv
// npm install hillock (and, for the software adapter, what \`npx hillock devices\` says)
import { ms, Network, openDevice, simulate } from "hillock";

const network = ${JSON.stringify(network)};
/** What was changed while it ran: from \`step\` on. */
const changes = ${JSON.stringify(changes)};

const open = await openDevice();
const sim = await simulate(Network.fromJSON(network), { device: open?.device, dt: ms(${dt}) });
console.log("time (ms),cell of ${shown}");
const upTo = async (step) => {
  if (step === sim.step) return;
  for await (const chunk of sim.run(ms((step - sim.step) * ${dt}))) {
    const { times, cells } = chunk.spikes("${shown}");
    times.forEach((t, k) => console.log(t.toFixed(3) + "," + cells[k]));
  }
};
for (const step of new Set(changes.map((change) => change.step))) {
  await upTo(step);
  sim.change((control) => {
    for (const { what, target, param, value, unit } of changes.filter((change) => change.step === step)) {
      if (what === "param") control.param(target, param, { value, unit });
      else control[what](target, value);
    }
  });
}
await upTo(${steps});
await sim.close();
open?.device.destroy();
`;
