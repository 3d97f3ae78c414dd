import { ModelError } from "../errors.ts";
import { FUNCTIONS } from "./expr.ts";

/** Longest name that a user may give. */
const LONGEST = 64;

const JAVASCRIPT = `arguments as async await break case catch class const constructor continue debugger default delete do else
  enum eval export extends false finally for from function get hasOwnProperty if implements import in instanceof interface
  isPrototypeOf let new null of package private propertyIsEnumerable protected prototype public return set static super switch this
  throw toLocaleString toString true try typeof undefined valueOf var void while with yield NaN Infinity Object Function
  globalThis process window`;

/** Keywords and reserved words of WGSL (W3C), sections 16.1 and 16.2. */
const WGSL = `alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let
  loop override requires return struct switch true var while
  NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become cast catch class
  co_await co_return co_yield coherent column_major common compile compile_fragment concept const_cast consteval constexpr constinit
  crate debugger decltype delete demote demote_to_helper do dynamic_cast enum explicit export extends extern external fallthrough
  filter final finally friend from fxgroup get goto groupshared highp impl implements import inline instanceof interface layout lowp
  macro macro_rules match mediump meta mod module move mut mutable namespace new nil noexcept noinline nointerpolation
  non_coherent noncoherent noperspective null nullptr of operator package packoffset partial pass patch pixelfragment precise
  precision premerge priv protected pub public readonly ref regardless register reinterpret_cast require resource restrict self
  set shared sizeof smooth snorm static static_assert static_cast std subroutine super target template this thread_local throw
  trait try type typedef typeid typename typeof union unless unorm unsafe unsized use using varying virtual volatile wgsl where with
  writeonly yield`;

const words = (text: string, language: string): [string, string][] => text.split(/\s+/).map((w) => [w, language]);

/** Words that no name may be, with the language that they belong to. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ...words(WGSL, "a word of WGSL"),
  ...words(JAVASCRIPT, "a word of JavaScript"),
  ...Object.keys(FUNCTIONS).map((w): [string, string] => [w, "a function of the language"]),
]);

/** What is wrong with a name, if anything. The rule for every name that a user gives: a letter, then letters, digits and _;
 * at most 64 of them; no word of JavaScript, of WGSL or of the model language. */
export function nameFault(name: unknown): string | undefined {
  if (typeof name !== "string") return `is ${name === null ? "null" : `of type ${typeof name}`}, not a name`;
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) return "is not a name";
  if (name.length > LONGEST) return `has ${name.length} characters, more than ${LONGEST}`;
  const language = RESERVED.get(name);
  return language === undefined ? undefined : `is ${language}`;
}

/** @throws ModelError when a name does not follow the rule; `what` says what it names: "section", "parameter" */
export function checkName(where: string, what: string, name: unknown): asserts name is string {
  const fault = nameFault(name);
  if (fault === undefined) return;
  const shown = JSON.stringify(String(name).slice(0, 60));
  throw new ModelError(
    where,
    `the name ${shown} of ${/^[aeiou]/.test(what) ? "an" : "a"} ${what} ${fault}`,
    "Take a letter, then letters, digits and _, and no word of JavaScript, WGSL or the model language",
  );
}

/** Every name by the rule, and once.
 * @param own    what is named, with its names or what has them as keys
 * @param taken  names before these with what they are of; grows */
export function checkNames(
  where: string,
  own: readonly (readonly [what: string, named: readonly string[] | object])[],
  taken: Map<string, string>,
): void {
  for (const [what, named] of own) {
    for (const name of Array.isArray(named) ? (named as string[]) : Object.keys(named)) {
      checkName(where, what, name);
      const other = taken.get(name);
      if (other !== undefined)
        throw new ModelError(where, `the ${what} "${name}" has the name of ${other}`, "Rename it");
      taken.set(name, `a ${what}`);
    }
  }
}
