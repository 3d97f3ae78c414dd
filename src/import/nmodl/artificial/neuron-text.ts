import { HillockError } from "../../../errors.ts";
import type { Expr } from "../../../lang/expr.ts";
import { dimension } from "../../../lang/units.ts";
import { checkNeuron } from "../../../mechanisms/check-neuron.ts";
import { type Neuron, neuron, type NeuronState, type NeuronType } from "../../../mechanisms/neuron.ts";
import type { Unit } from "../../../units.ts";
import type { FiringDraft, FiringState } from "./firing.ts";
import { TOO_MUCH } from "../events/under-way.ts";
import { WEIGHT } from "../events/connection.ts";
import type { Context } from "../running/context.ts";
import type { NetReceive } from "../reading/syntax.ts";
import { type UnitTable, unitOf } from "../units/units.ts";
import { Writer } from "../writing/writer.ts";

/** What has come in this step, of a cell that only an event may fire, or that asks for it. */
export const INPUT = "input@step";

/** How long before its step a spike was, ms: what it set has gone on since then. */
export const LATE = "late@spike";

type Texts = Record<string, string>;

/** Writes a point neuron from its draft, with names, units and `let` as a mechanism's. */
export class NeuronText {
  readonly #context: Context;
  readonly #writer: Writer;
  readonly #name: string;
  readonly #weight: Unit;
  readonly #unitOf: (state: string) => Unit;
  readonly #states: Record<string, Texts> = {};
  readonly #onEvent: Texts = {};
  readonly #onBelow: Texts = {};
  readonly #reset: Texts = {};
  readonly #held: string[] = [];

  constructor(context: Context, units: UnitTable, receive: NetReceive, name: string) {
    const { program } = context;
    [this.#context, this.#name] = [context, name];
    this.#writer = new Writer(context, units);
    const ofFile = (text: string | undefined): Unit => {
      const found = unitOf(units.read(text ?? "1"));
      return found?.factor === 1 ? found.unit : "1";
    };
    const declared = new Map([...program.assigned, ...program.states].map((d) => [d.name, d.unit]));
    this.#unitOf = (state) => (state === LATE ? "ms" : ofFile(declared.get(state)));
    this.#weight = ofFile(receive.args[0]?.unit);
    this.#writer.take("weight");
    this.#writer.say(WEIGHT, "weight", this.#weight);
  }

  /** @throws DataError for what the language does not take */
  neuron({
    states,
    spike,
    refractory,
    asksEvents,
    hears = asksEvents,
    fires = "afterEvents",
  }: FiringDraft): NeuronType<"event"> {
    const { symbols: s, program, lexer } = this.#context;
    for (const { name } of states) this.#writer.dimensions.set(this.#own(name), dimension(this.#unitOf(name)));
    const bySign = states.some(({ below }) => below !== undefined);
    if (hears) this.#input(refractory !== undefined);
    if (bySign) this.#signs();
    for (const state of states) this.#state(state);
    const came = s.binary("!=", s.name(INPUT), s.number(0));
    const texts: Texts = {};
    this.#writer.text(asksEvents ? s.mul(came, spike) : spike, "1", (t) => (texts["spike"] = t));
    if (refractory !== undefined) this.#writer.text(refractory, "ms", (t) => (texts["refractory"] = t));
    const lets = this.#writer.write();
    const title = program.title === "" ? program.name : program.title;
    const data = {
      name: this.#name,
      doc: `${title.replace(/\.?$/, ".")}\nTranslated from NMODL, ${program.file}.`,
      params: this.#writer.inOrder(),
      ...(Object.keys(lets).length === 0 ? {} : { let: lets }),
      states: this.#states as unknown as Record<string, NeuronState>,
      ports: {
        event: {
          unit: this.#weight,
          doc: `events of connections${bySign ? " of weights above 0" : ""}`,
          onEvent: this.#onEvent,
        },
        ...(bySign
          ? { below: { unit: this.#weight, doc: "events of connections of weights below 0", onEvent: this.#onBelow } }
          : {}),
      },
      spike: texts["spike"] as string,
      ...(fires === "beforeEvents" ? {} : { fires }),
      reset: this.#reset,
      ...(refractory === undefined ? {} : { refractory: texts["refractory"] as string, held: this.#held }),
    } satisfies Omit<Neuron, "kind">;
    try {
      checkNeuron(`${program.file}, ${data.name}`, { kind: "neuron", ...data });
    } catch (error) {
      if (!(error instanceof HillockError)) throw error;
      lexer.fail(program.nameAt, `makes a neuron that the language does not take: ${error.where}: ${error.problem}`, error.remedy); // prettier-ignore
    }
    return neuron<"event">(data);
  }

  /** A state's name in the neuron: a letter first, of what the file has no word for. */
  #own(state: string): string {
    return this.#writer.own(state, state.replace(/@.*/, ""));
  }

  #state({ name: state, relaxes, next, init, gain, below, reset, held }: FiringState): void {
    const { symbols: s } = this.#context;
    const [name, unit] = [this.#own(state), this.#unitOf(state)];
    const texts: Texts = {};
    this.#states[name] = texts;
    const into = (of: Texts, key: string, value: Expr, as: Unit = unit): void => {
      of[key] = "";
      this.#writer.text(value, as, (t) => (of[key] = t));
    };
    if (next !== undefined) into(texts, "next", next);
    else if (relaxes === undefined) texts["next"] = name;
    else {
      into(texts, "inf", relaxes.inf);
      into(texts, "tau", relaxes.tau, "ms");
    }
    texts["unit"] = unit;
    into(texts, "init", init);
    for (const [port, by] of [
      [this.#onEvent, gain],
      [this.#onBelow, below ?? s.number(0)],
    ] as const) {
      const adds = s.mul(s.name(WEIGHT), by);
      if (s.reads(adds).has(WEIGHT)) into(port, name, adds);
    }
    if (reset !== undefined) into(this.#reset, name, reset);
    if (held) this.#held.push(name);
  }

  #input(held: boolean): void {
    const name = this.#writer.own(INPUT, "input");
    this.#writer.dimensions.set(name, dimension(this.#weight));
    this.#states[name] = { next: "0", unit: this.#weight, init: "0" };
    this.#onEvent[name] = this.#onBelow[name] = "weight";
    if (held) this.#held.push(name);
  }

  /** A weight at the port of the other sign makes a state that ends the run. */
  #signs(): void {
    for (const [port, name, test] of [[this.#onEvent, "input_above", "<"], [this.#onBelow, "input_below", ">"]] as const) {
      const own = this.#writer.own(`${name}@step`, name);
      this.#writer.dimensions.set(own, dimension(this.#weight));
      this.#states[own] = { next: `select(${own} ${test} 0, ${TOO_MUCH}, select(abs(${own}) >= ${TOO_MUCH}, ${own}, 0))`, unit: this.#weight, init: "0" };
      port[own] = "weight";
    }
  } // prettier-ignore
}
