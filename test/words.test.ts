// The project's own commands say what they take, and refuse what they do not know before they install, write or run anything.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const said = (script: string, ...words: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [join(ROOT, "scripts", `${script}.mjs`), ...words], {
    encoding: "utf8",
    timeout: 60_000,
  });

test.each(["bench", "bundle", "docs", "fuzz", "mutate"])("npm run %s", (script) => {
  const help = said(script, "--help");
  expect(help).toMatchObject({ status: 0, stderr: "" });
  expect(help.stdout).toMatch(new RegExp(`^npm run ${script} -- \\[`));
  const unknown = said(script, "--nonsense");
  expect(unknown).toMatchObject({ status: 1, stdout: "" });
  expect(unknown.stderr).toBe(`Unknown option '--nonsense'\n${help.stdout}`);
});

test.each([
  ["fuzz", ["-1"], /^Unknown option '-1'/],
  ["fuzz", ["many"], /^"many" is not a number of 1 or more/],
  ["mutate", ["anlysis"], /^There is no folder "anlysis"/],
  ["mutate", ["--share=2"], /^--share is "2"/],
  ["mutate", ["--files=a.ts"], /^--files are of one folder/],
] as const)("npm run %s -- %j", (script, words, says) => {
  const { status, stdout, stderr } = said(script, ...words);
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(says);
});
