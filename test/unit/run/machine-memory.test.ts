import { afterAll, expect, test } from "vitest";
import { fixedInDegree } from "../../../src/connect/rules.ts";
import { offerThreads, threadsHere } from "../../../src/host/threads.ts";
import iafExp from "../../../src/mechanisms/neurons/iaf_exp.ts";
import { Network } from "../../../src/network/network.ts";
import { nodeThreads } from "../../../src/node/threads.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { checkRun } from "../../../src/studies/check-run.ts";
import { ms, nA } from "../../../src/units.ts";
import { totalmem } from "node:os";

const before = threadsHere();
afterAll(() => offerThreads(before));

const dt = ms(0.1);
const wired = (): Network => {
  const net = new Network({ seed: 1 });
  const E = net.cells("E", iafExp({ n: 1000 }));
  net.connect(E, E.excitatory, fixedInDegree(100), { weight: nA(0.1), delay: ms(1) });
  return net;
};

test("Node says how much memory there is", () => {
  const { memory = 0 } = nodeThreads();
  expect(memory).toBeGreaterThan(2 ** 28);
  expect(memory).toBeLessThanOrEqual(totalmem());
});

test.each(["reference", "reference32", "auto"] as const)(
  "a network that this machine does not hold is refused before anything is drawn, engine %s",
  async (engine) => {
    offerThreads({ ...before, memory: 2 ** 19 });
    const words = /100000 links take at least 0\.\d MiB of memory, where this machine has 0\.5 MiB/;
    const drawn: string[] = [];
    const onCompile = (doing: string): void => void drawn.push(doing);
    await expect(simulate(wired(), { dt, engine, onCompile })).rejects.toThrow(words);
    expect(() => checkRun({ network: wired(), dt, duration: ms(10) })).toThrow(words);
    expect(drawn).toEqual([]);
    offerThreads({ ...before, memory: 2 ** 30 });
    await (await simulate(wired(), { dt, engine })).close();
  },
);
