// The Laboratory by doing it, in real Chromium: break an equation, mend it, see another rate; clamp, curves, two versions; files and links.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { measureCurve } from "../../demo/laboratory/curves.ts";
import { isFault, readText } from "../../demo/laboratory/document.ts";
import { presetText } from "../../demo/laboratory/presets.ts";
import { SPECS, type LabSettings } from "../../demo/laboratory/settings.ts";
import { builtCommand } from "../built.ts";
import { faults } from "./axe.ts";
import { another, inked, openBrowser, visit, type Visit } from "./pages.ts";
import { browser, site } from "./setting.ts";
import { number, passed, running, set, settled, until } from "./tab.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

const open = async (path = "laboratory.html", size?: { width: number; height: number }): Promise<Visit> => {
  const seen = await visit(browser, site.url + path, size);
  await running(seen.page);
  return seen;
};

/** Replaces a piece of the text as a reader does: selects it and types. */
async function type(page: Page, from: string, to: string): Promise<void> {
  await page.locator("#text").evaluate((area: HTMLTextAreaElement, piece) => {
    const at = area.value.indexOf(piece);
    if (at < 0) throw new Error(`the text has no ${piece}`);
    area.focus();
    area.setSelectionRange(at, at + piece.length);
  }, from);
  await page.keyboard.insertText(to);
}

/** Waits for another network. */
const edit = (page: Page, from: string, to: string): Promise<void> => another(page, () => type(page, from, to));

async function downloaded(page: Page, click: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(click)]);
  return readFileSync(await file.path(), "utf8");
}

async function curve(page: Page): Promise<number[][]> {
  const curves = await number(page, "curves").then((n) => (Number.isNaN(n) ? 0 : n));
  await page.click("#measure");
  await until(page, "curves", (n) => n > curves);
  return numbers(await downloaded(page, '[data-plot="curve"] button:has-text("CSV")'));
}

const numbers = (csv: string): number[][] => csv.trim().split("\n").slice(1).map((line) => line.split(",").map(Number)); // prettier-ignore

