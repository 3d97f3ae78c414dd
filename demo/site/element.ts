/** An element of the page by its id. */
export const element = <E extends HTMLElement>(id: string): E => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element "${id}"`);
  return found as E;
};

export const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/** Enables buttons or disables them, by id. Where the focus was on one that is disabled now, which would lose it, the first that is
 * enabled now has it. */
export function enable(wanted: Readonly<Record<string, boolean>>): void {
  const buttons = Object.entries(wanted).map(([id, on]) => ({ button: element<HTMLButtonElement>(id), on }));
  const next = buttons.find(({ button, on }) => on && button.disabled)?.button;
  const lost = buttons.some(({ button, on }) => !on && button === document.activeElement);
  for (const { button, on } of buttons) button.disabled = !on;
  if (lost) next?.focus({ preventScroll: true });
}
