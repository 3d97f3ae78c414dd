import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import type { CompiledCells } from "../../../src/compile/compiled.ts";
import { oneToOne } from "../../../src/connect/rules.ts";
import {
  adex,
  iaf_cond_alpha,
  iaf_delta,
  iaf_exp,
  izhikevich,
  neuron,
  type NeuronType,
  qif,
} from "../../../src/mechanisms/neurons/index.ts";
import * as shipped from "../../../src/mechanisms/neurons/index.ts";
import { param } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { drive } from "../../../src/network/signal.ts";
import { trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms, mV, mV_per_ms, nA, nF, one, per_ms, perCell, uS } from "../../../src/units.ts";

const dt = ms(0.1);

async function run(net: Network, duration: number, engine: "reference" | "reference32" = "reference") {
  const sim = await simulate(net, { dt, engine, duration: ms(duration) });
  try {
    for await (const chunk of sim.run(ms(duration), { chunk: ms(duration) })) return chunk;
    throw new Error("no chunk");
  } finally {
    await sim.close();
  }
}

describe("exact propagators", () => {
  // current-based exponential input into a leaky membrane: V(t) = w/C (exp(-t/tau_m) - exp(-t/tau_s)) / (1/tau_s - 1/tau_m)
  test.each([0.5, 5, 9.99999, 10, 10.00001, 40])(
    "a synaptic current of tau %s ms gives the closed form",
    async (tau) => {
      const net = new Network({ seed: 1 });
      const cells = net.cells(
        "E",
        iaf_exp({ n: 1, params: { C_m: nF(0.25), g_L: uS(0.025), tau_ex: ms(tau), V_th: mV(1e6) } }),
      );
      net.connect(net.sources("afferent", 1, trains([[1]])), cells.excitatory, oneToOne(), {
        weight: nA(0.1),
        delay: ms(0),
      });
      net.record(cells, "V", { every: ms(0.1) });
      const V = (await run(net, 60)).trace("E", "V");
      const closed = (t: number): number => {
        const [a, b] = [1 / 10, 1 / tau];
        const difference =
          Math.abs(a - b) < 1e-9 ? t * Math.exp(-a * t) : (Math.exp(-a * t) * -Math.expm1(-(b - a) * t)) / (b - a);
        return -65 + (0.1 / 0.25) * difference;
      };
      V.times.forEach((t, k) => expect(Math.abs(V.data[k]! - (t <= 1 ? -65 : closed(t - 1)))).toBeLessThan(1e-11));
    },
  );

  // x_k' = (x_(k-1) - x_k) / tau from x_0 = 1: x_k(t) = exp(-t/tau) (t/tau)^k / k!
  test.each([2, 3, 4, 5, 8])("a chain of %d states with one time constant gives the closed form", async (length) => {
    const names = Array.from({ length }, (_, k) => `x${k}`);
    const states = Object.fromEntries(
      names.map((x, k) => [x, { d: k === 0 ? "-x0 / tau" : `(x${k - 1} - ${x}) / tau`, init: k === 0 ? "1" : "0", unit: "1" as const }]),
    ); // prettier-ignore
    const chain = neuron({
      name: "chain", doc: "", params: { tau: param(ms(10), "of every state") }, ports: {}, states, spike: "x0 > 2", reset: {},
    }); // prettier-ignore
    const net = new Network({ seed: 1 });
    const cells = net.cells("C", chain({ n: 1 }));
    for (const x of names) net.record(cells, x, { every: ms(1) });
    const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
    for (const [engine, bound] of [
      ["reference", 1e-14],
      ["reference32", 3e-7],
    ] as const) {
      const chunk = await run(net, 20, engine);
      names.forEach((x, k) => {
        const { times, data } = chunk.trace("C", x);
        times.forEach((t, i) => expect(Math.abs(data[i]! - (Math.exp(-t / 10) * (t / 10) ** k) / factorial(k)), `${x} at ${t} ms`).toBeLessThan(bound)); // prettier-ignore
      });
    } // float32: 200 steps with half an ulp of 1 (3e-8) each, of which a random walk leaves sqrt(200) / 2 of an ulp
  });

  test("a constant current gives the closed form of the first spike and the interval", async () => {
    const net = new Network({ seed: 1 });
    net.cells("E", iaf_exp({ n: 1, params: { I_e: nA(0.5), t_ref: ms(2) } }));
    const { times } = (await run(net, 100)).spikes("E");
    const x = (10 / 0.1) * Math.log(20 / (20 - 15)); // V_inf = -45: 15 of 20 mV to the threshold
    expect(Math.round(times[0]! / 0.1)).toBe(Math.floor(x) + 1);
    expect(Math.round((times[1]! - times[0]!) / 0.1)).toBe(20 + Math.floor(x) + 1);
  });

  test("float32 meets float64 within its rounding", async () => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("E", iaf_exp({ n: 1, params: { I_e: nA(0.2) } }));
    net.record(cells, "V", { every: ms(1) });
    const [a, b] = [(await run(net, 50)).trace("E", "V"), (await run(net, 50, "reference32")).trace("E", "V")];
    a.data.forEach((V, k) => expect(Math.abs(V - b.data[k]!)).toBeLessThan(3.8e-6 * 3 * 100)); // three roundings of 65 mV, x tau/dt
  });
});

