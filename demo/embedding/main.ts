import "../hillock-demo.ts";
import { theme } from "../site/theme.ts";

theme();
document.body.dataset["state"] = "running";
