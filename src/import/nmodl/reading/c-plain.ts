import { withoutComments } from "./c.ts";
import { localsOf, type Program, type Routine, type Statement } from "./syntax.ts";

type Body = readonly Statement[];

const MATH: ReadonlySet<string> = new Set("exp log log10 sqrt fabs pow sin cos tan tanh sinh cosh floor ceil".split(" ")); // prettier-ignore
/** What assignments over numbers do not have; NMODL's ^ is a power, C's is none. */
const MORE = /[#?[\]{}"'%&|^~!<>]|->|\b(if|for|while|do|switch|goto|return|static|extern|void|int|long|unsigned|float|char|struct)\b/; // prettier-ignore
const ASSIGNMENT = /^(?<fresh>double\s+)?(?<to>[A-Za-z_]\w*)\s*(?:(?<by>[-+*/]?)=(?!=)\s*(?<value>[\s\S]+)|(?<step>\+\+|--))$/; // prettier-ignore

/** C that is assignments over numbers as statements of NMODL; undefined of any other. `_lx` is a LOCAL or an argument x. What only C keeps (a static
 * counter) has no counterpart, and nothing that reads it is taken.
 * @param isOwn  names of the file's variables, of the block's LOCALs and arguments, and of the block itself */
export function assignments(c: string, isOwn: (name: string) => boolean): string[] | undefined {
  const code = withoutComments(c).replaceAll(/\(\s*double\s*\)/g, "");
  if (MORE.test(code) || dividesWhole(code)) return undefined;
  const [own, lines] = [new Set<string>(), [] as string[]];
  const plain = (name: string): string => (name.startsWith("_l") && isOwn(name.slice(2)) ? name.slice(2) : name);
  for (const statement of code.split(";").map((x) => x.trim())) {
    if (statement === "") continue;
    const found = ASSIGNMENT.exec(statement)?.groups;
    if (found === undefined) return undefined;
    const to = plain(found["to"] as string);
    const value = found["step"] === undefined ? (found["value"] as string) : "1";
    const calls = [...value.matchAll(/([A-Za-z_]\w*)\s*\(/g)].map(([, name]) => name as string);
    const reads = [...value.matchAll(/(?<![\w.])[A-Za-z_]\w*/g)].map(([name]) => plain(name)).filter((name) => !MATH.has(name)); // prettier-ignore
    if (calls.some((name) => !MATH.has(name))) return undefined;
    if (found["fresh"] !== undefined) own.add(to);
    else if (to.startsWith("_"))
      return undefined; // what NEURON keeps: a concentration, a derivative
    else if (!isOwn(to) && !own.has(to)) continue; // only C keeps it
    if (reads.some((name) => !isOwn(name) && !own.has(name))) return undefined;
    const op = found["by"] || (found["step"] ?? "").slice(0, 1);
    const text = value.replaceAll(/(?<![\w.])[A-Za-z_]\w*/g, plain);
    lines.push(`${to} = ${op === "" ? text : `${to} ${op} (${text})`}`);
  }
  return own.size === 0 ? lines : [`LOCAL ${[...own].join(", ")}`, ...lines];
}

/** Whether C divides a whole number by another, as 1/2 and (3 + 4)/2, which gives a whole one there. */
function dividesWhole(code: string): boolean {
  const isWhole = (of: string): boolean => /\d/.test(of) && !/[A-Za-z_.]/.test(of);
  return [...code.matchAll(/\//g)].some(({ index }) => {
    const [left, right] = [code.slice(0, index).trimEnd(), code.slice(index + 1).trimStart()];
    const before = left.endsWith(")") ? lastGroup(left) : (/[\w.]+$/.exec(left)?.[0] ?? "");
    const after = right.startsWith("(") ? right.slice(0, closing(right)) : (/^[\w.]+/.exec(right)?.[0] ?? "");
    return isWhole(before) && isWhole(after);
  });
}

/** Place behind the bracket that closes the first one. */
function closing(text: string): number {
  let open = 0;
  for (const [k, c] of [...text].entries()) {
    open += c === "(" ? 1 : c === ")" ? -1 : 0;
    if (open === 0 && k >= text.indexOf("(")) return k + 1;
  }
  return text.length;
}

/** What stands in brackets at the end, with the function's name before it. */
function lastGroup(text: string): string {
  let open = 0;
  for (let k = text.length - 1; k >= 0; k--) {
    open += text[k] === ")" ? 1 : text[k] === "(" ? -1 : 0;
    if (open === 0) return (/\w+$/.exec(text.slice(0, k))?.[0] ?? "") + text.slice(k);
  }
  return text;
}

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

/** Names that a block may read: the file's, and its own. */
export function namesIn(program: Program, routine: Routine | undefined, body: Body): (name: string) => boolean {
  const { parameters, assigned, states, constants, unitConstants, fileLocals, ranges, globals, defines } = program;
  const declared = [...parameters, ...assigned, ...states, ...constants, ...unitConstants, ...(routine?.args ?? [])].map((d) => d.name); // prettier-ignore
  const own = routine === undefined ? [] : [routine.name];
  const found = new Set([...declared, ...fileLocals.keys(), ...ranges, ...globals, ...defines.keys(), ...localsOf(body), ...own, "v", "t", "dt", "celsius"]); // prettier-ignore
  return (name) => found.has(name);
}