describe("a cell as text", () => {
  let seen: Visit;
  beforeAll(async () => {
    seen = await open("laboratory.html?speed=1000&engine=2");
  });
  afterAll(() => seen?.page.close());

  test("runs, spikes and is drawn", async () => {
    await until(seen.page, "rateA", (hz) => hz > 50);
    for (const plot of ["#voltage", "#injected", "#inside"])
      await expect.poll(() => inked(seen.page, plot), { timeout: 60_000 }).toBeGreaterThan(0.003);
    expect(seen.complaints).toEqual([]);
    expect(seen.requests.filter((r) => !r.startsWith(site.url) && !/^(data|blob):/.test(r))).toEqual([]);
  });

  test("a curve that was not measured has both its axes: nothing of their numbers is cut off", async () => {
    const { page } = await open("laboratory.html?engine=2");
    const below = (): Promise<number> =>
      page.locator("#curve .u-wrap").evaluate((wrap) => {
        const over = wrap.querySelector(".u-over") as HTMLElement;
        return wrap.getBoundingClientRect().bottom - over.getBoundingClientRect().bottom;
      });
    await expect.poll(below).toBeGreaterThan(30); // room for numbers and label of the x axis; the lowest y number stands half above it
    await set(page, "scale", 3);
    await expect.poll(below).toBeGreaterThan(30);
    await page.close();
  });

  test("an equation with an error says mechanism, field, line, column, reason and remedy; what runs goes on", async () => {
    const { page } = seen;
    const runs = await number(page, "runs");
    await type(page, "4 * exp(-(V + 65) / 18)", "4 * exp(-(V + 65))");
    await until(page, "fault", (n) => n === 1);
    const told = (await page.textContent("#check")) ?? "";
    expect(told).toMatch(/na, states\.m\.beta, line 26, column \d+: .*in mV.*Divide it by a value in that unit/s);
    expect(await page.getAttribute("#text", "aria-invalid")).toBe("true");
    await page.click("#check button");
    expect(await page.locator("#text").evaluate((a: HTMLTextAreaElement) => a.value.slice(a.selectionStart).startsWith("-(V + 65)"))).toBe(true); // prettier-ignore
    expect(await page.isVisible("#mark")).toBe(true);
    const time = await number(page, "modelMs");
    await until(page, "modelMs", (t) => t > time + 50);
    expect(await number(page, "runs")).toBe(runs);
  });

  test("mended with another constant it acts without a restart, keeps its states, and fires at another rate", async () => {
    const { page } = seen;
    const time = await number(page, "modelMs");
    await edit(page, "4 * exp(-(V + 65))", "4 * exp(-(V + 65) / 18)");
    expect(await page.getAttribute("#text", "aria-invalid")).toBe("false");
    expect(await number(page, "kept")).toBe(4);
    const before = await until(page, "modelMs", (t) => t > time).then(() => number(page, "rateA"));
    await edit(page, "celsius: 6.3 degC", "celsius: 6.3 degC\n  # warmer below");
    await edit(page, "0.125 * exp(-(V + 65) / 80)", "0.25 * exp(-(V + 65) / 80)"); // potassium closes faster
    await passed(page, 1500); // the rate is of the last second
    expect(Math.abs((await number(page, "rateA")) - before)).toBeGreaterThan(5);
    await edit(page, "0.25 * exp(-(V + 65) / 80)", "0.125 * exp(-(V + 65) / 80)");
    await edit(page, "celsius: 6.3 degC\n  # warmer below", "celsius: 6.3 degC");
  });

  test("the f-I curve of the page is the one that Node computes", async () => {
    const { page } = seen;
    const rows = await curve(page);
    const read = readText(await page.inputValue("#text"));
    if (isFault(read)) throw new Error(read.problem);
    const settings = Object.fromEntries(Object.entries(SPECS).map(([key, spec]) => [key, spec.value])) as LabSettings;
    const { x, series } = await measureCurve({ A: read.subject }, settings, "nA", undefined);
    expect(rows.map(([i]) => i)).toEqual(x.map((i) => Number(i.toFixed(6))));
    expect(rows.map(([, hz]) => hz)).toEqual(series[0]?.y);
    expect(rows.at(-1)?.[1]).toBeGreaterThan(80);
  });

  test("a second version beside the first gets the same noise and shows another curve", async () => {
    const { page } = seen;
    await set(page, "noise", 60);
    await another(page, () => page.click("#version-B"));
    await until(page, "rateB", (hz) => hz > 0);
    const same = numbers(await downloaded(page, "#csv")).slice(-50);
    const head = (await downloaded(page, "#csv")).split("\n")[0]?.split(",") ?? [];
    const column = (name: string): number => head.findIndex((h) => h.startsWith(name));
    expect(same.map((r) => r[column("A.V")])).toEqual(same.map((r) => r[column("B.V")]));
    await edit(page, "0.12 S/cm2", "0.06 S/cm2"); // half the sodium of B
    await set(page, "noise", 0);
    const rows = await curve(page);
    expect(rows[0]).toHaveLength(3);
    expect(rows.some(([, a, b]) => a !== b)).toBe(true);
    await another(page, () => page.click("#drop"));
  });

  test("under voltage clamp the current is measured, and the curve is that of current against voltage", async () => {
    const { page } = seen;
    await another(page, () => set(page, "mode", 1));
    expect(await page.isDisabled("#control-amplitude")).toBe(true);
    const rows = await curve(page);
    const inward = Math.min(...rows.map((r) => r[1] ?? 0));
    expect(inward).toBeLessThan(-2); // sodium
    expect(rows.at(-1)?.[2]).toBeGreaterThan(20); // potassium, steady at 80 mV
    await another(page, () => page.click("#defaults"));
  });

  test("another cell, and a mechanism of the library in it", async () => {
    const { page } = seen;
    await another(page, () => page.selectOption("#preset", "interneuron"));
    expect(await page.inputValue("#control-scale")).toBe("0.1");
    await another(page, () => page.selectOption("#insert", "pas"));
    expect(await page.inputValue("#text")).toContain("  pas:\n    params:");
    expect(await page.locator("#variable option").allTextContents()).toContain("soma.pas.i_leak");
    await another(page, () => page.selectOption("#preset", "adex"));
    await until(page, "rateA", (hz) => hz > 5);
    await page.selectOption("#preset", "squid");
    expect(seen.complaints).toEqual([]);
  });
});

