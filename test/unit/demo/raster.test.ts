import { expect, test } from "vitest";
import { Recent, spikesOf as recentSpikes, spikeTable } from "../../../demo/site/recent.ts";
import { paint, pixelOf, type Picture } from "../../../demo/site/plain-raster.ts";

const blank = (width: number, height: number, tick: number): Picture => ({ pixels: new Uint32Array(width * height), width, height, tick }); // prettier-ignore

/** A letter a pixel, row by row. */
const drawn = ({ pixels, width, height }: Picture): string[] =>
  Array.from({ length: height }, (_, y) => Array.from(pixels.subarray(y * width, (y + 1) * width), (x) => (x === 0 ? "." : String.fromCharCode(x))).join("")); // prettier-ignore

const spikesOf = (all: readonly (readonly [place: number, neuron: number])[]): Parameters<typeof paint>[2] => ({
  spikes: all.length,
  place: (k) => (all[k] as readonly [number, number])[0],
  neuron: (k) => (all[k] as readonly [number, number])[1],
});

const letters = (text: string): Uint32Array => Uint32Array.from(text, (c) => c.charCodeAt(0));

test("a tick ends where its spike is, in its neuron's row and colour; nothing leaves the picture", () => {
  const picture = blank(10, 6, 2);
  paint(picture, { n: 3, first: "top", colours: letters("abc") }, spikesOf([[0.5, 0], [1, 1], [0.1, 2], [0, 2]])); // prettier-ignore
  expect(drawn(picture)).toEqual(["...aa.....", "...aa.....", "........bb", "........bb", "c.........", "c........."]);
  const risen = blank(10, 6, 2);
  paint(risen, { n: 3, first: "bottom", colours: letters("abc") }, spikesOf([[0.5, 0]]));
  expect(drawn(risen)[4]).toBe("...aa.....");
});

test("with more neurons than pixels every spike is still as large as a tick, the last neuron's too", () => {
  const picture = blank(4, 4, 2);
  paint(picture, { n: 20_000, first: "top", colours: new Uint32Array(20_000).fill(120) }, spikesOf([[1, 19_999], [0.5, 0]])); // prettier-ignore
  expect(drawn(picture)).toEqual(["xx..", "xx..", "..xx", "..xx"]);
});

test("a pixel's bytes are red, green, blue, and opaque", () => {
  expect([...new Uint8Array(Uint32Array.of(pixelOf([1, 0.5, 0])).buffer)]).toEqual([255, 128, 0, 255]);
});

test("a raster's table and its NWB hold the same spikes: those that it shows, though pieces reach further back", () => {
  const recent = new Recent();
  recent.push([90, 110], [1, 0], 0);
  recent.push([105, 120], [2, 1], 100);
  expect(spikeTable(recent, 100, (k) => k + 1, "unit").columns).toEqual([[105, 110, 120], [3, 1, 2]]); // prettier-ignore
  const { times, cells } = recentSpikes(recent, "pool", { n: 3, from: 100, to: 120 }).spikes;
  expect([[...times], [...cells]]).toEqual([[105, 110, 120], [2, 0, 1]]); // prettier-ignore
});
