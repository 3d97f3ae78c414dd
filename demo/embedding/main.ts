import { theme } from "../site/theme.ts";

theme();
// as an article loads it: a file of its own, which finds the pages beside itself
const file = import.meta.env.DEV ? "hillock-demo.ts" : "hillock-demo.js";
const script = Object.assign(document.createElement("script"), { type: "module", src: file });
script.addEventListener("load", () => (document.body.dataset["state"] = "running"));
document.head.append(script);
