import { own } from "../own.ts";
import { ModelError } from "../errors.ts";
import { DRAWS, notAdditive, Texts } from "../lang/check.ts";
import { type Dimension, dimension, unitName } from "../lang/units.ts";
import { checkName, checkNames } from "../lang/words.ts";
import { bool, type Check, finite, isPlain, list, object, oneOf, quantity, record, text, unit } from "../shapes.ts";
import type { Unit } from "../units.ts";
import { METHODS, type Neuron, type NeuronState } from "./neuron.ts";

/** Checks of a neuron's data: fields and types, names, and of each text the names, the units and whether it may stand where it does. */

const anything: Check = () => {};
const start = { unit, init: anything };
const state: Check = (where, x) => {
  const has = (key: string): boolean => isPlain(x) && key in x;
  if (has("alpha") || has("beta")) return object({ alpha: anything, beta: anything, ...start })(where, x);
  if (has("d")) return object({ d: anything, ...start }, { tau: anything })(where, x);
  if (has("next")) return object({ next: anything, ...start })(where, x);
  return object({ inf: anything, tau: anything, ...start })(where, x);
};

const shape = object(
  {
    kind: oneOf("neuron"),
    name: text,
    doc: text,
    params: record(object({ default: quantity(), unit, doc: text }, { min: finite, max: finite, live: bool })),
    states: record(state),
    ports: record(object({ unit, doc: text, onEvent: record(anything) })),
    spike: anything,
    reset: record(anything),
  },
  {
    let: record(anything),
    functions: record(object({ of: list(text), is: anything })),
    inputs: record(object({ unit, doc: text })),
    refractory: anything,
    fires: oneOf("beforeEvents", "afterEvents"),
    held: list(text),
    method: oneOf(...METHODS),
  },
);

/** @throws ModelError with neuron, field, text and column at the first fault */
export function checkNeuron(where: string, given: unknown): asserts given is Neuron {
  shape(where, given);
  const neuron = given as Neuron;
  checkNeuronNames(where, neuron);
  new NeuronTexts(where, neuron).check();
}

/** The unit of one of a neuron's `let` names, which a recording may ask for.
 * @throws ModelError where it has white noise, which has no value */
export const unitOfLet = (where: string, neuron: Neuron, name: string): string =>
  new NeuronTexts(where, neuron).unitOfLet(name);

/** Every name once: texts tell parameters, lets, states and inputs apart by name alone. */
function checkNeuronNames(where: string, { name, params, let: lets = {}, states, ports, inputs = {} }: Neuron): void {
  checkName(where, "neuron", name);
  const taken = new Map([["dt", "the time step"], ["weight", "the weight of an event"]]); // prettier-ignore
  checkNames(
    where,
    [
      ["parameter", params],
      ["let", lets],
      ["state", states],
      ["input", inputs],
    ],
    taken,
  );
  for (const port of Object.keys(ports)) checkName(where, "port", port);
}

const HIDDEN = {
  event: "Only a port's onEvent may read the weight of an event",
  order: "States start in declared order: declare that state first",
  white: "White noise has no value of its own: put it into the equation `d` of a state",
  start: "Noise begins with the first step and does not wait for events: put it into the equation of a state",
  input: "Inputs have a value only while a state advances",
};

class NeuronTexts {
  readonly #where: string;
  readonly #n: Neuron;
  readonly #texts: Texts;

  constructor(where: string, neuron: Neuron) {
    this.#where = where;
    this.#n = neuron;
    const known: Record<string, Unit | Dimension> = { dt: "ms", weight: "any" };
    for (const named of [neuron.params, neuron.states, neuron.inputs ?? {}])
      for (const [name, { unit: u }] of Object.entries(named)) known[name] = u;
    this.#texts = new Texts(where, known, neuron.functions, new Set(["dt", ...Object.keys(neuron.params)]));
  }

