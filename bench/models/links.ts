// What do links cost: 10^7 drawn and compiled, 10^8 run, and 10^6 x 10^3 that are drawn again for every spike? Each in a process of its own.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compile } from "../../src/compile/compile.ts";
import { allToAll, fixedInDegree, fixedProbability, fixedTotal, type Rule } from "../../src/connect/rules.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { iaf_delta } from "../../src/mechanisms/neurons/index.ts";
import { normalValues } from "../../src/connect/values.ts";
import { Network } from "../../src/network/network.ts";
import { poisson } from "../../src/network/sources.ts";
import { drawU32 } from "../../src/random/philox.ts";
import { Hz, ms, mV } from "../../src/units.ts";
import { benchDevice, spread, type Benchmark, type Cell, type Findings } from "../lib.ts";
import { drain } from "./network.ts";

/** What one process measures. */
interface Case {
  readonly label: string;
  readonly neurons: number;
  readonly rule: Rule;
  readonly procedural?: boolean;
  /** One weight for each link. */
  readonly own?: boolean;
  /** Simulated on the device; 0: only drawn and compiled. */
  readonly ms: number;
}

/** Links by 10^7, the same by 10^6 for a quick run. */
const drawn = (n: number, p: number): Case[] => [
  { label: "fixedProbability", neurons: n, rule: fixedProbability(p), ms: 0 },
  { label: "fixedProbability, a weight for each link", neurons: n, rule: fixedProbability(p), own: true, ms: 0 },
  { label: "fixedInDegree", neurons: n, rule: fixedInDegree(n * p), ms: 0 },
  { label: "fixedTotal", neurons: n, rule: fixedTotal(n * n * p), ms: 0 },
  { label: "allToAll", neurons: Math.round(n * Math.sqrt(p)), rule: allToAll(), ms: 0 },
];
const CASES: readonly Case[] = [
  ...drawn(10_000, 0.1),
  { label: "kept, run", neurons: 100_000, rule: fixedProbability(0.01), ms: 12 },
  { label: "procedural, run", neurons: 100_000, rule: fixedProbability(0.01), procedural: true, ms: 12 },
  { label: "procedural, run", neurons: 1_000_000, rule: fixedProbability(0.001), procedural: true, ms: 12 },
];
const QUICK: readonly Case[] = [
  ...drawn(10_000, 0.01),
  { label: "kept, run", neurons: 10_000, rule: fixedProbability(0.1), ms: 12 },
  { label: "procedural, run", neurons: 100_000, rule: fixedProbability(0.001), procedural: true, ms: 12 },
];

interface Measured {
  /** Kept; procedural ones are not. */
  readonly links: number;
  /** ms */
  readonly compile: number;
  /** ms */
  readonly run: number;
  readonly spikes: number;
  /** Bytes of the process at its peak, beyond what it had before. */
  readonly grown: number;
  /** Bytes at its peak. */
  readonly peak: number;
}

/** Leaky neurons that a few sources drive above threshold, linked weakly to each other. */
function network({ neurons, rule, procedural, own }: Case): Network {
  const net = new Network({ seed: 1 });
  const E = net.cells("E", iaf_delta({ n: neurons }));
  const S = net.sources("S", 100, poisson({ rate: Hz(50) }));
  net.connect(S, E.receptor("jump"), fixedProbability(0.02), { weight: mV(9), delay: ms(1.5), procedural: procedural === true }); // prettier-ignore
  const weight = own === true ? normalValues({ mean: mV(0.01), sd: mV(0.001) }) : mV(0.01);
  net.connect(E, E.receptor("jump"), rule, { weight, delay: ms(1.5), name: "E->E", procedural: procedural === true });
  return net;
}

