import { adapters } from "../src/browser/adapter.ts";
import { element } from "./site/element.ts";
import { escapes } from "./site/keyboard.ts";
import { showAdapterName, withoutWebGpu } from "./site/notice.ts";
import { theme } from "./site/theme.ts";
import { inTurn } from "./site/turns.ts";

theme();
escapes();

// in a task of its own: the browser makes its first styles in the one that runs this script
void inTurn(async () => {
  const [adapter] = await adapters().catch(() => []);
  showAdapterName(adapter);
  if (adapter === undefined) withoutWebGpu("The pages then compute with the float64 reference engine, on one core of the processor, and keep to small networks."); // prettier-ignore
  document.body.dataset["state"] = "running";
  element("main").dataset["ready"] = "true";
});
