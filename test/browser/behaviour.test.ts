// How the built demos behave in Chromium, on a software adapter and without WebGPU.
import { describe, expect, test } from "vitest";
import { AFTER_LOSS, calmer, CHECKS, WITHOUT } from "./checks.ts";
import { openBrowser } from "./pages.ts";
import { inChromium, passed, pause, running, waited } from "./tab.ts";
import { browser, site } from "./setting.ts";

test.each(Object.entries(CHECKS))("%s", async (_, check) => {
  await check({ open: inChromium(browser), url: site.url });
});

test("after the device was lost old readings are taken off, and one click starts again", async () => {
  await AFTER_LOSS({ open: inChromium(browser), url: site.url });
});

test("what could not be shown once is told, and what comes later is shown", async () => {
  const tab = await inChromium(browser)(`${site.url}motor-pool.html?neurons=50`);
  await running(tab);
  await tab.evaluate(() => {
    const place: { textContent?: string | null } = document.querySelector("#speed") as HTMLElement;
    const fails = (): void => {
      delete place.textContent; // which was in front of the element's own
      throw new Error("a broken place");
    };
    Object.defineProperty(place, "textContent", { configurable: true, set: fails });
  });
  await waited("number of complaints", () => Promise.resolve(tab.complaints.length), (n) => n > 0); // prettier-ignore
  await passed(tab, 50);
  expect(tab.complaints).toEqual([expect.stringContaining("a broken place")]);
  await tab.close();
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
    await running(page);
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
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(100);
    await context.close();
  });
});

test("readers who want less motion get fewer frames", async () => {
  const open = inChromium(browser);
  await calmer(
    { open: (url, options) => open(url, { ...options, calm: true }), url: site.url },
    { open, url: site.url },
  );
});