describe("methods", () => {
  const of = (method: "euler" | "midpoint" | "heun" | "exponentialEuler" | "exact" | "auto", d: string) =>
    neuron({
      name: "test", doc: "x' = d. Source: none", params: { k: param(per_ms(-0.3), "slope") },
      states: { x: { d, unit: "1", init: "1" } }, ports: {}, spike: "x > 1e9", reset: {}, method,
    }); // prettier-ignore
  const error = async (method: Parameters<typeof of>[0], d: string, truth: number, step: number): Promise<number> => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("E", of(method, d)({ n: 1 }));
    net.record(cells, "x", { every: ms(2) });
    const sim = await simulate(net, { dt: ms(step), engine: "reference" });
    for await (const chunk of sim.run(ms(2))) return Math.abs(chunk.trace("E", "x").data[1]! - truth);
    throw new Error("no chunk");
  };

  test("exact and exponential Euler meet a linear equation; Euler is of order 1, midpoint and Heun of order 2", async () => {
    const truth = Math.exp(-0.6);
    expect(await error("exact", "k * x", truth, 0.5)).toBeLessThan(1e-14);
    expect(await error("exponentialEuler", "k * x", truth, 0.5)).toBeLessThan(1e-14);
    for (const [method, order] of [["euler", 2], ["midpoint", 4], ["heun", 4]] as const) {
      const ratio = (await error(method, "k * x", truth, 0.02)) / (await error(method, "k * x", truth, 0.01));
      expect(Math.abs(ratio - order)).toBeLessThan(0.02 * order);
    } // prettier-ignore
  });

  test("auto takes what fits, and a method that does not is refused before the first step", async () => {
    const method = (model: ReturnType<ReturnType<typeof of>>): string => {
      const net = new Network({ seed: 1 });
      net.cells("E", model);
      return (compile(net, { dt }).populations[0] as CompiledCells).method;
    };
    expect(method(of("auto", "k * x + 2 * k")({ n: 1 }))).toBe("exact");
    expect(method(of("auto", "k * x^2")({ n: 1 }))).toBe("euler");
    expect(method(iaf_exp({ n: 1 }))).toBe("exact");
    expect(() => method(of("exact", "k * x^2")({ n: 1 }))).toThrow(
      /state "x".*cannot be advanced by the method "exact"/,
    );
    expect(() => method(of("exponentialEuler", "k * x^2")({ n: 1 }))).toThrow(/not linear in x/);
  });
});

