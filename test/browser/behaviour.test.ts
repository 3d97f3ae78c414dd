// How the built demos behave on a software adapter, on a phone, when keys repeat, when paused, after a trial and after a loss.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { destroyDevice, openBrowser, running, said, set, until, visit } from "./pages.ts";
import { openSite, type Site } from "./site.ts";

let site: Site;
let browser: Browser;
beforeAll(async () => {
  site = await openSite();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

const open = async (path: string, size?: { width: number; height: number }): Promise<Page> => {
  const { page } = await visit(browser, site.url + path, size);
  await running(page);
  return page;
};

describe("motor pool", () => {
  test("gives a software adapter its own number of neurons: by default, by a shared link, by Defaults", async () => {
    const page = await open("motor-pool.html?rate=30");
    expect(await page.inputValue("#control-neurons")).toBe("200");
    await page.click("#share");
    const link = page.url();
    expect(new URL(link).searchParams.get("neurons")).toBe(null); // the other side's adapter decides
    await set(page, "neurons", 50);
    await page.waitForFunction(() => document.body.dataset["built"] === "2");
    await running(page);
    await page.click("#defaults");
    expect(await page.inputValue("#control-neurons")).toBe("200");
    expect(await page.inputValue("#control-rate")).toBe("65");
    await page.close();
  });

  test("eight key presses on Seed build one network more", async () => {
    const page = await open("motor-pool.html?neurons=50");
    await page.focus("#control-seed");
    for (let k = 0; k < 8; k++) await page.keyboard.press("ArrowRight");
    await until(page, "built", (n) => n > 1);
    await running(page);
    await page.waitForTimeout(1500);
    expect(await said(page, "built")).toBe(2);
    expect(await page.inputValue("#control-seed")).toBe("50");
    await page.close();
  });

  test("draws nothing while it is paused, and a restart keeps the pause", async () => {
    const page = await open("motor-pool.html?neurons=50&speed=100");
    await until(page, "modelMs", (t) => t > 200);
    await page.click("#pause");
    await page.waitForTimeout(1500); // what was in flight is drawn
    const frames = await said(page, "frames");
    expect(frames).toBeGreaterThan(0);
    await page.waitForTimeout(1500);
    expect(await said(page, "frames")).toBe(frames);
    await set(page, "range", 50);
    await until(page, "built", (n) => n === 2);
    await running(page);
    await page.waitForTimeout(1000);
    expect(await page.textContent("#pause")).toBe("Go on");
    expect(await said(page, "modelMs")).toBeLessThan(30); // at most one piece
    await page.close();
  });

  test("takes old readings off after the device was lost", async () => {
    const page = await open("motor-pool.html?neurons=50&speed=100");
    await until(page, "modelMs", (t) => t > 200);
    await destroyDevice(page);
    await page.waitForSelector("#notice:not([hidden])");
    expect(await page.locator(".status dd:not(#adapter)").allTextContents()).toEqual(["–", "–", "–", "–", "–"]);
    await page.close();
  });
});

describe("cortical column", () => {
  test("after a trial the first button replays it, and so does another strength", async () => {
    const page = await open("column.html?mesh=2&drive=0&speed=1000");
    await page.waitForFunction(() => document.body.dataset["finished"] === "true", null, { timeout: 120_000 });
    await page.waitForFunction(() => document.querySelector("#pause")?.textContent === "Replay");
    await page.click("#pause");
    await until(page, "built", (n) => n === 2);
    await until(page, "modelMs", (t) => t < 160);
    expect(await page.textContent("#pause")).toBe("Pause");
    await page.close();
  });

  test("on a phone a swipe over the scene scrolls, and scene and controls share the screen", async () => {
    const page = await open("column.html?mesh=2&drive=0&speed=0.02", { width: 390, height: 844 });
    expect(await page.locator("#scene").evaluate((e) => getComputedStyle(e).touchAction)).toBe("pan-y");
    await page.locator("#control-strength").evaluate((e) => e.scrollIntoView({ block: "center" }));
    await page.waitForTimeout(300);
    const [scene, control] = [
      await page.locator("#scene").boundingBox(),
      await page.locator("#control-strength").boundingBox(),
    ];
    for (const box of [scene, control]) {
      expect(box?.y).toBeGreaterThanOrEqual(0);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(844);
    }
    expect((control?.y ?? 0) - ((scene?.y ?? 0) + (scene?.height ?? 0))).toBeGreaterThan(0); // not one over the other
    await page.close();
  });
});

test("every page carries a description for link previews and a policy; none evaluates text that need not", async () => {
  for (const [name, evaluates] of [
    ["index", false],
    ["learning", false],
    ["motor-pool", true],
    ["column", true],
  ] as const) {
    const page = await browser.newPage();
    await page.goto(`${site.url}${name}.html`);
    const meta = (selector: string): Promise<string | null> => page.locator(selector).first().getAttribute("content");
    expect((await meta('meta[name="description"]'))?.length).toBeGreaterThan(80);
    expect(await meta('meta[property="og:title"]')).toBeTruthy();
    const policy = (await meta('meta[http-equiv="Content-Security-Policy"]')) ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy.includes("unsafe-eval")).toBe(evaluates);
    await page.close();
  }
});

test("readers who want less motion get fewer frames", async () => {
  const frames = async (reducedMotion: "reduce" | "no-preference"): Promise<number> => {
    const page = await browser.newPage({ reducedMotion });
    await page.goto(`${site.url}motor-pool.html?neurons=50&speed=100`);
    await running(page);
    await page.waitForTimeout(4000);
    const seen = await said(page, "frames");
    await page.close();
    return seen;
  };
  expect(await frames("reduce")).toBeLessThanOrEqual(6); // one a second
  expect(await frames("no-preference")).toBeGreaterThan(6);
});
