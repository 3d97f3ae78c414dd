// Threads of a page that is cross-origin isolated: the bits of one, and an end that is noticed.
import type { Browser, Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "./pages.ts";
import type {} from "./threads-page.ts";

let server: ViteDevServer;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  server = await createServer({
    configFile: false,
    root: new URL("../../", import.meta.url).pathname,
    logLevel: "error",
    server: {
      host: "127.0.0.1",
      port: 0,
      headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
    },
    optimizeDeps: { noDiscovery: true, include: ["wesl/core", "yaml", "fft.js"] },
  });
  await server.listen();
  browser = await openBrowser();
  page = await browser.newPage();
  await page.goto(`${server.resolvedUrls?.local[0]}test/browser/threads-page.html`);
  await page.waitForFunction(() => globalThis.endedIn !== undefined);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test("two threads give the bits of one", async () => {
  const [one, two] = [await page.evaluate(() => globalThis.runOn?.(1)), await page.evaluate(() => globalThis.runOn?.(2))];
  expect(one?.spikes.length).toBeGreaterThan(1000);
  expect(Object.keys(one?.state ?? {}).length).toBeGreaterThan(2);
  expect(two).toEqual(one);
}); // prettier-ignore

// a browser ends a worker that is at work after some seconds
test.each([
  ["between two segments", 5000],
  ["while the page waits for it", 0],
])("a thread that ends %s is told", async (_, waits) => {
  const { said, step = NaN, after } = (await page.evaluate((ms) => globalThis.endedIn?.(ms), waits)) ?? {};
  expect(said).toMatch(/DeviceError: (threads: thread 2 of 2: ended|thread 2 of 2: ended during a step)/);
  expect(step % 400).toBe(0);
  if (waits > 0) expect(step).toBe(4000);
  expect(after).toBe(step + 400);
});
