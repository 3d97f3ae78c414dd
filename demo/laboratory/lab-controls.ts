import { Controls } from "../site/controls.ts";
import { CONSTANT, VOLTAGE, SPECS, type Key, type LabSettings } from "./settings.ts";

export const KEYS = Object.keys(SPECS) as Key[];

/** The page's controls; an address keeps the cell behind its #. */
export class LabControls extends Controls<Key> {
  get settings(): LabSettings {
    return Object.fromEntries(KEYS.map((key) => [key, this.get(key)])) as LabSettings;
  }

  override link(): string {
    return `${super.link()}${location.hash}`;
  }

  /** Greys out what the clamp does not use. */
  suitClamp(): void {
    const inVoltage = this.get("mode") === VOLTAGE;
    for (const key of ["amplitude", "noise", "shape", "scale", "seed"] as const) this.enable(key, !inVoltage);
    for (const key of ["hold", "step"] as const) this.enable(key, inVoltage);
    this.enable("period", inVoltage || this.get("shape") !== CONSTANT);
  }
}
