// npm run bundle: one archive for machines without network, Node or root. Node's own binary, what `npm install` brings of production
// dependencies for this platform, the built package, benchmarks, references and their comparison, and all licences. Unpack it anywhere;
// `bin/hillock` runs. `-- --out <folder>` says where it goes (default dist-bundle/).
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import ts from "typescript";
import { root, setupOrExit } from "./setup.mjs";
import { wordsOf } from "./words.mjs";

const USAGE = `npm run bundle -- [--out <folder>] [--no-install]
  one archive for machines without network, Node or root, written to dist-bundle/ or the folder given
  --no-install  installs nothing`;
const { values } = wordsOf(USAGE, {
  options: {
    out: { type: "string", default: join(root, "dist-bundle") },
    "no-install": { type: "boolean", default: false },
  },
});
const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const target = `${process.platform}-${process.arch}`;
const title = `${name}-${version}-${target}`;

/** What programs never read of a package. */
const IDLE = /\.([cm]?ts|map|md|markdown)$/i;
const LICENCE = /^(licen[cs]e|copying|notice)/i;

/** Production packages of the lock file that are installed here, by path. */
function production() {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(([path, { dev = false }]) => path !== "" && !dev && existsSync(join(root, path)))
    .map(([path, { version, license }]) => ({ path, version, license: license ?? "see its files" }));
}

/** Binaries of other platforms, source of native parts, what only CommonJS loads, and packages' own tests. */
const foreign = (path) =>
  (/node_modules\/webgpu\/dist\/[^/]+$/.test(path) && basename(path) !== target) ||
  /node_modules\/webgpu\/build$/.test(path) ||
  /node_modules\/koffi\/(vendor|doc)$/.test(path) ||
  /node_modules\/koffi\/.*\.(cc|hh|h|c|inc|S|asm|txt|def)$/.test(path) ||
  /node_modules\/h5wasm\/(dist\/(iife|esm)|src)$/.test(path) ||
  /node_modules\/koffi\/lib\/native$/.test(path) ||
  /node_modules\/@koromix\/.*\/musl_/.test(path) || // Node's binary in the archive is of glibc
  /node_modules\/gl-matrix\/(esm|gl-matrix[^/]*\.js)$/.test(path) ||
  /node_modules\/yaml\/browser$/.test(path) ||
  /node_modules\/zod\/(v3|mini|v4-mini|src)$/.test(path) ||
  /node_modules\/zod\/.*\.cjs$/.test(path) ||
  /node_modules\/ml-[^/]*\/src$/.test(path) ||
  /node_modules\/ml-matrix\/matrix\.umd\.js$/.test(path) ||
  /node_modules\/[^/]+\/(coverage|\.nyc_output)$/.test(path) ||
  /node_modules\/h5wasm\/test$/.test(path) ||
  /node_modules\/seedrandom\/(test|.*\.min\.js)$/.test(path);

const copy = (from, to) =>
  cpSync(from, to, {
    recursive: true,
    filter: (path) => !foreign(path) && (LICENCE.test(basename(path)) || !IDLE.test(path)),
  });

