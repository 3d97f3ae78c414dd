// The built demos in real Chromium on SwiftShader: each loads without complaint, runs, reacts, shows something, recovers.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCourse, type Course } from "../../demo/motor-pool/course.ts";
import { draw, inked, openBrowser, visit, type Visit } from "./pages.ts";
import { reached } from "./site.ts";
import { anew, finished, number, running, set, settled, until, waited } from "./tab.ts";
import { browser, site } from "./setting.ts";

const clean = ({ complaints, requests }: Visit): void => {
  expect(complaints).toEqual([]);
  expect(requests.filter((r) => !r.startsWith(site.url) && !r.startsWith("data:"))).toEqual([]);
};

/** What a page loads when its reader asks for it: NWB with HDF5, a figure drawn as SVG, what tells the encoding of a dropped file. */
const ON_DEMAND = /^assets\/(nwb|nwb-worker|figure|hdf5_hl|shapes)-/;

test("every page weighs at most 500 kB gzipped, and 60 kB before its worker is there", () => {
  const pages = Object.keys(site.gzipped).filter((f) => f.endsWith(".html"));
  expect(pages.sort()).toEqual([
    "column.html",
    "embedding.html",
    "index.html",
    "laboratory.html",
    "learning.html",
    "motor-pool.html",
    "plasticity.html",
  ]);
  for (const page of pages) {
    const files = reached(site.files, page).filter((f) => !ON_DEMAND.test(f));
    const weight = (names: readonly string[]): number => names.reduce((sum, f) => sum + (site.gzipped[f] ?? NaN), 0);
    expect(weight(files)).toBeLessThan(500_000);
    if (page === "index.html" || page === "embedding.html") continue; // pictures, and frames of other pages
    const own = files.filter((f) => !/worker/.test(f) && !f.endsWith(".jpg"));
    expect(weight(own)).toBeLessThan(60_000);
    // what compiles a network and what runs one is in the worker: the page itself cannot block on it
    const texts = own.filter((f) => f.endsWith(".js")).map((f) => site.files[f] ?? "");
    expect(texts.join("").length).toBeGreaterThan(10_000);
    expect(texts.filter((text) => /createComputePipeline|new Function|onSubmittedWorkDone/.test(text))).toEqual([]);
  }
});

test("the start page names the adapter, says that it is a software one, and leads to each demo", async () => {
  const seen = await visit(browser, `${site.url}index.html`, { width: 390, height: 844 });
  await running(seen.page);
  expect(await seen.page.textContent("#adapter")).toMatch(/swiftshader.*software/i);
  for (const name of ["motor-pool", "column", "learning", "plasticity", "laboratory"])
    expect(await seen.page.locator(`.cards a.open[href="${name}.html"]`).count()).toBe(1);
  const shown = (): Promise<string[]> =>
    seen.page.$$eval(".cards img", (all) => all.filter((img) => img.checkVisibility()).map((img) => img.className));
  const [before, of] = [await shown(), ["by-day", "by-night"]];
  expect(of).toContain(before[0]);
  expect(before).toEqual(Array.from({ length: 5 }, () => before[0]));
  await seen.page.click("#theme");
  expect(await shown()).toEqual(Array.from({ length: 5 }, () => of.find((one) => one !== before[0])));
  clean(seen);
  await seen.page.close();
});

test("on a phone the names of axes are whole, and so is the table of a drive's weights; a command breaks between its words", async () => {
  for (const path of [
    "plasticity.html",
    "motor-pool.html?neurons=50",
    "learning.html?neurons=60",
    "column.html?mesh=2",
  ]) {
    const { page } = await visit(browser, `${site.url}${path}`, { width: 390, height: 844 });
    await running(page);
    await page.evaluate(() => document.querySelectorAll("details").forEach((row) => (row.open = true)));
    for (const table of await page.locator(".drives table").all())
      expect(await table.evaluate((e) => e.scrollWidth - e.clientWidth)).toBeLessThanOrEqual(0);
    // the library draws a name centred on its axis, 12 px high
    const cut = await page.evaluate(() => {
      const context = new OffscreenCanvas(1, 1).getContext("2d");
      if (context === null) throw new Error("no 2d context");
      context.font = "12px system-ui, sans-serif"; // as demo/site/plots.ts has it
      const names = [...document.querySelectorAll<HTMLElement>("[data-axis]")];
      return names.map((plot) => [plot.id, context.measureText(plot.dataset["axis"] ?? "").width, plot.clientWidth - 50] as const).filter(([, text, room]) => text > room); // prettier-ignore
    });
    expect(cut).toEqual([]);
    const words = await page.$$eval("#command span", (all) => all.map((word) => word.getClientRects().length));
    expect(words.every((boxes) => boxes === 1)).toBe(true);
    await page.close();
  }
});

