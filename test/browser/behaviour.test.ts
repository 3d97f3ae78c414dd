// How the built demos behave in Chromium, on a software adapter and without WebGPU.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AFTER_LOSS, CHECKS, WITHOUT } from "./checks.ts";
import { openBrowser } from "./pages.ts";
import { openSite, type Site } from "./site.ts";
import { inChromium, number, pause, running } from "./tab.ts";

let site: Site;
let browser: Browser;
beforeAll(async () => {
  site = await openSite();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

test.each(Object.entries(CHECKS))("%s", async (_, check) => {
  await check({ open: inChromium(browser), url: site.url });
});

test("after the device was lost old readings are taken off, and one click starts again", async () => {
  await AFTER_LOSS({ open: inChromium(browser), url: site.url });
});

test("without WebGPU every page computes with the reference engine in its worker, and says so", async () => {
  const plain = await openBrowser(["--no-sandbox"]);
  try {
    await WITHOUT({ open: inChromium(plain), url: site.url });
  } finally {
    await plain.close();
  }
});

describe("on a phone", () => {
  test("a swipe up over the scene scrolls the page", async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const page = await context.newPage();
    await page.goto(`${site.url}column.html?mesh=2&drive=0&speed=0.02`);
    await page.waitForFunction(() => document.body.dataset["state"] === "running", null, { timeout: 60_000 });
    const box = await page.locator("#scene").boundingBox();
    const [x, y] = [(box?.x ?? 0) + 100, (box?.y ?? 0) + (box?.height ?? 0) / 2];
    const client = await context.newCDPSession(page);
    const touch = (
      type: "touchStart" | "touchMove" | "touchEnd",
      touchPoints: { x: number; y: number }[],
    ): Promise<unknown> => client.send("Input.dispatchTouchEvent", { type, touchPoints });
    await touch("touchStart", [{ x, y }]);
    for (let k = 1; k <= 15; k++) {
      await touch("touchMove", [{ x, y: y - 20 * k }]);
      await pause(16);
    }
    await touch("touchEnd", []);
    await pause(800);
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(100);
    await context.close();
  });
});

test("readers who want less motion get fewer frames", async () => {
  const frames = async (calm: boolean): Promise<number> => {
    const tab = await inChromium(browser)(`${site.url}motor-pool.html?neurons=50&speed=100`, { calm });
    await running(tab);
    await pause(4000);
    const seen = await number(tab, "frames");
    await tab.close();
    return seen;
  };
  expect(await frames(true)).toBeLessThanOrEqual(6); // one a second
  expect(await frames(false)).toBeGreaterThan(6);
});

test("the raster of the column has layer 2 above layer 5, as the cortex has", async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });
  await page.goto(`${site.url}column.html?mesh=3&drive=0&speed=1000`);
  await page.waitForFunction(() => document.body.dataset["finished"] === "true", null, { timeout: 120_000 });
  await page.waitForTimeout(1000);
  const png = (await page.locator("#raster").screenshot()).toString("base64");
  const [layer2, layer5] = await page.evaluate(async (data) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    const pixels = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? new Uint8ClampedArray();
    /** mean row of the pixels of a colour of the page. */
    const rowOf = (name: string): number => {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = `var(--${name})`;
      const ink = (getComputedStyle(probe).color.match(/\d+/g) ?? []).map(Number);
      let [sum, count] = [0, 0];
      for (let k = 0; k < pixels.length; k += 4)
        if (ink.every((c, i) => Math.abs(c - (pixels[k + i] as number)) < 12)) [sum, count] = [sum + k / 4 / bitmap.width, count + 1]; // prettier-ignore
      return count < 20 ? NaN : sum / count / bitmap.height;
    };
    return [rowOf("l2-pyramidal"), rowOf("l5-pyramidal")];
  }, png);
  expect(layer2).toBeGreaterThan(0); // NaN: no such spikes
  expect(layer2).toBeLessThan(layer5 as number);
  await page.close();
});
