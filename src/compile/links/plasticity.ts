import { concatenated } from "../../concatenated.ts";
import { ModelError } from "../../errors.ts";
import { evaluate } from "../../lang/evaluate.ts";
import { add, call, div, type Expr, mul, name, negate, num, type Stmt, sub } from "../../lang/expr.ts";
import { substitute } from "../../lang/names.ts";
import { plasticityTexts, ruleParams } from "../../mechanisms/check-plasticity.ts";
import { changesLinks, type SourcePlasticityUse } from "../../mechanisms/plasticity.ts";
import { dueStep } from "../../steps.ts";
import type { CompiledPlasticity, CompiledPopulation, CompiledTrains, GivenReleases } from "../compiled.ts";
import { spikesOfEntry } from "./given.ts";
import type { DrawnProjection } from "./links.ts";

/** Names of what the statements of a release read and give. */
export const ELAPSED = "elapsed"; // ms since the source's last spike, or since the start
const FACTOR = "factor";
export const RAW = "raw";
export const LIMIT = "limit";
/** Beyond its bound by less, a factor is rounded, not wrong: some hundred roundings of float32. */
const WITHIN = 1e-5;
/** ms: a shorter time constant is as good as none over any step. */
export const AT_ONCE = 1e-6;

/** Source-side plasticity of every projection that has it and links, with its lane: the place of its factor beside a logged spike. */
export function compilePlasticity(
  drawn: readonly DrawnProjection[],
  populations: readonly CompiledPopulation[],
  dt: number,
  entries: number,
): CompiledPlasticity[] {
  const lanes = new Map<number, number>();
  return drawn.flatMap((projection): CompiledPlasticity[] => {
    const use = projection.description.plasticity;
    if (use === undefined || changesLinks(use) || projection.links.every((l) => l.target.length === 0)) return [];
    const source = populations[projection.source] as CompiledPopulation;
    const base = compileOne(projection, use as SourcePlasticityUse, source.n);
    if (source.kind === "port") return []; // refused before
    if (source.kind === "trains") {
      const given = Array.from({ length: source.entry === undefined ? 1 : entries }, (_, e) => releases(base, source, dt, e));
      return [{ ...base, firstSource: 0, given }];
    }
    const lane = lanes.get(projection.source) ?? 0;
    lanes.set(projection.source, lane + 1);
    return [{ ...base, firstSource: source.firstSource, lane }];
  });
} // prettier-ignore

function compileOne(projection: DrawnProjection, use: SourcePlasticityUse, n: number) {
  const { mechanism: m } = use;
  const where = `${projection.description.name}, plasticity, ${m.name}`;
  const texts = plasticityTexts(where, m);
  const values = ruleParams(where, use, "1", n).map((v) => (typeof v === "number" ? new Float64Array(n).fill(v) : v));
  const states = Object.keys(m.states);
  const params = Object.keys(m.params);
  const ids = Object.fromEntries([...states.map((s) => [s, name(`s_${s}`)]), ...params.map((p) => [p, name(`p_${p}`)])]);
  const own = (expr: Expr): Expr => substitute(expr, ids);
  const env = (source: number): Record<string, number> =>
    Object.fromEntries(params.map((p, k) => [p, values[k]?.[source] as number]));
  const each = (expr: Expr): Float64Array => Float64Array.from({ length: n }, (_, i) => evaluate(expr, env(i)));
  const largest = each(texts.largest);
  const bad = largest.findIndex((x) => !(x > 0 && x < 1e6));
  if (bad >= 0)
    throw new ModelError(`${where}, largest`, `is ${largest[bad]} for source ${bad}`, "Give a bound above 0 and below 1e6");
  const state0 = states.map((s) => each(texts.states[s]?.init as Expr));
  state0.forEach((row, k) => {
    const wrong = row.findIndex((x) => !Number.isFinite(x));
    if (wrong >= 0) throw new ModelError(`${where}, states.${states[k]}.init`, `is ${row[wrong]} for source ${wrong}`, "Give a finite start");
  });
  const relax = states.flatMap((s): Stmt[] => {
    const { inf, tau } = texts.states[s] as (typeof texts.states)[string];
    if (inf === undefined || tau === undefined) return [];
    return [relaxing(`s_${s}`, own(inf), own(tau))];
  });
  const jumps = Object.entries(texts.onPre).map(([s, value]): Stmt => ({ op: "set", name: `s_${s}`, value: own(value) }));
  const bound = own(texts.largest);
  const raw = own(texts.transmit);
  const factor = call("max", negate(bound), call("min", bound, raw));
  const stops = m.beyond === "stop" ? { raw, limit: mul(bound, num(1 + WITHIN)), rule: m.name, largest: m.largest } : undefined;
  return {
    projection: projection.index,
    population: projection.source,
    n,
    states,
    params: params.map((p) => `p_${p}`),
    stmts: [...relax, ...jumps, ...(stops === undefined ? [] : beyond(stops)), { op: "let", name: FACTOR, value: factor } as const],
    values: concatenated(Float64Array, values),
    state0: concatenated(Float64Array, state0),
    largest: largest.reduce((a, b) => Math.max(a, b), 0),
    ...(stops === undefined ? {} : { stops }),
  };
} // prettier-ignore

