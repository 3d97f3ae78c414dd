import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { timesPerCell } from "../../../src/analysis/index.ts";
import { oneToOne } from "../../../src/connect/rules.ts";
import { DataError } from "../../../src/errors.ts";
import { isArtificial, neuronSource, nmodl, nmodlCell, pulsesSource } from "../../../src/import/index.ts";
import { iaf_exp } from "../../../src/mechanisms/neurons/index.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms, nA, one } from "../../../src/units.ts";

const fixture = (name: string): string => readFileSync(new URL(`../../fixtures/nmodl-cells/${name}.mod`, import.meta.url), "utf8"); // prettier-ignore
/** A cell with whatever a test makes of its NET_RECEIVE. */
const cell = (receive: string, more = ""): string => `
NEURON { ARTIFICIAL_CELL cell RANGE m }
PARAMETER { tau = 10 (ms) rest = 2 (ms) }
ASSIGNED { m t0 (ms) off n }
${more.includes("INITIAL") ? "" : "INITIAL { m = 0 t0 = 0 off = 0 }"} ${more}
NET_RECEIVE(w) { ${receive} }`;
const DECAY = "m = m*exp(-(t - t0)/tau) t0 = t m = m + w";

test("a cell reads as one would write it", () => {
  const file = nmodlCell(fixture("leaky_fire"), { file: "leaky_fire.mod" });
  if (file.kind !== "neuron") throw new Error(file.kind);
  expect(neuronSource(file.neuron.mechanism)).toBe(`import { ms } from "hillock";
import { param } from "hillock/mechanisms";
import { neuron } from "hillock/neurons";

export default neuron({
  name: "LeakyFire",
  doc: \`Leaky integrator that fires at 1.
Translated from NMODL, leaky_fire.mod.\`,
  params: {
    tau: param(ms(12), "decay of m"),
    rest_time: param(ms(4), "no event is heard for so long after a spike"),
  },
  states: { m: { inf: "0", tau: "tau", unit: "1", init: "0" } },
  ports: { event: { unit: "1", doc: "events of connections", onEvent: { m: "weight" } } },
  spike: "m > 1",
  fires: "afterEvents",
  reset: { m: "0" },
  refractory: "rest_time",
  held: ["m"],
});
`);
  expect(isArtificial(fixture("leaky_fire"))).toBe(true);
  expect(() => nmodl(fixture("leaky_fire"), { file: "f" })).toThrow("f:5:19: is an ARTIFICIAL_CELL, which is a neuron or a source, no mechanism. Read it by nmodlCell"); // prettier-ignore
  expect(() => nmodlCell("NEURON { SUFFIX x }", { file: "f" })).toThrow("f:1:17: is no ARTIFICIAL_CELL. Read it by nmodl"); // prettier-ignore
});

test("generators: pulses with and without an end, by the numbers of their parameters, and times", () => {
  const of = (name: string, fixed: Record<string, number> = {}): string => {
    const found = nmodlCell(fixture(name), { file: name, fixed });
    return found.kind === "neuron" ? "" : pulsesSource(found);
  };
  const head = 'import { ms } from "hillock";\n\nexport default';
  expect(of("metronome")).toBe(`${head} { start: ms(2), interval: ms(7.5) };\n`);
  expect(of("stimulator")).toBe(`${head} { start: ms(20), interval: ms(5), stop: ms(50) };\n`);
  expect(of("stimulator", { gap: 0.3, count: 2 })).toBe(`${head} { start: ms(20), interval: ms(0.3), stop: ms(20.6) };\n`); // prettier-ignore
  expect(of("two_bursts")).toBe("export default [1, 3, 5, 30, 32, 34];\n");
  expect(() => of("stimulator", { noise: 1 })).toThrow("stimulator:25:87: calls exprand, which is refused: what draws here is no start, no step and no event. Draw its times as poisson({ rate }) or gamma({ order, rate }) sources"); // prettier-ignore
});

