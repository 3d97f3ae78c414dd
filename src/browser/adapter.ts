/// <reference types="@webgpu/types" preserve="true" />
import { infoOf, type AdapterInfo } from "../run/open-device.ts";

export const REASON = "the browser's adapter";

export async function requestAdapter(): Promise<GPUAdapter | undefined> {
  const gpu = (navigator as Partial<Navigator>).gpu; // undefined outside of secure contexts
  return (await gpu?.requestAdapter({ powerPreference: "high-performance" })) ?? undefined;
}

/** The one adapter that a browser offers, or none. */
export async function adapters(): Promise<AdapterInfo[]> {
  const adapter = await requestAdapter();
  return adapter === undefined ? [] : [infoOf(adapter, REASON)];
}
