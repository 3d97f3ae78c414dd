import { element, make } from "./element.ts";
import type { AdapterName } from "./protocol.ts";

const WHERE = [
  "Chrome or Edge 113 and later on Windows, macOS and ChromeOS; 121 and later on Android.",
  "Chrome or Edge on Linux: switch on `chrome://flags/#enable-unsafe-webgpu` and `chrome://flags/#enable-vulkan`. Without a graphics card, start it with `--enable-unsafe-webgpu --use-vulkan=swiftshader --use-angle=vulkan --enable-features=Vulkan`.",
  "Safari 26 and later on macOS, iOS, iPadOS and visionOS.",
  "Firefox 141 and later on Windows, 145 and later on macOS with Apple silicon; elsewhere set `dom.webgpu.enabled` and `gfx.webgpu.ignore-blocklist` in `about:config`.",
  "If hardware acceleration is switched off in the browser's settings, switch it on.",
];

/** Shows a box above the page. @param kind  "alert": something failed */
export function notice(kind: "alert" | "hint", title: string, content: readonly HTMLElement[]): void {
  const box = element("notice");
  const close = make("button", { type: "button", className: "close", textContent: "×", title: "Close (Escape)" });
  close.setAttribute("aria-label", "Close this message");
  close.addEventListener("click", hideNotice);
  box.className = kind;
  box.replaceChildren(make("h2", { textContent: title }), ...content, close);
  box.hidden = false;
  if (kind === "alert") box.scrollIntoView({ block: "nearest" });
}

/** Where the focus was in it, the page's first button has it, or the page. */
export function hideNotice(): void {
  const box = element("notice");
  const focused = box.contains(document.activeElement);
  box.hidden = true;
  if (focused) (document.getElementById("pause") ?? element("main")).focus();
}

export const paragraph = (textContent: string): HTMLElement => make("p", { textContent });

/** Says that there is no WebGPU, what computes instead, and where there is more. */
export function withoutWebGpu(instead: string): void {
  // what stands between ` is to be typed
  const items = WHERE.map((line) =>
    make("li", {}, ...line.split("`").map((part, k) => (k % 2 === 0 ? part : make("code", { textContent: part })))),
  );
  const secure = isSecureContext
    ? []
    : [paragraph("This page came over plain http: browsers offer WebGPU only over https and on localhost.")];
  const where = make("details", {}, make("summary", { textContent: "Where WebGPU is to be had" }), make("ul", {}, ...items)); // prettier-ignore
  notice("hint", "This browser offers no WebGPU adapter", [paragraph(instead), ...secure, where]);
}

/** Says that the address has more than this page can read. */
export const fromLaterPage = (): void =>
  notice("hint", "This link is of a later version of this page", [
    paragraph("Settings that this version does not know have their defaults."),
  ]);

/** Names the adapter, and says so when it is a software one or none. */
export function showAdapterName(adapter: AdapterName | undefined): void {
  element("adapter").textContent =
    adapter === undefined
      ? "none: the reference engine, float64"
      : adapter.isFallback
        ? `${adapter.description}, in software`
        : adapter.description;
}
