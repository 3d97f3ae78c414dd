/** Everything that needs neither a file system nor an adapter; node.ts and browser.ts add those. */
export * from "./errors.ts";
export * from "./units.ts";
export { allToAll, fixedNumberPerSource, fixedProbability, list, oneToOne } from "./connect/rules.ts";
export type { CellModel } from "./model/cell.ts";
export { every, Network } from "./model/network.ts";
export { drive } from "./model/signal.ts";
export { gamma, poisson, regular, trains } from "./model/sources.ts";
export type { Chunk, Spikes, Trace } from "./record/chunk.ts";
export type { Control } from "./record/control.ts";
export { simulate, Simulation } from "./record/simulate.ts";
export { recordRun } from "./record/run-folder.ts";
export { loadRun, StoredRun } from "./record/load-run.ts";
export { MemoryFiles } from "./record/memory-files.ts";
export { spikesCsv, spikeTrainsText, traceCsv, writeNwb, writeText } from "./record/export.ts";
