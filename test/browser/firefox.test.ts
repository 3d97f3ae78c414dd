// The built demos in Firefox, whose WebGPU is wgpu: on a software adapter each loads without complaint, runs and reacts.
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFirefox, type Firefox } from "./firefox.ts";
import { openSite, type Site } from "./site.ts";

let site: Site;
let firefox: Firefox;
beforeAll(async () => {
  site = await openSite();
  firefox = await openFirefox();
});
afterAll(async () => {
  await firefox?.close();
  await site?.close();
});

async function visit(path: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await firefox.browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(site.url + path);
  return { page, complaints };
}

const state = (page: Page, wanted: string): Promise<unknown> =>
  page.waitForFunction(`document.body.dataset.state === "${wanted}"`, { timeout: 90_000 });
const until = (page: Page, condition: string): Promise<unknown> =>
  page.waitForFunction(`(({ ${KEYS.join(", ")} }) => ${condition})(Object.fromEntries(Object.entries(document.body.dataset).map(([k, v]) => [k, Number(v)])))`, { timeout: 120_000 }); // prettier-ignore
const KEYS = ["modelMs", "step", "built"];

test.each([
  ["motor-pool.html?neurons=50&speed=100", "modelMs > 100"],
  ["column.html?mesh=2&drive=2&speed=1000", "modelMs > 1"],
  ["learning.html?neurons=60&loops=3", "step > 20"],
])("%s runs without complaint", async (path, condition) => {
  const { page, complaints } = await visit(path);
  await state(page, "running");
  await until(page, condition);
  expect(complaints).toEqual([]);
  await page.close();
});

test("repeated keys on Seed build one network more", async () => {
  const { page } = await visit("motor-pool.html?neurons=50");
  await state(page, "running");
  await page.focus("#control-seed");
  for (let k = 0; k < 8; k++) await page.keyboard.press("ArrowRight");
  await until(page, "built > 1");
  await state(page, "running");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await page.evaluate(() => document.body.dataset["built"])).toBe("2");
  await page.close();
});

test("without WebGPU the page says where it is to be had", async () => {
  const plain = await openFirefox({ "dom.webgpu.enabled": false });
  try {
    const page = await plain.browser.newPage();
    await page.goto(`${site.url}motor-pool.html`);
    await state(page, "unsupported");
    expect(await page.$eval("#notice", (notice) => notice.textContent)).toContain("dom.webgpu.enabled");
  } finally {
    await plain.close();
  }
});
