import { chromium, type Browser, type Page } from "playwright-core";
import { CHROMIUM, FLAGS } from "./chromium.ts";
import { STANDSTILL, waited } from "./tab.ts";

/** A page of the demos and all that it complained about. */
export interface Visit {
  readonly page: Page;
  readonly complaints: string[];
  /** every address that was asked for. */
  readonly requests: string[];
}

/** What Chromium says of a page that asks for an adapter where there is none; the page itself says that it computes without. */
const NO_ADAPTER = "No available adapters.";

/** Debian's Chromium, whose driver waits as long for an element as the checks wait for what stands still. */
export async function openBrowser(flags: readonly string[] = FLAGS): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...flags] });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(STANDSTILL);
    return context;
  };
  return browser;
}

export async function visit(browser: Browser, url: string, size = { width: 1280, height: 900 }): Promise<Visit> {
  const page = await browser.newPage({ viewport: size });
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on("console", (message) => {
    const wrong = message.type() === "error" || message.type() === "warning";
    if (wrong && message.text() !== NO_ADAPTER) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}

/** Does in the Laboratory what ends with another network, and waits until that one runs and nothing else is under way: a network
 * that was asked for before does not pass for it. */
export async function another(page: Page, act: () => Promise<unknown>): Promise<void> {
  const words = (): Promise<string[]> =>
    page.evaluate(() => ["asked", "ran"].map((key) => document.body.dataset[key] ?? ""));
  const [before = ""] = await words();
  await act();
  await waited("the network asked for and the one that ran", words, ([asked = "", ran]) => Number(asked) > Number(before) && ran === asked); // prettier-ignore
}

/** Draws by the mouse over an element. @param to  parts of its width and height */
export async function draw(
  page: Page,
  selector: string,
  to: readonly (readonly [x: number, y: number])[],
): Promise<void> {
  await page.locator(selector).scrollIntoViewIfNeeded();
  const box = await page.locator(selector).boundingBox();
  if (box === null) throw new Error(`${selector} is not seen`);
  for (const [k, [x, y]] of to.entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: k === 0 ? 1 : 10 });
    if (k === 0) await page.mouse.down();
  }
  await page.mouse.up();
}

/** Share of an element's pixels, as they are on the screen, that differ clearly from its most frequent colour. */
export async function inked(page: Page, selector: string): Promise<number> {
  const png = (await page.locator(selector).first().screenshot()).toString("base64");
  return page.evaluate(async (data) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    if (context === null) throw new Error("no 2d context");
    context.drawImage(bitmap, 0, 0);
    const words = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
    const counts = new Map<number, number>();
    for (const w of words) counts.set(w, (counts.get(w) ?? 0) + 1);
    const [ground] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
    const far = (w: number): boolean =>
      [0, 8, 16].some((shift) => Math.abs(((w >> shift) & 255) - ((ground >> shift) & 255)) > 40);
    return words.reduce((sum, w) => sum + (far(w) ? 1 : 0), 0) / words.length;
  }, png);
}