describe("what is refused, with line and column", () => {
  const loose = "lets the weight decide about a spike otherwise than by a state that the event changed";
  test.each([
    ["m = m + w", "calls net_event at no event of a connection"],
    [`${DECAY} if (w > 1) { net_event(t) }`, loose],
    [`${DECAY} if (m > 1) { net_event(t + 2) m = 0 }`, "c.mod:6:73: fires at another time than that of the event"],
    ["m = m*exp(-(t - t0)*m) t0 = t m = m + w if (m > 1) { net_event(t) m = 0 }", "c.mod:6:1: has a time constant that changes"],
    ["m = m/(1 + (t - t0)) t0 = t m = m + w if (m > 1) { net_event(t) m = 0 }", "changes m at an event otherwise than by its decay"],
    ["m = m + w*w if (m > 1) { net_event(t) m = 0 }", "changes m at an event otherwise than by its decay"],
    ["m = m + w if (m < 0) { m = 0 } if (m > 1) { net_event(t) m = 0 }", "changes m at an event otherwise than by its decay"],
    [`${DECAY} if (m > 1) { net_event(t) net_send(rest, 1) m = 0 }`, "c.mod:6:86: sends itself an event at a spike, but hears others as before"],
    [`${DECAY} net_send(1, 1) if (m > 1) { net_event(t) m = 0 }`, "c.mod:6:60: sends itself an event where it does not fire"],
    [`${DECAY} net_move(t + 1) if (m > 1) { net_event(t) m = 0 }`, "c.mod:6:1: moves an event and sends none"],
    [`if (off == 0) { ${DECAY} if (m > 1) { net_event(t) m = 0 off = 1 } }`, "changes by a spike for ever"],
    [`if (off == 0) { ${DECAY} if (m > 1) { net_event(t) m = 0 off = 1 net_send(rest, 1) } } else { if (flag == 1) { off = 0 } m = m + w }`, "lets an event change m while it is refractory"],
    [`if (off == 0) { ${DECAY} if (m > 1) { net_event(t) m = 0.5 off = 1 net_send(rest, 1) } } else if (flag == 1) { off = 2 }`, "sends itself an event that does not set off back to 0"],
    [`if (t - n > rest) { ${DECAY} if (m > 1) { net_event(t) m = 0 n = t } }`, "begins refractory, since n starts at 0"],
    [`${DECAY} net_shift(t) if (m > 1) { net_event(t) m = 0 }`, "c.mod:6:60: calls net_shift"],
    [`${DECAY} if (m > 1) { net_event(t) m = 0 } WATCH (m > 1) 2`, "has watch in NET_RECEIVE"],
  ])("%#", (receive, message) => {
    expect(() => nmodlCell(cell(receive), { file: "c.mod" })).toThrow(DataError);
    expect(() => nmodlCell(cell(receive), { file: "c.mod" })).toThrow(message);
  }); // prettier-ignore

  test.each([
    ["INITIAL { net_send(1, 1) }", "m = m + w if (flag == 1) { net_event(t) net_send(3, 1) }", "c.mod:6:1: fires at times that it computes, by no test of a state"],
    ["INITIAL { net_send(1, 1) }", "if (flag == 1) { n = n + 1 net_event(t) net_send(n, 1) }", "c.mod:6:1: comes to no end and to no equal intervals within 20000 events"],
    ["INITIAL { net_send(1, 1) }", "if (flag == 1) { net_send(0, 1) }", "comes to no end"],
    ["INITIAL { net_send(-1, 1) }", "net_event(t)", "c.mod:5:12: sends itself an event after -1 ms"],
    ["INITIAL { net_send(1, 1) }", "if (flag == 2) { net_event(t) }", "fires at no event of its own"],
    ["INITIAL { net_send(1, 1) }", "if (w > 0) { n = 1 }", "gives n what is no number, by an event of its own"],
  ])("generators: %s %s", (initial, receive, message) => {
    expect(() => nmodlCell(cell(receive, initial), { file: "c.mod" })).toThrow(message);
  }); // prettier-ignore
});

