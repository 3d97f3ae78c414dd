const OPEN = "({[";
const CLOSE = ")}]";

/** WGSL whose loops ask at their end whether they go on: what comes behind a condition at the top of a loop is done once more for
 * nothing where a processor stands in for a graphics card, since lanes that have left only do not write (Mesa's llvmpipe). COBA's
 * neurons take 0.8 of the time so, motor neurons 0.9.
 * @param code  without comments */
export function turned(code: string): string {
  let out = code;
  // inner loops come behind the heads of outer ones
  for (const { index } of [...code.matchAll(/\b(?:for|while)\s*\(/g)].reverse()) out = turnedAt(out, index);
  return out;
}

function turnedAt(code: string, at: number): string {
  const open = code.indexOf("(", at);
  const headEnd = closing(code, open);
  const bodyStart = code.indexOf("{", headEnd);
  const bodyEnd = closing(code, bodyStart);
  const head = code.slice(open + 1, headEnd);
  const [first, condition, next] = code.startsWith("for", at) ? head.split(";") : ["", head, ""];
  const body = code.slice(bodyStart, bodyEnd + 1); // a block of its own: its names are not those of the condition
  const start = (first ?? "").trim() === "" ? "" : `${first};`;
  const then = (next ?? "").trim() === "" ? "" : `${next};`;
  const loop = `{ ${start} if (${condition}) { loop { ${body} continuing { ${then} break if !(${condition}); } } } }`;
  return code.slice(0, at) + loop + code.slice(bodyEnd + 1);
}

/** Where what opens here is closed. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let k = open; k < code.length; k++) {
    if (OPEN.includes(code[k] as string)) depth++;
    else if (CLOSE.includes(code[k] as string) && --depth === 0) return k;
  }
  throw new RangeError(`a loop that is not closed: ${code.slice(open, open + 80)}`);
}
