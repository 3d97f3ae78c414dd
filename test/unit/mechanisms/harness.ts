import { readdirSync } from "node:fs";
import { evaluate } from "../../../src/lang/evaluate.ts";
import type { Expr } from "../../../src/lang/expr.ts";
import { parse } from "../../../src/lang/parse.ts";
import type { Channel, Mechanism, Pool, Synapse } from "../../../src/mechanisms/mechanism.ts";
import type { NeuronType } from "../../../src/mechanisms/neuron.ts";
import type { PlasticityType } from "../../../src/mechanisms/plasticity.ts";

/** Every mechanism of the folders channels, pools and synapses: each file's default export. */
export async function everyMechanism(): Promise<Mechanism[]> {
  const root = new URL("../../../src/mechanisms/", import.meta.url);
  const found: Mechanism[] = [];
  for (const folder of ["channels", "pools", "synapses"]) {
    for (const file of readdirSync(new URL(`${folder}/`, root)).sort()) {
      const module = (await import(new URL(`${folder}/${file}`, root).href)) as { default: Mechanism };
      found.push(module.default);
    }
  }
  return found;
}

/** Every rule of the folder plasticity. */
export async function everyPlasticity(): Promise<PlasticityType[]> {
  const folder = new URL("../../../src/mechanisms/plasticity/", import.meta.url);
  const files = readdirSync(folder).filter((f) => f !== "index.ts").sort();
  return Promise.all(files.map(async (f) => ((await import(new URL(f, folder).href)) as { default: PlasticityType }).default));
} // prettier-ignore

/** Every point neuron of the folder neurons. */
export async function everyNeuron(): Promise<NeuronType[]> {
  const folder = new URL("../../../src/mechanisms/neurons/", import.meta.url);
  const files = readdirSync(folder).filter((f) => f !== "index.ts").sort();
  return Promise.all(files.map(async (f) => ((await import(new URL(f, folder).href)) as { default: NeuronType }).default));
} // prettier-ignore

/** What the texts may read besides their own names, canonical units: both publications' temperature and reversals. */
export const SURROUNDINGS = { dt: 0.025, celsius: 37, ena: 50, ek: -77, eca: 132, cai: 1e-4, ica: 0, ina: 0, ik: 0 };
export type Env = Record<string, number>;

const texts = new Map<string, Expr>();
export function value(text: string, env: Env): number {
  let expr = texts.get(text);
  if (expr === undefined) texts.set(text, (expr = parse(text)));
  return evaluate(expr, env);
}

/** Parameters at their defaults, then surroundings, then `over`, then the `let` names. */
export function environment(m: Mechanism, over: Env): Env {
  const params = Object.fromEntries(Object.entries(m.params).map(([name, p]) => [name, p.default.value]));
  return withLet(m, { ...SURROUNDINGS, ...params, ...over });
}

function withLet(m: Mechanism, env: Env): Env {
  for (const [name, text] of Object.entries(m.let ?? {})) env[name] = value(text, env);
  return env;
}

/** Steady state and time constant (ms) of a state in an environment. */
export function relaxation(m: Channel | Pool | Synapse, state: string, env: Env): { inf: number; tau: number } {
  const s = m.states[state];
  if (s === undefined) throw new Error(`${m.name} has no state ${state}`);
  if ("d" in s) throw new Error(`${m.name}'s ${state} says its slope: the harness has no steady state of it`);
  if ("next" in s) return { inf: value(s.next, env), tau: 1 };
  if (!("alpha" in s)) return { inf: "inf" in s ? value(s.inf, env) : 0, tau: value(s.tau, env) };
  const [alpha, beta] = [value(s.alpha, env), value(s.beta, env)];
  return { inf: alpha / (alpha + beta), tau: 1 / (alpha + beta) };
}

/** Initial states at a voltage, in declared order, later ones seeing earlier ones; own currents are 0. */
export function initial(m: Channel | Pool | Synapse, V: number, over: Env = {}): Env {
  const states: Env = {};
  for (const [name, s] of Object.entries(m.states)) {
    const env = environment(m, { ...ownCurrentsOff(m), ...over, V, ...states });
    states[name] = "init" in s && s.init !== undefined ? value(s.init, env) : relaxation(m, name, env).inf;
  }
  return states;
}

export const ownCurrentsOff = (m: Mechanism): Env =>
  m.kind === "channel" ? Object.fromEntries(Object.keys(m.currents).map((c) => [`i_${c}`, 0])) : {};

/** Conductance (S/cm2) and reversal (mV) of each current of a channel. */
export const currents = (m: Channel, env: Env): { name: string; g: number; E: number }[] =>
  Object.entries(m.currents).flatMap(([name, c]) =>
    "i" in c ? [] : [{ name, g: value(c.g, env), E: value(c.E, env) }],
  );
