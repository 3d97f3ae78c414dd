import { chromium, type Browser, type Page } from "playwright-core";
import { CHROMIUM, FLAGS } from "./chromium.ts";

/** A page of the demos and all that it complained about. */
export interface Visit {
  readonly page: Page;
  readonly complaints: string[];
  /** every address that was asked for. */
  readonly requests: string[];
}

export const openBrowser = (flags: readonly string[] = FLAGS): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: [...flags] });

export async function visit(browser: Browser, url: string, size = { width: 1280, height: 900 }): Promise<Visit> {
  const page = await browser.newPage({ viewport: size });
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}

/** What a page says of its simulation: numbers of body's data attributes. */
export const said = (page: Page, name: string): Promise<number> =>
  page.evaluate((key) => Number(document.body.dataset[key] ?? NaN), name);

/** Waits until a number that the page says fulfils a condition, and gives it back. */
export async function until(
  page: Page,
  name: string,
  holds: (x: number) => boolean,
  timeout = 90_000,
): Promise<number> {
  const end = Date.now() + timeout;
  for (;;) {
    const x = await said(page, name);
    if (holds(x)) return x;
    if (Date.now() > end) throw new Error(`${name} is still ${x} after ${timeout} ms`);
    await page.waitForTimeout(100);
  }
}

export const running = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => document.body.dataset["state"] === "running", null, { timeout: 60_000 });
};

/** Does in the Laboratory what ends with another network, and waits until that one runs and nothing else is under way: a network
 * that was asked for before does not pass for it. */
export async function another(page: Page, act: () => Promise<unknown>): Promise<void> {
  const before = await said(page, "asked");
  await act();
  const runs = (least: number): boolean => {
    const { asked, ran } = document.body.dataset;
    return Number(asked) > least && ran === asked;
  };
  await page.waitForFunction(runs, before, { timeout: 90_000 });
}

/** Sets a range or select as a user's hand would. */
export async function set(page: Page, control: string, value: number): Promise<void> {
  await page.locator(`#control-${control}`).evaluate((element, x) => {
    const input = element as HTMLInputElement;
    input.value = String(x);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, value);
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

/** Drops a file on the page. */
export const drop = (page: Page, name: string, text: string): Promise<void> =>
  page.evaluate(
    ([file, content]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content as string], file as string));
      document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
    },
    [name, text],
  );

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
