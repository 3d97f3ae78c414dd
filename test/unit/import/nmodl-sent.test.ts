import { expect, test } from "vitest";
import { nmodl } from "../../../src/import/index.ts";

/** A receptor with an event from INITIAL under two parameters. */
const events = (rate: number, receive: string, watched = "") => `NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i }
PARAMETER { rate = ${rate} tau = 5 } ASSIGNED { v (mV) i (nA) } STATE { g (uS) }
INITIAL { g = 0 if (tau > 1) { if (rate > 0) { net_send(exprand(rate), -1) } } }
BREAKPOINT { SOLVE s METHOD cnexp i = g*v } DERIVATIVE s { g' = -g/tau }
NET_RECEIVE(w) { ${watched} ${receive} }`;
test.each([
  ["changes", events(0, "if (flag == -1) { w = w*2 net_send(exprand(rate), -1) } g = g + w")],
  ["reads", events(0, "if (flag == -1) { net_send(exprand(rate), -1) } g = g + w")],
  ["reads", events(0, "g = g + w", "if (rate > 0) { WATCH (v > 0) 2 }").replace(/net_send\(.*?\), -1\)/, "")],
])("an event that no connection brings and that %s a weight", (does, text) => {
  const { mechanism, notes } = nmodl(text, { file: "p.mod" });
  expect(notes).toContain("rate is fixed at 0");
  expect(mechanism.params).not.toHaveProperty("rate");
  expect(() => nmodl(text.replace("rate = 0", "rate = 1"))).toThrow(`an event that no connection brings, which ${does} the weight`); // prettier-ignore
}); // prettier-ignore

test("an event that INITIAL sends under a parameter comes where it holds", () => {
  const { mechanism } = nmodl(events(0, "if (flag == -1) { g = g + 1e-3 } else { g = g + w }").replace("exprand(rate)", "4"));
  expect(mechanism.params).toHaveProperty("rate");
  expect(Object.values(mechanism.states)).toContainEqual(expect.objectContaining({ init: "select(tau > 1, select(rate > 0, 4, -1000), -1000) / dt" }));
}); // prettier-ignore

test("an event that one without a connection sends is brought by none either", () => {
  const text = (second: string) => `NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i }
ASSIGNED { v (mV) i (nA) } STATE { g (uS) }
INITIAL { g = 0 net_send(2, 1) }
BREAKPOINT { SOLVE s METHOD cnexp i = g*v } DERIVATIVE s { g' = -g/5 }
NET_RECEIVE(w) { if (flag == 1) { net_send(3, 2) } else if (flag == 2) { ${second} } else { g = g + w } }`;
  expect(nmodl(text("g = g + 1e-3")).mechanism.kind).toBe("synapse");
  expect(() => nmodl(text("g = g + w"), { file: "p.mod" })).toThrow("p.mod:5:35: sends an event that no connection brings, which reads the weight or arguments of one"); // prettier-ignore
  expect(nmodl(text("g = g + w").replace("net_send(2, 1)", "").replace("else { g = g + w }", "else { g = g + w net_send(1, 1) }")).mechanism.kind).toBe("synapse"); // prettier-ignore
});
