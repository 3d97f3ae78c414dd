// npm run check: what a reader may rely on, without a GPU, in about a minute.
import { Steps } from "./steps.mjs";

const steps = new Steps();
steps.check("shaders", "node", ["scripts/shaders.mjs", "--check"]);
steps.check("readme", "node", ["scripts/readme.mjs", "--check"]);
steps.check("types", "tsc", ["--noEmit", "-p", "."]);
steps.code();
steps.check("API reference", "typedoc", ["--emit", "none", "--logLevel", "Warn"]);
steps.tests("tests without a GPU", ["test/unit", "test/imports.test.ts", "test/public-surface.test.ts"]);
steps.finish();
