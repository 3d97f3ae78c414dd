import { expect, test } from "vitest";
import { isSoftware } from "../../../src/gpu/adapter.ts";
import { infoOf } from "../../../src/run/open-device.ts";

/** What runtimes say of an adapter: some leave fields out. */
const adapter = (info: Partial<GPUAdapterInfo>): GPUAdapter => ({ info, limits: {} }) as unknown as GPUAdapter;

test.each([
  [{ description: "llvmpipe (LLVM 15.0.6, 256 bits)" }, true], // older wgpu: no isFallbackAdapter, no driver
  [{ vendor: "google", architecture: "swiftshader", isFallbackAdapter: true }, true],
  [{ description: "NVIDIA H100" }, false],
  [{}, false],
] as const)("%o is a software adapter: %s", (info, software) => {
  expect(isSoftware(info as GPUAdapterInfo)).toBe(software);
  expect(infoOf(adapter(info), "test").isFallback).toBe(software);
});

test("an adapter that says nothing has a name to print and no undefined fields", () => {
  expect(infoOf(adapter({}), "test")).toMatchObject({ description: "unnamed adapter", vendor: "", architecture: "" });
});
