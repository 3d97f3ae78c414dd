import { adapters } from "../src/browser.ts";
import { element, showAdapterName, unsupported } from "./site/page.ts";
import { theme } from "./site/theme.ts";

theme(() => undefined);

const [adapter] = await adapters().catch(() => []);
if (adapter === undefined) unsupported();
else {
  showAdapterName(adapter);
  document.body.dataset["state"] = "running";
}
element("main").dataset["ready"] = "true";
