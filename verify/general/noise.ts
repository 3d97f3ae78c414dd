import { z } from "zod";
import { neuron } from "../../src/mechanisms/neuron.ts";
import { param } from "../../src/mechanisms/mechanism.ts";
import { every, Network } from "../../src/network/network.ts";
import type { Trace } from "../../src/run/chunk.ts";
import { simulate, type Simulation } from "../../src/run/simulate.ts";
import { MOhm, ms, mV, nA, perCell } from "../../src/units.ts";
import type { CaseFiles, VerifyRow } from "../case.ts";
import { atMost, type VerifyContext } from "../rows.ts";
import { wantSome } from "../complete.ts";
import { own } from "../../src/own.ts";
import { part, readCase } from "./data.ts";

const noiseCase = z.looseObject({
  dt_ms: z.number(),
  ou_current: z.looseObject({
    N: z.number().int(), T_ms: z.number(), dt_ms: z.number(), tau_ms: z.number(), mean_nA: z.number(), sd_nA: z.number(),
    expected: z.looseObject({ mean_nA: z.number(), variance_nA2: z.number(), autocorrelation_at_lags_ms: z.record(z.string(), z.number()) }),
    standard_errors: z.looseObject({ mean_nA: z.number(), variance_nA2: z.number() }),
  }),
  passive_membrane: z.looseObject({
    tau_m_ms: z.number(), R_MOhm: z.number(),
    expected: z.looseObject({ mean_mV: z.number(), variance_of_the_discrete_scheme_mV2: z.number() }),
    standard_error_variance_mV2: z.number(),
  }),
  white_noise_lif: z.looseObject({
    tau_ms: z.number(), V_th_mV: z.number(), V_r_mV: z.number(), t_ref_ms: z.number(),
    cases: z.array(z.record(z.string(), z.unknown())),
  }),
}); // prettier-ignore
type NoiseCase = z.infer<typeof noiseCase>;

/** The statistics may leave what is expected by so many standard errors. */
const MOST_ERRORS = 4;

/** A membrane under an Ornstein-Uhlenbeck current. */
const membrane = neuron({
  name: "membrane",
  doc: "A passive membrane under coloured noise.",
  params: {
    tau_m: param(ms(15), "of the membrane"), R: param(MOhm(50), "its resistance"), mu: param(nA(0), "mean of the current"),
    sd: param(nA(0.1), "its standard deviation"), tau: param(ms(5), "its correlation time"),
  },
  let: { I: "mu + noise(sd, tau)" },
  states: { V: { d: "(R * I - V) / tau_m", unit: "mV", init: "R * mu" } },
  ports: {},
  spike: "V > 1e6",
  reset: {},
}); // prettier-ignore

const whiteLif = neuron({
  name: "white_lif",
  doc: "A leaky integrate-and-fire neuron under white noise; sd is that of the potential without a threshold.",
  params: {
    tau: param(ms(20), "of the membrane"), mu: param(mV(0), "where V goes"), sd: param(mV(1), "of V without a threshold"),
    V_th: param(mV(20), "threshold"), V_r: param(mV(10), "reset"), t_ref: param(ms(2), "refractory period"),
  },
  states: { V: { d: "(mu - V) / tau + white(sd * sqrt(2 / tau))", unit: "mV", init: "V_r" } },
  ports: {},
  spike: "V > V_th",
  reset: { V: "V_r" },
  refractory: "t_ref",
}); // prettier-ignore

/** g09: statistics of noise against closed forms. */
export async function verifyNoise(files: CaseFiles, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const data = readCase(files, noiseCase);
  wantSome("case.json", data.white_noise_lif.cases.length, "case of white noise");
  wantSome("case.json", Object.keys(data.ou_current.expected.autocorrelation_at_lags_ms).length, "lag");
  return [...(await coloured(data, name, context)), ...(await white(data, name, context))];
}

async function coloured(data: NoiseCase, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const { ou_current: ou, passive_membrane: passive } = data;
  const { dt_ms: dt, tau_ms: tau, N, T_ms: T } = ou;
  const net = new Network({ seed: 9 });
  const params = { tau_m: ms(passive.tau_m_ms), R: MOhm(passive.R_MOhm), mu: nA(ou.mean_nA), sd: nA(ou.sd_nA), tau: ms(tau) };
  const cells = net.cells("cells", membrane({ n: N, params }));
  const lags = Object.entries(ou.expected.autocorrelation_at_lags_ms).map(([lag, rho]) => ({ lag: Math.round(Number(lag) / dt), rho }));
  net.record(cells, "I", { cells: every(1), every: ms(dt) });
  net.record(cells, "V", { every: ms(dt * Math.max(1, Math.round(1 / dt))) }); // about every ms
  const sim = await simulate(net, { ...context, dt: ms(dt) });
  const current = new Moments(lags.map((l) => l.lag));
  const potential = new Moments([]);
  // the current starts from its stationary distribution, the membrane does not
  await drop(sim, 10 * Math.max(tau, passive.tau_m_ms), dt);
  for await (const chunk of sim.run(ms(T), { chunk: ms(200) })) {
    current.add(chunk.trace(cells, "I"));
    potential.add(chunk.trace(cells, "V"));
  }
  await sim.close();
  const row = (what: string, measured: number, expected: number, error: number): VerifyRow =>
    atMost(name, `${what}, off by (standard errors)`, Math.abs(measured - expected) / error, MOST_ERRORS, [ou.N * Math.round(T / dt), ou.N * Math.round(ou.T_ms / dt)], `${measured.toPrecision(6)} for ${expected.toPrecision(6)}`);
  const { mean_nA: mean, variance_nA2: variance } = ou.standard_errors;
  const phi = Math.exp(-dt / tau);
  return [
    row("current, mean", current.mean, ou.expected.mean_nA, mean),
    row("current, variance", current.variance, ou.expected.variance_nA2, variance),
    ...lags.map(({ lag, rho }, k) => {
      // Bartlett (1946) for an autoregression of first order, over all samples
      const spread = ((1 + phi ** 2) * (1 - phi ** (2 * lag))) / (1 - phi ** 2) - 2 * lag * phi ** (2 * lag);
      return row(`current, autocorrelation at ${lag * dt} ms`, current.correlation(k), rho, Math.sqrt(spread / (N * (T / dt))));
    }),
    row("membrane, mean", potential.mean, passive.expected.mean_mV, passive.R_MOhm * mean),
    row("membrane, variance", potential.variance, passive.expected.variance_of_the_discrete_scheme_mV2, passive.standard_error_variance_mV2),
  ];
} // prettier-ignore

