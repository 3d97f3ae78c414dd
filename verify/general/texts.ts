import { DataError } from "../../src/errors.ts";

/** What the cases say of their models in words: "hinf = 1/(1+exp((V+80)/5)), htau = (20 + 50/exp(V/4))/tq". */

/** Splits at commas and semicolons that no bracket holds. */
function clauses(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const c of text) {
    if (c === "(") depth++;
    if (c === ")") depth--;
    if (depth === 0 && (c === "," || c === ";")) parts.push("");
    else parts[parts.length - 1] += c;
  }
  return parts.map((part) => part.trim());
}

/** The definitions "name = expression" of some lines, as the model language writes them. */
export function definitions(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const clause of lines.flatMap(clauses)) {
    const [, id, text] = /^(\w+'?)\s*=\s*(.+)$/.exec(clause) ?? [];
    if (id !== undefined && text !== undefined && !found.has(id)) found.set(id, explicit(text));
  }
  return found;
}

/** @throws DataError where a case does not define it */
export function definition(of: ReadonlyMap<string, string>, id: string): string {
  const found = of.get(id);
  if (found !== undefined) return found;
  throw new DataError("case.json, model", `does not define ${id}`, `It defines ${[...of.keys()].join(", ")}`);
}

const FUNCTIONS = new Set(["exp", "exprel", "log", "sqrt", "tanh", "abs", "sin", "cos"]);

/** Products are written out: "2.2 exp(x)" and "4a" and "ci d (x)" get their signs of multiplication; "minf(V)" is "minf". */
export function explicit(text: string): string {
  const tokens = text.replaceAll(/\b(?!exp\b|exprel\b|log\b|sqrt\b|tanh\b|abs\b)([A-Za-z_]\w*)\(V\)/g, "$1").match(/\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|[A-Za-z_]\w*|\S/g) ?? [];
  const ends = (t: string): boolean => /^[\w.]/.test(t) || t === ")";
  const begins = (t: string): boolean => /^[\w.]/.test(t) || t === "(";
  return tokens
    .map((t, k) => {
      const before = tokens[k - 1];
      const product = before !== undefined && ends(before) && begins(t) && !(t === "(" && FUNCTIONS.has(before));
      return product ? ` * ${t}` : t;
    })
    .join("");
} // prettier-ignore

/** Numbers that follow names in a sentence: "gna 0.12, gk 0.036 S/cm2; ena 50, ek -77 mV". */
export function constants(text: string): Map<string, number> {
  const found = [...text.matchAll(/\b([A-Za-z]\w*)\s+(-?\d+\.?\d*(?:[eE][-+]?\d+)?)/g)];
  return new Map(found.map(([, id, value]) => [id as string, Number(value)]));
}

/** The squid's constants that a case states, Hodgkin and Huxley's where it refers to another case. */
export function squidConstants(text: unknown): { gna: number; gk: number; gl: number; ena: number; ek: number; el: number; celsius: number } {
  const said = constants(typeof text === "string" ? text : "");
  const of = (id: string, usual: number): number => said.get(id) ?? usual;
  const celsius = Number(/(-?\d+\.?\d*)\s*degC/.exec(typeof text === "string" ? text : "")?.[1] ?? 6.3);
  return { gna: of("gna", 0.12), gk: of("gk", 0.036), gl: of("gl", 3e-4), ena: of("ena", 50), ek: of("ek", -77), el: of("el", -54.3), celsius };
} // prettier-ignore

const said = (text: unknown, pattern: RegExp): number | undefined => {
  const found = typeof text === "string" ? pattern.exec(text)?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
};

/** The step up to which a tolerance holds: "rows with |v| < 30 and step < 3000". */
export const stepOf = (text: unknown): number | undefined => said(text, /\bstep < (\d+)/);

/** The share of spikes that a tolerance asks for: "of those with step < 3000 at least 99 %", "98 % of those with step < 4371". */
export const shareOf = (text: unknown): number | undefined => {
  const percent = said(text, /at least ([\d.]+) %/) ?? said(text, /([\d.]+) % of those/);
  return percent === undefined ? undefined : percent / 100;
};

/** By what share a total may differ: "total within 5 %", "number within 1 %". */
export const totalOf = (text: unknown): number | undefined => {
  const percent = said(text, /(?:total|number) within ([\d.]+) %/);
  return percent === undefined ? undefined : percent / 100;
};

/** Shares of spikes by how many steps they may be off: "at least 0.67 within 1 step, 0.86 within 4 steps". */
export const sharesOf = (text: unknown): { readonly most: number; readonly share: number }[] =>
  typeof text === "string"
    ? [...text.matchAll(/([\d.]+) within (\d+) steps?\b/g)].map(([, share, most]) => ({ most: Number(most), share: Number(share) }))
    : []; // prettier-ignore
