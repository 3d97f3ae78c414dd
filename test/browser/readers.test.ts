// Every page for every reader: contrast, names, order, and nothing wider than the screen; light and dark, wide and on a phone.
import { expect, test } from "vitest";
import { faults } from "./axe.ts";
import { browser, site } from "./setting.ts";
import { running, until } from "./tab.ts";

const PAGES = [
  ["index.html", undefined],
  ["embedding.html", undefined],
  ["motor-pool.html?neurons=50&speed=100&shape=1", "modelMs"],
  ["column.html?mesh=2&drive=2&speed=1000", "modelMs"],
  ["learning.html?neurons=60&loops=3", "step"],
  ["plasticity.html", "modelMs"],
] as const;
/** Each opened in one size, then turned into the other. */
const LOOKS = [
  { scheme: "light", sizes: [{ width: 1280, height: 900 }, { width: 390, height: 844 }] },
  { scheme: "dark", sizes: [{ width: 390, height: 844 }, { width: 1280, height: 900 }] },
] as const; // prettier-ignore

test.each(PAGES.flatMap(([path, key]) => LOOKS.map((look) => ({ path, key, ...look }))))(
  "$path, $scheme, on a screen and on a phone: axe finds nothing, and nothing is wider than the page",
  async ({ path, key, sizes, scheme }) => {
    const page = await browser.newPage({ viewport: sizes[0], colorScheme: scheme });
    await page.goto(site.url + path);
    await running(page);
    if (path === "embedding.html") {
      await page.locator("hillock-demo").scrollIntoViewIfNeeded(); // its frame comes when a reader comes to it
      await page.frameLocator("hillock-demo iframe").locator("body[data-state=running]").waitFor();
    }
    if (key !== undefined) {
      await until(page, key, (x) => x > 1);
      await page.click("#pause");
      await page.click("#keep");
      await page.click("#equations summary");
      await page.waitForSelector("#equations pre");
    }
    await page
      .locator("details.how, .drives details")
      .evaluateAll((all) => all.forEach((d) => ((d as HTMLDetailsElement).open = true)));
    for (const size of sizes) {
      await page.setViewportSize(size);
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      expect(await faults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
    }
    await page.close();
  },
);
