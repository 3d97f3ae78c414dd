// How the pages behave, in whichever browser: on a software adapter, when keys repeat, when paused, after a trial, after a loss, on a phone.
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { nmodl } from "../../src/import/index.ts";
import { drop, number, pause, running, set, settled, text, until, value, waited, word, type OpenTab, type Tab } from "./tab.ts"; // prettier-ignore

export interface Bench {
  readonly open: OpenTab;
  /** of the site, with a slash. */
  readonly url: string;
}

export type Check = (bench: Bench) => Promise<void>;

const opened = async ({ open, url }: Bench, path: string, options = {}): Promise<Tab> => {
  const tab = await open(url + path, options);
  await running(tab);
  return tab;
};
const fixture = (name: string): string => readFileSync(new URL(`../fixtures/nmodl/${name}`, import.meta.url), "utf8");
const NMODL = fixture("cat_ghk.mod");
const PHONE = { width: 390, height: 844 };

/** Every page with a simulation, small and quick: what it says that grows, and a value that shows that it runs. */
const PAGES = [
  ["motor-pool.html?neurons=50&speed=100", "modelMs", 100],
  ["column.html?mesh=2&drive=2&speed=1000", "modelMs", 1],
  ["learning.html?neurons=60&loops=3", "step", 20],
  ["plasticity.html", "modelMs", 100],
] as const;