async function drop(sim: Simulation, time: number, dt: number): Promise<void> {
  for await (const chunk of sim.run(ms(dt * Math.ceil(time / dt)))) void chunk;
}

/** Cells of a rate, and the time over which spikes are counted. */
const [LIF_CELLS, LIF_MS] = [400, 2500];

async function white(data: NoiseCase, name: string, context: VerifyContext): Promise<VerifyRow[]> {
  const { white_noise_lif: lif, dt_ms: dt } = data;
  const net = new Network({ seed: 9 });
  const given = (c: Record<string, unknown>, key: string): number => part(own(c, key), z.number({ error: `white_noise_lif.cases lack ${key}` }));
  const each = (key: string): number[] => lif.cases.flatMap((c) => new Array<number>(LIF_CELLS).fill(given(c, key)));
  const cells = net.cells("cells", whiteLif({
    n: LIF_CELLS * lif.cases.length,
    params: { tau: ms(lif.tau_ms), V_th: mV(lif.V_th_mV), V_r: mV(lif.V_r_mV), t_ref: ms(lif.t_ref_ms), mu: perCell(mV, each("mu_mV")), sd: perCell(mV, each("stationary_sd_mV")) },
  }));
  const sim = await simulate(net, { ...context, dt: ms(dt) });
  await drop(sim, 20 * lif.tau_ms, dt);
  const counts = new Float64Array(lif.cases.length);
  for await (const chunk of sim.run(ms(LIF_MS))) for (const cell of chunk.spikes(cells).cells) {
    const k = Math.floor(cell / LIF_CELLS);
    counts[k] = (counts[k] as number) + 1;
  }
  await sim.close();
  const seconds = (LIF_CELLS * LIF_MS) / 1000;
  return lif.cases.map((c, k) => {
    const rate = (counts[k] as number) / seconds;
    const expected = given(c, `siegert_threshold_shifted_dt_${dt}_hz`);
    // the case's own Monte Carlo, where it did one at this step
    if (own(c, "its_standard_error_upper_bound_hz") !== undefined && !Object.keys(c).some((key) => key.startsWith("own_monte_carlo_dt_")))
      given(c, `own_monte_carlo_dt_${dt}_hz`); // lost: an error is stated, and nothing of which
    const done = own(c, `own_monte_carlo_dt_${dt}_hz`) !== undefined;
    const [carlo, error] = done ? [given(c, `own_monte_carlo_dt_${dt}_hz`), given(c, "its_standard_error_upper_bound_hz")] : [expected, 0];
    // a renewal train with a coefficient of variation below 1: the number of spikes spreads less than a Poisson number
    const spread = Math.sqrt(rate / seconds);
    const allowed = MOST_ERRORS * Math.hypot(spread, error) + 0.01 * expected;
    const worst = Math.max(Math.abs(rate - expected), Math.abs(rate - carlo));
    return atMost(name, `rate at mu ${c["mu_mV"]} mV, sd ${c["stationary_sd_mV"]} mV, off by (Hz)`, worst, allowed, LIF_CELLS, `${rate.toFixed(3)} for ${expected.toFixed(3)}`);
  });
} // prettier-ignore

/** Sums over samples of many cells, and over products of samples so many rows apart. */
class Moments {
  readonly #lags: readonly number[];
  readonly #products: Float64Array;
  readonly #pairs: Float64Array;
  #first = NaN; // what is subtracted keeps sums small
  #n = 0;
  #sum = 0;
  #squares = 0;

  constructor(lags: readonly number[]) {
    this.#lags = lags;
    this.#products = new Float64Array(lags.length);
    this.#pairs = new Float64Array(lags.length);
  }

  add({ data, cells, times }: Trace): void {
    const width = cells.length;
    if (Number.isNaN(this.#first)) this.#first = data[0] ?? 0;
    const shift = this.#first;
    for (const x of data) {
      this.#sum += x - shift;
      this.#squares += (x - shift) ** 2;
    }
    this.#n += data.length;
    this.#lags.forEach((lag, k) => {
      const length = (times.length - lag) * width;
      let sum = 0;
      for (let i = 0; i < length; i++) sum += ((data[i] as number) - shift) * ((data[i + lag * width] as number) - shift);
      this.#products[k] = (this.#products[k] as number) + sum;
      this.#pairs[k] = (this.#pairs[k] as number) + Math.max(0, length);
    });
  }

  get mean(): number {
    return this.#first + this.#sum / this.#n;
  }

  get variance(): number {
    return this.#squares / this.#n - (this.#sum / this.#n) ** 2;
  }

  correlation(k: number): number {
    const offset = (this.#sum / this.#n) ** 2;
    return ((this.#products[k] as number) / (this.#pairs[k] as number) - offset) / this.variance;
  }
} // prettier-ignore
