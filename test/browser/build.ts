import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildSite } from "./site.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the built demos. */
    site: string;
  }
}

/** Builds the demos once for all files of a run. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "hillock-demo-"));
  await buildSite(folder);
  project.provide("site", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
