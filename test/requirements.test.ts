import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { isThere, pythonWith, REQUIREMENTS, requirementsOf } from "../scripts/requirements.mjs";

const ROOT = join(import.meta.dirname, "..");
const FOLDERS = ["bench", "demo", "examples", "scripts", "src", "test", "verify"];
const THIS = "test/requirements.test.ts";

/** Every script of the project, by its path, without comments: those that run, not data. */
const scripts = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((path) => /\.(m?[jt]s|py|sh)$/.test(path) && !/\.d\.m?ts$|\.gen\.ts$/.test(path) && path !== THIS),
).map((path) => {
  const text = readFileSync(join(ROOT, path), "utf8");
  return { path, text: /\.(py|sh)$/.test(path) ? text.replace(/^\s*#.*$/gm, "") : text.replace(/^\s*\/\/.*$/gm, "") };
});
const all = (pattern: RegExp, text: string): string[] => [...text.matchAll(pattern)].map((m) => m[1] as string);
const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();

const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
) as Record<string, Record<string, string>>;

/** Modules that a Python text imports, in a file of its own or within a TypeScript template. */
function pythonImports(text: string): string[] {
  const statements = all(/(?:^|`)[ \t]*import (\w[\w.]*(?: as \w+)?(?:, ?\w[\w.]*(?: as \w+)?)*)$/gm, text).flatMap(
    (s) => s.split(/, ?/),
  );
  const from = all(/(?:^|`)[ \t]*from ([\w.]+) import [\w*, ]+$/gm, text);
  return [...statements, ...from].map((name) => name.split(/[. ]/)[0] as string);
}

describe("scripts/requirements.mjs", () => {
  test("takes no folder that is left behind for a module", () => {
    const folder = mkdtempSync(join(tmpdir(), "hillock-modules-"));
    mkdirSync(join(folder, "left_behind", "part"), { recursive: true });
    mkdirSync(join(folder, "whole"));
    writeFileSync(join(folder, "whole", "__init__.py"), "");
    vi.stubEnv("PYTHONPATH", folder);
    try {
      expect(pythonWith(["whole"])).toMatch(/python3$/);
      expect(() => pythonWith(["left_behind"])).toThrow(/no python3 has left_behind/);
    } finally {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    }
  });

  test("names every module that Python scripts import", () => {
    const python = pythonWith(["sys"]);
    const standard = JSON.parse(
      execFileSync(python, ["-c", "import json, sys; print(json.dumps(sorted(sys.stdlib_module_names)))"], {
        encoding: "utf8",
      }),
    ) as string[];
    const own = scripts.filter(({ path }) => path.endsWith(".py")).map(({ path }) => path.replace(/^.*\/|\.py$/g, ""));
    const used = unique(scripts.flatMap(({ text }) => pythonImports(text)));
    expect(used).toEqual(expect.arrayContaining(["brian2", "h5py", "json", "neuron", "numpy"])); // that they are found
    const listed = REQUIREMENTS.flatMap((r) => r.python ?? []);
    expect(used.filter((name) => ![...standard, ...own, ...listed].includes(name))).toEqual([]);
    const asked = scripts.flatMap(({ text }) => all(/pythonWith\(\[([^\]]+)\]/g, text)).flatMap((s) => all(/"(\w+)"/g, s)); // prettier-ignore
    expect(unique(asked).filter((name) => !listed.includes(name) && name !== "sys")).toEqual([]);
  });

  test("names every program that is spawned", () => {
    const called = scripts.flatMap(
      ({ path, text }) =>
      /\.(py|sh)$/.test(path) ? [] : all(/(?<![.\w])(?:spawn|spawnSync|execFile|execFileSync|execSync)\)?\(\s*("[^"]+"|`[^`]+`|[^,)\s]+)/g, text), // prettier-ignore
    );
    // Python lists that are run: ["nrnivmodl"], steps.append(["cc", ...])
    const inPython = scripts.flatMap(({ path, text }) =>
      path.endsWith(".py") && text.includes("subprocess") ? all(/(?:\(|\[)\["([a-z][\w+-]*)"/g, text) : [],
    );
    const literal = unique([...called.filter((w) => /^["`]/.test(w)).map((w) => w.slice(1, -1)), ...inPython]);
    expect(literal).toEqual(expect.arrayContaining(["cc", "git", "nrnivmodl", "ps"]));
    // of this process's own, through a variable: Node itself, a program of node_modules (join(root, ...)), a Python that was looked for
    const variables = unique(called.filter((word) => !/^["`]/.test(word)));
    const known = ["process.execPath", "bin(", "join(root", "command", "python", "pythonWith(["];
    const unpacked = ["program"]; // scripts/bundle.mjs tries the archive that it made
    expect(variables.filter((word) => ![...known, ...unpacked].some((name) => word.startsWith(name)))).toEqual([]);
    const listed = REQUIREMENTS.flatMap((r) => r.programs ?? []);
    const optional = ["git", "mkfifo", "npm", "sh", "tar"]; // bench/lib.ts goes on without git; npm is part of Node, sh and tar of every Debian
    expect(literal.filter((name) => ![...listed, ...optional].includes(name))).toEqual([]);
  });

  test("names every path of the system", () => {
    const used = unique(scripts.flatMap(({ path, text }) => (path.endsWith(".sh") ? [] : all(/["'`](\/(?:usr|opt|lib|etc)\/[^"'`$]+)["'`]/g, text)))); // prettier-ignore
    expect(used).toEqual(expect.arrayContaining(["/usr/bin/chromium", "/usr/share/vulkan/icd.d"]));
    const listed = [...REQUIREMENTS.flatMap((r) => r.paths ?? []), "/usr/bin/apt-get"]; // Debian itself
    expect(used.filter((path) => !listed.some((known) => path === known || path.startsWith(`${known}/`)))).toEqual([]);
  });

  test("leaves to npm only what package.json names", () => {
    const imported = (text: string): string[] =>
      all(/(?:^|\n)(?:import|export)\s[^;"'=]*?\bfrom ["']([^."'/][^"']*)["']/g, text)
        .concat(all(/(?:^|\n)import ["']([^."'/][^"']*)["']/g, text))
        .concat(all(/import\("([^."/][^"]*)"\)/g, text))
        .map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] as string);
    const own = [...builtinModules, "hillock", "virtual:", ...builtinModules.map((name) => `node:${name}`)];
    const missing = scripts.flatMap(({ path, text }) => {
      if (/\.(py|sh)$/.test(path)) return [];
      const shipped = { ...dependencies, ...optionalDependencies };
      const there = Object.keys(path.startsWith("src/") ? shipped : { ...shipped, ...devDependencies });
      return imported(text)
        .filter((name) => ![...own, ...there].includes(name))
        .map((name) => `${path}: ${name}`);
    });
    expect(missing).toEqual(["src/node/threads.ts: tsx"]); // only where the sources run without a build
  });

  test("knows every benchmark, and every command that it names is one", () => {
    const [, table = ""] = /const BENCHMARKS[^{]*\{([\s\S]*?)\n\};/.exec(readFileSync(join(ROOT, "bench/run.ts"), "utf8")) ?? []; // prettier-ignore
    const names = all(/^\s*"?([\w-]+)"?: \(\) =>/gm, table);
    expect(names.length).toBeGreaterThan(5);
    const listed = unique(REQUIREMENTS.flatMap((r) => r.commands)).filter((c) => c.startsWith("bench "));
    expect(listed).toEqual(unique(names.map((name) => `bench ${name}`)));
  });

  test("what npm test needs is found where its packages are installed", () => {
    const needed = requirementsOf(["test"]).filter((r) => r.found === undefined);
    expect(needed.map((r) => r.name)).toEqual(expect.arrayContaining(["NEURON", "h5py and neo"]));
    expect(needed.filter((r) => !isThere(r)).map((r) => r.name)).toEqual([]);
  });
});

describe("a machine that lacks things is not touched", () => {
  /** What setup says to one without any program, whose apt-get would leave a trace. */
  function said(call: string): string {
    const path = mkdtempSync(join(tmpdir(), "hillock-bare-"));
    try {
      writeFileSync(join(path, "apt-get"), `#!/bin/sh\ntouch "${join(path, "called")}"\n`, { mode: 0o755 });
      const code = `import { system } from ${JSON.stringify(join(ROOT, "scripts/setup.mjs"))}; ${call}`;
      const out = execFileSync(process.execPath, ["--input-type=module", "-e", code], { env: { PATH: path }, encoding: "utf8" }); // prettier-ignore
      expect(existsSync(join(path, "called"))).toBe(false);
      return out;
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
  }

  test.each([
    ["by --no-install", 'system(["test"], false)'],
    ["by another user than root", 'if (process.getuid() === 0) process.setuid(65534); system(["test"], true)'],
  ])("%s: what is missing, a line to paste, and what is left out", (_, call) => {
    const out = said(call);
    expect(out).toMatch(/^This machine lacks:\n {2}.+: .+\n {4}Debian: /);
    expect(out).toMatch(/sudo apt-get update && sudo apt-get install --no-install-recommends .*neuron/);
    expect(out).toMatch(/Going on without: ./);
    expect(out).not.toContain("Installing");
  });
});
