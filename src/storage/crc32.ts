/** For eight bytes at a time: TABLES[k * 256 + b] is the CRC of byte b followed by k zero bytes. */
const TABLES = new Int32Array(8 * 256);
for (let b = 0; b < 256; b++) {
  let c = b;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  TABLES[b] = c;
}
for (let i = 256; i < TABLES.length; i++) {
  const c = TABLES[i - 256] as number;
  TABLES[i] = (TABLES[c & 0xff] as number) ^ (c >>> 8);
}

/** CRC-32 (IEEE 802.3) of bytes, continued from that of the bytes before. */
export function crc32(before: number, bytes: Uint8Array): number {
  const b = (i: number): number => bytes[i] as number;
  const t = (k: number, byte: number): number => TABLES[256 * k + byte] as number;
  let c = ~before;
  let i = 0;
  for (const last = bytes.length - 8; i <= last; i += 8) {
    const x = c ^ (b(i) | (b(i + 1) << 8) | (b(i + 2) << 16) | (b(i + 3) << 24));
    c =
      t(7, x & 0xff) ^ t(6, (x >>> 8) & 0xff) ^ t(5, (x >>> 16) & 0xff) ^ t(4, x >>> 24) ^
      t(3, b(i + 4)) ^ t(2, b(i + 5)) ^ t(1, b(i + 6)) ^ t(0, b(i + 7)); // prettier-ignore
  }
  for (; i < bytes.length; i++) c = t(0, (c ^ b(i)) & 0xff) ^ (c >>> 8);
  return ~c >>> 0;
}
