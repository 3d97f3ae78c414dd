// One network, one result in float64: Node, Chromium and Firefox, whose `Math.exp` is another, have the same bits.
import { build } from "vite";
import { beforeAll, expect, test } from "vitest";
import { bits } from "./bits.ts";
import { openFirefox } from "./firefox.ts";
import { openBrowser } from "./pages.ts";

let code = "";
beforeAll(async () => {
  const entry = new URL("bits.ts", import.meta.url).pathname;
  const made = await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, minify: false, lib: { entry, name: "own", formats: ["iife"] } },
  });
  const [first] = Array.isArray(made) ? made : [made];
  if (first === undefined || !("output" in first)) throw new Error("Vite builds no script");
  code = `${first.output[0].code}\nown.bits();`;
});

test.each([["Chromium", inChromium], ["Firefox", inFirefox]] as const)("%s", async (_, run) => {
  const here = await bits();
  expect(here["kernels"]).toEqual(here["printed"]);
  expect(await run(code)).toEqual(here);
}); // prettier-ignore

async function inChromium(text: string): Promise<unknown> {
  const browser = await openBrowser();
  try {
    return await (await browser.newPage()).evaluate(text);
  } finally {
    await browser.close();
  }
}

async function inFirefox(text: string): Promise<unknown> {
  const { browser, close } = await openFirefox();
  try {
    return await (await browser.newPage()).evaluate(text);
  } finally {
    await close();
  }
}
