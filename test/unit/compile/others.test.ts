import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { channel, synapse } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms } from "../../../src/units.ts";
import { beside, following, inserted, leading, readingOthers, RECORDED } from "../../others.ts";

const DT = 0.1;

async function recorded(nseg: number): Promise<Record<string, Float64Array>> {
  const sim = await simulate(readingOthers(nseg), { dt: ms(DT), engine: "reference" });
  const found: Record<string, Float64Array> = {};
  for await (const chunk of sim.run(ms(50), { chunk: ms(50) }))
    for (const name of RECORDED) found[name] = Float64Array.from(chunk.trace("cells", name).data);
  await sim.close();
  return found;
}

describe("what stands beside a mechanism", () => {
  test.each([1, 12])("is read by states as they are then, and currents of the step: %i compartments", async (nseg) => {
    const found = await recorded(nseg);
    const at = (name: (typeof RECORDED)[number], n: number, c: number): number => found[name]?.[2 * n + c] as number;
    let most = 0;
    for (let n = 0; n < 499; n++)
      for (const c of [0, 1]) {
        // the gate that is read has advanced before, the current is of the step's beginning
        const x = at("soma.following.x", n, c);
        const n1 = at("soma.leading.n", n + 1, c);
        expect(Math.abs(at("soma.following.x", n + 1, c) - (n1 + (x - n1) * Math.exp(-DT / 5)))).toBeLessThan(1e-12);
        const [q, end] = [at("soma.following.q", n, c), 1000 * at("soma.leading.i_k", n, c)];
        expect(Math.abs(at("soma.following.q", n + 1, c) - (end + (q - end) * Math.exp(-DT / 10)))).toBeLessThan(1e-12);
        most = Math.max(most, q);
      }
    expect(most).toBeGreaterThan(0.5);
  });

  test("does not depend on the order in which they are listed", async () => {
    const run = async (insertions: typeof inserted): Promise<number[]> => {
      const net = new Network({ seed: 1 });
      const cells = net.cells("cells", 1, beside(1, insertions));
      net.record(cells, "V", { every: ms(1) });
      const sim = await simulate(net, { dt: ms(DT), engine: "reference" });
      for await (const chunk of sim.run(ms(20), { chunk: ms(20) })) return [...chunk.trace("cells", "V").data];
      return [];
    };
    expect(await run([...inserted].reverse())).toEqual(await run(inserted));
  });
});

const reader = (parts: object) => ({
  sections: ["soma"],
  mechanism: channel({ name: "reader", doc: "Reads. Source: this test.", params: {}, states: { y: { inf: "leading_n", tau: "5", init: "0" } }, currents: {}, ...parts }),
}); // prettier-ignore
const enter = (insertions: typeof inserted, more = {}) => new Network({ seed: 1 }).cells("cells", 1, { ...beside(1, insertions), ...more }); // prettier-ignore
const [lead] = [inserted[1]] as [(typeof inserted)[0]];

describe("what cannot be read of it", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["what is not inserted", () => enter([reader({})]), /"leading_n" is not defined here/],
    ["what is inserted elsewhere by another name", () => enter([{ ...lead, as: "kv" }, reader({})]), /"leading_n" is not defined here/],
    ["what two insertions are called alike", () => enter([{ ...lead, as: "a_b" }, { ...lead, as: "a", mechanism: channel({ ...leading, name: "other", states: { b_n: { inf: "0", tau: "3" } }, currents: {} }) }, reader({ states: { y: { inf: "a_b_n", tau: "5", init: "0" } } })]), /"a_b_n" is not defined here/],
    ["a current by a current", () => enter([lead, reader({ currents: { c: { i: "i_leading_k" } } })]), /only states may read them/],
    ["a state at the start", () => enter([lead, reader({ states: { y: { inf: "leading_n", tau: "5" } } })]), /Mechanisms start one after the other/],
    ["a current at the start", () => enter([lead, reader({ states: { y: { inf: "0", tau: "5", init: "i_leading_k" } } })]), /At the start there are no currents/],
    ["a state in a rate of a scheme", () => enter([lead, reader({ kinetics: { s: { states: ["A", "B"], reactions: [{ from: "A", to: "B", forward: "leading_n * 1", backward: "1" }] } } })]), /rates are of first order/],
    ["by a receptor", () => enter([lead], { receptors: [{ name: "r", section: "soma", synapse: synapse({ name: "s", doc: "S. Source: this test.", params: {}, states: { g: { tau: "5" } }, onEvent: { g: "w" }, g: "g * leading_n", E: "0" }) }] }), /"leading_n" is not defined here/],
  ])("%s", (_, build, message) => {
    expect(build).toThrow(ModelError);
    expect(build).toThrow(message);
  }); // prettier-ignore

  test("two that read each other want their order said, and then run", async () => {
    const back = channel({ ...leading, states: { n: { inf: "following_x", tau: "3", init: "0" } } });
    const both = [following, back].map((mechanism) => ({ sections: ["soma"], mechanism }));
    const net = (more = {}) => {
      const made = new Network({ seed: 1 });
      made.cells("cells", 1, { ...beside(1, both), ...more });
      return made;
    };
    await expect(simulate(net(), { dt: ms(DT) })).rejects.toThrow(/following, leading: read each other's states, so that none can advance first/); // prettier-ignore
    const sim = await simulate(net({ advance: ["leading", "following"] }), { dt: ms(DT), engine: "reference" });
    await sim.close();
  });

  test("a name of its own goes before", () => {
    const own = reader({
      params: {},
      let: { leading_n: "V / 1" },
      states: { y: { inf: "leading_n / 100", tau: "5" } },
    });
    expect(() => enter([lead, own])).not.toThrow();
  });
});