describe("events", () => {
  test("an alpha conductance peaks at the weight after its time constant", async () => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("E", iaf_cond_alpha({ n: 1, params: { tau_in: ms(2) } }));
    net.connect(net.sources("afferent", 1, trains([[1]])), cells.inhibitory, oneToOne(), {
      weight: uS(0.01),
      delay: ms(0),
    });
    net.record(cells, "g_in", { every: ms(0.1) });
    const g = (await run(net, 20)).trace("E", "g_in");
    g.times.forEach((t, k) => {
      const s = Math.max(0, t - 1) / 2;
      expect(Math.abs(g.data[k]! - 0.01 * s * Math.exp(1 - s))).toBeLessThan(1e-15);
    });
  });

  test("weights are in the port's unit, clamps in the input's", () => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("E", iaf_delta({ n: 2 }));
    const other = net.cells("I", izhikevich({ n: 2 }));
    expect(() => net.connect(cells, cells.jump, oneToOne(), { weight: uS(1), delay: ms(1) })).toThrow(
      /has unit "uS". Give it in "mV"/,
    );
    expect(() => net.clamp(other, nA(1))).toThrow(/"mV\/ms"/);
    net.clamp(other, mV_per_ms(1));
    expect(() => net.clamp(cells, nA(1), { input: "J", name: "second" })).toThrow(/no input "J".*I/);
    expect(() => net.cells("X", adex({ n: 1, params: { taw_w: ms(3) } }))).toThrow(/has no parameter "taw_w".*tau_w/);
    expect(() => net.cells("X", adex({ n: 1, params: { C_m: nF(-1) } }))).toThrow(/C_m: is -1 nF/);
  });

  test("a loop of delta synapses with a delay of 0 is refused", () => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("E", iaf_delta({ n: 2 }));
    net.connect(cells, cells.jump, oneToOne(), { weight: mV(1), delay: ms(0) });
    expect(() => compile(net, { dt })).toThrow(/delay of 0 steps/);
  });
});

test("quadratic neurons escape in the closed form's time", async () => {
  // tau V' = c (V - r)(V - t) with V0 above t: V reaches the peak after tau / (c (t - r)) ln(((p - t)(V0 - r)) / ((p - r)(V0 - t)))
  const net = new Network({ seed: 1 });
  net.cells("E", qif({ n: 1, initial: { V: mV(-45) } }));
  const { times } = (await run(net, 60)).spikes("E");
  const time = 20 * Math.log(((20 + 50) * (-45 + 65)) / ((20 + 65) * (-45 + 50)));
  expect(Math.abs(times[0]! - time)).toBeLessThan(0.1 + 1e-9 + 0.02); // a step, and what midpoint adds
});

test("parameters and initial values per neuron; a batch gives each entry what it would be alone", async () => {
  const make = (I: number[]): Network => {
    const net = new Network({ seed: 1 });
    const cells = net.cells(
      "E",
      adex({ n: 3, params: { I_e: perCell(nA, I) }, initial: { V: perCell(mV, [-70, -60, -55]) } }),
    );
    net.record(cells, "w", { every: ms(1) });
    net.clamp(cells, drive.constant(nA(0.2)), { gain: perCell(one, [0, 1, 2]) });
    return net;
  };
  const both = make([0.5, 0.6, 0.7]);
  both.vary("E.I_e", [perCell(nA, [0.5, 0.6, 0.7]), perCell(nA, [0.9, 1, 1.1])]);
  const chunk = await run(both, 100);
  for (const [entry, I] of [[0, [0.5, 0.6, 0.7]], [1, [0.9, 1, 1.1]]] as const) {
    const alone = await run(make([...I]), 100);
    expect([...chunk.trace("E", "w", entry).data]).toEqual([...alone.trace("E", "w").data]);
    expect([...chunk.spikes("E", entry).times]).toEqual([...alone.spikes("E").times]);
    expect(alone.spikes("E").times.length).toBeGreaterThan(3);
  } // prettier-ignore
});

