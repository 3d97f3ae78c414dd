import { describe, expect, test } from "vitest";
import { verifyGeneral } from "../../verify/general/index.ts";
import { generalCases, generalFiles } from "./general.ts";

const cases = generalCases();

test("every folder is there", () => expect(cases.length).toBeGreaterThanOrEqual(16));

describe.each(["reference", "reference32"] as const)("%s engine", (engine) => {
  test.each(cases)("%s", async (name) => {
    const rows = await verifyGeneral(generalFiles(name), name, name.slice(0, 3), { engine });
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => row.pass === false)).toEqual([]);
  });
});

test("a cell with another threshold fails", async () => {
  const files = generalFiles("g04_coba");
  const wrong = { ...files, text: (name: string) => files.text(name).replace('"value": -50.0', '"value": -50.01') };
  const rows = await verifyGeneral(wrong, "g04_coba", "g04", { engine: "reference" });
  expect(rows.some((row) => row.pass === false)).toBe(true);
});