describe("motor pool", () => {
  let seen: Visit;
  beforeAll(async () => {
    // few units, no wait for the clock, and little drive, which a slider can raise
    seen = await visit(browser, `${site.url}motor-pool.html?neurons=50&rate=30&speed=100`);
    await running(seen.page);
  });
  afterAll(() => seen?.page.close());

  test("runs, and its raster and plots show something", async () => {
    await until(seen.page, "modelMs", (t) => t > 3500); // the drive has risen from nothing
    // 50 units that fire at some Hz over 1 or 2 of 4 s: hundreds of ticks of 2 x 5 pixels on 900 x 300
    await expect.poll(() => inked(seen.page, "#raster"), { timeout: 60_000 }).toBeGreaterThan(0.002);
    for (const plot of ["#rates", "#force-plot", "#recruitment"])
      await expect.poll(() => inked(seen.page, plot), { timeout: 60_000 }).toBeGreaterThan(0.002);
    clean(seen);
  });

  test("other colours make what is on the screen anew, and what is off it when a reader comes to it", async () => {
    const { page } = seen;
    const made = (plot: string): Promise<string> => page.$eval(`${plot} canvas`, (c) => (c as HTMLElement).dataset["old"] ?? "anew"); // prettier-ignore
    for (const plot of ["#rates", "#spectrum"]) {
      await page.locator(plot).scrollIntoViewIfNeeded();
      await page.waitForSelector(`${plot} canvas`);
    }
    await page.evaluate(() => scrollTo(0, 0));
    await page.waitForTimeout(500);
    await page.$$eval("figure canvas", (all) => all.forEach((c) => ((c as HTMLElement).dataset["old"] = "old")));
    await page.click("#theme");
    await expect.poll(() => made("#rates"), { timeout: 20_000 }).toBe("anew");
    expect(await made("#spectrum")).toBe("old");
    await page.locator("#spectrum").scrollIntoViewIfNeeded();
    await expect.poll(() => made("#spectrum"), { timeout: 20_000 }).toBe("anew");
    await page.evaluate(() => scrollTo(0, 0));
    await page.click("#theme");
    clean(seen);
  });

  test("a force to track is drawn ahead, saved and compared; axons that inhibit lower the rate", async () => {
    const { page } = seen;
    await set(page, "rate", 60);
    await set(page, "target", 15);
    await until(page, "off", (x) => x > 0);
    await expect.poll(() => page.textContent("#target-said")).toMatch(/^off by \d+\.\d\d % \(rms, last 8 s\)$/);
    const plot = await page.evaluate(async () => {
      const made = URL.createObjectURL.bind(URL);
      const blob = new Promise<Blob>((resolve) => (URL.createObjectURL = (b) => (resolve(b as Blob), made(b))));
      document.querySelector<HTMLButtonElement>('[aria-label="Save Force and drive as CSV"]')?.click();
      return (await blob).text();
    });
    const [names = "", ...rows] = plot.trim().split("\n");
    expect(names).toContain("to track (% of tetanus)");
    const values = rows.map((row) => row.split(",").map((x) => (x === "" ? NaN : Number(x))));
    expect(values.at(-1)?.[0]).toBeCloseTo(4, 5); // s ahead
    expect(values.at(-1)?.[1]).toBeNaN(); // no force there yet
    expect(values.every((row) => (row[3] as number) >= 0 && (row[3] as number) <= 15)).toBe(true);
    const rate = await until(page, "rate", (hz) => hz > 12);
    await set(page, "inhibition", 100);
    await until(page, "rate", (hz) => hz < 0.85 * rate);
    for (const [key, value] of [
      ["inhibition", 0],
      ["target", 0],
      ["rate", 30],
    ] as const)
      await set(page, key, value);
    await expect.poll(() => page.textContent("#target-said")).toBe("");
    clean(seen);
  });

  test("a current drives the pool in place of its axons", async () => {
    const other = await visit(browser, `${site.url}motor-pool.html?neurons=50&speed=100&by=1&rate=80`);
    const { page } = other;
    await running(page);
    await until(page, "firing", (n) => n > 25);
    expect(await page.$eval("#control-private", (input) => (input as HTMLInputElement).disabled)).toBe(true);
    await page.close();
    clean(other);
  });

  test("more drive recruits more units and raises the rate, and does not restart the pool", async () => {
    await until(seen.page, "modelMs", (t) => t > 1500);
    const [time, firing] = [await number(seen.page, "modelMs"), await number(seen.page, "firing")];
    expect(firing).toBeLessThan(45);
    await set(seen.page, "rate", 90);
    const later = await until(seen.page, "firing", (n) => n > firing + 3);
    expect(later).toBeGreaterThan(firing);
    expect(await number(seen.page, "modelMs")).toBeGreaterThan(time);
    await set(seen.page, "rate", 0);
    await until(seen.page, "firing", (n) => n === 0);
    clean(seen);
  });

  test("keeps every setting in a link", async () => {
    await set(seen.page, "private", 30);
    await seen.page.click("#share");
    const url = new URL(seen.page.url());
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      neurons: "50",
      private: "30",
      rate: "0",
      gamma: "0.2",
      seed: "42",
    });
  });

  test("is worked by keys alone, with labelled controls", async () => {
    const { page } = seen;
    for (const control of await page.locator("#controls input, #controls select").all()) {
      expect(await control.evaluate((e: HTMLInputElement) => e.labels?.length)).toBe(1);
    }
    await page.focus("#control-gamma");
    await page.keyboard.press("ArrowRight");
    expect(await page.textContent("#control-gamma ~ *, output[for=control-gamma]")).toContain("0.21");
    await page.focus("#pause");
    await page.keyboard.press("Enter");
    await settled(page); // else it goes on for ever
    const paused = await number(page, "modelMs");
    await page.keyboard.press("Enter");
    await until(page, "modelMs", (t) => t > paused);
  });
});

