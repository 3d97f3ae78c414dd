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
export type { Drawn, GivenOrDrawn, Limits, Moments } from "./connect/values.ts";
export type { Rule } from "./connect/rules.ts";
export type { AllToAll } from "./connect/rules/all-to-all.ts";
export type { DistanceLaw, Positions } from "./connect/rules/distance-law.ts";
export type { DegreeOptions, FixedDegree } from "./connect/rules/fixed-degree.ts";
export type { FixedNumberPerSource } from "./connect/rules/fixed-number-per-source.ts";
export type { FixedProbability } from "./connect/rules/fixed-probability.ts";
export type { FixedTotal } from "./connect/rules/fixed-total.ts";
export type { PairColumns, PairList } from "./connect/rules/list.ts";
export type { OneToOne } from "./connect/rules/one-to-one.ts";
export type { EngineKind, Timings } from "./host/engine.ts";
export type { MemoryUse } from "./host/memory.ts";
export type {
  CellModel,
  CellModelToDraw,
  CylinderSpec,
  FrustaSpec,
  Insertion,
  Method,
  ReceptorSpec,
  SectionRest,
  SectionSpec,
  VoltageSum,
  WholeCell,
  WithDrawn,
} from "./network/cell.ts";
export type {
  CellChoice,
  CellSignals,
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
  GatherDescription,
  ReadoutDescription,
  TrainedDescription,
  Place,
  Rls,
  TrainedLinks,
} from "./network/description.ts";
export type {
  AnyCells,
  AnyPopulation,
  CellsBase,
  CellsHandle,
  ReadoutHandle,
  ReceptorTarget,
  SourcesHandle,
  TrainedHandle,
} from "./network/handles.ts";
export type { ClampSignal, LinkValues } from "./network/given.ts";
export type {
  ClampOptions,
  ConnectOptions,
  GapOptions,
  GatherOptions,
  VoltageClampOptions,
} from "./network/options.ts";
export { rls } from "./network/readouts.ts";
export type { TrainedOptions } from "./network/trained.ts";
export type { TrainedDefaults } from "./network/trained-parameters.ts";
export type { ReadoutOptions, RlsOptions } from "./network/readouts.ts";
export type { FluentSignal, Signal, SignalMethods, SignalShape, Time, Values } from "./network/signal.ts";
export type { RateLike, RenewalOptions, SourceModelOf } from "./network/sources.ts";
export { every, Network } from "./network/network.ts";
export { drive } from "./network/signal.ts";
export { gamma, poisson, poissonPort, regular, trains } from "./network/sources.ts";
export type { Chunk, Rows, SortedSpikes, Spikes, Trace } from "./run/chunk.ts";
export type { Control, LiveChange } from "./run/control.ts";
export type { Checkpoint, Progress, RunDescription, RunOptions, SimulateOptions, Update } from "./run/simulate.ts";
export type { Named } from "./run/names.ts";
export type { ChunkEntry, Resumed, RunFile } from "./storage/run-file.ts";
export { type NwbOptions, type NwbSubject, writeNwb } from "./storage/write-nwb.ts";
export type { FileMark, Files, Hdf5Folder } from "./storage/files.ts";
export type { LoadOptions } from "./storage/load-run.ts";
export type { Gathered, RecordOptions } from "./storage/run-folder.ts";
export type {
  ChunkFormat,
  ChunkPlace,
  ChunkSink,
  ChunkSource,
  ChunkStore,
  FinishedSpan,
  StoredRows,
} from "./storage/sink.ts";
export type { Point3d } from "./morphology/frusta.ts";
export { simulate, Simulation } from "./run/simulate.ts";
export { recordRun } from "./storage/run-folder.ts";
export { loadRun, StoredRun } from "./storage/load-run.ts";
export { MemoryFiles } from "./storage/memory-files.ts";
export { spikesCsv, spikeTrainsText, traceCsv } from "./storage/export.ts";
export { linksOf, type LinkColumns } from "./compile/links/links-of.ts";
export { writeSonataNetwork } from "./storage/sonata-network.ts";
export type { NwbTable } from "./import/nwb-units.ts";
export { type NwbUnits, readNwb } from "./storage/read-nwb.ts";
export { writeText } from "./storage/files.ts";