const SWC = ["# a soma and two dendrites", "1 1 0 0 0 10 -1", "2 1 -10 0 0 10 1", "3 1 10 0 0 10 1", "4 3 10 0 0 1 1", "5 3 150 20 0 0.8 4", "6 3 -10 0 0 1 1", "7 3 -120 0 0 1 6"].join("\n"); // prettier-ignore

describe("files", () => {
  test("an SWC morphology that is dropped gives the shown cell its sections, and keeps its channels", async () => {
    const { page, complaints } = await open("laboratory.html?speed=1000&scale=3");
    const data = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], "cell.swc"));
      return transfer;
    }, SWC);
    await another(page, () => page.dispatchEvent("body", "drop", { dataTransfer: data }));
    const text = await page.inputValue("#text");
    expect(text).toMatch(/points: \[\[/);
    expect(text).toContain("Source: Hodgkin & Huxley");
    const read = readText(text);
    if (isFault(read) || read.subject.kind !== "cell") throw new Error("no cell");
    expect(read.subject.cell.sections.map((s) => s.parent === undefined)).toEqual([true, false, false]);
    await until(page, "rateA", (hz) => hz > 20);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a link opens as the same page: texts, settings, second version", async () => {
    const { page } = await open("laboratory.html?engine=2");
    await edit(page, "0.12 S/cm2", "0.11 S/cm2");
    await page.click("#version-B");
    await edit(page, "0.036 S/cm2", "0.03 S/cm2");
    await set(page, "amplitude", 55);
    await set(page, "window", 200);
    await page.click("#share");
    await page.waitForFunction(() => location.hash.startsWith("#1."));
    const link = page.url();
    const text = await page.inputValue("#text");
    const other = await visit(browser, link);
    await running(other.page);
    expect(await other.page.inputValue("#text")).toContain("0.11 S/cm2");
    await other.page.click("#version-B");
    expect(await other.page.inputValue("#text")).toBe(text);
    expect(await other.page.inputValue("#control-amplitude")).toBe("55");
    expect(await other.page.inputValue("#control-window")).toBe("200");
    const saved = await downloaded(other.page, "#save");
    expect(saved).toBe(await downloaded(page, "#save"));
    await set(page, "amplitude", 10); // the address keeps the cell while settings change
    await page.waitForFunction(() => location.search.includes("amplitude=10"));
    expect(new URL(page.url()).hash).toBe(new URL(link).hash);
    await other.page.close();
    await page.close();
    const third = await open();
    await another(third.page, () => third.page.setInputFiles("#file", { name: "saved.json", mimeType: "application/json", buffer: Buffer.from(saved) })); // prettier-ignore
    expect(await third.page.inputValue("#control-amplitude")).toBe("55");
    await third.page.click("#version-B");
    expect(await third.page.inputValue("#text")).toBe(text);
    await third.page.setInputFiles("#file", {
      name: "bad.json",
      mimeType: "application/json",
      buffer: Buffer.from("{}"),
    });
    await third.page.waitForSelector("#notice:not([hidden])");
    expect(await third.page.textContent("#notice")).toMatch(/bad\.json.*format/s);
    await third.page.close();
  });

  test("a damaged link says so and opens the first cell", async () => {
    const { page } = await open("laboratory.html#1.abc");
    expect(await page.textContent("#text").then(() => page.inputValue("#text"))).toBe(presetText("squid"));
    await page.close();
  });

  test("the traces' CSV is what the exported script computes in Node, number by number", async () => {
    const { page } = await open("laboratory.html?engine=2&window=1000&speed=0.1&noise=20");
    await until(page, "modelMs", (t) => t > 120);
    await page.click("#pause");
    const csv = await downloaded(page, "#csv");
    const script = await downloaded(page, "#script");
    const network = JSON.parse(await downloaded(page, "#json")) as { populations: { name: string }[] };
    expect(network.populations.map((p) => p.name)).toEqual(["A"]);
    await page.close();
    await builtCommand();
    const folder = mkdtempSync(join(tmpdir(), "hillock-script-"));
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(ROOT, join(folder, "node_modules/hillock"));
    writeFileSync(join(folder, "laboratory.mjs"), script);
    execFileSync(process.execPath, ["laboratory.mjs", "120"], { cwd: folder, stdio: "pipe" });
    const theirs = readFileSync(join(folder, "laboratory.csv"), "utf8").split("\n");
    const ours = csv.split("\n");
    expect(ours[0]).toBe(theirs[0]);
    const rows = numbers(theirs.join("\n"));
    const seen = numbers(csv);
    expect(rows.length).toBe(1200);
    expect(seen[0]?.[0]).toBe(0);
    rows.forEach((row, k) => row.forEach((x, c) => expect(seen[k]?.[c]).toBe(c === 0 ? x : Math.fround(x))));
    rmSync(folder, { recursive: true });
  });

  test("plots are SVG and PNG files", async () => {
    const { page } = await open("laboratory.html?engine=2&speed=1000");
    await until(page, "modelMs", (t) => t > 150);
    const svg = await downloaded(page, '[data-plot="voltage"] button:has-text("SVG")');
    expect(svg).toMatch(/^<svg[\s\S]*<path[\s\S]*voltage[\s\S]*<\/svg>/);
    const [file] = await Promise.all([page.waitForEvent("download"), page.click('[data-plot="voltage"] button:has-text("PNG")')]); // prettier-ignore
    expect(
      readFileSync(await file.path())
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
    await page.close();
  });
});