/** Programs beside src as JavaScript that imports what was built. */
function compiled(folder, to) {
  for (const file of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(join(root, folder, file), "utf8");
    const compilerOptions = {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      rewriteRelativeImportExtensions: true,
    };
    const { outputText } = ts.transpileModule(text, { fileName: file, compilerOptions });
    const path = join(to, folder, file.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, outputText.replaceAll(/(["'])((?:\.\.\/)+)src\//g, "$1$2dist/"));
  }
}

const START = `#!/bin/sh
# Starts hillock with the Node beside it, wherever the folder lies; links to this file work.
self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in /*) self=$link ;; *) self=\${self%/*}/$link ;; esac
done
case $self in */*) here=\${self%/*} ;; *) here=. ;; esac
exec "$here/node" "$here/../lib/node_modules/${name}/dist/cli/main.js" "$@"
`;

const README = `${title}: hillock, spiking neural networks on WebGPU, with all that it needs.

bin/hillock --help               what there is
bin/hillock devices              adapters of this machine; without any, the float64 reference engine computes
bin/hillock bench                measures this machine in at most 8 minutes, into hillock-bench.json
bin/hillock run watanabe         a published experiment
bin/hillock sweep plan --help    many runs, here or as Slurm's job arrays

lib/node_modules/hillock holds README.md and the package; scripts that lie beside it or run with NODE_PATH=... as modules below lib/ can
import "hillock". Needed of the system: glibc 2.28 or later and libstdc++, as every Linux distribution has them; for a GPU its driver
with Vulkan.

Licences: THIRD-PARTY.txt.
`;

/** Names, versions, licences and their texts, of Node and of every package in the archive. */
function licences(packages) {
  const texts = packages.map(({ path, version, license }) => {
    const files = readdirSync(join(root, path)).filter(
      (file) => LICENCE.test(file) && statSync(join(root, path, file)).isFile(),
    );
    const content = files.map((file) => readFileSync(join(root, path, file), "utf8").trim()).join("\n\n");
    return `== ${path.replace(/^.*node_modules\//, "")} ${version} (${license})\n\n${content || "The package holds no text of its licence."}`;
  });
  const node = ["LICENSE", "share/doc/node/LICENSE", "share/doc/nodejs/copyright", "share/doc/nodejs/LICENSE"]
    .map((file) => join(dirname(process.execPath), "..", file))
    .find((file) => existsSync(file));
  const own =
    node === undefined
      ? "MIT, with parts under other licences: https://github.com/nodejs/node/blob/main/LICENSE"
      : readFileSync(node, "utf8");
  return [`== Node.js ${process.version}\n\n${own.trim()}`, ...texts].join(`\n\n${"-".repeat(100)}\n\n`);
}

/** The archive as a machine without anything meets it: unpacked elsewhere, with an empty environment. */
function tried(archive) {
  const elsewhere = mkdtempSync(join(tmpdir(), "hillock-unpacked-"));
  const program = join(elsewhere, title, "bin/hillock");
  const run = (...words) => {
    const { status, stdout, stderr } = spawnSync(program, words, { cwd: elsewhere, env: {}, encoding: "utf8" });
    if (status !== 0 || /warning|error/i.test(stderr))
      throw new Error(`${archive}: hillock ${words.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  };
  try {
    const unpacked = spawnSync("tar", ["-xf", archive, "-C", elsewhere], { encoding: "utf8" });
    if (unpacked.status !== 0) throw new Error(`${archive}: ${unpacked.stderr}`);
    if (run("--version").trim() !== version) throw new Error(`${archive} is of another version`);
    run("devices");
    run("run", "watanabe", "--engine", "reference", "--phase", "0.05", "--out", "run");
    for (const file of ["run/run.json", "run/chunk-000000.h5", "run/watanabe.png"])
      if (!existsSync(join(elsewhere, file))) throw new Error(`${archive}: a run wrote no ${file}`);
    const one = join(elsewhere, title, "lib/node_modules", name, "test/reference/general/g01_lif");
    if (!run("verify", one, "--engine", "reference").includes(" pass")) throw new Error(`${archive}: verify`);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
}

/** MB: a mail's or a small server's limit is often 50. */
const MOST = 45;

setupOrExit(["bundle"], values["no-install"] ? ["--no-install"] : []);
const build = spawnSync("npm", ["run", "build"], { cwd: root, encoding: "utf8" });
if (build.status !== 0) throw new Error(`npm run build: ${build.stdout}${build.stderr}`);
const work = mkdtempSync(join(tmpdir(), "hillock-bundle-"));
try {
  const folder = join(work, title);
  const own = join(folder, "lib/node_modules", name);
  mkdirSync(join(folder, "bin"), { recursive: true });
  mkdirSync(own, { recursive: true });
  cpSync(process.execPath, join(folder, "bin/node"), { dereference: true });
  spawnSync("strip", [join(folder, "bin/node")]); // smaller where binutils are; its symbols are only for debuggers
  writeFileSync(join(folder, "bin/hillock"), START);
  chmodSync(join(folder, "bin/hillock"), 0o755);
  const packages = production();
  for (const { path } of packages) copy(join(root, path), join(folder, "lib", path));
  for (const file of ["package.json", "LICENSE", "README.md", "CHANGELOG.md", "dist"])
    cpSync(join(root, file), join(own, file), {
      recursive: true,
      filter: (path) => !/\.(tsbuildinfo|d\.ts)$/.test(path),
    });
  for (const one of ["bench", "verify"]) compiled(one, own);
  cpSync(join(root, "scripts/requirements.mjs"), join(own, "scripts/requirements.mjs")); // where benchmarks find what they compare with
  const cases = join(root, "test/reference");
  for (const system of readdirSync(cases, { withFileTypes: true }))
    if (system.isDirectory())
      cpSync(join(cases, system.name), join(own, "test/reference", system.name), { recursive: true });
  writeFileSync(join(folder, "THIRD-PARTY.txt"), licences(packages));
  writeFileSync(join(folder, "README.txt"), README);
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));

  mkdirSync(values.out, { recursive: true });
  const archive = join(values.out, `${title}.tar.xz`);
  // the filter for machine code makes Node and Dawn a tenth smaller
  const xz = `xz ${process.arch === "x64" ? "--x86 " : ""}--lzma2=preset=9e`;
  const words = ["--owner=0", "--group=0", "--sort=name", "-I", xz, "-cf", archive, "-C", work, title];
  const packed = spawnSync("tar", words, { encoding: "utf8" });
  if (packed.status !== 0) throw new Error(`tar: ${packed.stderr || packed.error?.message}`);
  const size = statSync(archive).size / 1e6;
  if (size > MOST) throw new Error(`${archive} takes ${size.toFixed(1)} MB, more than ${MOST}`);
  tried(archive);
  console.log(`${relative(process.cwd(), archive)}: ${size.toFixed(1)} MB, unpacked and run with an empty environment`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
