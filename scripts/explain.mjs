// Puts explain() of src/explain.ts around every function that an entry point of dist/ exports, the methods of its classes and the members of
// its objects, with the names and kinds of their arguments from the declared types: `X.js` becomes `X.plain.js`, and a new `X.js` exports the
// same names. Part of `npm run build`.
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

const root = resolve(import.meta.dirname, "..");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Most fields by which an object is known. */
const FIELDS = 4;

/** The entry points' declarations, one a file. */
function entries() {
  const patterns = Object.values(exports).flatMap((entry) => (typeof entry === "string" ? [] : Object.values(entry)));
  const files = patterns
    .filter((path) => path.endsWith(".js"))
    .flatMap((path) => {
      if (!path.includes("*")) return [path];
      const [before, after] = path.split("*");
      return readdirSync(join(root, before)).map((name) => before + name + after);
    });
  return [...new Set(files)]
    .map((path) => join(root, path.replace(/\.js$/, ".d.ts")))
    .filter((path) => existsSync(path));
}

function kindsOf(type, checker) {
  const { Any, Unknown, TypeParameter, Undefined, Void, Null, NumberLike, StringLike, BooleanLike, BigIntLike } =
    ts.TypeFlags;
  if (type.flags & (Any | Unknown)) return undefined;
  if (type.flags & TypeParameter) {
    const constraint = checker.getBaseConstraintOfType(type);
    return constraint === undefined ? undefined : kindsOf(constraint, checker);
  }
  if (type.isUnion()) {
    const all = type.types.map((one) => kindsOf(one, checker));
    return all.includes(undefined) ? undefined : all.flat();
  }
  if (type.flags & (Undefined | Void)) return ["undefined"];
  if (type.flags & Null) return ["null"];
  if (type.flags & NumberLike) return ["number"];
  if (type.flags & StringLike) return ["string"];
  if (type.flags & BooleanLike) return ["boolean"];
  if (type.flags & BigIntLike) return ["bigint"];
  if (type.getCallSignatures().length > 0) return ["function"];
  const properties = type.getProperties();
  const names = properties.map((property) => property.name);
  if (names.includes("length")) return ["list"];
  if (names.some((name) => name.startsWith("__@iterator"))) return ["iterable"];
  const needed = properties.filter((p) => !(p.flags & ts.SymbolFlags.Optional) && /^\w+$/.test(p.name));
  return [needed.slice(0, FIELDS).map((property) => property.name)];
}

/** A function's parameters as explain() takes them, all its overloads together. */
function parametersOf(signatures, checker) {
  const most = Math.max(...signatures.map((signature) => signature.parameters.length));
  return Array.from({ length: most }, (_, k) => {
    const all = signatures.map((signature) => signature.parameters[k]);
    const declarations = all.map((symbol) => symbol?.valueDeclaration);
    const first = declarations.find((declaration) => declaration !== undefined);
    const rest = first.dotDotDotToken !== undefined;
    const left = declarations.some(
      (d) => d === undefined || d.questionToken !== undefined || d.initializer !== undefined,
    );
    const types = all.flatMap((symbol, i) =>
      symbol === undefined ? [] : [checker.getTypeOfSymbolAtLocation(symbol, declarations[i])],
    );
    const kinds = types.map((type) =>
      kindsOf(rest ? (checker.getIndexTypeOfType(type, ts.IndexKind.Number) ?? type) : type, checker),
    );
    const name = ts.isIdentifier(first.name) ? first.name.text : "options";
    if (kinds.includes(undefined)) return [name];
    const unique = [...new Map(kinds.flat().map((kind) => [JSON.stringify(kind), kind])).values()];
    const open = left || unique.includes("undefined");
    return [`${rest ? "..." : ""}${name}${open ? "?" : ""}`, ...unique.filter((kind) => kind !== "undefined")];
  });
}

const { Private, Protected } = ts.ModifierFlags;

/** The parameters of a type's functions, by their names. */
const membersOf = (type, has) =>
  Object.fromEntries(
    type.getProperties().flatMap((member) => {
      const [declaration] = member.declarations ?? [];
      if (declaration === undefined || !has(member.name)) return [];
      if (ts.getCombinedModifierFlags(declaration) & (Private | Protected)) return [];
      const signatures = checker.getTypeOfSymbolAtLocation(member, declaration).getCallSignatures();
      return signatures.length === 0 ? [] : [[member.name, parametersOf(signatures, checker)]];
    }),
  );

/** The line that exports a value explained; undefined for what has no functions. */
function explained(name, value, target) {
  const type = checker.getTypeOfSymbol(target);
  const line = (f, ...given) => `export const ${name} = /*#__PURE__*/ ${f}("${name}", plain.${name}, ${given.map((x) => JSON.stringify(x)).join(", ")});`; // prettier-ignore
  const own = (of) => (key) => typeof Object.getOwnPropertyDescriptor(of, key)?.value === "function";
  if (type.getCallSignatures().length > 0) return line("explain", parametersOf(type.getCallSignatures(), checker));
  const made = type.getConstructSignatures();
  if (made.length > 0) {
    const methods = membersOf(checker.getDeclaredTypeOfSymbol(target), own(value.prototype));
    return line("explainClass", parametersOf(made, checker), methods, membersOf(type, own(value)));
  }
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  const members = membersOf(type, own(value));
  return Object.keys(members).length === 0 ? undefined : line("explainMembers", members);
}

const files = entries();
const program = ts.createProgram(files, { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, skipLibCheck: true, lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.esnext.disposable.d.ts"], types: ["@webgpu/types"] }); // prettier-ignore
const checker = program.getTypeChecker();
for (const file of files) {
  const symbol = checker.getSymbolAtLocation(program.getSourceFile(file));
  const path = file.replace(/\.d\.ts$/, ".js");
  const plain = path.replace(/\.js$/, ".plain.js");
  renameSync(path, plain);
  const there = await import(plain);
  const lines = [];
  const same = [];
  for (const exported of checker.getExportsOfModule(symbol)) {
    if (!(exported.name in there)) continue; // a type
    const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const line = explained(exported.name, there[exported.name], target);
    if (line === undefined) same.push(exported.name);
    else lines.push(line);
  }
  const to = (other) => `./${relative(dirname(path), other)}`;
  writeFileSync(
    path,
    [
      `import { explain, explainClass, explainMembers } from "${to(join(root, "dist/explain.js"))}";`,
      `import * as plain from "${to(plain)}";`,
      ...(same.length === 0 ? [] : [`export { ${same.join(", ")} } from "${to(plain)}";`]),
      ...lines,
      "",
    ].join("\n"),
  );
}