export const CHECKS: Readonly<Record<string, Check>> = {
  "every page runs without complaint; the column's raster has layer 2 above layer 5, as the cortex has": async (
    bench,
  ) => {
    for (const [path, key, least] of PAGES) {
      const tab = await opened(bench, path);
      await until(tab, key, (x) => x > least);
      expect(await word(tab, "engine")).toBe("software");
      if (path.startsWith("column")) await layers(tab);
      expect(tab.complaints).toEqual([]);
      await tab.close();
    }
  },

  "a software adapter has its own number of neurons: by default, by a shared link, by Defaults": async (bench) => {
    const tab = await opened(bench, "motor-pool.html?rate=30");
    expect(await value(tab, "neurons")).toBe("200");
    await tab.click("#share");
    expect(new URL(tab.url).searchParams.get("neurons")).toBe(null); // the other side's adapter decides
    expect(new URL(tab.url).searchParams.get("v")).toBe("1");
    await set(tab, "neurons", 50);
    await until(tab, "built", (n) => n === 2);
    await running(tab);
    await tab.click("#defaults");
    expect(await value(tab, "neurons")).toBe("200");
    expect(await value(tab, "rate")).toBe("65");
    await tab.close();
  },

  "a link of a later page says so, and what is known of it holds": async (bench) => {
    for (const [query, says] of [
      ["v=2&", /later version/],
      ["v=1&", /^$/],
      ["", /^$/],
    ] as const) {
      const tab = await bench.open(`${bench.url}motor-pool.html?${query}neurons=50&rate=30`);
      await waited("engine", () => word(tab, "engine"), (x) => x !== ""); // prettier-ignore
      expect(await value(tab, "rate")).toBe("30");
      expect(await text(tab, "#notice")).toMatch(says);
      await tab.close();
    }
  },

  "eight key presses on Seed build one network more": async (bench) => {
    const tab = await opened(bench, "motor-pool.html?neurons=50");
    await tab.press("#control-seed", "ArrowRight", 8);
    await until(tab, "built", (n) => n > 1);
    await running(tab);
    await pause(1500);
    expect(await number(tab, "built")).toBe(2);
    expect(await value(tab, "seed")).toBe("50");
    await tab.close();
  },

  "units are recruited from the smallest on; nothing is drawn while it is paused, single steps are taken, a restart keeps the pause":
    async (bench) => {
      const tab = await opened(bench, "motor-pool.html?neurons=50&speed=100");
      await until(tab, "modelMs", (t) => t > 4000);
      await recruited(tab);
      await tab.click("#pause");
      await settled(tab);
      const [frames, time] = [await number(tab, "frames"), await number(tab, "modelMs")];
      expect(frames).toBeGreaterThan(0);
      await pause(1500);
      expect(await number(tab, "frames")).toBe(frames);
      await tab.click("#step");
      expect(await until(tab, "modelMs", (t) => t > time)).toBeCloseTo(time + 10, 3);
      await set(tab, "range", 50);
      await until(tab, "built", (n) => n === 2);
      await running(tab);
      await pause(1000);
      expect(await text(tab, "#pause")).toBe("Go on");
      expect((await number(tab, "modelMs")) || 0).toBeLessThan(30); // at most one piece
      await tab.close();
    },

  "after a trial the first button replays it": async (bench) => {
    const tab = await opened(bench, "column.html?mesh=2&drive=0&speed=1000");
    await waited("finished", () => word(tab, "finished"), (x) => x === "true"); // prettier-ignore
    await waited("button", () => text(tab, "#pause"), (x) => x === "Replay"); // prettier-ignore
    await tab.click("#pause");
    await until(tab, "built", (n) => n === 2);
    await until(tab, "modelMs", (t) => t < 160);
    expect(await text(tab, "#pause")).toBe("Pause");
    await tab.close();
  },

  "on a phone what a control does and the control share the screen, on every page; a finger over the scene scrolls it":
    async (bench) => {
      for (const [path, control] of [
        ["motor-pool.html?neurons=50", "gamma"],
        ["column.html?mesh=2&drive=0&speed=0.02", "strength"],
        ["learning.html?neurons=60", "speed"],
        ["plasticity.html", "depth"],
      ] as const) {
        const tab = await opened(bench, path, PHONE);
        await tab.evaluate(
          (id) => document.getElementById(id)?.scrollIntoView({ block: "center" }),
          `control-${control}`,
        );
        await pause(300);
        const box = (selector: string): Promise<{ top: number; bottom: number }> =>
          tab.evaluate((s) => {
            const { top, bottom } = document.querySelector(s)?.getBoundingClientRect() ?? { top: NaN, bottom: NaN };
            return { top, bottom };
          }, selector);
        const [effect, hand] = [await box(".follow"), await box(`#control-${control}`)];
        for (const { top, bottom } of [effect, hand]) {
          expect(top).toBeGreaterThanOrEqual(0);
          expect(bottom).toBeLessThanOrEqual(PHONE.height);
        }
        expect(hand.top).toBeGreaterThan(effect.bottom); // not one over the other
        const wide = await tab.evaluate(() => document.documentElement.scrollWidth);
        expect(wide).toBeLessThanOrEqual(PHONE.width);
        expect(await tab.evaluate(() => getComputedStyle(document.querySelector("canvas") as Element).touchAction)).toMatch(/pan-y|auto/); // prettier-ignore
        if (path.startsWith("column")) await fingers(tab);
        await tab.close();
      }
    },

  "an NMODL mechanism that is dropped enters the cell's text and runs; a broken one is refused with line and column":
    async (bench) => {
      const tab = await opened(bench, "laboratory.html?speed=1000&engine=2");
      const mod = NMODL.replace("pcabar = 2e-5 (cm/s)", "pcabar = 2e-5 (mV)");
      const { warnings } = nmodl(mod, { file: "cat_ghk.mod" });
      expect(warnings.length).toBeGreaterThan(0);
      await drop(tab, { "cat_ghk.mod": mod });
      await waited("variables", () => text(tab, "#variable"), (names) => names.includes("soma.catg.m")); // prettier-ignore
      const told = await tab.evaluate(() =>
        [...document.querySelectorAll("#notice li")].map((li) => li.textContent ?? ""),
      );
      expect(told.slice(0, warnings.length)).toEqual(warnings.map((w) => `Units: ${w}`));
      expect(told.at(-1)).toContain("cai = 5e-05 mM, cao = 2 mM");
      await until(tab, "rateA", (hz) => hz > 20);
      await drop(tab, { "with_include.mod": fixture("with_include.mod"), "boltzmann.inc": fixture("boltzmann.inc") });
      await waited("variables", () => text(tab, "#variable"), (names) => names.includes("soma.winc.n")); // prettier-ignore
      const runs = await number(tab, "runs");
      await drop(tab, { "broken.mod": mod.replace("BREAKPOINT {", "BREAKPOINT {\n  WATCH (v > 1) 2") });
      await waited("notice", () => text(tab, "#notice"), (said) => /"broken.mod" was not taken.*broken.mod:\d+:3: .*watch/is.test(said)); // prettier-ignore
      expect(await number(tab, "runs")).toBe(runs);
      expect(tab.complaints).toEqual([]);
      await tab.close();
    },

  "a click on a cell of the column starts its trial anew and records its voltage, conductances and currents": async (
    bench,
  ) => {
    const tab = await opened(bench, "column.html?mesh=2&drive=0&speed=0.005"); // the volley is seconds away, however slow the driver
    await tab.click("#scene"); // its middle, where dendrites are
    await until(tab, "built", (n) => n === 2);
    await until(tab, "modelMs", (t) => t > 3);
    await tab.click("#pause");
    await settled(tab);
    expect(await word(tab, "watched")).toMatch(/^L[25]_pyramidal \d /);
    const [names = "", ...rows] = (await saved(tab, "Save One place in a cell as CSV")).trim().split("\n");
    expect(names).toMatch(/Voltage.*V \(mV\).*ampa \(nS\).*µA\/cm².*nA/);
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) expect(Math.abs(Number(row.split(",")[1]) + 65)).toBeLessThan(20); // at rest before the volley
    expect(tab.complaints).toEqual([]);
    await tab.close();
  },

  "no page evaluates text; each carries a description for link previews": async ({ open, url }) => {
    for (const name of ["index", "learning", "plasticity", "laboratory", "motor-pool", "column"]) {
      const tab = await open(`${url}${name}.html`);
      const meta = (selector: string): Promise<string> => tab.evaluate((s) => document.querySelector(s)?.getAttribute("content") ?? "", selector); // prettier-ignore
      expect((await meta('meta[name="description"]')).length).toBeGreaterThan(80);
      expect(await meta('meta[property="og:title"]')).not.toBe("");
      const policy = await meta('meta[http-equiv="Content-Security-Policy"]');
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain("unsafe-eval");
      await tab.close();
    }
  },
};

