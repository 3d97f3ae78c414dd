import { inTurn } from "../site/turns.ts";
import { LabPage } from "./page.ts";

await inTurn(() => undefined); // a task for the scripts, and one for the page
const page = new LabPage();
Object.assign(globalThis, { laboratory: page }); // for the browser's console
