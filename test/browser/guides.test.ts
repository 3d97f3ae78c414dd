// The guides as `npm run docs` builds them, in Chromium: blocks of code run in their place and print what Node prints.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtCommand } from "../built.ts";
import { faults } from "./axe.ts";
import { openBrowser, visit, type Visit } from "./pages.ts";
import { openSite, type Site } from "./site.ts";

const root = join(import.meta.dirname, "../..");
let folder: string;
let site: Site;
let browser: Browser;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hillock-guides-"));
  execFileSync(process.execPath, ["scripts/docs.mjs", folder], { cwd: root, stdio: "pipe" });
  site = await openSite(folder);
  browser = await openBrowser();
}, 400_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (name: string): Promise<Visit> => visit(browser, `${site.url}${name}`);
const button = (page: Page, name: string, block = 0) => page.getByRole("button", { name, exact: true }).nth(block);
const output = (page: Page, block = 0) => page.locator(".block-output").nth(block);

/** Runs a block as it stands and gives what it prints. */
async function ran(page: Page, block = 0): Promise<string[]> {
  await button(page, "Run", block).click();
  await output(page, block).and(page.locator("[data-state=done], [data-state=failed]")).waitFor();
  return output(page, block).locator("> *").allTextContents();
}

/** Numbers to ten digits. */
const rounded = (line: string): string => line.replace(/-?\d+\.\d+/g, (x) => String(Number(Number(x).toPrecision(10))));

const source = (guide: string, block: number): string =>
  [...readFileSync(join(root, "docs", `${guide}.md`), "utf8").matchAll(/```js\n(.*?)```/gs)][block]?.[1] ?? "";

/** What Node prints of a block of a guide. */
async function inNode(guide: string, block: number): Promise<string[]> {
  await builtCommand(); // a block's "hillock" is the built package
  const here = join(root, "test/.blocks/guides");
  mkdirSync(here, { recursive: true });
  writeFileSync(join(here, "block.mjs"), source(guide, block));
  const { stdout, stderr } = spawnSync(process.execPath, [join(here, "block.mjs")], { encoding: "utf8" });
  rmSync(here, { recursive: true });
  expect(stderr).toBe("");
  return stdout.trimEnd().split("\n");
}

test.each([
  ["own-neuron", 0],
  ["sources", 0],
  ["own-plasticity", 0], // two versions of V8 differ by an ulp of its traces
] as const)("block %#: %s prints in its page what it prints in Node", async (guide, block) => {
  const { page, complaints, requests } = await open(`documents/${guide}.html`);
  const lines = await ran(page, block);
  expect(lines.join(" ")).toMatch(/\d/);
  expect(lines.map(rounded)).toEqual((await inNode(guide, block)).map(rounded));
  expect(complaints).toEqual([]);
  expect(requests.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(site.url))).toEqual([]);
  await page.close();
});

test("a block is edited: figures are shown, faults told with their line, what does not end is stopped", async () => {
  const { page, complaints } = await open("documents/own-neuron.html");
  await button(page, "Edit").click();
  const area = page.getByRole("textbox", { name: "Code of block 1" });
  expect(await area.inputValue()).toBe(source("own-neuron", 0));
  const printed = async (code: string): Promise<string[]> => (await area.fill(code), ran(page));
  const figure = `import { figure } from "hillock/plot";
console.log("first");
console.log(figure({ title: "Squares", width: 60, panels: [{ height: 30, x: { label: "x" }, y: { label: "y" }, series: [{ type: "line", x: [1, 2], y: [1, 4] }] }] }));`;
  expect(await printed(figure)).toEqual(["first", ""]);
  expect(await output(page).locator("img").evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(50); // prettier-ignore

  const refused = `import { ms, Network, simulate } from "hillock";\nconst net = new Network({ seed: 1 });\n\nawait simulate(net, { dt: ms(-1) });`;
  expect((await printed(refused)).at(-1)).toMatch(/^Line 4: ModelError: /);
  expect((await printed(`import { ms } from "hillock";\nconst x = 1;\nms(2) = ;\nx;\nconsole.log(x);`)).at(-1)).toMatch(/^Line 3: SyntaxError: /); // prettier-ignore
  expect((await printed(`import { readFile } from "node:fs";\nconsole.log(readFile);`)).at(-1)).toMatch(
    /^A page has no "node:fs"/,
  );
  await area.fill("for (;;);");
  await button(page, "Run").click();
  await button(page, "Stop").click();
  expect(await output(page).textContent()).toBe("Stopped.");
  await button(page, "As it was").click();
  expect(await ran(page)).toEqual(await inNode("own-neuron", 0));
  expect(complaints).toEqual([]);
  await page.close();
});

test("the first page has one heading of its name; the buttons of its bar are drawn", async () => {
  const { page, complaints } = await open("index.html");
  expect(await page.locator("h1").allTextContents()).toEqual(["hillock"]);
  const icon = page.locator("#tsd-search-trigger use, #tsd-search use").first();
  expect(await icon.evaluate((use: SVGUseElement) => use.getBoundingClientRect().width)).toBeGreaterThan(5);
  expect(complaints).toEqual([]);
  await page.close();
});

test("on a phone no guide is wider than the page", async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  const guides = Object.keys(site.files).filter((f) => /^(index|modules|documents\/[^/]+)\.html$/.test(f));
  expect(guides.length).toBeGreaterThan(15);
  const wide: string[] = [];
  for (const guide of guides) {
    await page.goto(`${site.url}${guide}`);
    if ((await page.evaluate(() => document.documentElement.scrollWidth)) > 390) wide.push(guide);
  }
  expect(wide).toEqual([]);
  await page.close();
});

test("what needs Node has no button; pages carry a policy without unsafe-eval; axe finds nothing in a run block", async () => {
  const { page, complaints } = await open("documents/recording.html");
  expect(await page.locator("pre > code.js").count()).toBe(4);
  expect(await page.getByRole("button", { name: "Run", exact: true }).count()).toBe(2);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*(blob|unsafe)/);
  await page.close();
  for (const colorScheme of ["light", "dark"] as const) {
    const other = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme });
    await other.goto(`${site.url}documents/own-neuron.html`);
    await button(other, "Edit").click();
    await ran(other);
    const own = (await faults(other)).filter((fault) => /block-/.test(JSON.stringify(fault)));
    expect(own).toEqual([]);
    expect(await other.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await other.close();
  }
  expect(complaints).toEqual([]);
});
