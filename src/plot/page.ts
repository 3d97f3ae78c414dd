/** Bytes that drawing a page takes at most, as measured: the renderer's fonts and tree, its pixels, and those again in the order of a PNG.
 * @param width, height  mm */
export function pageBytes(width: number, height: number, dpi = 300): number {
  const pixels = ((width * dpi) / 25.4) * ((height * dpi) / 25.4);
  return 8 * 2 ** 20 + 2.1 * 4 * pixels;
}
