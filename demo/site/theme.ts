/** Light and dark: the system's choice until the button says otherwise. */
import type { Look } from "./protocol.ts";

const KEY = "hillock-theme";

/** Colours of style.css that workers draw with. */
const INKS = [
  "ink", "muted", "grid", "accent", "warm", "violet", "small-unit", "middle-unit", "large-unit",
  "v-low", "v-rest", "v-high", "v-spike", "l2-basket", "l2-pyramidal", "l5-basket", "l5-pyramidal",
] as const; // prettier-ignore

const listeners: (() => void)[] = [];

/** Calls `changed` whenever colours change. */
export const onColours = (changed: () => void): void => void listeners.push(changed);

/** Makes the page's button work. */
export function theme(): void {
  const button = document.querySelector<HTMLButtonElement>("#theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = stored();
  document.body.classList.toggle("embedded", window !== window.top);
  const isDark = (): boolean => (chosen === undefined ? system.matches : chosen === "dark");
  const apply = (): void => {
    document.documentElement.style.colorScheme = chosen ?? "";
    document.documentElement.dataset["theme"] = chosen ?? "system";
    button?.setAttribute("aria-pressed", String(isDark()));
    for (const changed of listeners) changed();
  };
  button?.addEventListener("click", () => {
    chosen = isDark() ? "light" : "dark";
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // storage may be off; the choice then lasts for the page
    }
    apply();
  });
  system.addEventListener("change", apply);
  apply();
}

function stored(): "light" | "dark" | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : undefined;
  } catch {
    return undefined;
  }
}

const probe = document.createElement("span");
probe.hidden = true;

/** A colour of style.css as it is now, "rgb(…)". */
export function colour(name: string): string {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

/** Those that workers draw with, as they are now. */
export const colours = (): Look["colours"] =>
  Object.fromEntries(
    INKS.map((name) => {
      const [r = 0, g = 0, b = 0] = (colour(name).match(/[\d.]+/g) ?? []).map(Number);
      return [name, [r / 255, g / 255, b / 255] as const];
    }),
  );
