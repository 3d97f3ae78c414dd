// Every page by the keyboard alone, in Chromium: what a mouse reaches, Tab reaches, seen and with a name; the focus is never lost.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { openBrowser } from "./pages.ts";
import { site } from "./setting.ts";
import { drop, running, until, waited } from "./tab.ts";

let browser: Browser; // without WebGPU: the reference engine leaves the keys their processor
beforeAll(async () => {
  browser = await openBrowser(["--no-sandbox"]);
});
afterAll(() => browser?.close());

/** What the focus is on. */
interface Stop {
  /** It was here before, or is on nothing. */
  readonly over: boolean;
  /** Another page in a frame has it. */
  readonly framed: boolean;
  readonly html: string;
  readonly name: string;
  /** drawn with an outline. */
  readonly outlined: boolean;
  /** a point of it is on the screen with nothing over it. */
  readonly seen: boolean;
}

type Walked = typeof globalThis & { walked?: Set<Element> };

/** In a page: what the focus is on. It keeps where that was. */
function here(): Stop {
  const walked = ((globalThis as Walked).walked ??= new Set());
  const e = document.activeElement;
  if (e === null || e === document.body || e === document.documentElement) return { over: true, framed: false, html: "", name: "", outlined: false, seen: false }; // prettier-ignore
  const words = (ids: string | null): string => (ids ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" "); // prettier-ignore
  const labels = [...((e as HTMLInputElement).labels ?? [])].map((l) => l.textContent ?? "").join(" ");
  const title = e.querySelector("title")?.textContent ?? e.getAttribute("title") ?? "";
  const own = e.matches("input, select, textarea") ? "" : (e.textContent ?? "");
  const name = [e.getAttribute("aria-label"), words(e.getAttribute("aria-labelledby")), labels, own, title].map((x) => x?.trim() ?? "").find((x) => x !== "") ?? ""; // prettier-ignore
  const { outlineStyle, outlineWidth } = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const parts = [0.02, 0.25, 0.5, 0.75, 0.98];
  const seen = parts.some((x) => parts.some((y) => {
    const on = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
    return on !== null && (e.contains(on) || on.contains(e) && on.matches("label, svg, fieldset"));
  })); // prettier-ignore
  const framed = e.matches("hillock-demo, iframe");
  const over = walked.has(e) && !framed;
  walked.add(e);
  return {
    over,
    framed,
    html: e.outerHTML.slice(0, 160),
    name,
    outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 1,
    seen,
  };
}

/** In a page: what a mouse can work that no stop of the Tab key is, holds or lies in. */
function unreached(): string[] {
  const all = [...document.querySelectorAll<HTMLElement>("*")];
  const reached = [...((globalThis as Walked).walked ?? [])];
  const worked =
    ".u-over, a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea, summary";
  const cursors = ["pointer", "grab", "crosshair", "move", "ew-resize", "text"];
  const byMouse = all.filter((e) => {
    if (!e.checkVisibility({ visibilityProperty: true }) || e.getBoundingClientRect().width === 0) return false;
    const { cursor } = getComputedStyle(e);
    const own = cursors.includes(cursor) && getComputedStyle(e.parentElement ?? e).cursor !== cursor;
    return e.matches(worked) || own;
  });
  const standsFor = (e: HTMLElement, r: Element): boolean =>
    r.contains(e) || e.contains(r) || (e as HTMLLabelElement).control === r || (e instanceof HTMLAnchorElement && r instanceof HTMLAnchorElement && e.href === r.href); // prettier-ignore
  return byMouse.filter((e) => !reached.some((r) => standsFor(e, r))).map((e) => e.outerHTML.slice(0, 160));
}

/** Presses Tab until the focus has been everywhere. What is folded is opened by Enter on the way. */
async function walk(page: Page): Promise<Stop[]> {
  const stops: Stop[] = [];
  for (let k = 0; k < 400; k++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(here);
    if (stop.over) return stops;
    if (!stop.framed) stops.push(stop);
    const folded = await page.evaluate(() => document.activeElement?.matches("details:not([open]) > summary") ?? false);
    if (folded) await page.keyboard.press("Enter");
    if (folded) await page.waitForTimeout(300); // equations are asked of the worker; what they add comes behind
  }
  throw new Error("Tab goes on for ever");
}

/** Every page, at a pause where it has one: plots that go on change what is found. */
const PAGES = ["index.html", "motor-pool.html?neurons=50&shape=1", "column.html?mesh=2&drive=0&speed=0.005", "learning.html?neurons=60&loops=2", "plasticity.html", "laboratory.html?view=0", "laboratory.html?view=1", "embedding.html"] as const; // prettier-ignore
const SIZES = [{ width: 1280, height: 900 }, { width: 390, height: 844 }] as const; // prettier-ignore

describe.each(SIZES)("at $width px", (viewport) => {
  test.each(PAGES)("Tab reaches all that a mouse reaches, named and seen: %s", async (path) => {
    const page = await browser.newPage({ viewport });
    await page.goto(site.url + path);
    await running(page);
    if (path.startsWith("laboratory")) await until(page, "runs", (n) => n >= 1);
    await page.evaluate(() => document.getElementById("pause")?.click());
    await page.waitForTimeout(1500); // plots are made in turn
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const stops = await walk(page);
    expect(stops.length).toBeGreaterThan(5);
    expect(stops.filter(({ name }) => name === "").map(({ html }) => html), "without a name").toEqual([]); // prettier-ignore
    expect(stops.filter(({ outlined }) => !outlined).map(({ html }) => html), "without an outline").toEqual([]); // prettier-ignore
    expect(stops.filter(({ seen }) => !seen).map(({ html }) => html), "not seen").toEqual([]); // prettier-ignore
    expect(await page.evaluate(unreached)).toEqual([]);
    await page.close();
  });
});

