import { lineIn } from "./block.ts";
import { syntaxLine } from "./syntax.ts";
import type { Given, Said } from "./protocol.ts";

/** Runs one block as a module of its own and says what it prints. The worker is a file, so the page's policy does not hold in it: here a
 * module may come from a blob, and the reference engine may run what it prints from the equations. */
const say = (said: Said): void => postMessage(said);

for (const level of ["log", "info", "warn", "error"] as const)
  console[level] = (...values: unknown[]) => say({ kind: "said", text: values.map(shown).join(" ") });

addEventListener("message", ({ data }: MessageEvent<Given>) => {
  const address = URL.createObjectURL(new Blob([data.code], { type: "text/javascript" }));
  const failed = (error: unknown): void => {
    const { stack = "" } = error instanceof Error ? error : {};
    say({
      kind: "failed",
      text: String(error).replaceAll(address, "this block"),
      line: lineIn(stack, address) ?? (error instanceof SyntaxError ? syntaxLine(data.code) : undefined),
    });
  };
  addEventListener("unhandledrejection", ({ reason }) => failed(reason));
  import(/* @vite-ignore */ address).then(() => say({ kind: "done" }), failed);
});

/** As Node prints strings and numbers; other things as JSON. */
function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error || typeof value !== "object" || value === null) return String(value);
  return JSON.stringify(value, (_, part: unknown) => (ArrayBuffer.isView(part) ? Array.from(part as Uint8Array) : part), 1); // prettier-ignore
}
