import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fromModule } from "../../../src/cli/module.ts";
import type { RunOptions } from "../../../src/cli/options.ts";
import { DataError, ModelError } from "../../../src/errors.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson } from "../../../src/network/sources.ts";
import { Hz, seconds } from "../../../src/units.ts";

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

test("what is no JSON, or no network, is an error", async () => {
  await expect(fromModule(file("cut.json", '{ "seed": 1'), options)).rejects.toThrow(DataError);
  await expect(fromModule(file("other.json", '{ "cells": 1 }'), options)).rejects.toThrow(ModelError);
});
