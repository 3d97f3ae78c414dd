import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const src = fileURLToPath(new URL("./src", import.meta.url));

export default defineConfig({
  resolve: {
    // examples import the package by its name; tests run them against the source
    alias: [
      { find: /^hillock$/, replacement: `${src}/node.ts` },
      { find: /^hillock\/(neurons|plasticity)$/, replacement: `${src}/mechanisms/$1/index.ts` },
      { find: /^hillock\/(analysis|import|mechanisms|models\/[\w-]+|plot)$/, replacement: `${src}/$1/index.ts` },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**", "node_modules/**"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 400_000,
    hookTimeout: 60_000,
  },
});
