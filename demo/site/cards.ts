import type { Controls } from "./controls.ts";
import { element, make } from "./element.ts";
import { button } from "./fields.ts";
import { inTurn } from "./turns.ts";

/** A question that the page answers: its settings, and what to look for. */
export interface Card<K extends string> {
  readonly question: string;
  /** All other settings get their defaults, but for those of `keep`. */
  readonly settings: Readonly<Partial<Record<K, number>>>;
  readonly look: string;
}

/** Questions beside the page; each sets its controls.
 * @param keep  settings that stay as they are: how fast, how many
 * @param tried  after the controls were set */
export function cards<K extends string, C extends Card<K>>(
  controls: Controls<K>,
  keep: readonly K[],
  list: readonly C[],
  tried: (card: C) => void = () => undefined,
): void {
  const items = list.map((card, k) => {
    const { question, settings, look } = card;
    const said = make("p", { className: "small", textContent: look, id: `card-${k}` });
    const act = button("Try this", () => (controls.putAll(settings, keep), tried(card)));
    act.setAttribute("aria-label", `Try this: ${question}`);
    act.setAttribute("aria-describedby", said.id);
    return make("li", { className: "panel" }, make("h3", { textContent: question }), said, act);
  });
  void inTurn(() => element("try").append(make("ul", { className: "questions" }, ...items)));
}
