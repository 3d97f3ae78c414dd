/** Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), twin of shaders/philox.wgsl.
 *
 * Every random number of a simulation is a pure function of who, what and when:
 * key = (seed, stream), counter = (element, draw, 0, use). A stream is a hash of a name, never an index. */

import { cosTurns, ln } from "./elementary.ts";

type Words4 = readonly [number, number, number, number];

/** Last word of the counter: what a number is drawn for. Part of every checkpoint and spike train: append, never renumber. */
export const USES = { threshold: 0, connection: 1, receptor: 2, signal: 3, parameter: 4, delay: 5, weight: 6, initial: 7, noise: 8, count: 9 } as const; // prettier-ignore
export type Use = keyof typeof USES;

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High word of the 64-bit product of two u32, as an int32 (add `>>> 0` for the u32). 16-bit halves: no product exceeds 2^32. */
export function mulHi(a: number, b: number): number {
  const aHi = a >>> 16;
  const aLo = a & 0xffff;
  const bHi = b >>> 16;
  const bLo = b & 0xffff;
  const mid = Math.imul(aHi, bLo) + (Math.imul(aLo, bLo) >>> 16);
  // mid as u32 is exact: (2^16-1)^2 + 2^16-1 < 2^32.
  const cross = Math.imul(aLo, bHi) + (mid & 0xffff);
  return (Math.imul(aHi, bHi) + (mid >>> 16) + (cross >>> 16)) | 0;
}

/** Four u32 in `out[at .. at + 4)` for a counter and a key. Allocates nothing. */
export function philoxInto(
  out: Uint32Array,
  at: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < 10; round++) {
    const hi0 = mulHi(M0, c0);
    const lo0 = Math.imul(M0, c0);
    const hi1 = mulHi(M1, c2);
    const lo1 = Math.imul(M1, c2);
    c0 = hi1 ^ c1 ^ k0;
    c1 = lo1;
    c2 = hi0 ^ c3 ^ k1;
    c3 = lo0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}

/** The four u32 of a counter under a key. */
export function philox4x32(counter: Words4, key: readonly [number, number]): [number, number, number, number] {
  const out = new Uint32Array(4);
  philoxInto(out, 0, ...counter, ...key);
  return [...out] as [number, number, number, number];
}

/** First u32 of counter (element, draw, 0, use) under key (seed, stream): what decides about one thing. Draws about a pair
 * (structure: source and target of a link) give the pair as element and draw, so the order of calls does not matter. */
export function drawU32(seed: number, stream: number, element: number, draw: number, use: Use): number {
  philoxInto(scratch, 0, element, draw, 0, USES[use], seed, stream);
  return scratch[0] as number;
}
const scratch = new Uint32Array(4); // overwritten by each draw: holds nothing between calls

/** 32-bit FNV-1a hash of "use:name" in UTF-8: the second key word of everything drawn for that name.
 * @param kind  what the name names: "source", "projection", "signal", "cells", ... */
export function stream(kind: string, name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${kind}:${name}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Uniform on (0, 1), never 0 or 1: (k + 1/2) / 2^32, exact in float64. */
export const uniform = (k: number): number => (k + 0.5) * 2 ** -32;

/** The u32 below which a draw means "yes" with probability p: `draw < probabilityBound(p)` has chance round(p 2^32) / 2^32. */
export const probabilityBound = (p: number): number => Math.round(p * 2 ** 32);

/** Standard normal number from two u32 (Box-Muller). Only exact operations and src/random/elementary.ts: the same bits everywhere. */
export const normal = (k0: number, k1: number): number => Math.sqrt(-2 * ln(uniform(k0))) * cosTurns(uniform(k1));

/** Standard normal number of counter (element, draw, 0, use) under key (seed, stream). */
export function drawNormal(seed: number, stream: number, element: number, draw: number, use: Use): number {
  philoxInto(scratch, 0, element, draw, 0, USES[use], seed, stream);
  return normal(scratch[0] as number, scratch[1] as number);
}
