/** Foreign models as hillock's data: pure functions of texts. Each says in `REFUSED` what it does not take. */
export { ascCell } from "./asc/cell.ts";
export { asc, type AscMorphology } from "./asc/sections.ts";
export type { GivenTable } from "./nmodl/reading/given.ts";
export { nmodl, type NmodlFile, type NmodlOptions } from "./nmodl/nmodl.ts";
export { isArtificial, nmodlCell, type NmodlCell, type NmodlCellOptions } from "./nmodl/artificial/cell.ts";
export { isGather, nmodlGather, type NmodlGather, type NmodlGatherOptions } from "./nmodl/gather.ts";
export { gatherSource, mechanismSource, neuronSource, pulsesSource } from "./nmodl/write.ts";
export { REFUSED, type Refused } from "./refused.ts";
export { swcCell, type ByKind, type NsegRule, type SwcCellOptions, type SwcInsertion } from "./swc/cell.ts";
export { swc, type SwcMorphology, type SwcSection } from "./swc/sections.ts";
export { sonata, type SonataModel, type SonataPart } from "./sonata/sonata.ts";
export type { SonataElement, SonataReport } from "./sonata/reports.ts";
export type { SonataGroup, SonataSource } from "./sonata/config.ts";