describe("a cell that computes when it fires", () => {
  const GOES = "m = 2 + (m - 2)*exp(-(t - t0)/tau) t0 = t";
  const FIRST = "INITIAL { m = 0 t0 = 0 net_send(rest, 1) }";
  const timed = (own: string, heard = "m = m + w", goes = GOES): string => `${goes} if (flag == 1) { ${own} net_send(rest, 1) } else { ${heard} net_move(t + rest) }`; // prettier-ignore
  const neuronOf = (receive: string, options = {}) => {
    const found = nmodlCell(cell(receive, FIRST), { file: "c.mod", ...options });
    if (found.kind !== "neuron") throw new Error(found.kind);
    return found.neuron.mechanism;
  };

  test("goes on in every step, and fires by a test, or by the time that it computes", () => {
    const by = neuronOf(timed("net_event(t) m = 0"), { fires: "m > 1" });
    expect(by.spike).toBe("m > 0.999999");
    expect(by.fires).toBe("afterEvents"); // events raise m itself
    expect(by.states["m"]).toEqual({ next: "2 + (m - 2) * exp(-(dt / tau))", unit: "1", init: "0" });
    expect(by.ports["event"].onEvent).toEqual({ input: "weight", m: "weight" });
    expect(by.reset["m"]).toBe("2 + (-2 * exp(-(late / tau)))");
    expect(neuronOf(timed("if (m > 0.9) { net_event(t) m = 0 }")).spike).toBe("m > 0.9");
    const closed = `${GOES} if (flag == 1) { net_event(t) m = 0 net_send(tau*log(2 - m), 1) } else { m = m + w net_move(t + tau*log(2 - m)) }`;
    expect(neuronOf(closed).spike).toBe("tau * log(2 - m) < 0.000001");
  });

  test.each([
    [timed("net_event(t) m = 0"), {}, 'c.mod:6:1: fires at times that it computes, by no test of a state, which is refused. Say when it fires by the option fires, as "m > 1"'],
    [timed("net_event(t) m = 0 net_send(tau, 2)"), {}, "c.mod:6:96: sends itself events of the flags 1 and 2, where it fires at times that it computes"],
    [timed("m = 0"), { fires: "m > 1" }, "c.mod:6:1: fires at no event of its own"],
    [timed("net_event(t + 1) m = 0"), { fires: "m > 1" }, "c.mod:6:77: fires at another time than that of the event"],
    [timed("net_event(t) m = 0", "m = m*w"), { fires: "m > 1" }, "changes m at an event otherwise than by what it does between events and something of the weight alone"],
    [timed("net_event(t) m = w"), { fires: "m > 1" }, "reads the weight otherwise than as a time since the last event"],
    [timed("net_event(t) m = 0", "if (w > 0.5) { m = m + w }"), { fires: "m > 1" }, "adds to m what is no multiple of a weight, nor one for weights above 0 and one for those below"],
    [timed("net_event(t) m = 0", "m = m + w", "m = m + (t - t0)^2/tau t0 = t"), { fires: "m > 1" }, "lets m go on between events otherwise in two steps than in one"],
    [timed("net_event(t) m = 0"), { fires: "m > t" }, "reads t otherwise than as a time since the last event"],
    [timed("net_event(t) m = 0"), { fires: "m > 1 n = 2" }, 'c.mod, fires: is "m > 1 n = 2", no expression'],
    [timed("net_event(t) m = 0"), { fires: "nobody > 1" }, 'uses "nobody", which nothing declares'],
    [timed("net_event(t) m = 0"), { fires: 3 as never }, "c.mod, fires: is no text"],
  ])("%#", (receive, options, message) => {
    expect(() => nmodlCell(cell(receive, FIRST), { file: "c.mod", ...options })).toThrow(DataError);
    expect(() => nmodlCell(cell(receive, FIRST), { file: "c.mod", ...options })).toThrow(message);
  }); // prettier-ignore

  const SEARCH = `FUNCTION found(x) { LOCAL lo, hi, mid, n
  lo = 0 hi = x n = 0
  while (n < 40) { mid = (lo + hi)/2 if (exp(-mid/tau) > 0.5) { lo = mid } else { hi = mid } n = n + 1 }
  found = lo
}`;

  test("a search of a time is gone through for nothing, and one of INITIAL with the numbers of its parameters", () => {
    const searching = `${GOES} if (flag == 1) { net_event(t) m = 0 net_send(found(m), 1) } else { m = m + w net_move(t + found(m)) }`;
    const of = (text: string, options = {}) =>
      nmodlCell(cell(text, `${FIRST} ${SEARCH}`), { file: "c.mod", ...options });
    expect(() => of(searching)).toThrow("fires at times that it computes, by no test of a state");
    expect(of(searching, { fires: "m > 1" }).notes).toHaveLength(1);
    const found = nmodlCell(
      cell(
        timed("if (m > n) { net_event(t) m = 0 }"),
        `INITIAL { m = 0 t0 = 0 n = found(20) net_send(rest, 1) } ${SEARCH}`,
      ),
    );
    expect(found.notes).toContain("tau is fixed at 10");
    expect(found.kind === "neuron" && Number(found.neuron.mechanism.spike.replace("m > ", ""))).toBeCloseTo(
      10 * Math.log(2),
      9,
    );
  });

  test.each([
    ["m > 50", "m > 49.99995"], ["m > -50", "m > -50.00005"], ["m < -50", "m < -49.99995"], ["m > 1e-7", "m > 9.999989999999999e-8"], ["m > 0", "m > 0"], ["m > rest", "1 * m > rest + (-0.000001 * abs(rest))"],
  ])("room for rounding is a millionth of the threshold: %s", (fires, spike) => {
    expect(neuronOf(timed("net_event(t) m = 0"), { fires }).spike).toBe(spike);
  }); // prettier-ignore

  test.each(["reference", "reference32"] as const)("weights of both signs in one step are taken each its own way, and at the other's port end the run: %s", async (engine) => {
    const text = cell(`m = m*exp(-(t - t0)/tau) n = n*exp(-(t - t0)/tau) t0 = t if (flag == 1) { if (m + n > 9) { net_event(t) } net_send(rest, 1) } else { if (w > 0) { m = m + w } else { n = n + 2*w } net_move(t + rest) }`, FIRST);
    const file = nmodlCell(text, { file: "c.mod", fixed: { tau: 1e9 } });
    if (file.kind !== "neuron") throw new Error(file.kind);
    expect(file.notes.join()).toContain("those above 0 go to its port event, those below 0 to its port below");
    const run = async (weights: readonly [number, number]): Promise<number[]> => {
      const net = new Network({ seed: 1 });
      const cells = net.cells("cells", file.neuron({ n: 1 }));
      const source = net.sources("source", 1, trains([[1]]));
      ["event", "below"].forEach((port, k) => net.connect(source, cells.receptor(port), oneToOne(), { weight: one(weights[k] as number), delay: ms(0) }));
      for (const state of ["m", "n"]) net.record(cells, state, { every: ms(1) });
      const sim = await simulate(net, { dt: ms(0.1), engine });
      const last: number[] = [];
      for await (const chunk of sim.run(ms(3), { chunk: ms(3) })) last.push(...["m", "n"].map((state) => chunk.trace("cells", state).data.at(-1) as number));
      await sim.close();
      return last;
    };
    const [m, n] = await run([0.5, -0.5]);
    expect(m).toBeCloseTo(0.5, 6);
    expect(n).toBeCloseTo(-1, 6);
    await expect(run([-0.5, -0.5])).rejects.toThrow("input_above");
    await expect(run([0.5, 0.5])).rejects.toThrow("input_below");
  }); // prettier-ignore

  test("the option is for such cells alone", () => {
    expect(() => nmodlCell(fixture("leaky_fire"), { file: "l", fires: "m > 1" })).toThrow("is given when it fires, but computes no time at which it will"); // prettier-ignore
  });

  test.each(["reference", "reference32"] as const)("intervals are those of the file, whatever the step: %s", async (engine) => {
    const text = readFileSync(new URL("../../fixtures/nmodl-cells/driven_interval.mod", import.meta.url), "utf8");
    const file = nmodlCell(text, { fixed: { interval: 11.03 } });
    if (file.kind !== "neuron") throw new Error(file.kind);
    for (const dt of [0.25, 0.1]) {
      const net = new Network({ seed: 1 });
      const cells = net.cells("cells", file.neuron({ n: 1 }));
      const sim = await simulate(net, { dt: ms(dt), engine });
      for await (const chunk of sim.run(ms(1000), { chunk: ms(1000) })) {
        const times = [...(timesPerCell(chunk.spikes(cells))[0] ?? [])];
        expect(times.length).toBe(90);
        // up to a step behind; a straight line misses dt^2/8 of m''/m' (1/6 per ms), 90 times
        times.forEach((t, k) => expect(Math.abs(t - 11.03 * (k + 1) - dt / 2)).toBeLessThan(0.51 * dt + (k * dt ** 2) / 48));
      }
      await sim.close();
    }
  }); // prettier-ignore
});