/** The raster of a running column. */
async function layers(tab: Tab): Promise<void> {
  await until(tab, "modelMs", (t) => t > 60);
  await tab.click("#pause");
  await settled(tab);
  const rows = async () => tab.evaluate(meanRows, { png: await tab.picture("#raster"), inks: ["l2-pyramidal", "l5-pyramidal"] }); // prettier-ignore
  const [layer2, layer5] = await waited("the raster's layers", rows, ([top]) => (top as number) > 0); // NaN: no such spikes
  expect(layer2).toBeLessThan(layer5 as number);
}

/** A finger that moves up over the scene is the page's to scroll. */
async function fingers(tab: Tab): Promise<void> {
  expect(await tab.evaluate(() => getComputedStyle(document.querySelector("#scene") as Element).touchAction)).toBe("pan-y"); // prettier-ignore
  const kept = await tab.evaluate(() =>
    ["touchstart", "touchmove"].filter((kind) => {
      const event = new Event(kind, { bubbles: true, cancelable: true });
      document.querySelector("#scene")?.dispatchEvent(event);
      return event.defaultPrevented;
    }),
  );
  expect(kept).toEqual([]);
}

/** Units begin from the smallest on, none while cells leave the voltage that they began at. */
async function recruited(tab: Tab): Promise<void> {
  const rows = (await saved(tab, "Save Recruitment as CSV")).trim().split("\n").slice(1);
  const began = rows.map((row) => row.split(",")[1] ?? "").filter((x) => x !== "").map(Number); // prettier-ignore
  expect(began.length).toBeGreaterThan(30);
  // the drive rises from nothing to 65 Hz in 3 s; what fires in the first 300 ms fires because of where it began
  expect(Math.min(...began)).toBeGreaterThanOrEqual(6.5);
  const pairs = began.flatMap((a, k) => began.slice(k + 1).map((b) => Math.sign(b - a)));
  const rising = pairs.filter((x) => x > 0).length / pairs.filter((x) => x !== 0).length;
  expect(rising).toBeGreaterThan(0.8); // by chance, 0.5
}

