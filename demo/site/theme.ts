/** Light and dark: the system's choice until the button says otherwise. */

const KEY = "hillock-theme";

/** Makes the button work and calls `changed` whenever colours change. */
export function theme(changed: () => void): void {
  const button = document.querySelector<HTMLButtonElement>("#theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = stored();
  const isDark = (): boolean => (chosen === undefined ? system.matches : chosen === "dark");
  const apply = (): void => {
    document.documentElement.style.colorScheme = chosen ?? "";
    button?.setAttribute("aria-pressed", String(isDark()));
    changed();
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

/** The same as red, green, blue, 0 to 1. */
export function rgb(name: string): [number, number, number] {
  const [r = 0, g = 0, b = 0] = (colour(name).match(/[\d.]+/g) ?? []).map(Number);
  return [r / 255, g / 255, b / 255];
}
