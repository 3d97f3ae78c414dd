// npm run licences: writes THIRD-PARTY.md, the licences of everything that hillock's package asks for and that its pages carry, from the lock
// file and the packages' own metadata. --check: fails where it is stale; --audit: asks the registry what is known against what ships.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";

/** Licences that let hillock ship what it does, under MIT, with their texts beside it. */
export const ALLOWED = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "MPL-2.0", "0BSD", "BlueOak-1.0.0", "CC0-1.0"]; // prettier-ignore

const json = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));

/** Packages that pages of the demos import beside those of the package itself. */
export function pageImports(folder = "demo") {
  const own = json("package.json");
  const names = Object.keys({ ...own.dependencies, ...own.devDependencies }).filter((name) => name !== "vite"); // it builds the pages and is not in them
  const found = new Set();
  const look = (path) => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      const at = `${path}/${entry.name}`;
      if (entry.isDirectory()) look(at);
      else if (/\.(ts|html|css)$/.test(entry.name) && !/config/.test(entry.name))
        for (const name of names)
          if (new RegExp(`(from|import|import\\()\\s*["']${name.replace(/[/.]/g, "\\$&")}(/[^"']*)?["']`).test(readFileSync(join(root, at), "utf8"))) found.add(name);
    }
  }; // prettier-ignore
  look(folder);
  return [...found].sort();
}

/** Everything that installing hillock installs, optional parts too, and what its pages carry: by path in the lock file. */
export function shipped() {
  const { packages } = json("package-lock.json");
  const { dependencies, optionalDependencies } = packages[""];
  const left = [...Object.keys({ ...dependencies, ...optionalDependencies }), ...pageImports()].map((name) => ["", name]);
  const found = new Map();
  while (left.length > 0) {
    const [from, name] = left.pop();
    let at = from;
    while (at !== "" && !packages[`${at}/node_modules/${name}`]) at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")));
    const path = at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    const entry = packages[path];
    if (entry === undefined || found.has(path)) continue;
    found.set(path, { name, ...entry });
    for (const next of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) left.push([path, next]);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
} // prettier-ignore

/** The licence that a package states, in the lock file or in its own package.json. */
function licenceOf({ name, license }) {
  const own = existsSync(join(root, "node_modules", name, "package.json")) ? json(`node_modules/${name}/package.json`) : {};
  const said = license ?? own.license ?? "";
  return typeof said === "string" ? said : (said.type ?? "");
} // prettier-ignore

/** The text beside it, where the package has one and is installed here. */
function textOf(name) {
  const folder = join(root, "node_modules", name);
  const file = existsSync(folder) ? readdirSync(folder).find((f) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(f)) : undefined; // prettier-ignore
  return file === undefined ? undefined : readFileSync(join(folder, file), "utf8").replace(/\r/g, "").trim();
}

export function thirdParty() {
  const all = shipped();
  const pages = new Set(pageImports());
  const lines = [
    "# Third-party software",
    "",
    "What installing hillock installs, and what its pages carry, by name. Made by `npm run licences` from the lock file and the packages' own",
    "files; a test fails where it is stale.",
    "",
    "| package | version | licence | in the pages |",
    "| --- | --- | --- | --- |",
    ...all.map((p) => `| ${p.name} | ${p.version} | ${licenceOf(p)} | ${pages.has(p.name) ? "yes" : ""} |`),
    "",
  ];
  const texts = new Map();
  for (const { name, os } of all) {
    if (os !== undefined) continue; // a binary of another package, for one system
    const text = textOf(name);
    if (text !== undefined) texts.set(text, [...(texts.get(text) ?? []), name]);
  }
  for (const [text, names] of texts) lines.push(`## ${names.join(", ")}`, "", "```text", text, "```", "");
  return lines.join("\n");
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const path = join(root, "THIRD-PARTY.md");
  if (process.argv.includes("--audit")) {
    const { status, stdout, stderr } = spawnSync("npm", ["audit", "--omit=dev"], { cwd: root, encoding: "utf8" });
    const refused = /audit endpoint returned an error|ENOAUDIT|EAI_AGAIN|ENOTFOUND/.test(stderr);
    console.log(refused ? "npm audit: this registry does not answer audits; nothing was checked" : stdout);
    process.exitCode = refused ? 2 : (status ?? 1);
  } else if (process.argv.includes("--check")) {
    const stale = !existsSync(path) || readFileSync(path, "utf8") !== thirdParty();
    if (stale) console.error("THIRD-PARTY.md is stale: npm run licences");
    process.exitCode = stale ? 1 : 0;
  } else writeFileSync(path, thirdParty());
}