describe("a drive drawn by hand", () => {
  let plain: Browser; // few units: the reference engine is quicker than a software adapter
  beforeAll(async () => {
    plain = await openBrowser(["--no-sandbox"]);
  });
  afterAll(() => plain?.close());
  const courseOf = ({ page }: Visit): Course => readCourse(new URL(page.url()).hash.slice(1));
  const written = (seen: Visit, holds: (course: Course) => boolean): Promise<void> =>
    expect.poll(() => seen.page.url().includes("#1;") && holds(courseOf(seen))).toBe(true);
  const slider = ({ page }: Visit, k: number) => page.getByRole("slider", { name: `Point ${k} of` });

  test("by the pen, by keys, undone, cleared; it acts on the units; the address opens it again", async () => {
    const seen = await visit(plain, `${site.url}motor-pool.html?neurons=50&rate=0&speed=100`);
    const { page } = seen;
    await running(page);
    expect(await page.isVisible("#course")).toBe(false);
    await set(page, "shape", 1);
    expect(await page.isDisabled("#control-rate")).toBe(true);
    await page.getByRole("button", { name: "Clear" }).click();
    await until(page, "firing", (n) => n > 10); // a level drive of 65 Hz instead of the slider's 0
    await draw(page, "#course-plane", [[0, 0.5], [0.5, 0.9], [1, 0.1]]); // prettier-ignore
    await written(seen, ({ points }) => points.length === 3);
    const [first, middle, last] = courseOf(seen).points;
    expect([first?.[0], last?.[0]]).toEqual([0, 8]);
    for (const [k, want] of [[first, 50], [middle, 10], [last, 90]] as const) // a pixel is 0.6 Hz, a step of time 1 Hz
      expect(Math.abs((k?.[1] ?? NaN) - want)).toBeLessThan(2); // prettier-ignore

    await slider(seen, 2).focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Shift+ArrowLeft");
    await written(seen, ({ points }) => Math.abs((points[1]?.[0] ?? 0) - (middle?.[0] ?? 0) + 0.5) < 1e-9);
    expect(courseOf(seen).points[1]?.[1]).toBe((middle?.[1] ?? 0) + 1);
    const [s, hz] = courseOf(seen).points[1] ?? [];
    expect(await slider(seen, 2).getAttribute("aria-valuetext")).toBe(`${s} s, ${hz} Hz`);
    await page.keyboard.press("+");
    await expect.poll(() => page.evaluate(() => document.activeElement?.ariaLabel)).toBe("Point 3 of 4");
    await page.keyboard.press("Delete");
    await page.keyboard.press("Control+z"); // the point is there again
    await page.keyboard.press("Control+z"); // it was not yet added
    await page.keyboard.press("Control+z"); // the keys of the point
    await written(seen, ({ points }) => points[1]?.[0] === middle?.[0] && points.length === 3);
    await slider(seen, 1).press("End");
    await written(seen, ({ points }) => points[0]?.[1] === 100);

    await page.click("#share");
    const other = await visit(plain, page.url());
    await running(other.page);
    expect(courseOf(other)).toEqual(courseOf(seen));
    expect(await other.page.locator("#course-plane .point").count()).toBe(3);
    expect(await slider(other, 1).getAttribute("aria-valuenow")).toBe("100");
    clean(other);
    await other.page.close();
    clean(seen);
    await page.close();
    const damaged = await visit(plain, `${site.url}motor-pool.html?neurons=50&shape=1#1;8;2,1;1,1`);
    await running(damaged.page);
    expect(await damaged.page.textContent("#notice")).toMatch(/could not be read.*Point 2 is earlier/s);
    await damaged.page.close();
  });

  test("by a finger, which then does not scroll", async () => {
    const context = await plain.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const page = await context.newPage();
    await page.goto(`${site.url}motor-pool.html?neurons=50&shape=1&speed=0.25`);
    await running(page);
    await page.locator("#course-plane").evaluate((e) => e.scrollIntoView({ block: "end" }));
    const box = await page.locator("#course-plane").boundingBox();
    const before = await page.evaluate(() => scrollY);
    const client = await context.newCDPSession(page);
    const at = (k: number) => [{ x: (box?.x ?? 0) + 30 + 8 * k, y: (box?.y ?? 0) + 20 + 5 * k }];
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: { x: number; y: number }[]) => client.send("Input.dispatchTouchEvent", { type, touchPoints }); // prettier-ignore
    await touch("touchStart", at(0));
    for (let k = 1; k <= 25; k++) await touch("touchMove", at(k));
    await touch("touchEnd", []);
    await expect.poll(() => page.url()).toContain("#1;8;");
    const { points } = readCourse(new URL(page.url()).hash.slice(1));
    // 20 px below the top of 170 px are 88 Hz, 145 px 15 Hz
    const drawn = points.filter(([, hz]) => hz > 0 && hz < 100).map(([, hz]) => hz);
    expect(Math.max(...drawn)).toBeGreaterThan(84);
    expect(await page.evaluate(() => scrollY)).toBe(before);
    await context.close();
  });
});

