import type { Card } from "../site/cards.ts";
import { NETWORK, PULSES, VOLTAGE, type Key } from "./settings.ts";

/** A question about a network names its example. */
export type LabCard = Card<Key> & { readonly circuit?: string };

/** Questions about the squid axon, with which the page begins, and about networks. */
export const CARDS: readonly LabCard[] = [
  { question: "Which currents make a spike?", settings: { mode: VOLTAGE, window: 200 }, look: "At each step from −80 to 0 mV the clamp's current goes inward (down) for a moment: sodium. Then it turns outward and stays: potassium. Measure shows both against the voltage." },
  { question: "Can noise make a resting cell fire?", settings: { amplitude: 0, noise: 150, window: 500 }, look: "Without current the axon rests. Under the noise it fires at irregular intervals. Put Noise to 0 and it rests again." },
  { question: "Does it follow pulses?", settings: { amplitude: 60, shape: PULSES, period: 40, window: 200 }, look: "Two spikes in every pulse of 20 ms. With a period of 20 ms each pulse has one; at 10 ms only three of four have." },
  { question: "Who wins of two rivals?", settings: { view: NETWORK, span: 2000 }, circuit: "rivals", look: "Neither: they take turns. A burst of one silences the other until its own adaptation ends it. Put both weights between them to 0 and watch the rates." },
]; // prettier-ignore