/** What a button saves, and no file of it. */
const saved = (tab: Tab, label: string): Promise<string> =>
  tab.evaluate(async (name) => {
    const [make, click] = [URL.createObjectURL.bind(URL), HTMLAnchorElement.prototype.click];
    const blob = new Promise<Blob>((resolve) => {
      URL.createObjectURL = (object) => (resolve(object as Blob), make(object));
    });
    HTMLAnchorElement.prototype.click = () => undefined;
    document.querySelector<HTMLButtonElement>(`[aria-label="${name}"]`)?.click();
    const content = await (await blob).text();
    [URL.createObjectURL, HTMLAnchorElement.prototype.click] = [make, click];
    return content;
  }, label);

/** In a page: the mean row of a picture's pixels in colours of the page, 0 on top to 1; NaN for a colour that is not there. */
async function meanRows({ png, inks }: { png: string; inks: readonly string[] }): Promise<number[]> {
  const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))]));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  context?.drawImage(bitmap, 0, 0);
  const pixels = context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? new Uint8ClampedArray();
  return inks.map((name) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = `var(--${name})`;
    const ink = (getComputedStyle(probe).color.match(/\d+/g) ?? []).map(Number);
    probe.remove();
    let [sum, count] = [0, 0];
    for (let k = 0; k < pixels.length; k += 4)
      if (ink.every((c, i) => Math.abs(c - (pixels[k + i] as number)) < 12)) [sum, count] = [sum + k / 4 / bitmap.width, count + 1]; // prettier-ignore
    return count < 20 ? NaN : sum / count / bitmap.height;
  });
}

/** Readers who want less motion get a frame a second at most. */
export async function calmer(calm: Bench, moving: Bench): Promise<void> {
  const threeFrames = async (bench: Bench): Promise<number> => {
    const tab = await opened(bench, "motor-pool.html?neurons=50&speed=100");
    const first = await until(tab, "frames", (n) => n >= 2);
    const began = Date.now();
    await until(tab, "frames", (n) => n >= first + 3);
    await tab.close();
    return Date.now() - began;
  };
  const slow = await threeFrames(calm);
  expect(slow).toBeGreaterThan(2500); // three intervals of a second, the first seen late by the pause between two looks
  expect(await threeFrames(moving)).toBeLessThan(slow);
}

/** Without WebGPU. */
export const WITHOUT: Check = async (bench) => {
  const start = await opened(bench, "index.html");
  expect(await text(start, "#notice")).toMatch(/reference engine.*Chrome.*Safari.*Firefox/s);
  await start.close();
  for (const [path, key, least] of PAGES) {
    const tab = await opened(bench, path);
    expect(await word(tab, "engine")).toBe("reference");
    expect(await text(tab, "#notice")).toMatch(/float64 reference engine/);
    expect(await text(tab, "#adapter")).toContain("reference engine");
    await until(tab, key, (x) => x > least);
    await until(tab, "frames", (n) => n > 0);
    expect(tab.complaints).toEqual([]);
    await tab.close();
  }
  const large = await opened(bench, "motor-pool.html?neurons=800"); // a link from a larger machine
  expect(await value(large, "neurons")).toBe("100");
  await large.close();
};

/** After the device was lost: old readings are taken off, and one click starts again. */
export const AFTER_LOSS: Check = async (bench) => {
  const tab = await opened(bench, "motor-pool.html?neurons=50&speed=100&private=30");
  await until(tab, "modelMs", (t) => t > 200);
  await tab.loseDevice();
  await waited("state", () => word(tab, "state"), (s) => s === "failed"); // prettier-ignore
  expect(await text(tab, "#notice")).toContain("device was lost");
  const readings = await tab.evaluate(() => [...document.querySelectorAll(".status dd:not(#adapter)")].map((e) => e.textContent)); // prettier-ignore
  expect(readings).toEqual(["–", "–", "–", "–", "–"]);
  await tab.click("#notice button");
  await running(tab);
  expect(await value(tab, "private")).toBe("30");
  await until(tab, "modelMs", (t) => t > 100);
  expect(await tab.evaluate(() => document.querySelector<HTMLElement>("#notice")?.hidden)).toBe(true);
  await tab.close();
};