describe("cortical column", () => {
  let seen: Visit;
  beforeAll(async () => {
    seen = await visit(browser, `${site.url}column.html?mesh=2&drive=2&speed=1000`);
    await running(seen.page);
  });
  afterAll(() => seen?.page.close());

  test("runs, fires under the gamma drive, and shows cells, raster and dipole", async () => {
    await until(seen.page, "spikes", (n) => n > 0);
    await until(seen.page, "modelMs", (t) => t > 10);
    await expect.poll(() => inked(seen.page, "#scene"), { timeout: 60_000 }).toBeGreaterThan(0.01);
    await expect.poll(() => inked(seen.page, "#raster")).toBeGreaterThan(0.0005); // drawn less often
    await expect.poll(() => inked(seen.page, "#dipole"), { timeout: 60_000 }).toBeGreaterThan(0.002);
    clean(seen);
  });

  test("turns by keys", async () => {
    const { page } = seen;
    await page.click("#pause");
    await settled(page);
    const before = await page.locator("#scene").screenshot();
    await page.focus("#scene");
    for (let k = 0; k < 5; k++) await page.keyboard.press("ArrowRight");
    await expect.poll(async () => (await page.locator("#scene").screenshot()).equals(before)).toBe(false);
    await page.click("#pause");
  });

  test("without drive it falls silent", async () => {
    const { page } = seen;
    await set(page, "speed", 0.02); // however quick the machine, the trial of 300 ms is not over when the drive is taken away
    await anew(page, () => page.click("#again"));
    await until(page, "spikes", (n) => n > 0);
    await page.click("#pause");
    await settled(page);
    const from = await number(page, "modelMs");
    expect(from).toBeLessThan(150);
    await set(page, "strength", 0);
    await set(page, "speed", 1000);
    await page.click("#pause");
    await finished(page);
    const table = await page.evaluate(async () => {
      const made = URL.createObjectURL.bind(URL);
      const blob = new Promise<Blob>((resolve) => (URL.createObjectURL = (b) => (resolve(b as Blob), made(b))));
      document.querySelector<HTMLButtonElement>('[aria-label="Save Spikes as CSV"]')?.click();
      return (await blob).text();
    });
    const [names = "", ...rows] = table.trim().split("\n");
    const at = names.split(",").findIndex((name) => /ms/.test(name));
    const times = rows.map((row) => Number(row.split(",")[at]));
    expect(times.filter((t) => t <= from).length).toBeGreaterThan(0);
    // what is under way still has the drive, and NMDA-like currents last tens of ms
    expect(times.filter((t) => t > from + 100)).toEqual([]);
    clean(seen);
  });
});