describe("a neuron's data is checked where it enters", () => {
  const base = {
    name: "own", doc: "A neuron. Source: none", params: { tau: param(ms(10), "time constant"), th: param(mV(15), "threshold") },
    states: { V: { inf: "I", tau: "tau", unit: "mV", init: "0" } },
    ports: { jump: { unit: "mV", doc: "jump", onEvent: { V: "weight" } } },
    inputs: { I: { unit: "mV", doc: "drive" } }, spike: "V > th", reset: { V: "0" },
  } as const; // prettier-ignore
  test.each([
    [{ states: { V: { inf: "J", tau: "tau", unit: "mV", init: "0" } } }, /states\.V\.inf: "J" is not defined here/],
    [{ states: { V: { inf: "tau", tau: "tau", unit: "mV", init: "0" } } }, /"tau" is in ms, not mV/],
    [{ states: { V: { d: "-V", unit: "mV", init: "0" } } }, /is in mV, not mV\/ms/],
    [{ ports: { jump: { unit: "mV", doc: "jump", onEvent: { V: "weight^2" } } } }, /not linear in weight/],
    [{ ports: { jump: { unit: "mV", doc: "jump", onEvent: { V: "weight * V / th" } } } }, /depends on the state "V"/],
    [
      { ports: { jump: { unit: "uS", doc: "jump", onEvent: { V: "weight" } } } },
      /weights in "uS" and adds them to V in "mV"/,
    ],
    [{ ports: { jump: { unit: "mV", doc: "jump", onEvent: { W: "weight" } } } }, /names the state "W"/],
    [{ reset: { U: "0" } }, /reset: names the state "U"/],
    [{ spike: "V" }, /is in mV, not 1/],
    [{ spike: "I > th" }, /reads "I", which has no value here/],
    [{ refractory: "V / th * tau" }, /refractory: reads "V"/],
    [{ params: { dt: param(ms(1), "mine") } }, /has the name of the time step/],
    [{ name: "a\n;globalThis.x=1" }, /is not a name/],
    [{ method: "rk4" }, /method/],
    [{ noise: "1" }, /noise/],
  ])("%j", (change, message) => {
    const net = new Network({ seed: 1 });
    const data = { ...base, ...change } as unknown as Parameters<typeof neuron>[0];
    expect(() => net.cells("E", neuron(data)({ n: 1 }))).toThrow(message);
  });

  test("and the shipped ones pass, named, documented and exported", () => {
    for (const [name, type] of Object.entries(shipped)) {
      if (typeof type !== "function" || !("mechanism" in type)) continue;
      expect(type.mechanism.name).toBe(name);
      expect(type.mechanism.doc).toMatch(/Source: /);
      expect(() => new Network({ seed: 1 }).cells("E", (type as NeuronType)({ n: 1 }))).not.toThrow();
    }
  });
});