test("on the adapter it fires as on the reference engine", async () => {
  const rate = async (engine: number): Promise<number> => {
    const { page } = await open(`laboratory.html?engine=${engine}&speed=1000`);
    expect(await page.evaluate(() => document.body.dataset["computes"])).toBe(engine === 1 ? "gpu" : "reference");
    await until(page, "modelMs", (t) => t > 1300);
    const hz = await number(page, "rateA");
    await page.close();
    return hz;
  };
  // one spike more or less in the window of a second
  expect(Math.abs((await rate(1)) - (await rate(2)))).toBeLessThanOrEqual(1);
});

test("without WebGPU it runs on the reference engine", async () => {
  const plain = await openBrowser(["--no-sandbox"]);
  try {
    const { page } = await visit(plain, `${site.url}laboratory.html`);
    await running(page);
    await until(page, "rateA", (hz) => hz > 0);
    expect(await page.textContent("#adapter")).toContain("reference");
  } finally {
    await plain.close();
  }
});

describe("for every reader", () => {
  test.each([
    [
      "light",
      [
        { width: 1280, height: 900 },
        { width: 390, height: 844 },
      ],
    ],
    [
      "dark",
      [
        { width: 390, height: 844 },
        { width: 1280, height: 900 },
      ],
    ],
  ] as const)(
    // prettier-ignore
    "%s, on a screen and on a phone: axe finds nothing, and nothing is wider than the page",
    async (colorScheme, sizes) => {
      const page = await browser.newPage({ viewport: sizes[0], colorScheme });
      await page.goto(`${site.url}laboratory.html?engine=2`);
      await running(page);
      await page.click("#version-B");
      await type(page, "g_max * n^4", "g_max * n^4 * V");
      await until(page, "fault", (n) => n === 1);
      for (const size of sizes) {
        await page.setViewportSize(size);
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        expect(await faults(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
      }
      await page.close();
    },
  );

  test("keys alone edit, pause, step and measure", async () => {
    const { page } = await open("laboratory.html?engine=2");
    const tabTo = async (id: string): Promise<void> => {
      for (let k = 0; k < 60; k++) {
        if ((await page.evaluate(() => document.activeElement?.id)) === id) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`Tab never comes to ${id}`);
    };
    await tabTo("pause");
    await page.keyboard.press("Enter");
    await tabTo("step");
    await settled(page);
    const paused = await number(page, "modelMs");
    await page.keyboard.press("Enter");
    await until(page, "modelMs", (t) => t > paused && t < paused + 20);
    await tabTo("text");
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("x");
    await until(page, "fault", (n) => n === 1);
    await page.keyboard.press("Control+z");
    await until(page, "fault", (n) => n === 0);
    await tabTo("measure");
    await page.keyboard.press("Enter");
    await until(page, "curves", (n) => n === 1);
    await page.close();
  });
});
