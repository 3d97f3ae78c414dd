import { openDevice, type AdapterInfo, type OpenDevice } from "../../src/browser.ts";

/** What a demo is while it runs. */
export interface Running {
  /** rejects when it fails by itself. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

export interface Page {
  /** Ends what runs and starts it anew from the controls. Of many calls in a row only the last starts anything. */
  restart(): Promise<void>;
}

/** Quiet time before a restart: keys that repeat are one change. */
const QUIET_MS = 250;

export const element = <E extends HTMLElement>(id: string): E => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element "${id}"`);
  return found as E;
};

/** Runs a demo on the browser's adapter; says what is wrong when there is none, when the device is lost, or when it fails,
 * and offers to start again. `document.body.dataset.state`: starting, running, failed, unsupported.
 * @param start  makes the demo from the page's controls
 * @param cleared  takes old readings off the page's plots, after a failure */
export function runPage(start: (open: OpenDevice) => Promise<Running>, cleared: () => void = () => undefined): Page {
  let current: { running: Running; device: GPUDevice } | undefined;
  let turn = Promise.resolve();
  let generation = 0;
  let asked = 0; // restarts so far
  let built = 0;

  const end = async (): Promise<void> => {
    generation++; // losses from now on are ours
    const ended = current;
    current = undefined;
    await ended?.running.stop().catch(() => undefined);
    ended?.device.destroy();
  };
  const fail = async (mine: number, title: string, detail: string): Promise<void> => {
    if (mine !== generation) return; // ended by us, or said already
    await end();
    cleared();
    failed(title, detail, restart);
  };
  const begin = async (): Promise<void> => {
    await end();
    const mine = generation;
    say("starting");
    document.body.dataset["built"] = String(++built);
    try {
      const open = await openDevice();
      if (open === undefined) return unsupported();
      showAdapterName(open.info);
      const { device } = open;
      const lost = device.lost.then(({ message }) => fail(mine, "The graphics device was lost.", message));
      const running = await start(open);
      current = { running, device };
      say("running");
      running.done.catch(async (error: unknown) => {
        await Promise.race([lost, later(1000)]); // a loss explains more than what fails because of it
        reportError(error);
        await fail(mine, "The simulation stopped.", messageOf(error));
      });
    } catch (error) {
      reportError(error);
      await fail(mine, "The simulation did not start.", messageOf(error));
    }
  };
  const restart = (): Promise<void> => {
    const mine = ++asked;
    const latest = (): boolean => mine === asked;
    return (turn = turn.then(async () => {
      if (latest() && built > 0) await later(QUIET_MS);
      if (latest()) await begin();
    }));
  };
  void restart();
  return { restart };
}

const later = (delay: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay));
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function say(state: "starting" | "running" | "failed" | "unsupported"): void {
  document.body.dataset["state"] = state;
  if (state === "starting" || state === "running") element("notice").hidden = true;
}

/** Names the adapter, and says so when it is a software one. */
export function showAdapterName({ description, isFallback }: Pick<AdapterInfo, "description" | "isFallback">): void {
  element("adapter").textContent = isFallback ? `${description}, in software` : description;
}

function failed(title: string, detail: string, restart: () => Promise<void>): void {
  say("failed");
  for (const reading of document.querySelectorAll(".status dd:not(#adapter)")) reading.textContent = "–";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Restart with these settings";
  button.addEventListener("click", () => void restart());
  notice(title, [paragraph(detail), button]);
  button.focus();
}

export function unsupported(): void {
  say("unsupported");
  element("adapter").textContent = "none";
  const list = document.createElement("ul");
  for (const line of WHERE) {
    const item = document.createElement("li");
    // what stands between ` is to be typed
    item.append(
      ...line
        .split("`")
        .map((part, k) => (k % 2 === 0 ? part : Object.assign(document.createElement("code"), { textContent: part }))),
    );
    list.append(item);
  }
  const secure = isSecureContext
    ? []
    : [paragraph("This page came over plain http: browsers offer WebGPU only over https and on localhost.")];
  notice("This page needs WebGPU, and this browser offers no adapter.", [...secure, list]);
}

const WHERE = [
  "Chrome or Edge 113 and later on Windows, macOS and ChromeOS; 121 and later on Android.",
  "Chrome or Edge on Linux: switch on `chrome://flags/#enable-unsafe-webgpu` and `chrome://flags/#enable-vulkan`. Without a graphics card, start it with `--enable-unsafe-webgpu --use-vulkan=swiftshader --use-angle=vulkan --enable-features=Vulkan`.",
  "Safari 26 and later on macOS, iOS, iPadOS and visionOS.",
  "Firefox 141 and later on Windows, 145 and later on macOS with Apple silicon; elsewhere set `dom.webgpu.enabled` and `gfx.webgpu.ignore-blocklist` in `about:config`.",
  "If hardware acceleration is switched off in the browser's settings, switch it on.",
];

function notice(title: string, content: readonly HTMLElement[]): void {
  const box = element("notice");
  const heading = document.createElement("h2");
  heading.textContent = title;
  box.replaceChildren(heading, ...content);
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

const paragraph = (textContent: string): HTMLElement => Object.assign(document.createElement("p"), { textContent });

/** Makes the button copy a link, and say so. */
export function shareButton(link: () => string): void {
  const button = element<HTMLButtonElement>("share");
  const label = button.textContent;
  button.addEventListener("click", () => {
    const url = link();
    history.replaceState(null, "", url);
    const said = (text: string): void => {
      button.textContent = text;
      setTimeout(() => (button.textContent = label), 2000);
    };
    if (!("clipboard" in navigator)) return said("Link is in the address bar");
    navigator.clipboard.writeText(url).then(
      () => said("Link copied"),
      () => said("Link is in the address bar"),
    );
  });
}
