/// <reference types="@webgpu/types" preserve="true" />
import { isSoftware } from "../gpu/adapter.ts";

/** What is said about an adapter, in run.json and by `hillock devices`. */
export interface AdapterInfo {
  readonly description: string;
  readonly vendor: string;
  readonly architecture: string;
  /** a software adapter. */
  readonly isFallback: boolean;
  /** why this one. */
  readonly reason: string;
  readonly limits: Readonly<Record<(typeof LIMITS)[number], number>>;
}

export interface OpenDevice {
  readonly device: GPUDevice;
  readonly info: AdapterInfo;
  readonly reason: string;
}

export interface OpenDeviceOptions {
  /** Part of an adapter's description, vendor or architecture ("swiftshader"); default: the best that is found. */
  readonly adapter?: string;
}

/** Limits that a network can run into; asked for at the adapter's maximum. */
const LIMITS = [
  "maxStorageBuffersPerShaderStage",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
] as const;

export function infoOf(adapter: GPUAdapter, reason: string): AdapterInfo {
  const { vendor = "", architecture = "", description, device } = adapter.info as Partial<GPUAdapterInfo>;
  return {
    description: description || device || `${vendor} ${architecture}`.trim() || "unnamed adapter",
    vendor,
    architecture,
    isFallback: isSoftware(adapter.info),
    reason,
    limits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])) as AdapterInfo["limits"],
  };
}

/** The adapter's largest limits, and time stamps where it has them. */
export function maximumLimits(adapter: GPUAdapter): Pick<GPUDeviceDescriptor, "requiredLimits" | "requiredFeatures"> {
  const timing = adapter.features.has("timestamp-query");
  return {
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    requiredFeatures: timing ? ["timestamp-query"] : [],
  };
}
