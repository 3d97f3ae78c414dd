// The built demos in Firefox, whose WebGPU is wgpu, on a software adapter and without WebGPU.
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { AFTER_LOSS, calmer, CHECKS, WITHOUT } from "./checks.ts";
import { openFirefox, type Firefox } from "./firefox.ts";
import { openSite, type Site } from "./site.ts";
import { inFirefox, number, pause, running, until } from "./tab.ts";

let site: Site;
let firefox: Firefox; // a fresh one each time: what one test leaves behind is no other's
beforeAll(async () => {
  site = await openSite(inject("site"));
});
beforeEach(async () => {
  firefox = await openFirefox();
});
afterEach(async () => {
  await firefox?.close();
});
afterAll(async () => {
  await site?.close();
});

test.each(Object.entries(CHECKS))("%s", async (_, check) => {
  await check({ open: inFirefox(firefox.browser), url: site.url });
});

test("after the device was lost old readings are taken off, and one click starts again", async () => {
  await AFTER_LOSS({ open: inFirefox(firefox.browser), url: site.losing });
});

test("readers who want less motion get fewer frames", async () => {
  const calm = await openFirefox({ "ui.prefersReducedMotion": 1 });
  try {
    await calmer({ open: inFirefox(calm.browser), url: site.url }, { open: inFirefox(firefox.browser), url: site.url });
  } finally {
    await calm.close();
  }
});

// such a submit takes seconds; Firefox 153 ends where a picture that the device drew is presented meanwhile
test("the column runs where the driver has never seen its kernels", async () => {
  const cold = await openFirefox({}, { MESA_SHADER_CACHE_DISABLE: "true" });
  try {
    const tab = await inFirefox(cold.browser)(`${site.url}column.html?mesh=2&drive=2&speed=1000`);
    await running(tab);
    await until(tab, "modelMs", (t) => t > 15);
    expect(tab.complaints).toEqual([]);
  } finally {
    await cold.close();
  }
});

// measured 1.3 to 2.3 on two cores that others used too; 0.15 is what was promised
test("200 motor neurons reach at least 0.15 of real time on the software adapter", async () => {
  const tab = await inFirefox(firefox.browser)(`${site.url}motor-pool.html?neurons=200&speed=100`);
  await running(tab);
  await pause(3000);
  const look = async (): Promise<[number, number]> => [await number(tab, "modelMs"), await tab.evaluate(() => performance.now())]; // prettier-ignore
  const [from, began] = await look();
  await pause(8000);
  const [to, ended] = await look();
  expect((to - from) / (ended - began)).toBeGreaterThanOrEqual(0.15);
  await tab.close();
});

test("without WebGPU every page computes with the reference engine in its worker, and says so", async () => {
  const plain = await openFirefox({ "dom.webgpu.enabled": false });
  try {
    await WITHOUT({ open: inFirefox(plain.browser), url: site.url });
  } finally {
    await plain.close();
  }
});
