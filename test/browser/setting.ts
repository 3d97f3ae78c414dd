// The built site and a browser, for every test of the file that imports this.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";
import { openBrowser } from "./pages.ts";
import { openSite, type Site } from "./site.ts";

export let site: Site;
export let browser: Browser;
beforeAll(async () => {
  site = await openSite(inject("site"));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
