import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { CaseFiles } from "../../verify/case.ts";
import { trainedNetworkCases, verifyTrainedNetwork } from "../../verify/trained-network.ts";

const folder = new URL("./trained-network/", import.meta.url);
const files: CaseFiles = {
  list: () => readdirSync(folder),
  bytes: (name) => new Uint8Array(readFileSync(new URL(name, folder))),
  text: (name) => readFileSync(new URL(name, folder), "utf8"),
};

// f4 takes half a minute: hillock verify runs it
const quick = trainedNetworkCases(files).filter((name) => name !== "f4");

describe.each(["reference", "reference32"] as const)("%s engine", (engine) => {
  test.each(quick)("%s", async (name) => {
    const rows = await verifyTrainedNetwork(files, name, { engine });
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.filter((row) => row.pass !== true)).toEqual([]);
  });
});

test("a case with a wrong number fails", async () => {
  const wrong: CaseFiles = { ...files, text: (name) => files.text(name).replace('"vreset": -12.3', '"vreset": -12') };
  const rows = await verifyTrainedNetwork(wrong, "f3-train-noise-weakstim", { engine: "reference" });
  expect(rows.some((row) => row.pass === false)).toBe(true);
});
