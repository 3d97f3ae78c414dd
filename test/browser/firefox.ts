import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer, { type Browser } from "puppeteer-core";

/** Debian's Firefox unless the environment names another. */
export const FIREFOX = process.env["FIREFOX"] ?? "/usr/bin/firefox-esr";

/** What switches WebGPU on where Firefox does not offer it by itself, and on a software adapter; on a loaded machine a script may wait
 * longer for that than Firefox lets it. */
const PREFERENCES = { "dom.webgpu.enabled": true, "gfx.webgpu.ignore-blocklist": true, "dom.max_script_run_time": 0 };

export interface Firefox {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Headless, over WebDriver BiDi, in a profile of its own.
 * @param preferences  beside or instead of those that switch WebGPU on
 * @param env          beside this process's own environment */
export async function openFirefox(
  preferences: Readonly<Record<string, unknown>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), "hillock-firefox-"));
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: FIREFOX,
    headless: true,
    userDataDir: profile,
    extraPrefsFirefox: { ...PREFERENCES, ...preferences },
    protocolTimeout: 180_000,
    env: { ...process.env, ...env },
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
