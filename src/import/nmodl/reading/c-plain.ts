import { withoutComments } from "./c.ts";
import { type BlockNames, closing } from "./c-blocks.ts";
import { DRAWS, MATH } from "./c-values.ts";
import { localsOf, type Program, type Routine, type Statement } from "./syntax.ts";

type Body = readonly Statement[];

const PICK = /\b(?:nrn_random_pick|nrnran123_(?:dblpick|negexp|normal))\s*\(/g;

/** Whether C takes a drawn number as it is: what it assigns and returns is a name, a number or the draw. */
function drawsAlone(c: string): boolean {
  if (/[-+*\/%]=|\+\+|--/.test(c)) return false;
  const values = [...c.matchAll(/(?<![=!<>])=(?!=)([^;]*);|\breturn\b([^;]*);/g)].map(([, to, back]) => (to ?? back ?? "").trim()); // prettier-ignore
  const isDraw = (value: string): boolean =>
    new RegExp(`^${PICK.source}`).test(value) && closing(value) === value.length;
  const picks = [...c.matchAll(PICK)].length;
  return values.filter(isDraw).length === picks && values.every((value) => isDraw(value) || /^(?:[A-Za-z_]\w*|[-+]?[\d.]+(?:[eE][-+]?\d+)?)$/.test(value)); // prettier-ignore
}

/** Whether NMODL beside it adds nothing: LOCALs, and assignments of a name, a number or the draw that it falls back to. */
const fallsBack = (x: Statement): boolean =>
  x.kind === "local" || x.kind === "verbatim" || (x.kind === "if" && [...x.then, ...x.otherwise].every(fallsBack))
    || (x.kind === "assign" && (x.value.kind === "name" || x.value.kind === "number" || (x.value.kind === "call" && /^(exprand|scop_random|normrand)$/.test(x.value.name)))); // prettier-ignore

/** What a FUNCTION draws whose C asks a source of random numbers, as those of published synapses and channels do: uniform numbers, unless its C or
 * what it falls back to says another law. */
export function drawnBy(body: Body): string | undefined {
  const c = body.flatMap((x) => (x.kind === "verbatim" ? [withoutComments(x.c ?? "")] : [])).join("\n");
  const rest = JSON.stringify(body.filter((x) => x.kind !== "verbatim")) + c;
  if (!new RegExp(PICK.source).test(c) || !drawsAlone(c) || !body.every(fallsBack)) return undefined;
  if (/nrnran123_negexp|exprand|negexp/.test(rest)) return "exprand(1)";
  return /nrnran123_normal|normrand/.test(rest) ? "normrand(0, 1)" : "scop_random()";
}

const OF_NMODL: ReadonlySet<string> = new Set(["v", "t", "dt", "celsius", "diam", "area"]);

/** What names are to the C of a block. */
export function namesIn(program: Program, routine: Routine | undefined, body: Body): BlockNames {
  const { parameters, assigned, states, constants, unitConstants, fileLocals, ranges, globals, defines } = program;
  const { functions, procedures, derivatives, kinetics, linears, functionTables } = program;
  const nameOf = ({ name }: { readonly name: string }): string => name;
  const ofFile = new Set([...[...parameters, ...assigned, ...states, ...constants, ...unitConstants, ...program.nonspecific, ...program.electrode].map(nameOf), ...fileLocals.keys(), ...ranges, ...globals, ...defines.keys(), "v", "t", "dt", "celsius"]); // prettier-ignore
  const own = routine === undefined ? [] : [...routine.args.map(nameOf), routine.name];
  const local = new Set([...localsOf(body), ...own]);
  const others = new Set([functions, procedures, derivatives, kinetics, linears, functionTables].flatMap((of) => [...of.keys()])); // prettier-ignore
  for (const { name } of [...program.pointers, ...program.randoms]) others.add(name);
  for (const { read, write } of program.ions) for (const name of [...read, ...write]) others.add(name);
  const isState = new Set(states.map(nameOf));
  return {
    isLocal: (name) => local.has(name),
    isFile: (name) => ofFile.has(name),
    isWhole: (name) => defines.has(name),
    isState: (name) => isState.has(name),
    isTaken: (name) => ofFile.has(name) || local.has(name) || others.has(name) || OF_NMODL.has(name) || MATH.has(name) || DRAWS.has(name) || /^(?:if|else|while|[A-Z_]{2,}|usetable\w*)$/.test(name), // prettier-ignore
  };
}
