import { openDevice } from "../../src/browser.ts";
import { spikesOn, type Name } from "./spike-run.ts";

declare global {
  var spikesHere: ((name: Name) => ReturnType<typeof spikesOn>) | undefined;
}

globalThis.spikesHere = async (name) => {
  const open = await openDevice({ adapter: "swiftshader" });
  if (open === undefined) throw new Error("Chromium finds no SwiftShader");
  return spikesOn(open.device, name);
};