describe("a neuron that fires after the events of a step", () => {
  const fire = (refractory: number) => {
    const text = cell(`if (off == 0) { ${DECAY} if (m > 1) { net_event(t) m = 0 off = 1 net_send(rest, 1) } } else if (flag == 1) { off = 0 t0 = t }`); // prettier-ignore
    const file = nmodlCell(text, { fixed: { rest: refractory } });
    if (file.kind !== "neuron") throw new Error(file.kind);
    return file.neuron;
  };

  test.each(["reference", "reference32"] as const)("at the event's own step, and from the step on at which its time ends: %s", async (engine) => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("cells", fire(2)({ n: 1 }));
    const source = net.sources("source", 1, trains([[1, 2, 2.9, 3, 3.1, 5, 5.1]]));
    net.connect(source, cells.event, oneToOne(), { weight: one(1.5), delay: ms(0) });
    const sim = await simulate(net, { dt: ms(0.1), engine });
    for await (const chunk of sim.run(ms(10), { chunk: ms(10) })) expect([...(timesPerCell(chunk.spikes(cells))[0] ?? [])].map((t) => Number(t.toFixed(3)))).toEqual([1, 3, 5]); // prettier-ignore
    await sim.close();
  }); // prettier-ignore

  test("is no source of a gather, whose reader sees states before events", async () => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("cells", fire(2)({ n: 2 }));
    const readers = net.cells("readers", iaf_exp({ n: 2 }));
    net.gather(cells, readers, oneToOne(), { value: "m_pre", weight: nA(1), input: "I" });
    const run = simulate(net, { dt: ms(0.1), engine: "reference" });
    await expect(run).rejects.toThrow("cells: is read by a gather and fires after the events of a step, which gathers do not see"); // prettier-ignore
  });
});

