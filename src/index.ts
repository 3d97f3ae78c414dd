/** Everything that needs neither a file system nor an adapter; node.ts and browser.ts add those. */
export * from "./errors.ts";
export * from "./units.ts";
export {
  allToAll,
  distanceLaw,
  fixedInDegree,
  fixedNumberPerSource,
  fixedOutDegree,
  fixedProbability,
  fixedTotal,
  list,
  oneToOne,
} from "./connect/rules.ts";
export { exponentialValues, lognormalValues, normalValues, uniformValues } from "./connect/values.ts";
export type { Drawn } from "./connect/values.ts";
export type { Rule } from "./connect/rules.ts";
export type { EngineKind } from "./host/engine.ts";
export type {
  CellModel,
  Given,
  Insertion,
  Method,
  ReceptorSpec,
  SectionSpec,
  VoltageSum,
  WholeCell,
} from "./network/cell.ts";
export type {
  CellChoice,
  ClampDescription,
  CompileOptions,
  NetworkDescription,
  PerLink,
  PopulationDescription,
  PortSources,
  ProjectionDescription,
  RecordingDescription,
  RenewalSources,
  SourceModel,
  TrainSources,
  Variation,
} from "./network/description.ts";
export type { AnyCells, AnyPopulation, CellsHandle, ReceptorTarget, SourcesHandle } from "./network/handles.ts";
export type { ClampOptions, ConnectOptions, LinkValues } from "./network/network.ts";
export type { FluentSignal, Signal, SignalMethods } from "./network/signal.ts";
export type { RateLike, SourceModelOf } from "./network/sources.ts";
export { every, Network } from "./network/network.ts";
export { drive } from "./network/signal.ts";
export { gamma, poisson, poissonPort, regular, trains } from "./network/sources.ts";
export type { Chunk, Spikes, Trace } from "./run/chunk.ts";
export type { Control, LiveChange } from "./run/control.ts";
export type { Checkpoint, Progress, RunOptions, SimulateOptions } from "./run/simulate.ts";
export type { ChunkEntry, RunFile } from "./storage/run-file.ts";
export type { NwbOptions } from "./storage/export.ts";
export type { Files } from "./storage/files.ts";
export type { RecordOptions } from "./storage/run-folder.ts";
export { simulate, Simulation } from "./run/simulate.ts";
export { recordRun } from "./storage/run-folder.ts";
export { loadRun, StoredRun } from "./storage/load-run.ts";
export { MemoryFiles } from "./storage/memory-files.ts";
export { spikesCsv, spikeTrainsText, traceCsv, writeNwb } from "./storage/export.ts";
export { writeText } from "./storage/files.ts";
