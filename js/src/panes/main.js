export { CodePane } from "./code.js";
export { FaultsView } from "./faults.js";
export { legend } from "./legend.js";
export { LogsView } from "./logs.js";
export { Menu } from "./menu.js";
export { SendPane } from "./send.js";
export { Table } from "./table.js";
