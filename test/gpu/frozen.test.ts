import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import type { Engine } from "../../src/host/engine.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../src/models/motor-pool/index.ts";
import { Network } from "../../src/network/network.ts";
import { drive } from "../../src/network/signal.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { Hz, ms, nA } from "../../src/units.ts";
import { collect, expectSame } from "./engine-networks.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

let gpu: TestDevice;
beforeAll(async () => {
  gpu = await openTestDevice();
});
afterAll(() => gpu.close());

/** Motor neurons whose calcium conductance is a live parameter, near threshold; entries differ in it. */
function pool(): Network {
  const net = new Network({ seed: 3 });
  const cells = net.cells("aMN", alphaMotorNeurons({ thresholds: recruitmentThresholds({ n: 3, mode: "combined", range: 100, slope: 10 }) }));
  net.clamp(cells, drive.sinusoid({ amplitude: nA(2), frequency: Hz(20), offset: nA(8) }));
  net.record(cells, "V", { every: ms(0.1) });
  net.vary("aMN.dend.caL.gamma", [{ value: 0.2, unit: "1" }, { value: 0.6, unit: "1" }]);
  return net;
} // prettier-ignore

const compiled = (): CompiledNetwork => compile(pool(), { dt: ms(0.025) });

const engines: [string, (network: CompiledNetwork) => Engine | Promise<Engine>][] = [
  ["reference", (network) => referenceEngine(network)],
  ["reference32", (network) => referenceEngine(network, { precision: 32 })],
  ["gpu", (network) => gpuEngine(network, gpu.device)],
];

test.each(engines)("a control of one %s engine changes nothing that another starts from", async (_, make) => {
  await gpu.use(async () => {
    const network = compiled();
    const before = structuredClone(network);
    const run = async (control: boolean) => {
      const engine = await make(network);
      if (control) engine.setParam(0, "dend.caL.gamma", 1.5);
      if (control) engine.setGain(0, [1, 2, 3], 1);
      const result = await collect(engine, 800);
      await engine.close();
      return result;
    };
    const first = await run(false);
    const changed = await run(true);
    expect(changed.traces).not.toEqual(first.traces);
    expect(network).toEqual(before);
    expectSame(await run(false), first);
  });
});

test.each(engines)("a copy by structuredClone runs to the same bits on %s, its parameters live", async (_, make) => {
  await gpu.use(async () => {
    const network = compiled();
    const run = async (what: CompiledNetwork) => {
      const engine = await make(what);
      const result = await collect(engine, 800, {
        ends: [300],
        before: (e, step) => step === 300 && e.setParam(0, "dend.caL.gamma", [0.1, 0.9, 0.4], 1),
      });
      await engine.close();
      return result;
    };
    expectSame(await run(structuredClone(network)), await run(network));
  });
});

test("a state taken over by another engine goes on with its parameters", async () => {
  const network = compiled();
  const a = referenceEngine(network);
  a.setParam(0, "caL.gamma", 1.1);
  await a.advance(200);
  const b = referenceEngine(network);
  await b.load(await a.save(), 200);
  for (const engine of [a, b]) engine.setParam(0, "caL.gamma", 0.3, 1); // entry 0 keeps 1.1
  expectSame(await collect(b, 600), await collect(a, 600));
});

test("a compiled network is frozen all through", () => {
  const network = compiled();
  const thawed: string[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value === "function") thawed.push(`${path} is a function`);
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
    if (!Object.isFrozen(value)) thawed.push(path);
    for (const [key, inner] of Object.entries(value)) look(inner, `${path}.${key}`);
  };
  look(network, "network");
  expect(thawed).toEqual([]);
  expect(Object.keys(network)).not.toContain("description");
});

test("what was described stays changeable", () => {
  const net = pool();
  compile(net, { dt: ms(0.025) });
  const { populations, clamps } = net.describe();
  expect(Object.isFrozen(populations[0]?.model)).toBe(false);
  expect(Object.isFrozen(clamps[0]?.signal)).toBe(false);
});

test("a page whose policy forbids eval can compile", () => {
  vi.stubGlobal("Function", () => {
    throw new EvalError("forbidden");
  });
  try {
    expect(compiled().entries).toBe(2);
  } finally {
    vi.unstubAllGlobals();
  }
});