async function measure(one: Case): Promise<Measured> {
  const before = process.memoryUsage.rss();
  const began = performance.now();
  const compiled = compile(network(one), { dt: ms(0.1) });
  const compileMs = performance.now() - began;
  const kept = compiled.stages.flatMap(({ rows }) => rows.map(({ target }) => target.length));
  let [runMs, spikes] = [0, 0];
  if (one.ms > 0) {
    const opened = await benchDevice();
    const engine = await gpuEngine(compiled, opened.device);
    const from = performance.now();
    ({ spikes } = await drain(engine, Math.round(one.ms / 0.1)));
    runMs = performance.now() - from;
    await engine.close();
    opened.device.destroy();
  }
  const peak = 1024 * process.resourceUsage().maxRSS;
  const links = kept.reduce((sum, n) => sum + n, 0);
  return { links, compile: compileMs, run: runMs, spikes, grown: peak - before, peak };
}

const THIS = fileURLToPath(import.meta.url);

/** In a process of its own, so that its peak of memory is its own. */
function inProcess(k: number, quick: boolean): Measured {
  const words = [...process.execArgv, "--max-old-space-size=8000", THIS, "--case", String(k), quick ? "--quick" : ""];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`case ${k} ended with ${status}: ${stderr.slice(-500)}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Measured;
}

/** Floors per link: what must be drawn and written, ns. */
function floors(n: number): Cell[][] {
  const time = (work: () => void): number => {
    const began = performance.now();
    work();
    return ((performance.now() - began) * 1e6) / n;
  };
  const into = new Uint32Array(n);
  const runs = (work: () => void) => spread(Array.from({ length: 5 }, () => time(work)));
  return [
    ["two words of Philox", runs(() => { for (let k = 0; k < n / 2; k++) drawU32(1, 2, k, 0, "connection"); })],
    ["4 bytes written in order", runs(() => { for (let k = 0; k < n; k++) into[k] = k; })],
    ["4 bytes written at random places", runs(() => { for (let k = 0, at = 1; k < n; k++) into[(at = (Math.imul(at, 1664525) + 1013904223) >>> 0) % n] = k; })],
  ]; // prettier-ignore
}

const MiB = 2 ** 20;

export default {
  name: "links",
  question:
    "What do links cost: 10^7 drawn and compiled, 10^8 run, and 10^6 x 10^3 that are drawn again for every spike?",
  run({ quick }): Promise<Findings> {
    const cases = quick ? QUICK : CASES;
    const compiled: Cell[][] = [];
    const run: Cell[][] = [];
    for (const [k, one] of cases.entries()) {
      const repeats = Array.from({ length: quick || one.ms > 0 ? 1 : 3 }, () => inProcess(k, quick));
      const times = spread(repeats.map((m) => m.compile / 1000));
      const [first] = repeats as [Measured];
      if (one.ms === 0) {
        const perLink = spread(repeats.map((m) => (m.compile * 1e6) / m.links));
        const bytes = spread(repeats.map((m) => m.grown / m.links));
        compiled.push([one.label, one.neurons, first.links, times, perLink, bytes]);
      } else {
        const links = one.neurons ** 2 * (one.rule.kind === "fixedProbability" ? one.rule.p : 1);
        run.push([one.label, one.neurons, links, first.compile / 1000, first.run / 1000, first.spikes, first.peak / MiB]); // prettier-ignore
      }
    }
    const tables = [
      { title: "Floors of a link", columns: ["what", "ns"], rows: floors(quick ? 1e6 : 1e7) },
      { title: "Drawn and compiled, in a process of its own; bytes: growth of its peak", columns: ["rule", "neurons", "links", "s", "ns a link", "bytes a link"], rows: compiled }, // prettier-ignore
      { title: `Run for ${cases.at(-1)?.ms} ms on the device (dt 0.1 ms); memory: the whole process, on a software adapter the device's too`, columns: ["links are", "neurons", "links", "compile, s", "run, s", "spikes", "peak, MiB"], rows: run }, // prettier-ignore
    ];
    return Promise.resolve({ tables });
  },
} satisfies Benchmark;

if (process.argv.includes("--case")) {
  const k = Number(process.argv[process.argv.indexOf("--case") + 1]);
  const one = (process.argv.includes("--quick") ? QUICK : CASES)[k];
  if (one === undefined) throw new Error(`there is no case ${k}`);
  console.log(JSON.stringify(await measure(one)));
}
