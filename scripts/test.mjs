// npm test: installs what is missing and runs everything that CI runs. GPU tests fail, and are never skipped, without an
// adapter. `npm test -- --no-install` installs nothing.
import { setupOrExit } from "./setup.mjs";
import { Steps } from "./steps.mjs";

const words = setupOrExit(["test"], process.argv.slice(2));
const steps = new Steps();
steps.check("shaders", "node", ["scripts/shaders.mjs", "--check"]);
steps.check("readme", "node", ["scripts/readme.mjs", "--check"]);
steps.check("types", "tsc", ["--noEmit", "-p", "."]);
steps.code();
steps.check("API reference", "typedoc", ["--emit", "none", "--logLevel", "Warn"]);
steps.tests("tests", words);
if (words.length === 0) steps.tests("tests in a browser", ["--config", "vitest.browser.config.ts"]);
steps.finish();