describe("the implicit step of a neuron's equations", () => {
  const linear = neuron({
    name: "linear",
    doc: "Two coupled linear equations. Source: this test.",
    params: { k: param(per_ms(1), "rate", { min: 0 }) },
    states: { V: { d: "k * (u - 3 * V)", unit: "mV", init: "4" }, u: { d: "k * (V - u)", unit: "mV", init: "-2" } },
    ports: {},
    spike: "V > 100",
    reset: {},
    method: "backwardEuler",
  });
  // a cubic leak under a slow drive: one root a step
  const stiff = neuron({
    name: "stiff",
    doc: "A leak that grows with the cube, 100 times as fast as what drives it. Source: this test.",
    params: { k: param(per_ms(1), "rate of the drive", { min: 0 }) },
    states: {
      V: { d: "100 * k * (w - V - V^3 / 3)", unit: "1", init: "-1" },
      w: { d: "0.08 * k * (3 - V - w)", unit: "1", init: "-1.3" },
    },
    ports: {},
    spike: "V > 100",
    reset: {},
    method: "backwardEuler",
  });

  async function states(of: NeuronType, names: readonly string[], engine: "reference" | "reference32", until: number) {
    const net = new Network({ seed: 1 });
    const cells = net.cells("E", of({ n: 1 }));
    for (const s of names) net.record(cells, s, { every: ms(1) });
    const sim = await simulate(net, { dt: ms(1), engine });
    for await (const chunk of sim.run(ms(until), { chunk: ms(until) })) {
      await sim.close();
      return names.map((s) => Array.from(chunk.trace("E", s).data));
    }
    throw new Error("no chunk");
  }

  test("solves a linear system: (1 - dt A) x of n + 1 is x of n", async () => {
    const [V, u] = (await states(linear as NeuronType, ["V", "u"], "reference", 20)) as [number[], number[]];
    let [a, b] = [4, -2];
    for (let n = 1; n <= 20; n++) {
      // [[4, -1], [-1, 2]] with determinant 7
      [a, b] = [(2 * a + b) / 7, (a + 4 * b) / 7];
      expect(Math.abs(V[n]! - a)).toBeLessThan(1e-14);
      expect(Math.abs(u[n]! - b)).toBeLessThan(1e-14);
    }
  });

  test("what is held has no equation meanwhile: others go on from where it stays", async () => {
    const follows = neuron({
      name: "follows",
      doc: "A state that follows V, which is held after a spike. Source: this test.",
      params: { k: param(per_ms(1), "rate", { min: 0 }), t: param(ms(20), "how long V is held") },
      states: {
        V: { d: "2 * k * (100 - V)", unit: "mV", init: "60" },
        w: { d: "0.1 * k * (V - w)", unit: "mV", init: "0" },
      },
      ports: {},
      spike: "V > 50",
      reset: { V: "0" },
      refractory: "t",
      method: "backwardEuler",
    });
    const [V, w] = (await states(follows as NeuronType, ["V", "w"], "reference", 20)) as [number[], number[]];
    for (let n = 1; n <= 18; n++) {
      expect(V[n]).toBe(0);
      expect(w[n]).toBe(0);
    }
  });

  test("float32 keeps what a slow state changes by", async () => {
    const slow = neuron({
      name: "slow",
      doc: "A linear equation of 100 s. Source: this test.",
      params: { k: param(per_ms(1e-5), "rate", { min: 0 }) },
      states: {
        V: { d: "k * (100 - V)", unit: "mV", init: "0" },
        w: { d: "k * (100 - V^2 / 100 - w)", unit: "mV", init: "0" },
      },
      ports: {},
      spike: "V > 1000",
      reset: {},
      method: "backwardEuler",
    });
    const of = async (engine: "reference" | "reference32") => (await states(slow as NeuronType, ["V", "w"], engine, 20_000)).map((x) => x.at(-1) as number); // prettier-ignore
    const [wide, narrow] = [await of("reference"), await of("reference32")];
    expect(Math.abs(wide[0]! - 100 * (1 - (1 + 1e-5) ** -20_000))).toBeLessThan(1e-9);
    // a change of 1e-3 rounded to 6e-8 of itself 20,000 times, and the sum once; without what is carried it is 1e-3 off
    narrow.forEach((x, k) => expect(Math.abs(x / wide[k]! - 1)).toBeLessThan(1e-6));
  });

  test("white noise is in the equation that is solved: a stiff one keeps it small", async () => {
    const noisy = neuron({
      name: "noisy",
      doc: "An Ornstein-Uhlenbeck process. Source: this test.",
      params: {
        k: param(per_ms(2), "rate", { min: 0 }),
        sd: param(mV(2), "of the noise over one time constant"),
        t: param(ms(1), "that time"),
      },
      states: { V: { d: "-k * V + white(sd / sqrt(t))", unit: "mV", init: "0" } },
      ports: {},
      spike: "V > 1000",
      reset: {},
      method: "backwardEuler",
    });
    const net = new Network({ seed: 3 });
    const cells = net.cells("E", (noisy as NeuronType)({ n: 200 }));
    net.record(cells, "V", { every: ms(1) });
    const sim = await simulate(net, { dt: ms(1), engine: "reference" });
    for await (const chunk of sim.run(ms(200), { chunk: ms(200) })) {
      await sim.close();
      const late = Array.from(chunk.trace("E", "V").data).slice(200 * 20);
      const variance = late.reduce((sum, x) => sum + x * x, 0) / late.length;
      // x of n + 1 is (x + sd xi sqrt(dt)) / 3: variance sd^2 dt / (9 - 1) = 0.5; 36,000 samples, correlated by 1/3: 1 % of it
      expect(Math.abs(variance - 0.5)).toBeLessThan(0.03);
    }
  });

  test("solves nonlinear equations together, where explicit steps of 100 time constants would run away", async () => {
    const [V, w] = (await states(stiff as NeuronType, ["V", "w"], "reference", 60)) as [number[], number[]];
    let solved = 0;
    for (let n = 0; n < 60; n++) {
      const [v, r] = [V[n + 1]!, w[n + 1]!];
      // Newton's error after four iterations is (K e)^16 / K, e the way of the step and K half of f'' / f' there
      const K = Math.abs((100 * v) / (1 + 100 * (1 + v * v)));
      if (K * Math.abs(v - V[n]!) > 0.1) continue;
      solved++;
      expect(Math.abs(v - V[n]! - 100 * (r - v - v ** 3 / 3))).toBeLessThan(1e-9);
      expect(Math.abs(r - w[n]! - 0.08 * (3 - v - r))).toBeLessThan(1e-12);
    }
    expect(solved).toBeGreaterThan(55);
    expect(V[60]! - V[0]!).toBeGreaterThan(1); // to where w = V + V^3 / 3 and V + w = 3
    const [single] = (await states(stiff as NeuronType, ["V"], "reference32", 20)) as [number[]];
    for (let n = 0; n <= 20; n++) expect(Math.abs(single[n]! - V[n]!)).toBeLessThan(1e-4); // float32: 100 times 6e-8 of numbers near 1, and what recovery keeps of it
  });
});
