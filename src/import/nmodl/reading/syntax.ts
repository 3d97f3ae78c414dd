import type { At } from "./lexer.ts";

/** An NMODL expression as it was written. */
export type Term = At &
  (
    | { readonly kind: "number"; readonly value: number; readonly unit?: string }
    /** a number alone in brackets: a factor between units. */
    | { readonly kind: "factor"; readonly value: number }
    | { readonly kind: "name"; readonly name: string; readonly index?: Term }
    | { readonly kind: "string" }
    | { readonly kind: "call"; readonly name: string; readonly args: readonly Term[] }
    | { readonly kind: "unary"; readonly op: "-" | "!"; readonly of: Term }
    | { readonly kind: "binary"; readonly op: string; readonly left: Term; readonly right: Term }
  );

export interface Target extends At {
  readonly name: string;
  readonly index?: Term;
}

export type Statement = At &
  (
    | { readonly kind: "assign"; readonly to: Target; readonly value: Term }
    | { readonly kind: "derivative"; readonly of: Target; readonly value: Term }
    | { readonly kind: "call"; readonly name: string; readonly args: readonly Term[] }
    | { readonly kind: "if"; readonly test: Term; readonly then: readonly Statement[]; readonly otherwise: readonly Statement[] }
    | { readonly kind: "from"; readonly counter: string; readonly first: Term; readonly last: Term; readonly by: Term | undefined; readonly body: readonly Statement[] }
    | { readonly kind: "while"; readonly test: Term; readonly body: readonly Statement[] }
    | { readonly kind: "local"; readonly names: readonly string[] }
    | { readonly kind: "table"; readonly table: TableStatement }
    | { readonly kind: "solve"; readonly block: string; readonly method: string | undefined; readonly steady: boolean }
    | { readonly kind: "reaction"; readonly left: readonly Species[]; readonly right: readonly Species[]; readonly arrow: "<->" | "<<" | "->"; readonly rates: readonly Term[] }
    | { readonly kind: "linear"; readonly left: Term; readonly right: Term }
    | { readonly kind: "conserve"; readonly left: Term; readonly right: Term }
    | { readonly kind: "compartment"; readonly counter: string | undefined; readonly volume: Term; readonly of: readonly Target[] }
    | { readonly kind: "conductance"; readonly name: string; readonly ion: string | undefined }
    | { readonly kind: "watch"; readonly test: Term; readonly flag: Term }
    | { readonly kind: "netcons"; readonly args: readonly string[]; readonly body: readonly Statement[] }
    /** `why` it is not taken as NMODL. */
    | { readonly kind: "verbatim"; readonly c?: string; readonly why?: string }
    /** C that ends the block; `readStatements` says it by IF alone. */
    | { readonly kind: "return" }
    | { readonly kind: "refused"; readonly what: string; readonly why: string }
  ); // prettier-ignore

export interface Species extends At {
  readonly times: number;
  readonly of: Target;
}

export interface TableStatement {
  readonly names: readonly string[];
  readonly from: Term;
  readonly to: Term;
  readonly intervals: Term;
}

export interface Declared extends At {
  readonly name: string;
  readonly size: number | undefined;
  readonly unit: string | undefined;
  readonly value: number | undefined;
  readonly limits: readonly [number, number] | undefined;
  readonly comment: string | undefined;
}

export interface Routine extends At {
  readonly name: string;
  readonly args: readonly Argument[];
  readonly unit: string | undefined;
  readonly body: readonly Statement[];
}

/** A function whose values a script gives. */
export interface FunctionTable extends Omit<Routine, "body"> {
  readonly points?: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly z?: readonly (readonly number[])[];
  };
}

export interface Argument {
  readonly name: string;
  readonly unit: string | undefined;
}

interface UseIon extends At {
  readonly ion: string;
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly valence: number | undefined;
}

export interface NetReceive extends At {
  readonly args: readonly Argument[];
  readonly initial: readonly Statement[];
  readonly body: readonly Statement[];
}

/** A variable of the same compartment: the voltage or an ion's by its name, or of another mechanism a state or current. */
export type Pointed =
  | { readonly name: string }
  | { readonly mechanism: string; readonly state: string }
  | { readonly mechanism: string; readonly current: string };

/** BEFORE and AFTER blocks. */
export interface Hook extends At {
  readonly when: "BEFORE INITIAL" | "AFTER INITIAL" | "BEFORE BREAKPOINT" | "AFTER SOLVE" | "BEFORE STEP";
  readonly body: readonly Statement[];
}

/** Most rounds of a loop whose end is computed while it runs, where the option `rounds` gives no other number. */
export const ROUNDS = 8;

export interface Program {
  readonly file: string;
  title: string;
  kind: "density" | "point" | "artificial" | "nothing";
  name: string;
  nameAt: At;
  readonly ions: UseIon[];
  /** ions whose reversal potential NEURON computes from the concentrations at the start, since a file reads both. */
  readonly computed: Set<string>;
  readonly nonspecific: (At & { readonly name: string })[];
  readonly electrode: (At & { readonly name: string })[];
  readonly pointers: (At & { readonly name: string })[];
  /** what a script points them at, by name: what stands in the same place. */
  readonly pointed: Map<string, Pointed>;
  readonly randoms: (At & { readonly name: string })[];
  readonly ranges: Set<string>;
  readonly globals: Set<string>;
  readonly unitNames: (At & { readonly name: string; readonly means: string })[];
  readonly unitConstants: (At & { readonly name: string; readonly value: number | undefined; readonly means: string | undefined; readonly unit: string })[]; // prettier-ignore
  readonly parameters: Declared[];
  readonly assigned: Declared[];
  readonly states: Declared[];
  readonly constants: Declared[];
  readonly defines: Map<string, number>;
  /** LOCAL at the outermost level. */
  readonly fileLocals: Map<string, number | undefined>;
  readonly initial: Statement[];
  breakpoint: { readonly body: readonly Statement[] } | undefined;
  readonly hooks: Hook[];
  readonly derivatives: Map<string, Routine>;
  readonly kinetics: Map<string, Routine>;
  readonly linears: Map<string, Routine>;
  readonly procedures: Map<string, Routine>;
  readonly functions: Map<string, Routine>;
  readonly functionTables: Map<string, FunctionTable>;
  netReceive: NetReceive | undefined;
  /** most rounds of a loop whose end is computed while it runs. */
  rounds: number;
  /** what was decided as the file was read. */
  readonly notes: string[];
}

/** LOCALs of a block and of the blocks in it. */
export const localsOf = (body: readonly Statement[]): string[] =>
  body.flatMap((x): readonly string[] => {
    if (x.kind === "local") return x.names;
    if (x.kind === "if") return localsOf([...x.then, ...x.otherwise]);
    return x.kind === "from" || x.kind === "while" || x.kind === "netcons" ? localsOf(x.body) : [];
  });
