import type { At, Lexer } from "./lexer.ts";
import type { Declared, Program } from "./syntax.ts";

/** What a name of a file stands for. */
type Variable =
  | { readonly kind: "celsius" | "dt" | "time" | "diam" | "area" }
  /** of the compartment whose states these are, or of the other one, where the current of a gather flows. */
  | { readonly kind: "voltage"; readonly other?: true }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "parameter"; readonly declared: Declared }
  | { readonly kind: "state"; readonly declared: Declared }
  /** of an ion: its reversal potential, current, and concentrations inside and outside. */
  | {
      readonly kind: "ion";
      readonly ion: string;
      readonly what: "e" | "i" | "in" | "out";
      readonly reads: boolean;
      readonly writes: boolean;
    }
  /** whatever code gives it; it keeps its value until then. */
  | { readonly kind: "kept" }
  /** a state or current of another mechanism in the same place. */
  | { readonly kind: "other" }
  /** a variable somewhere else, which no state and no current may read. */
  | { readonly kind: "pointer" };

/** The voltage of the compartment in which the current of a gather flows. */
export const OTHER_VOLTAGE = "V@other";

/** Behind the name of a POINTER to what another mechanism has. */
export const OTHER = "@pointed";

const GIVEN: ReadonlyMap<string, Variable> = new Map<string, Variable>([
  ["v", { kind: "voltage" }],
  ["celsius", { kind: "celsius" }],
  ["dt", { kind: "dt" }],
  ["t", { kind: "time" }],
  ["diam", { kind: "diam" }],
  ["area", { kind: "area" }],
]);

/** Every name of a file. Arrays stand once for each element, as name_0, name_1. */
export class Variables {
  readonly #by = new Map<string, Variable>();
  /** what a POINTER is called that stands for a variable of the same compartment. */
  readonly #called = new Map<string, string>();
  readonly sizes = new Map<string, number>();
  readonly #program: Program;
  readonly #lexer: Lexer;

  /** @param across  the POINTER to the source, to its voltage unless it is pointed at a state of it: states are there, and `v` is the other one */
  constructor(program: Program, lexer: Lexer, constants: ReadonlyMap<string, number>, across?: string) {
    this.#program = program;
    this.#lexer = lexer;
    for (const [name, size] of program.fileLocals) {
      if (size === undefined) this.#by.set(name, { kind: "kept" });
      else {
        this.sizes.set(name, size);
        for (let k = 0; k < size; k++) this.#by.set(`${name}_${k}`, { kind: "kept" });
      }
    }
    for (const d of program.assigned) this.#declare(d, () => ({ kind: "kept" }));
    for (const name of [...program.ranges, ...program.globals]) if (!this.#by.has(name)) this.#by.set(name, { kind: "kept" }); // prettier-ignore
    for (const d of program.parameters) this.#declare(d, (declared) => ({ kind: "parameter", declared }));
    for (const d of program.constants) this.#declare(d, () => ({ kind: "constant", value: d.value ?? 0 }));
    for (const [name, value] of [...constants, ...program.defines]) this.#by.set(name, { kind: "constant", value });
    for (const d of program.states) this.#declare(d, (declared) => ({ kind: "state", declared }));
    for (const { name } of [...program.nonspecific, ...program.electrode]) this.#by.set(name, { kind: "kept" });
    this.#ions();
    if (program.kinetics.size > 0) for (const name of ["f_flux", "b_flux"]) this.#by.set(name, { kind: "kept" });
    for (const [name, variable] of GIVEN) {
      const own = this.#by.get(name);
      if (own?.kind !== "state" && own?.kind !== "constant") this.#by.set(name, variable);
    }
    for (const { name } of program.pointers) this.#by.set(name, name === across ? { kind: "voltage" } : { kind: "pointer" }); // prettier-ignore
    for (const [name, to] of program.pointed) {
      if ("name" in to) this.#called.set(name, to.name);
      else this.#by.set(name, { kind: "other" });
    }
    if (across !== undefined && this.#by.get("v")?.kind === "voltage") this.#by.set("v", { kind: "voltage", other: true }); // prettier-ignore
  }

  /** @throws DataError at the place where the name stands */
  get(name: string, at: At): Variable {
    const found = this.#by.get(name);
    if (found !== undefined) return found;
    if (this.sizes.has(name)) return this.#lexer.fail(at, `reads the array ${name} as a whole`, "Give an index");
    return this.#lexer.fail(at, `uses "${name.slice(0, 60)}", which nothing declares`, "Declare it, or check its spelling"); // prettier-ignore
  }

  find(name: string): Variable | undefined {
    return this.#by.get(name);
  }

  /** The names of an array's elements; of a variable its own. */
  elementsOf(name: string): string[] {
    const size = this.sizes.get(name);
    return size === undefined ? [name] : Array.from({ length: size }, (_, k) => `${name}_${k}`);
  }

  /** The variable that a name of the file stands for. */
  nameOf(name: string): string {
    return this.#called.get(name) ?? name;
  }

  /** What a variable is called in expressions. */
  symbolOf(name: string): string {
    const found = this.#by.get(name);
    if (found?.kind === "other") return `${name}${OTHER}`;
    return found?.kind !== "voltage" ? name : found.other === true ? OTHER_VOLTAGE : "V";
  }

  entries(): IterableIterator<[string, Variable]> {
    return this.#by.entries();
  }

  #declare(d: Declared, variable: (declared: Declared) => Variable): void {
    if (d.size === undefined) {
      this.#by.set(d.name, variable(d));
      return;
    }
    this.sizes.set(d.name, d.size);
    for (let k = 0; k < d.size; k++) this.#by.set(`${d.name}_${k}`, variable({ ...d, name: `${d.name}_${k}` }));
  }

  #ions(): void {
    for (const { ion, read, write, ...at } of this.#program.ions) {
      const roles = new Map([[`e${ion}`, "e"], [`i${ion}`, "i"], [`${ion}i`, "in"], [`${ion}o`, "out"]] as const); // prettier-ignore
      for (const name of [...read, ...write]) {
        const what = roles.get(name as `e${string}`);
        if (what === undefined) {
          this.#lexer.fail(at, `names ${name} of the ion ${ion}`, `An ion has ${[...roles.keys()].join(", ")}`);
        }
        if (this.#by.get(name)?.kind === "state") continue;
        this.#by.set(name, { kind: "ion", ion, what, reads: read.includes(name), writes: write.includes(name) });
      }
    }
  }
}
