/// <reference types="@webgpu/types" preserve="true" />
/** What drives the processor as if it were a graphics card. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|basic render/i;

/** Whether the processor stands in for a graphics card: said by the adapter, or, where it does not say (wgpu in Deno), by its name. */
export function isSoftware(info: GPUAdapterInfo | undefined): boolean {
  const { isFallbackAdapter, description, device, architecture } = (info ?? {}) as Partial<GPUAdapterInfo>;
  return isFallbackAdapter ?? SOFTWARE.test(`${description} ${device} ${architecture}`);
}
