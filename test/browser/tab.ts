import type { Browser as Chromium } from "playwright-core";
import type { Browser as Firefox } from "puppeteer-core";
import { LOSE } from "./site.ts";

/** What the checks of the pages need of a browser, whichever drives it. */
export interface Tab {
  evaluate<T, A = undefined>(work: (argument: A) => T | Promise<T>, argument?: A): Promise<T>;
  click(selector: string): Promise<void>;
  press(selector: string, key: string, times?: number): Promise<void>;
  /** Destroys the device that its worker has; in Firefox, whose drivers cannot reach into a worker, on the losing site only. */
  loseDevice(): Promise<void>;
  /** An element as it is on the screen: PNG, base64. */
  picture(selector: string): Promise<string>;
  readonly url: string;
  /** errors so far. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export interface TabOptions {
  readonly width?: number;
  readonly height?: number;
  readonly calm?: boolean;
  readonly dark?: boolean;
}

export type OpenTab = (url: string, options?: TabOptions) => Promise<Tab>;

/** In a worker: what demo/site/worker.ts leaves for the browser's console. */
const destroy = (): void => (globalThis as unknown as { device: GPUDevice }).device.destroy();

export const inChromium =
  (browser: Chromium): OpenTab =>
  async (url, { width = 1280, height = 900, calm = false, dark = false } = {}) => {
    const page = await browser.newPage({ viewport: { width, height }, reducedMotion: calm ? "reduce" : "no-preference", colorScheme: dark ? "dark" : "light" }); // prettier-ignore
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(url);
    return {
      evaluate: (work, argument) => page.evaluate(work as never, argument) as never,
      click: (selector) => page.click(selector),
      press: async (selector, key, times = 1) => {
        await page.focus(selector);
        await Promise.all(Array.from({ length: times }, () => page.keyboard.press(key))); // in a row, however slow the driver
      },
      loseDevice: async () => page.workers()[0]?.evaluate(destroy),
      picture: async (selector) => (await page.locator(selector).first().screenshot()).toString("base64"),
      get url() {
        return page.url();
      },
      complaints,
      close: () => page.close(),
    };
  };

/** In a page, before its own scripts: its workers stay within reach. */
const keepWorkers = (): void => {
  const workers: Worker[] = [];
  class Kept extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      workers.push(this);
    }
  }
  Object.assign(globalThis, { Worker: Kept, workers });
};

export const inFirefox =
  (browser: Firefox): OpenTab =>
  async (url, { width = 1280, height = 900 } = {}) => {
    const page = await browser.newPage();
    await page.setViewport({ width, height });
    await page.evaluateOnNewDocument(keepWorkers);
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(url);
    return {
      evaluate: (work, argument) => page.evaluate(work as never, argument) as never,
      click: (selector) => page.click(selector),
      press: async (selector, key, times = 1) => {
        await page.focus(selector);
        await Promise.all(Array.from({ length: times }, () => page.keyboard.press(key as never)));
      },
      loseDevice: () =>
        page.evaluate(
          (word) => (globalThis as unknown as { workers: Worker[] }).workers.at(-1)?.postMessage(word),
          LOSE,
        ),
      picture: async (selector) => {
        const element = await page.$(selector);
        return (await element?.screenshot({ encoding: "base64" })) ?? "";
      },
      get url() {
        return page.url();
      },
      complaints,
      close: () => page.close(),
    };
  };

/** What holds a page: a tab here, or a page of its driver. */
export type Held = Pick<Tab, "evaluate">;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How long nothing may change before what is waited for counts as never coming, ms. */
export const STANDSTILL = 120_000;

/** Waits until a page says something, and gives it back. What still moves is waited for: how fast is the machine's affair,
 * and the test's own limit stands behind. */
export async function waited<T>(what: string, look: () => Promise<T>, holds: (x: T) => boolean, still = STANDSTILL): Promise<T> {
  let last = "";
  let since = Date.now();
  for (;;) {
    const x = await look();
    if (holds(x)) return x;
    if (String(x) !== last) [last, since] = [String(x), Date.now()];
    if (Date.now() - since > still) throw new Error(`${what} is still ${last} after ${still} ms`);
    await pause(100);
  }
} // prettier-ignore

/** Data that the page says of itself. */
export const word = (page: Held, key: string): Promise<string> =>
  page.evaluate((name) => document.body.dataset[name] ?? "", key);
export const number = async (page: Held, key: string): Promise<number> => parseFloat(await word(page, key));
export const until = (page: Held, key: string, holds: (x: number) => boolean): Promise<number> =>
  waited(key, () => number(page, key), holds);
export const running = (page: Held): Promise<string> => waited("state", () => word(page, "state"), (s) => s === "running"); // prettier-ignore

/** Waits until a page has said all that it has to: what was in flight as it paused or ended has come, and is drawn.
 * @param done  what else must be, by the page's data */
export async function settled(page: Held, done: (data: Readonly<Record<string, string>>) => boolean = () => true): Promise<void> {
  let [last, since] = ["", Date.now()];
  await waited(
    "what the page says",
    () => page.evaluate(() => JSON.stringify(document.body.dataset)),
    (now) => {
      if (now !== last) [last, since] = [now, Date.now()];
      return Date.now() - since > 1500 && done(JSON.parse(now) as Record<string, string>);
    },
  );
} // prettier-ignore

/** Waits until a trial has run to its end and its last readings have come. */
export const finished = (page: Held): Promise<void> => settled(page, (data) => data["finished"] === "true");

/** Does what starts a simulation anew, and waits until it is that one. */
export async function anew(page: Held, act: () => Promise<unknown>): Promise<void> {
  const before = await number(page, "built");
  await act();
  await until(page, "built", (n) => n > before);
}

/** Waits until so many ms of model time have passed from now on: what a page says is of a moment ago, and what it says next may be. */
export async function passed(page: Held, ms: number): Promise<void> {
  const said = await number(page, "modelMs");
  const from = await until(page, "modelMs", (t) => t !== said);
  await until(page, "modelMs", (t) => t > from + ms);
}

/** Text of an element. */
export const text = (page: Held, selector: string): Promise<string> =>
  page.evaluate((s) => document.querySelector(s)?.textContent ?? "", selector);
export const value = (page: Held, control: string): Promise<string> =>
  page.evaluate((name) => document.querySelector<HTMLInputElement>(`#control-${name}`)?.value ?? "", control);

/** Sets a control as a user's hand would. */
export const set = (page: Held, control: string, x: number): Promise<void> =>
  page.evaluate(
    ({ name, to }) => {
      const input = document.querySelector(`#control-${name}`) as HTMLInputElement;
      input.value = String(to);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
    { name: control, to: x },
  );

/** Drops files on the page, by name. */
export const drop = (page: Held, files: Readonly<Record<string, string>>): Promise<void> =>
  page.evaluate((all) => {
    const dataTransfer = new DataTransfer();
    for (const [name, content] of Object.entries(all)) dataTransfer.items.add(new File([content], name));
    document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
  }, files);