  check(): void {
    const { let: lets = {}, states, ports, spike, reset, refractory, held = [], params } = this.#n;
    const later = new Set(Object.keys(lets));
    for (const [name, value] of Object.entries(lets)) this.#texts.define(name, value, later);
    if (Object.keys(states).length === 0) throw new ModelError(this.#where, "has no states", "Give it at least V");
    for (const [s, one] of Object.entries(states)) this.#state(s, one);
    for (const [port, { unit: u, onEvent }] of Object.entries(ports)) this.#port(port, u, onEvent);
    const still = this.#hidden(HIDDEN.input, Object.keys(this.#n.inputs ?? {})).set("white()", HIDDEN.white);
    this.#texts.check("spike", spike, "1", still);
    for (const [s, value] of Object.entries(reset))
      this.#texts.check(`reset.${s}`, value, this.#unit("reset", s), still);
    for (const s of held) this.#unit("held", s);
    if (refractory === undefined) return;
    const { reads } = this.#texts.check("refractory", refractory, "ms", still);
    const moving = [...reads].find((name) => !Object.hasOwn(params, name) && name !== "dt");
    if (moving !== undefined)
      throw new ModelError(`${this.#where}, refractory`, `reads "${moving}"`, "Let it depend on parameters alone");
  }

  /** The unit of a `let`. */
  unitOfLet(name: string): string {
    for (const [id, value] of Object.entries(this.#n.let ?? {})) this.#texts.define(id, value, new Set());
    const { dimension: of } = this.#texts.check(
      `let.${name}`,
      name,
      undefined,
      new Map([...DRAWS, ["white()", HIDDEN.white]]),
    );
    return of === "any" ? "1" : unitName(of);
  }

  #state(s: string, one: NeuronState): void {
    const none = this.#hidden(HIDDEN.event, []);
    const rate = dimension(one.unit);
    const perMs = rate === "any" ? rate : rate.map((x, k) => (k === 1 ? x - 1 : x));
    const texts: [string, unknown, Unit | Dimension][] =
      "inf" in one
        ? [["inf", one.inf, one.unit], ["tau", one.tau, "ms"]]
        : "alpha" in one
          ? [["alpha", one.alpha, "1/ms"], ["beta", one.beta, "1/ms"]]
          : "next" in one
            ? [["next", one.next, one.unit]]
            : [["d", one.d, perMs], ...(one.tau === undefined ? [] : [["tau", one.tau, "ms"] as [string, unknown, Unit]])]; // prettier-ignore
    const calm = new Map(none).set("white()", HIDDEN.white);
    const drawing = new Map([...calm].filter(([name]) => !DRAWS.some(([draw]) => draw === name)));
    for (const [key, value, unit] of texts)
      this.#texts.check(`states.${s}.${key}`, value, unit, key === "d" ? none : key === "next" ? drawing : calm);
    const states = Object.keys(this.#n.states);
    const hidden = this.#hidden(HIDDEN.input, Object.keys(this.#n.inputs ?? {}));
    for (const name of states.slice(states.indexOf(s))) hidden.set(name, HIDDEN.order);
    for (const fn of ["noise()", "white()"]) hidden.set(fn, HIDDEN.start);
    this.#texts.check(`states.${s}.init`, one.init, one.unit, hidden);
  }

  #port(port: string, unit: Unit, onEvent: Readonly<Record<string, string>>): void {
    const states = new Set(Object.keys(this.#n.states));
    for (const [s, text] of Object.entries(onEvent)) {
      const field = `ports.${port}.onEvent.${s}`;
      const own = this.#unit(`ports.${port}.onEvent`, s);
      const { expr } = this.#texts.check(
        field,
        text,
        own,
        this.#hidden(HIDDEN.input, Object.keys(this.#n.inputs ?? {}), false)
          .set("noise()", HIDDEN.start)
          .set("white()", HIDDEN.start),
      );
      const fault = notAdditive(expr, "weight", states);
      if (fault !== undefined)
        throw new ModelError(
          `${this.#where}, ${field}`,
          `"${text.slice(0, 60)}" ${fault}`,
          "The weights of a step are summed before they are applied: give weight times something that no state changes",
        );
      if (text.trim() === "weight" && own !== unit)
        throw new ModelError(`${this.#where}, ports.${port}`, `takes weights in "${unit}" and adds them to ${s} in "${own}"`, "Give both one unit, or a factor between them"); // prettier-ignore
    }
  }

  #unit(field: string, s: string): Unit {
    const found = own(this.#n.states, s)?.unit;
    if (found !== undefined) return found;
    const known = Object.keys(this.#n.states).join(", ");
    throw new ModelError(`${this.#where}, ${field}`, `names the state "${s.slice(0, 60)}"`, `It has ${known}`);
  }

  #hidden(why: string, names: readonly string[], event = true): Map<string, string> {
    return new Map([
      ...DRAWS,
      ...(event ? [["weight", HIDDEN.event] as const] : []),
      ...names.map((name) => [name, why] as const),
    ]);
  }
}
