import { concatenated } from "../concatenated.ts";
import { crc32 } from "../storage/crc32.ts";

/** A PNG of up to 256 colours as a data URI, for heat maps inside an SVG. Uncompressed (stored deflate blocks), so that it
 * needs no codec in the browser; one byte per pixel. PNG specification, W3C, 2nd edition; RFC 1950, 1951. */
export function indexedPng(pixels: Uint8Array, width: number, height: number, palette: Uint8Array): string {
  const scanlines = new Uint8Array((width + 1) * height); // each line starts with filter type 0
  for (let y = 0; y < height; y++) scanlines.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, 3], 8); // 8 bits, palette
  const parts = [
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    chunk("IHDR", header),
    chunk("PLTE", palette),
    chunk("IDAT", stored(scanlines)),
    chunk("IEND", new Uint8Array(0)),
  ];
  return `data:image/png;base64,${base64(concatenated(Uint8Array, parts))}`;
}

/** A zlib stream of stored blocks of at most 65,535 bytes. */
function stored(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at === 0 || at < data.length; at += 65_535) {
    const block = data.subarray(at, at + 65_535);
    const n = block.length;
    parts.push(Uint8Array.of(at + n >= data.length ? 1 : 0, n & 255, n >> 8, ~n & 255, (~n >> 8) & 255), block);
  }
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  parts.push(Uint8Array.of(b >> 8, b & 255, a >> 8, a & 255));
  return concatenated(Uint8Array, parts);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let k = 0; k < 4; k++) out[4 + k] = type.charCodeAt(k);
  out.set(data, 8);
  view.setUint32(data.length + 8, crc32(0, out.subarray(4, data.length + 8)));
  return out;
}

/** btoa of the bytes, in pieces because an argument list is limited. */
function base64(data: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < data.length; at += 8192) pieces.push(String.fromCharCode(...data.subarray(at, at + 8192)));
  return btoa(pieces.join(""));
}
