import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fromModule } from "../../../src/cli/module.ts";
import type { RunOptions } from "../../../src/cli/options.ts";
import { DataError, HillockError, ModelError } from "../../../src/errors.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson } from "../../../src/network/sources.ts";
import { Hz, ms, seconds } from "../../../src/units.ts";

const folder = mkdtempSync(join(tmpdir(), "hillock-module-"));
afterAll(() => rmSync(folder, { recursive: true }));
const options = { set: [], duration: "2" } as unknown as RunOptions;
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

test("a network's JSON runs as the network does", async () => {
  const net = new Network({ seed: 3 });
  net.sources("a", 5, poisson({ rate: Hz(10) }));
  const built = await fromModule(file("net.json", JSON.stringify(net)), options);
  expect(built.network.toJSON()).toEqual(net.toJSON());
  expect(built.duration).toEqual(seconds(2));
});

test("a trained network is written as JSON with what is not as published; its step is a tenth of its time constant", async () => {
  const text = '{ "seed": 3, "trained": { "name": "reservoir", "n": 30, "tau_m": { "value": 20, "unit": "ms" } } }';
  const { network, dt } = await fromModule(file("trained.json", text), { ...options, set: ["reservoir.vrest=-8.5"] });
  expect(dt).toEqual(ms(2));
  expect(network.describe().trained).toMatchObject({ n: 30, gsyn: 0.5 });
  expect(network.describe().variations).toEqual([{ path: "reservoir.vrest", values: [-8.5] }]);
});

test("what is no JSON, or no network, is an error", async () => {
  await expect(fromModule(file("cut.json", '{ "seed": 1'), options)).rejects.toThrow(DataError);
  await expect(fromModule(file("other.json", '{ "cells": 1 }'), options)).rejects.toThrow(ModelError);
});

let files = 0;
test.each([
  ["", "throw new Error('boom')", /own0\.mjs: fails \(Error: boom, at own0\.mjs:1:\d+\)/],
  ["", "export default {", /fails \(.+\)/],
  ["", "export default () => { throw 5 }", /fails \(5\)/],
  ["", "export default { describe: 1, toJSON: 1 }", /exports no network/],
  ["notes", "5", /notes: is no list of texts/],
  ["notes", "[null]", /notes: is no list of texts/],
  ["summary", "'x'", /summary: is a string/],
  ["figures", "5", /figures: is a number/],
  ["outputs", "null", /outputs: is a object/],
] as const)("a module's own %s %j", async (name, text, message) => {
  const net = "export default { describe() {}, toJSON: () => ({ seed: 1, populations: [] }) };";
  const path = file(`own${files++}.mjs`, name === "" ? text : `${net} export const ${name} = ${text};`);
  await expect(fromModule(path, options)).rejects.toMatchObject({ name: "DataError", message: expect.stringMatching(message) as string });
}); // prettier-ignore
const OWN = "const net = { describe() {}, toJSON: () => ({ seed: 1, populations: [] }) };";
const HOSTILE = "{ toString() { throw new Error('no text') }, [Symbol.toPrimitive]() { throw new Error('no text') } }";
const DENIED = "new Proxy({}, new Proxy({}, { get: () => () => { throw new Error('no text') } }))"; // throws whatever is asked of it

test.each([
  ["a getter that throws", "export default { get network() { throw new Error('boom') } };", /fails \(Error: boom, at odd\d+\.mjs:\d+:\d+\)/],
  ["a getter of its step", `${OWN} export default { network: net, get dt() { throw new Error('boom') } };`, /fails \(Error: boom/],
  ["a getter within its step", `${OWN} export default net; export const dt = { unit: "ms", get value() { throw new Error('boom') } };`, /fails \(Error: boom/],
  ["a getter within its network", "export default { describe() {}, toJSON: () => ({ seed: 1, get populations() { throw new Error('boom') } }) };", /fails \(Error: boom/],
  ["a getter that throws the second time", "let n = 0; export default { describe() {}, toJSON: () => ({ seed: 1, populations: [], get projections() { if (n++ > 0) throw new Error('boom'); return []; } }) };", undefined],
  ["a Proxy that denies", `export default ${DENIED};`, /fails \(Error: no text/],
  ["a Proxy that denies as its step", `${OWN} export default net; export const dt = ${DENIED};`, /fails \(/],
  ["an object without a text as its seed", `export default { describe() {}, toJSON: () => ({ seed: ${HOSTILE}, populations: [] }) };`, /fails \(|seed/],
  ["an object without a text as its notes", `${OWN} export default net; export const notes = [${HOSTILE}];`, /fails \(|notes: is no list of texts/],
  ["an object without a text thrown", `throw ${HOSTILE};`, /fails \(an object that is no Error\)/],
  ["an error without a text thrown", `throw Object.defineProperty(new Error(), "stack", { get() { throw 5 } });`, /fails \(what cannot be read\)/],
  ["a Proxy that says nothing thrown", `throw new Proxy({}, { getPrototypeOf() { throw new Error("x") } });`, /fails \(what cannot be read\)/],
] as const)("%s of a module is said in a line", async (_, text, message) => {
  const made = fromModule(file(`odd${files++}.mjs`, text), options);
  if (message === undefined) return void expect((await made).network.toJSON().projections).toEqual([]);
  const error = await made.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HillockError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toContain("\n");
}); // prettier-ignore

test("a Proxy of a network of hillock's is said in a line", async () => {
  const from = JSON.stringify(new URL("../../../src/node.ts", import.meta.url).href);
  const made = fromModule(file("proxy.mjs", `import { Network } from ${from};\nexport default new Proxy(new Network({ seed: 1 }), {});`), options); // prettier-ignore
  await expect(made).rejects.toMatchObject({ name: "DataError", message: expect.stringMatching(/^.*proxy\.mjs: fails \(TypeError: .*private member.*\)\. Mend/) as string }); // prettier-ignore
});

test("what a module's functions throw, or give instead of a text, is named", async () => {
  const net = "export default { describe() {}, toJSON: () => ({ seed: 1, populations: [] }) };";
  const built = await fromModule(file("late.mjs", `${net} export const summary = (run) => run; export const figures = () => { throw new Error("no") };`), options); // prettier-ignore
  await expect(built.summary(5 as never, 0)).rejects.toThrow(/late\.mjs summary: gives a number/);
  await expect(built.summary("all" as never, 0)).resolves.toBe("all");
  await expect(built.figures({} as never, 0)).rejects.toThrow(/late\.mjs figures: fails \(Error: no, at late\.mjs:1/);
});
