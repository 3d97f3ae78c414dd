import { playwright } from "@vitest/browser-playwright";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { CHROMIUM, FLAGS } from "./test/browser/chromium.ts";

/** What the package's "browser" condition does for users: the browser's entry point stands for Node's. */
const browserEntry: Plugin = {
  name: "browser entry",
  enforce: "pre",
  resolveId(source, importer) {
    return /\/src\/node\.ts$/.test(source) ? this.resolve(source.replace("node.ts", "browser.ts"), importer) : null;
  },
};

/** The engine's tests go first: their many short submits take six times as long beside pages. What measures time runs last, alone. */
const MEASURED = ["test/browser/start.test.ts"];

export default defineConfig({
  test: {
    testTimeout: 600_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        plugins: [browserEntry],
        test: {
          name: "engine in Chromium",
          maxWorkers: 2,
          include: ["test/gpu/engine*.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: CHROMIUM, args: FLAGS } }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        extends: true,
        test: {
          name: "pages in Chromium and Firefox",
          include: ["test/browser/*.test.ts"],
          exclude: MEASURED,
          retry: 1, // browsers' own crashes and drivers' lost messages; the report says "retry x1"
          globalSetup: "test/browser/build.ts",
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "what pages cost",
          include: MEASURED,
          globalSetup: "test/browser/build.ts",
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
