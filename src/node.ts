import { offerThreads, threadsOffered } from "./host/threads.ts";
import { nodeThreads } from "./node/threads.ts";

export * from "./index.ts";
export { adapters, openDevice } from "./node/adapters.ts";
export { openFolder } from "./storage/node-folder.ts";
export type { AdapterInfo, OpenDevice, OpenDeviceOptions } from "./run/open-device.ts";

// a command line that loads a network's module late has said already how many
if (!threadsOffered()) offerThreads(nodeThreads());