const beyond = ({ raw, limit }: { readonly raw: Expr; readonly limit: Expr }): Stmt[] => [
  { op: "let", name: RAW, value: raw },
  { op: "let", name: LIMIT, value: limit },
];

/** A state after `elapsed` ms of relaxing, exactly. */
export function relaxing(id: string, inf: Expr, tau: Expr): Stmt {
  const passed = negate(call("expm1", negate(div(name(ELAPSED), call("max", tau, num(AT_ONCE))))));
  return { op: "set", name: id, value: add(name(id), mul(passed, sub(inf, name(id)))) };
}

/** What to say of a factor beyond its bound: of what, what, and what to do. */
export function beyondLargest({ rule, largest }: NonNullable<CompiledPlasticity["stops"]>, population: string, source: number, factor: number, when: string): [string, string, string] {
  const most = Number((1.25 * Math.abs(factor)).toPrecision(2));
  const own = /^\w+$/.test(largest) ? `Give the plasticity ${largest}: one(${most}) or more` : `Give ${rule} a larger bound`;
  return [`${population}, source ${source}`, `transmits ${Number(factor.toPrecision(6))} times its weights by ${rule} ${when}, beyond the largest factor that it is to have`, own];
} // prettier-ignore

/** A trace after `elapsed` ms of decay to 0, exactly. */
export function decaying(id: string, tau: Expr): Stmt {
  const left = call("exp", negate(div(name(ELAPSED), call("max", tau, num(AT_ONCE)))));
  return { op: "set", name: id, value: mul(name(id), left) };
}

/** What given trains release in one entry, float64: their times are exact, and so are the intervals between them. */
function releases(p: ReturnType<typeof compileOne>, trains: CompiledTrains, dt: number, entry: number): GivenReleases {
  const [from, to] = spikesOfEntry(trains, entry);
  const { n, states, params } = p;
  const env = Array.from({ length: n }, (_, i): Record<string, number> => ({
    ...Object.fromEntries(params.map((id, k) => [id, p.values[k * n + i] as number])),
    ...Object.fromEntries(states.map((s, k) => [`s_${s}`, p.state0[k * n + i] as number])),
  }));
  const last = new Float64Array(n);
  const out = { step: new Float64Array(to - from), source: trains.cells.slice(from, to), factor: new Float64Array(to - from), states: new Float64Array(states.length * (to - from)) }; // prettier-ignore
  for (let k = from; k < to; k++) {
    const [t, source] = [trains.times[k] as number, trains.cells[k] as number];
    const own = env[source] as Record<string, number>;
    own[ELAPSED] = Math.max(0, t - (last[source] as number));
    last[source] = Math.max(0, t);
    for (const stmt of p.stmts) own[stmt.name] = evaluate(stmt.value, own);
    if (p.stops !== undefined && !(Math.abs(own[RAW] as number) <= (own[LIMIT] as number))) throw new ModelError(...beyondLargest(p.stops, trains.name, source, own[RAW] as number, `at ${t} ms`)); // prettier-ignore
    out.step[k - from] = dueStep(t, 0, dt);
    out.factor[k - from] = own[FACTOR] as number;
    states.forEach((s, j) => (out.states[j * (to - from) + k - from] = own[`s_${s}`] as number));
  }
  return out;
}