describe("what keys do", () => {
  const open = async (path: string): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(site.url + path);
    await running(page);
    return page;
  };
  const focused = (page: Page): Promise<string> =>
    page.evaluate(() => {
      const e = document.activeElement as HTMLElement;
      return e.getAttribute("aria-label") ?? (e.id || e.textContent || "");
    });
  const readout = (page: Page, plot: string): Promise<string> => page.$eval(`${plot} ~ .readout`, (e) => e.textContent ?? ""); // prettier-ignore

  test("a plot's cursor is moved, in plots of the same axis too, picks, and goes by Escape; a raster's unit is chosen", async () => {
    const page = await open("motor-pool.html?neurons=50&speed=100");
    await page.setViewportSize({ width: 1280, height: 1600 }); // both plots on the screen: what is off it is not drawn
    await until(page, "modelMs", (t) => t > 1500);
    await page.click("#pause");
    await page.locator("#rates").scrollIntoViewIfNeeded();
    await page.waitForSelector("#rates canvas");
    await page.waitForSelector("#recruitment canvas");
    await page.focus("#rates");
    await page.keyboard.press("Home");
    expect(await readout(page, "#rates")).toMatch(/^unit 1\b/);
    for (const key of ["ArrowRight", "ArrowRight", "Shift+ArrowRight", "ArrowLeft"]) await page.keyboard.press(key);
    expect(await readout(page, "#rates")).toMatch(/^unit 12\b/);
    expect(await readout(page, "#recruitment")).toMatch(/^unit 12\b/);
    await page.keyboard.press("Enter");
    expect(await page.inputValue("#control-unit")).toBe("12");
    await page.keyboard.press("End");
    expect(await readout(page, "#rates")).toMatch(/^unit 50\b/);
    await page.keyboard.press("Escape");
    for (const plot of ["#rates", "#recruitment"]) expect(await readout(page, plot)).toBe("");
    await page.focus("#raster-rows");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("PageUp");
    expect(await page.inputValue("#control-unit")).toBe("23");
    expect(await page.getAttribute("#raster-rows", "aria-valuenow")).toBe("23");
    await page.close();
  });

  test("runs are kept, named, laid over and forgotten, and the focus stays beside what went", async () => {
    const page = await open("motor-pool.html?neurons=50");
    await page.focus("#keep");
    for (let k = 0; k < 3; k++) await page.keyboard.press("Enter");
    expect(await focused(page)).toMatch(/^Name of the kept run 3:/); // no fourth can be kept
    await page.locator(".kept input[type=text]").first().focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("mine");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Forget mine");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Space");
    expect(await focused(page)).toBe("Lay mine over the plots");
    expect(await page.isChecked('[aria-label="Lay mine over the plots"]')).toBe(false);
    await page.focus('[aria-label="Forget mine"]');
    for (const next of [/^Forget 2:/, /^Forget 3:/, /^keep$/]) {
      await page.keyboard.press("Enter");
      expect(await focused(page)).toMatch(next);
    }
    await page.close();
  });

  test("a column's drives are added, moved and deleted; a recording is taken away; messages and folds close by Escape", async () => {
    const page = await open("column.html?mesh=2&drive=0&speed=0.005");
    await page.waitForSelector(".lane .handle");
    await page.getByRole("button", { name: "Add tonic" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Add poisson" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("slider", { name: "Onset of poisson1" }).focus();
    await page.keyboard.press("PageUp");
    expect(await focused(page)).toBe("Onset of poisson1");
    expect(await page.getByRole("slider", { name: "Onset of poisson1" }).getAttribute("aria-valuenow")).toBe("10");
    await until(page, "built", (n) => n >= 2);
    await running(page);
    expect(await focused(page)).toBe("Onset of poisson1"); // the column started anew meanwhile
    await page.focus('[aria-label="Delete tonic 2"]');
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("poisson1 · poisson");
    await page.keyboard.press("Escape"); // its fold was open
    expect(await page.$eval("#drives-list details:last-child", (e) => (e as HTMLDetailsElement).open)).toBe(false);
    expect(await focused(page)).toBe("poisson1 · poisson");
    await page.keyboard.press("Enter");
    await page.focus('[aria-label="Delete poisson1"]');
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("evdist1 · evoked");

    await waited("state", () => page.evaluate(() => document.body.dataset["state"] ?? ""), (s) => s === "running"); // prettier-ignore
    await drop(page, { "some.txt": "0 1\n1 2\n2 3\n" });
    await page.waitForSelector("#recorded-away:not([hidden])");
    await page.focus("#recorded-away");
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("recorded-open");
    await drop(page, { "bad.txt": "0 1\n0.5 x\n" });
    await page.waitForSelector("#notice:not([hidden])");
    await page.keyboard.press("Escape");
    expect(await page.isVisible("#notice")).toBe(false);
    await drop(page, { "bad.txt": "0 1\n0.5 x\n" });
    await page.waitForSelector("#notice:not([hidden])");
    await page.focus("#notice .close");
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("pause");
    await page.close();
  });

  test("leaving a changed name goes to the next field, and a removed row's neighbour has the focus", async () => {
    const page = await open("laboratory.html?view=1");
    await page.waitForSelector("#circuit-drawing [data-name]");
    await page.focus("#circuit-populations\\.0\\.name");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("First");
    await page.keyboard.press("Tab");
    await page.waitForTimeout(100);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("circuit-populations.0.of");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("circuit-populations.0.n");
    await page.focus('[aria-label="Remove population First"]');
    await page.keyboard.press("Enter");
    expect(await focused(page)).toMatch(/^Remove population /);
    await page.close();
  });
});