test("a cell whose C is more than assignments, and reads no vector, is refused with what to write instead", () => {
  const text = `NEURON { ARTIFICIAL_CELL Played BBCOREPOINTER vector }
ASSIGNED { at index }
INITIAL { index = 0 next() net_send(at, 1) }
NET_RECEIVE (w) { if (flag == 1) { net_event(t) next() net_send(at - t, 1) } }
PROCEDURE next() {
VERBATIM
  do { at = 1; } while (index);
ENDVERBATIM
}`;
  expect(() => nmodlCell(text, { file: "played.mod" })).toThrow("played.mod:6:1: has VERBATIM, which is refused: it is C, not NMODL, and has do { at = 1, which gives no number of the file a value. If it reads times from a vector, give them as net.sources"); // prettier-ignore
});

describe("a cell whose C reads its times from a vector", () => {
  const text = `NEURON { ARTIFICIAL_CELL Played POINTER where }
ASSIGNED { etime (ms) where index }
INITIAL { index = 0 next() if (index > 0) { net_send(etime - t, 1) } }
NET_RECEIVE (w) { if (flag == 1) { net_event(t) next() if (index > 0) { net_send(etime - t, 1) } } }
PROCEDURE next() {
VERBATIM
  { void* vv; int i, size; double* px;
    i = (int)index;
    if (i >= 0) {
      vv = *((void**)(&_p_where));
      if (vv) {
        size = vector_capacity(vv);
        px = vector_vec(vv);
        if (i < size) { etime = px[i]; index += 1.; } else { index = -1.; }
      } else { index = -1.; }
    }
  }
ENDVERBATIM
}`;

  test("fires at those that are given", () => {
    const cell = nmodlCell(text, { times: [10, 10, 30.5] });
    expect(cell.kind === "times" && cell.times).toEqual([10, 10, 30.5]);
  });

  test.each([
    [
      {},
      "fires at times that its C reads from a vector, which a script plays into it. Give nmodlCell the option times",
    ],
    [{ times: [3, 2] }, "is given times[1] = 2. Give times from 0 on in ascending order"],
    [{ times: [Number.NaN] }, "is given times[0] = NaN"],
    [{ times: 3 as never }, "is given times that are no list"],
  ])("%j", (options, message) => {
    expect(() => nmodlCell(text, options)).toThrow(DataError);
    expect(() => nmodlCell(text, options)).toThrow(message);
  });

  test("times of another cell are refused", () => {
    const other =
      "NEURON { ARTIFICIAL_CELL a } INITIAL { net_send(1, 1) } NET_RECEIVE (w) { net_event(t) net_send(2, 1) }";
    expect(() => nmodlCell(other, { times: [1] })).toThrow("is given times, but reads none from a vector");
  });
});
