/** What C in VERBATIM does, as far as it can be told without running it. */

export const withoutComments = (c: string): string =>
  c.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/\/\/[^\n]*/g, "");

/** `if (cvode_active_ && !deterministic) { hoc_execerror("...", "..."); }` */
const UNDER_CVODE =
  /\bif\s*\(\s*cvode_active_\s*(?:&&[\w\s!&]*)?\)\s*\{\s*hoc_execerror\s*\((?:"[^"\n]*"|[\s,])*\)\s*;\s*\}/g;

/** C that does nothing to the model: includes, declarations of what other C uses, what is printed, what only seeds a source of random numbers, errors
 * under NEURON's variable steps, which there are none of here, and `cai = _ion_cai;`, which gives a concentration the value that it starts at here too. */
export function isHarmless(c: string): boolean {
  const left = withoutComments(c)
    .replaceAll(/#include[^\n]*/g, "")
    .replaceAll(/\bf?printf\s*\((?:"(?:[^"\\]|\\.)*"|[\w\s,.*/&[\]])*\)\s*;/g, "")
    .replaceAll(/\bfflush\s*\(\s*\w+\s*\)\s*;/g, "")
    .replaceAll(UNDER_CVODE, "")
    .replaceAll(/\b(\w+)\s*=\s*_ion_\1\s*;/g, "")
    .trim();
  return left === "" || /^(extern\s[^;={}]*;\s*)+$/.test(left) || seeds(left);
}

/** `if (usingR123) { nrnran123_setseq((nrnran123_State*)_p_rng, 0, 0); }`: calls that set sources of random numbers, and nothing that sets a
 * variable or draws. */
function seeds(c: string): boolean {
  const code = c.replaceAll(/^\s*#[^\n]*$/gm, "");
  const calls = [...code.matchAll(/\b(\w+)\s*\(/g)].map(([, name]) => name as string);
  const sets = /[^=!<>]=[^=]|\+\+|--|\b(return|goto|while|for|do|switch)\b/.test(code);
  return calls.length > 0 && !sets && calls.every((name) => name === "if" || /^(nrnran123_(setseq|deletestream)|set_seed)$/.test(name)); // prettier-ignore
}

/** C that ends the block that it stands in, and does nothing else: `return 0;` of old files. */
export function isReturn(c: string): boolean {
  const left = c.replaceAll(/\breturn\s*0?\s*;/g, "");
  return left !== c && isHarmless(left);
}

/** Names that `#define` or `#undef` gives another meaning in all that follows. */
export const macrosOf = (c: string): string[] =>
  [...withoutComments(c).matchAll(/^\s*#\s*(?:define|undef)\s+(\w+)/gm)].map(([, name]) => name as string);
