import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ALLOWED, pageImports, shipped, thirdParty } from "../scripts/third-party.mjs";

const root = new URL("../", import.meta.url);

test("THIRD-PARTY.md names everything that ships, as the lock file has it", () => {
  expect(readFileSync(new URL("THIRD-PARTY.md", root), "utf8")).toBe(thirdParty());
});

test("everything that ships has a licence that lets it", () => {
  const rows = [...thirdParty().matchAll(/^\| (\S+) \| (\S+) \| ([^|]*) \|/gm)].slice(2);
  expect(rows.length).toBe(shipped().length);
  const words = (licence: string): string[][] => licence.replace(/[()]/g, "").split(/ OR /).map((one) => one.split(/ AND /)); // prettier-ignore
  // one that points to its file: HDF5's and NIST's terms, whose text is below the table
  const told = (name: string, licence: string): boolean => /^SEE LICENSE IN /.test(licence) && thirdParty().includes(`## ${name}\n`); // prettier-ignore
  const stated = (licence: string): boolean =>
    words(licence).some((all) => all.every((x) => ALLOWED.includes(x.trim())));
  expect(
    rows
      .filter(([, name, , licence]) => !stated(licence!.trim()) && !told(name!, licence!.trim()))
      .map(([line]) => line),
  ).toEqual([]);
});

test("what the package and its pages import is among it", () => {
  const { dependencies, files } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
    dependencies: object;
    files: string[];
  };
  const names = shipped().map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...Object.keys(dependencies), ...pageImports()]));
  expect(pageImports()).toContain("uplot"); // the look-up finds what a page imports
  expect(files).toContain("THIRD-PARTY.md");
});
