// <hillock-demo> in an article of somebody else's: another folder, styles of its own, and nothing but the element's script.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { browser, site } from "./setting.ts";

/** An article in a folder beside the demos, with styles that would upset a page which they reached. */
const HEAD = `<style>* { font-family: serif !important } button, canvas, iframe ~ * { display: none !important }</style>`;
/** The strictest policy under which an article may have a frame. */
const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; frame-src 'self'">`;
const article = (head: string): string => `<!doctype html><html lang="en"><title>Article</title>${head}
<h1>An article</h1>
<script type="module" src="hillock-demo.js"></script>
<hillock-demo page="motor-pool" neurons="50" rate="30" speed="100" height="500" title="A pool"></hillock-demo>
<hillock-demo page="nowhere"></hillock-demo>`;

let page: Page;
const asked: string[] = [];
beforeAll(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on("request", (request) => asked.push(request.url()));
  await page.route("**/article.html", (route) => route.fulfill({ contentType: "text/html", body: article(HEAD) }));
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

test("a policy that allows no style and no script but the element's lets it stand there as wide and high as it should", async () => {
  const strict = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  const complaints: string[] = [];
  strict.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await strict.route("**/strict.html", (route) => route.fulfill({ contentType: "text/html", body: article(POLICY) }));
  await strict.goto(`${site.url}strict.html`);
  const frame = strict.frameLocator("hillock-demo >> nth=0 >> iframe");
  await frame.locator("body[data-state=running]").waitFor();
  const box = await strict.locator("hillock-demo >> nth=0 >> iframe").boundingBox();
  expect(box?.height).toBe(500);
  expect(box?.width).toBeGreaterThan(900);
  expect(complaints).toEqual([]);
  await strict.close();
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
