import { hideNotice } from "./notice.ts";

/** What a page owes a reader without a mouse: the focus is never lost to what went away, and Escape closes what is open. */

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']";

/** What says that an element stands for the same as one before it. */
const keyOf = (of: Element): string =>
  of.id || (of instanceof HTMLElement && of.dataset["key"]) || of.getAttribute("aria-label") || "";

/** Replaces what a box holds. Where the focus was within, what stands for the same has it now (by id, data-key or aria-label), else what stands
 * in its place, else `otherwise`. */
export function refill(box: HTMLElement, content: readonly (Node | string)[], otherwise?: HTMLElement): void {
  const within = (): HTMLElement[] => [...box.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const focused = document.activeElement;
  const place = within().findIndex((e) => e === focused);
  const key = place < 0 || focused === null ? "" : keyOf(focused);
  box.replaceChildren(...content);
  if (place < 0) return;
  const now = within().filter((e) => !(e as HTMLButtonElement).disabled);
  const next = (key === "" ? undefined : now.find((e) => keyOf(e) === key)) ?? now[Math.min(place, now.length - 1)];
  (next ?? otherwise)?.focus({ preventScroll: true });
}

/** Does what disables, hides or removes elements. Where the focus went with one of them, `next` has it.
 * @param next  what comes first and can take it */
export function keepingFocus(act: () => void, ...next: readonly (HTMLElement | null | undefined)[]): void {
  const focused = document.activeElement;
  act();
  if (!(focused instanceof HTMLElement) || focused === document.body || takes(focused)) return;
  next.find((e) => e !== null && e !== undefined && takes(e))?.focus({ preventScroll: true });
}

const takes = (e: HTMLElement): boolean =>
  e.isConnected && e.checkVisibility() && (e as HTMLButtonElement).disabled !== true;

/** A key that the browser or the system has for itself: Alt and an arrow go back, Ctrl and + enlarge the page. */
export const isBrowsers = (event: KeyboardEvent): boolean => event.ctrlKey || event.metaKey || event.altKey;

/** Escape closes the fold that the focus is in, else the message above the page. */
export function escapes(): void {
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    const fold = document.activeElement?.closest<HTMLDetailsElement>("details[open]");
    if (!fold) return hideNotice();
    fold.open = false;
    fold.querySelector("summary")?.focus();
  });
}
