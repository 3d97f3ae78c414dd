import { theme } from "../site/theme.ts";

theme();
// as an article loads it: a file of its own, which finds the pages beside itself
const script = Object.assign(document.createElement("script"), { type: "module", src: ELEMENT });
script.addEventListener("load", () => (document.body.dataset["state"] = "running"));
document.head.append(script);
