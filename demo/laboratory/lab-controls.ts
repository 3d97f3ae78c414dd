import { Controls } from "../site/controls.ts";
import { CONSTANT, NETWORK, VOLTAGE, SPECS, type Key, type LabSettings } from "./settings.ts";

export const KEYS = Object.keys(SPECS) as Key[];

/** The page's controls; an address keeps the cell behind its #. */
export class LabControls extends Controls<Key> {
  get settings(): LabSettings {
    return Object.fromEntries(KEYS.map((key) => [key, this.get(key)])) as LabSettings;
  }

  override link(): string {
    return `${super.link()}${location.hash}`;
  }

  /** Greys out what the clamp, or a network, does not use. */
  suitView(): void {
    const network = this.get("view") === NETWORK;
    const inVoltage = this.get("mode") === VOLTAGE;
    for (const key of ["amplitude", "noise", "shape", "scale"] as const) this.enable(key, !network && !inVoltage);
    for (const key of ["hold", "step"] as const) this.enable(key, !network && inVoltage);
    this.enable("period", !network && (inVoltage || this.get("shape") !== CONSTANT));
    this.enable("seed", network || !inVoltage);
    for (const key of ["mode", "window"] as const) this.enable(key, !network);
    this.enable("span", network);
  }
}
