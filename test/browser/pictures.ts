// Takes the pictures of the start page and the README from the running demos: npx tsx test/browser/pictures.ts
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { another, openBrowser } from "./pages.ts";
import { openSite } from "./site.ts";
import { running, until } from "./tab.ts";

const FOLDER = new URL("../../demo/pictures/", import.meta.url).pathname;

/** A piece of 960 x 540 of the page from the first figure on, as 640 x 360 pixels, in the light and in the dark. */
async function picture(
  browser: Browser,
  url: string,
  name: string,
  ready: readonly [key: string, least: number],
  prepare: (page: Page) => Promise<void> = async () => undefined,
): Promise<void> {
  for (const [colorScheme, ending] of [["light", ""], ["dark", "-dark"]] as const) {
    const page = await browser.newPage({ viewport: { width: 1310, height: 1500 }, deviceScaleFactor: 2 / 3, colorScheme });
    await page.goto(url);
    await running(page);
    await prepare(page);
    await until(page, ready[0], (x) => x >= ready[1]);
    const box = await page.locator(".views > :first-child").boundingBox();
    const clip = { x: (box?.x ?? 0) - 4, y: (box?.y ?? 0) - 4, width: 960, height: 540 };
    await page.screenshot({ path: join(FOLDER, `${name}${ending}.jpg`), type: "jpeg", quality: 82, clip });
    await page.close();
  }
} // prettier-ignore

/** A second version with less sodium, and the curves of both. */
async function compare(page: Page): Promise<void> {
  await another(page, () => page.click("#version-B"));
  await another(page, () =>
    page.locator("#text").evaluate((area: HTMLTextAreaElement) => {
      area.value = area.value.replace("0.12 S/cm2", "0.09 S/cm2");
      area.dispatchEvent(new Event("input"));
    }),
  );
  await page.click("#measure");
  await until(page, "curves", (n) => n > 0);
}

mkdirSync(FOLDER, { recursive: true });
const site = await openSite();
const browser = await openBrowser();
try {
  const wanted = process.argv.slice(2);
  const all = [
    [
      `motor-pool.html?neurons=200&rate=65&amplitude=20&frequency=3&private=8&speed=100`,
      "motor-pool",
      ["modelMs", 4400],
    ],
    [`column.html?mesh=5&drive=0&speed=1000`, "column", ["modelMs", 62]],
    [`learning.html?neurons=100`, "learning", ["step", 4950]],
    [`plasticity.html?depth=100`, "plasticity", ["modelMs", 30_000]],
    [`laboratory.html?engine=2&window=50`, "laboratory", ["modelMs", 250], compare],
  ] as const;
  for (const [path, name, ready, prepare] of all) {
    if (wanted.length === 0 || wanted.includes(name)) await picture(browser, site.url + path, name, ready, prepare);
  }
} finally {
  await browser.close();
  await site.close();
}
