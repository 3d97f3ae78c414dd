/** Everything that needs neither a file system nor an adapter; node.ts and browser.ts add those. */
export * from "./errors.ts";
export * from "./units.ts";
export { allToAll, fixedNumberPerSource, fixedProbability, list, oneToOne } from "./connect/rules.ts";
export type { CellModel, WholeCell } from "./network/cell.ts";
export { every, Network } from "./network/network.ts";
export { drive } from "./network/signal.ts";
export { gamma, poisson, regular, trains } from "./network/sources.ts";
export type { Chunk, Spikes, Trace } from "./run/chunk.ts";
export type { Control } from "./run/control.ts";
export { simulate, Simulation } from "./run/simulate.ts";
export { recordRun } from "./storage/run-folder.ts";
export { loadRun, StoredRun } from "./storage/load-run.ts";
export { MemoryFiles } from "./storage/memory-files.ts";
export { spikesCsv, spikeTrainsText, traceCsv, writeNwb } from "./storage/export.ts";
export { writeText } from "./storage/files.ts";
