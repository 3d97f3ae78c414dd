import { didYouMean, ModelError } from "../../errors.ts";
import { freeNames, substitute } from "../../lang/names.ts";
import type { Expr } from "../../lang/expr.ts";
import { readFunctions } from "../../lang/functions.ts";
import { parse } from "../../lang/parse.ts";
import { type Mechanism, reversalsOf, statesOf } from "../../mechanisms/mechanism.ts";
import { isShared } from "../../mechanisms/shared.ts";
import type { WholeCell, Insertion } from "../../network/cell.ts";
import { textsOf } from "./relaxing.ts";

const nameOf = ({ as, mechanism }: Insertion): string => as ?? mechanism.name;

/** A cell's insertions in the order in which their currents are summed and their states advance: as the model's `advance` says;
 * else a mechanism before those whose states read its states (a late pool after them), and by name where nothing is read. So the order in which they were listed
 * decides nothing.
 * @throws ModelError for an unknown name, or mechanisms that read each other */
export function inAdvanceOrder(where: string, model: WholeCell): Insertion[] {
  const names = [...new Set(model.insertions.map(nameOf))].sort();
  checkNames(where, model, names);
  const stated = model.advance ?? [];
  const rest = names.filter((name) => !stated.includes(name));
  const order = [...stated, ...byDependence(where, model, rest)];
  const place = (sections: readonly string[]): number =>
    Math.min(...sections.map((s) => model.sections.findIndex((spec) => spec.name === s)));
  return [...model.insertions].sort(
    (a, b) => order.indexOf(nameOf(a)) - order.indexOf(nameOf(b)) || place(a.sections) - place(b.sections),
  );
}

function checkNames(where: string, { advance = [] }: WholeCell, names: readonly string[]): void {
  const unknown = advance.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new ModelError(`${where}: advance`, `names "${unknown}", which is not inserted`, didYouMean(unknown, names));
  }
  const twice = advance.find((name, k) => advance.indexOf(name) !== k);
  if (twice !== undefined) throw new ModelError(`${where}: advance`, `names "${twice}" twice`, "Name it once");
}

/** Names with everything before its readers, pools behind them where they are late, the first by name wherever several could be next. */
function byDependence(where: string, { insertions, ...cell }: WholeCell, names: readonly string[]): string[] {
  const given = givenNames(insertions, cell);
  const before = new Map(names.map((name) => [name, new Set<string>()]));
  for (const reader of insertions) {
    const read = statesRead(reader.mechanism);
    for (const other of insertions) {
      const { mechanism, sections } = other;
      if (nameOf(other) === nameOf(reader) || !before.has(nameOf(other))) continue;
      const meet = sections.some((s) => reader.sections.includes(s));
      const isRead = (s: string): boolean => read.has(`${nameOf(other)}_${s}`) || (mechanism.kind === "pool" && read.has(s) && (isShared(mechanism, s) || !given.has(s))); // prettier-ignore
      if (!meet || !statesOf(mechanism).some(isRead)) continue;
      const isLate = mechanism.kind === "pool" && mechanism.late === true;
      const [first, then] = isLate ? [reader, other] : [other, reader];
      if (before.has(nameOf(first))) before.get(nameOf(then))?.add(nameOf(first));
    }
  }
  const order: string[] = [];
  while (order.length < names.length) {
    const next = names.find(
      (name) => !order.includes(name) && [...(before.get(name) as Set<string>)].every((b) => order.includes(b)),
    );
    if (next === undefined) {
      const left = names.filter((name) => !order.includes(name));
      throw new ModelError(
        `${where}: ${left.join(", ")}`,
        "read each other's states, so that none can advance first",
        `State the order: advance: ${JSON.stringify(left)}`,
      );
    }
    order.push(next);
  }
  return order;
}

/** What a text reads of the compartment: these go before what a pool keeps beside concentrations. */
const givenNames = (insertions: readonly Insertion[], { reversals = {}, concentrations = {} }: Omit<WholeCell, "insertions">): Set<string> =>
  new Set(["diam", "area", ...Object.keys(concentrations), ...[...Object.keys(reversals), ...insertions.flatMap(({ mechanism: m }) => (m.kind === "pool" ? reversalsOf(m) : []))].map((ion) => `e${ion}`)]); // prettier-ignore

/** Names outside the mechanism's own that decide how its states advance. */
function statesRead(m: Mechanism): Set<string> {
  const lets: Record<string, Expr> = {};
  const own = readFunctions(m.name, m.functions);
  for (const [id, text] of Object.entries(m.let ?? {}))
    lets[id] = substitute(parse(text, `${m.name}.${id}`, own), lets);
  const texts = Object.entries(m.states).flatMap(([id, s]) =>
    textsOf(s).map((text): [string, string] => [`${m.name}.${id}`, text]),
  );
  for (const [id, k] of Object.entries(m.kind === "channel" ? (m.kinetics ?? {}) : {})) {
    for (const r of k.reactions)
      for (const text of [r.forward, r.backward ?? "0"]) texts.push([`${m.name}.${id}`, text]);
  }
  const read = new Set(texts.flatMap(([at, text]) => [...freeNames(substitute(parse(text, at, own), lets))]));
  for (const mine of [...statesOf(m), ...Object.keys(m.params)]) read.delete(mine);
  return read;
}
