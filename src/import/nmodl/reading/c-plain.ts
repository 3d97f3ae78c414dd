import { withoutComments } from "./c.ts";
import type { Program, Routine, Statement } from "./syntax.ts";

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
  if (MORE.test(code) || /(?<![\w.])\d+\s*\/\s*\d+(?![\w.])/.test(code)) return undefined; // 1/2 is 0 in C
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
    else if (!isOwn(to) && !own.has(to)) continue; // only C keeps it
    if (reads.some((name) => !isOwn(name) && !own.has(name))) return undefined;
    const op = found["by"] || (found["step"] ?? "").slice(0, 1);
    const text = value.replaceAll(/(?<![\w.])[A-Za-z_]\w*/g, plain);
    lines.push(`${to} = ${op === "" ? text : `${to} ${op} (${text})`}`);
  }
  return own.size === 0 ? lines : [`LOCAL ${[...own].join(", ")}`, ...lines];
}

/** What a FUNCTION draws whose C asks a source of random numbers, as those of published synapses and channels do: uniform numbers, unless its C or
 * what it falls back to says another law. */
export function drawnBy(body: Body): string | undefined {
  const c = body.flatMap((x) => (x.kind === "verbatim" ? [withoutComments(x.c ?? "")] : [])).join("\n");
  const rest = JSON.stringify(body.filter((x) => x.kind !== "verbatim")) + c;
  if (!/\b(nrn_random_pick|nrnran123_(dblpick|negexp|normal))\s*\(/.test(c)) return undefined;
  if (/nrnran123_negexp|exprand|negexp/.test(rest)) return "exprand(1)";
  return /nrnran123_normal|normrand/.test(rest) ? "normrand(0, 1)" : "scop_random()";
}

/** Names that a block may read: the file's, and its own. */
export function namesIn(program: Program, routine: Routine | undefined, body: Body): (name: string) => boolean {
  const { parameters, assigned, states, constants, unitConstants, fileLocals, ranges, globals, defines } = program;
  const local = (of: Body): string[] => of.flatMap((x) => (x.kind === "local" ? x.names : x.kind === "if" ? local([...x.then, ...x.otherwise]) : [])); // prettier-ignore
  const declared = [...parameters, ...assigned, ...states, ...constants, ...unitConstants, ...(routine?.args ?? [])].map((d) => d.name); // prettier-ignore
  const own = routine === undefined ? [] : [routine.name];
  const found = new Set([...declared, ...fileLocals.keys(), ...ranges, ...globals, ...defines.keys(), ...local(body), ...own, "v", "t", "dt", "celsius"]); // prettier-ignore
  return (name) => found.has(name);
}
