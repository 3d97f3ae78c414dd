import { LabPage } from "./page.ts";

const page = new LabPage();
Object.assign(globalThis, { laboratory: page }); // for the browser's console
