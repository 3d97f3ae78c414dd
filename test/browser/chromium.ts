/** Debian's Chromium unless the environment names another. */
export const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** The least that gives WebGPU and a canvas that shows what is drawn, on SwiftShader. Without the last three the first frame
 * destroys the device or stays blank. */
export const FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-vulkan=swiftshader",
  "--use-angle=vulkan",
  "--enable-features=Vulkan",
];
