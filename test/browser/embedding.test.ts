// <hillock-demo> in an article of somebody else's: another folder, styles of its own, and nothing but the element's script.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { browser, site } from "./setting.ts";

/** An article in a folder beside the demos, with styles that would upset a page which they reached. */
const ARTICLE = `<!doctype html><html lang="en"><title>Article</title>
<style>* { font-family: serif !important } button, canvas, iframe ~ * { display: none !important }</style>
<h1>An article</h1>
<script type="module" src="hillock-demo.js"></script>
<hillock-demo page="motor-pool" neurons="50" rate="30" speed="100" height="500" title="A pool"></hillock-demo>
<hillock-demo page="nowhere"></hillock-demo>`;

let page: Page;
const asked: string[] = [];
beforeAll(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on("request", (request) => asked.push(request.url()));
  await page.route("**/article.html", (route) => route.fulfill({ contentType: "text/html", body: ARTICLE }));
  await page.goto(`${site.url}article.html`);
});
afterAll(() => page?.close());

test("its page runs in the article with the attributes as settings, in its own styles, and says what there is not", async () => {
  const frame = page.frameLocator("hillock-demo >> nth=0 >> iframe");
  await frame.locator("body[data-state=running]").waitFor();
  expect(await frame.locator("#control-rate").inputValue()).toBe("30");
  expect(await frame.locator("#control-neurons").inputValue()).toBe("50");
  await expect.poll(() => frame.locator("body").evaluate((b) => Number(b.dataset["modelMs"] ?? 0))).toBeGreaterThan(100); // prettier-ignore
  expect(await frame.locator("#pause").evaluate((b) => [getComputedStyle(b).display, getComputedStyle(b).fontFamily])).not.toEqual(expect.arrayContaining(["none", "serif"])); // prettier-ignore
  expect(await frame.locator("header.site").isVisible()).toBe(false);
  expect(await page.locator("hillock-demo >> nth=1").evaluate((e) => e.shadowRoot?.textContent)).toContain('no page "nowhere"'); // prettier-ignore
  expect(asked.filter((url) => !url.startsWith(site.url) && !url.startsWith("data:"))).toEqual([]);
});

test("another attribute shows another page", async () => {
  await page.locator("hillock-demo >> nth=0").evaluate((e) => e.setAttribute("page", "laboratory"));
  const frame = page.frameLocator("hillock-demo >> nth=0 >> iframe");
  await frame.locator("#text").waitFor();
  await frame.locator("body[data-state=running]").waitFor();
});

test("the element's script is one small file that names no other", () => {
  const script = site.files["hillock-demo.js"] ?? "";
  expect(script.length).toBeGreaterThan(500);
  expect(script.length).toBeLessThan(5000);
  expect(script).not.toMatch(/\bimport\s*[({"']|\bfrom\s*["']/);
});
