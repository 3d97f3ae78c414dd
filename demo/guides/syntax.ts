type Parse = (text: string) => unknown;
const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
const parsed: Parse = (text) => new AsyncFunction(text);

/** Line of a block's syntax error, which Chromium does not name: the first from which on the text has the error that the whole has.
 * Undefined where there is none but in its imports. */
export function syntaxLine(code: string): number | undefined {
  const lines = code.replace(/^\s*import\b[^;]*;/gm, (all) => all.replace(/[^\n]/g, "")).split("\n");
  const fault = (count: number): string => {
    try {
      parsed(lines.slice(0, count).join("\n"));
      return "";
    } catch (error) {
      return String(error);
    }
  };
  const whole = fault(lines.length);
  if (whole === "") return undefined;
  let line = lines.length;
  while (line > 1 && fault(line - 1) === whole) line--;
  return line;
}
