import { compile } from "../../src/compile/compile.ts";
import { fixedProbability } from "../../src/connect/rules.ts";
import { exp, expm1 } from "../../src/lang/exponential.ts";
import { hh_cond_exp_traub } from "../../src/mechanisms/neurons/index.ts";
import { Network } from "../../src/network/network.ts";
import { poisson } from "../../src/network/sources.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { Hz, ms, nA, perCell, uS } from "../../src/units.ts";

/** Two words for the bits of many numbers, in order. */
function words(numbers: Float64Array): [number, number] {
  let [a, b] = [0, 0];
  for (const word of new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length)) {
    a = Math.imul(a ^ word, 0x01000193) >>> 0;
    b = (Math.imul(b, 31) + word) >>> 0;
  }
  return [a, b];
}

/** 11 neurons with exponentials of every kind, driven for 100 ms: their voltages. */
async function voltages(plain: boolean): Promise<Float64Array> {
  const net = new Network({ seed: 5 });
  const I_e = perCell(
    nA,
    Array.from({ length: 11 }, (_, k) => 0.02 * k),
  );
  const cells = net.cells("E", hh_cond_exp_traub({ n: 11, params: { I_e } }));
  const sources = net.sources("S", 40, poisson({ rate: Hz(50) }));
  net.connect(sources, cells.excitatory, fixedProbability(0.3), { weight: uS(0.006), delay: ms(1) });
  net.record(cells, "V", { every: ms(0.1) });
  const engine = referenceEngine(compile(net, { dt: ms(0.05) }), { plain });
  const { traces } = await engine.advance(2000);
  await engine.close();
  return Float64Array.from(traces[0]?.data ?? []);
}

/** The bits of exp and expm1 of 10^5 numbers, and of voltages by kernels of WebAssembly and by printed JavaScript alone. */
export async function bits(): Promise<Record<string, [number, number]>> {
  let last = 1e-6; // up to 1300
  const x = Float64Array.from({ length: 1e5 }, (_, k) => (k % 2 ? 1 : -1) * (last *= 1.00021)); // no power: those differ too
  const [kernels, printed] = [await voltages(false), await voltages(true)];
  return { exp: words(x.map(exp)), expm1: words(x.map(expm1)), kernels: words(kernels), printed: words(printed) };
}
