/** What computes here: a graphics card, an adapter that the processor stands in for, or the reference engine. */
export type EngineHere = "adapter" | "software" | "reference";
