import type { LabSettings } from "./settings.ts";

/** The versions of a cell that the page has side by side. */
export const VERSIONS = ["A", "B"] as const;
export type VersionName = (typeof VERSIONS)[number];

/** Amplitude and noise in the unit of the input. */
export const currentOf = ({ amplitude, scale }: LabSettings): number => (amplitude / 100) * scale;
export const noiseSdOf = ({ noise, scale }: LabSettings): number => (noise / 100) * scale;
