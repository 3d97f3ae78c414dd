import { make } from "./element.ts";

/** A labelled number, text or choice; `change` gets what was given when it is whole and within its limits. */

let count = 0;

export interface NumberField {
  readonly label: string;
  readonly value: number | undefined;
  readonly min?: number;
  readonly max?: number;
  /** An empty field means undefined; else it goes back to what it was. */
  readonly optional?: boolean;
  /** instead of a label that is seen: the field stands in a table. */
  readonly hidden?: boolean;
}

export function numberField(spec: NumberField, change: (value: number | undefined) => void): HTMLElement {
  const { label, min, max, optional = false } = spec;
  let { value } = spec;
  const input = make("input", { type: "number", step: "any", value: value === undefined ? "" : String(value) });
  if (min !== undefined) input.min = String(min);
  if (max !== undefined) input.max = String(max);
  const said = make("small", { className: "refused" });
  said.setAttribute("role", "alert");
  input.addEventListener("change", () => {
    said.remove();
    const given = input.value.trim() === "" && !input.validity.badInput ? undefined : input.valueAsNumber;
    const fits = given === undefined ? optional : Number.isFinite(given) && given >= (min ?? -Infinity) && given <= (max ?? Infinity);
    if (!fits) {
      said.textContent = `${wantedOf(spec)}; ${value ?? "nothing"} stays.`;
      input.value = value === undefined ? "" : String(value);
      input.after(said);
      return;
    }
    value = given;
    change(given);
  }); // prettier-ignore
  return labelled(label, input, spec.hidden);
}

/** What a field takes, in words. */
function wantedOf({ min, max }: NumberField): string {
  if (min === undefined && max === undefined) return "Give a number";
  return max === undefined
    ? `Give ${min} or more`
    : min === undefined
      ? `Give ${max} or less`
      : `Give ${min} to ${max}`;
}

export function textField(label: string, value: string, change: (value: string) => void): HTMLElement {
  const input = make("input", { type: "text", value, maxLength: 60 });
  input.addEventListener("change", () => change(input.value));
  return labelled(label, input);
}

export function choiceField(
  label: string,
  options: readonly string[],
  value: string,
  change: (value: string) => void,
): HTMLElement {
  // prettier-ignore
  const select = make("select");
  for (const option of options) select.add(new Option(option, option, false, option === value));
  select.addEventListener("change", () => change(select.value));
  return labelled(label, select);
}

function labelled(label: string, input: HTMLInputElement | HTMLSelectElement, hidden = false): HTMLElement {
  if (hidden) {
    input.setAttribute("aria-label", label);
    return input;
  }
  input.id = `field-${++count}`;
  return make("span", { className: "field" }, make("label", { htmlFor: input.id, textContent: label }), input);
}

export function button(
  textContent: string,
  act: () => void,
  properties: Partial<HTMLButtonElement> = {},
): HTMLButtonElement {
  // prettier-ignore
  const made = make("button", { type: "button", textContent, ...properties });
  made.addEventListener("click", act);
  return made;
}
