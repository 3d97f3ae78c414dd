// npm run check: what a reader may rely on, without a GPU, in about a minute.
import { Steps } from "./steps.mjs";

const steps = new Steps();
steps.check("shaders", "node", ["scripts/shaders.mjs", "--check"]);
steps.check("readme", "node", ["scripts/readme.mjs", "--check"]);
steps.check("types", "tsc", ["--noEmit", "-p", "."]);
steps.check("lint", "oxlint", ["--type-aware", "--deny-warnings", "src", "verify", "test"]);
steps.check("format", "prettier", ["--check", "--log-level=warn", "src", "verify", "!src/shaders.gen.ts"]);
steps.tests("tests without a GPU", ["test/unit", "test/imports.test.ts", "test/public-surface.test.ts"]);
steps.finish();
