import { link, withLoggerAsync } from "wesl/core";
import { DeviceError } from "../errors.ts";
import { SHADERS } from "../shaders.gen.ts";
import { turned } from "./turned.ts";

/** Joins a kernel with the libraries it imports; the only place that knows the WESL linker.
 * @param root   name of a file in shaders/, without ending
 * @param model  text of the virtual module `model`, for kernels that import it
 * @param constants  numbers of the virtual module `constants`
 * @returns plain WGSL, its loops turned
 * @throws DeviceError when the text does not link */
export async function linkKernel(
  root: string,
  model?: string,
  constants: Readonly<Record<string, string>> = {},
): Promise<string> {
  const weslSrc = Object.fromEntries(Object.entries(SHADERS).map(([file, text]) => [`./${file}.wgsl`, text]));
  if (model !== undefined) weslSrc["./model.wgsl"] = model;
  try {
    const options = { weslSrc, constants, rootModuleName: root, sourceMap: false, keepComments: false };
    const linked = await withLoggerAsync(quiet, () => link(options)); // what it would print is in the error as well
    return turned(linked.dest);
  } catch (error) {
    throw new DeviceError(
      `shaders/${root}.wgsl`,
      `does not link: ${String(error)}`,
      "This is a fault of hillock; please report it",
    );
  }
}

const quiet = (): void => {};
