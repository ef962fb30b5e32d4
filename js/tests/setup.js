// What a page loads on demand is there from the start.
import * as panes from "../src/panes/main.js";

Object.assign(globalThis, { [Symbol.for("hydro_nb panes ")]: panes });
