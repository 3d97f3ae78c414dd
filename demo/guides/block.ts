/** Blocks of code in the guides: which of them a page can run, and what of them it changes. */

/** Imports, as the guides write them: their module is the last thing on a line. */
const IMPORT = /\bfrom\s+(["'])([^"'\n]+)\1/g;

const OWN = /^hillock(\/|$)/;

/** The built module of each entry point of the package; the build names its files so. */
export const fileOf = (specifier: string): string => `${specifier.replaceAll("/", "-")}.js`;

const modulesOf = (code: string): string[] => [...code.matchAll(IMPORT)].map(([, , module]) => module ?? "");

/** The first module that a block imports and a page has not. */
export const foreign = (code: string): string | undefined => modulesOf(code).find((module) => !OWN.test(module));

/** A block that imports from hillock and from nothing else, and prints: what needs Node, or a block before it, does not run in a page. */
export const runsInPage = (code: string): boolean =>
  modulesOf(code).length > 0 && foreign(code) === undefined && code.includes("console.log");

/** The block with the addresses of modules in the place of their names; its lines stay where they are.
 * @param base  address of a file beside the built modules */
export const addressed = (code: string, base: string): string =>
  code.replace(IMPORT, (all, quote: string, module: string) =>
    OWN.test(module) ? `from ${quote}${new URL(fileOf(module), base).href}${quote}` : all,
  );

/** Line of the block in which an error was thrown, from its stack; undefined where it names none. */
export function lineIn(stack: string, address: string): number | undefined {
  const at = stack.indexOf(`${address}:`);
  const line = at < 0 ? NaN : parseInt(stack.slice(at + address.length + 1), 10);
  return Number.isNaN(line) ? undefined : line;
}