describe("learning", () => {
  let seen: Visit;
  beforeAll(async () => {
    seen = await visit(browser, `${site.url}learning.html?neurons=60&loops=3&speed=0.1`);
    await running(seen.page);
  });
  afterAll(() => seen?.page.close());

  test("learns: the error falls to less than half of what it was", async () => {
    const { page } = seen;
    const before = await until(page, "rms", (x) => x > 0);
    expect(await number(page, "step")).toBeLessThan(1200); // learning begins at 1201
    await set(page, "speed", 1000);
    await until(page, "step", (s) => s > 1800);
    expect(await number(page, "rms")).toBeLessThan(before / 2);
    await until(page, "loops", (n) => n >= 2);
    expect(await number(page, "dimensionFirst")).toBeLessThan(3);
    expect(Math.abs((await number(page, "dimension")) - 4)).toBeLessThan(0.6); // two frequencies, a sine and a cosine each; 60 neurons share them unevenly
    for (const part of ["#output-0", "#error", "#spikes", "#weights", "#dimension", "#motifs"])
      await expect.poll(() => inked(page, part), { timeout: 60_000 }).toBeGreaterThan(0.002);
    await expect.poll(() => inked(page, "#eigenvalues")).toBeGreaterThan(0.002); // every 4 s at most
    clean(seen);
  });

  test("another mix is another network, from the start", async () => {
    const { page } = seen;
    const half = await until(page, "rate", (x) => x > 0);
    await set(page, "speed", 0.1);
    await set(page, "qif", 0);
    await until(page, "step", (s) => s < 1000);
    expect(await page.textContent("#output-0-name")).toContain("LIF");
    const lif = await until(page, "rate", (x) => x > 0 && x !== half);
    expect(lif).not.toBe(half);
    clean(seen);
  });
});

describe("plasticity", () => {
  const opened = async (settings: string): Promise<Visit> => {
    const seen = await visit(browser, `${site.url}plasticity.html?${settings}`);
    await running(seen.page);
    return seen;
  };

  test("inputs that share a rhythm take the weight of the others; held weights stay; every plot and the raster are drawn", async () => {
    const seen = await opened("depth=100&speed=0.1");
    const { page } = seen;
    const [first, second] = [await until(page, "first", (w) => w > 0), await number(page, "second")];
    expect(Math.abs(first - second)).toBeLessThan(0.1); // of 500 each, drawn alike: within 5 standard errors of sqrt(2 / 12 / 500)
    await set(page, "speed", 1000);
    await until(page, "first", (w) => w > 0.8);
    await until(page, "second", (w) => w < 0.5);
    for (const part of ["#means", "#rate-plot", "#weights", "#counts", "#around", "#rule", "#raster"])
      await expect.poll(() => inked(page, part), { timeout: 60_000 }).toBeGreaterThan(0.002);
    await set(page, "learns", 0);
    const stays = async (): Promise<boolean> => {
      const [held, at] = [await number(page, "first"), await number(page, "modelMs")];
      await until(page, "modelMs", (t) => t > at + 3000); // looks at the weights lie between
      return (await number(page, "first")) === held;
    };
    await waited("weights are held", stays, (held) => held); // from some step on: until then it may have learned
    const held = await number(page, "first");
    await set(page, "learns", 1);
    await until(page, "first", (w) => w !== held);
    clean(seen);
    await page.close();
  });

  test("busier inputs lose, and the equations are those of the neuron and the rule, with sources as links", async () => {
    const seen = await opened("first=40&second=10");
    const { page } = seen;
    await until(page, "modelMs", (t) => t > 20_000);
    expect((await number(page, "first")) + 0.1).toBeLessThan(await number(page, "second"));
    await page.click("#equations summary");
    await page.waitForSelector("#equations pre");
    expect(await page.$$eval("#equations h2", (all) => all.map((h) => h.textContent))).toEqual(["iaf_cond_exp (neuron)", "stdp_additive (plasticity of links)"]); // prettier-ignore
    expect(await page.$$eval("#equations a", (all) => all.map((a) => a.getAttribute("href")))).toEqual(["https://doi.org/10.1523/JNEUROSCI.3508-05.2005", "https://doi.org/10.1038/78829"]); // prettier-ignore
    expect(await page.textContent("#equations")).toContain("onPost: w = min(w_max, w + A_plus * w_max * x)");
    clean(seen);
    await page.close();
  });
});
