// One seed, one result: Node and Chromium give the same spikes where both run on SwiftShader.
import type { Browser } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDevice } from "../../src/node.ts";
import { openBrowser } from "./pages.ts";
import type {} from "./spike-page.ts";
import { NETWORKS, spikesOn } from "./spike-run.ts";

let server: ViteDevServer;
let browser: Browser;
beforeAll(async () => {
  const root = new URL("../../", import.meta.url).pathname;
  server = await createServer({
    configFile: false,
    root,
    logLevel: "error",
    server: { host: "127.0.0.1", port: 0 },
    optimizeDeps: { noDiscovery: true, include: ["wesl/core", "yaml", "fft.js"] },
  });
  await server.listen();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test.each(NETWORKS)("%s: the same spikes in Node and in the browser", async (name) => {
  const here = await openDevice({ adapter: "swiftshader" });
  if (here === undefined) throw new Error("Node finds no SwiftShader: install Debian's chromium");
  const inNode = await spikesOn(here.device, name);
  await here.device.queue.onSubmittedWorkDone();
  here.device.destroy();

  const page = await browser.newPage();
  await page.goto(`${server.resolvedUrls?.local[0]}test/browser/spike-page.html`);
  await page.waitForFunction(() => globalThis.spikesHere !== undefined);
  const inBrowser = await page.evaluate((which) => globalThis.spikesHere?.(which), name);
  await page.close();

  expect(inNode.ids.length).toBeGreaterThanOrEqual(10); // else nothing is compared; the column fires 12 times in 30 ms
  expect(inBrowser).toEqual(inNode);
});
