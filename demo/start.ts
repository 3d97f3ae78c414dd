import { adapters } from "../src/browser.ts";
import { element } from "./site/element.ts";
import { showAdapterName, withoutWebGpu } from "./site/notice.ts";
import { theme } from "./site/theme.ts";

theme();

const [adapter] = await adapters().catch(() => []);
showAdapterName(adapter);
if (adapter === undefined) withoutWebGpu("The pages then compute with the float64 reference engine, on one core of the processor, and keep to small networks."); // prettier-ignore
document.body.dataset["state"] = "running";
element("main").dataset["ready"] = "true";
