import { attribute, h, one, rows, write } from "./dom.js";
import { bytes, duration, percent, rate, whole } from "./format.js";
import { phaseIcon, setIcon } from "./icons.js";
import { OVER } from "./store.js";

/** @import {Store} from "./store.js" */
/** @import {ProcessRow} from "./types.js" */

const HEADS = ["Process", "", "State", "CPU", "Memory", "Items/s", "Queue", "Up"];

/** One row per process, with the button that ends it beside its name, and below it, where there is one, the reason of its end. */
export class ProcessesView {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.body = h("tbody");
    const head = h("tr", {}, ...HEADS.map((text) => h("th", { scope: "col" }, text || h("span.unseen", {}, "Actions"))));
    this.table = h("table", {}, h("thead", {}, head), this.body);
    this.empty = h("p.empty");
    this.element = h("div.pane.processes", {}, this.table, this.empty);
  }

  paint() {
    const lines = this.store.processes.flatMap((process) => [process, process]);
    const make = () => (this.body.children.length % 2 ? makeReason() : this.makeRow());
    rows(this.body, lines, make, (row, process, index) => (index % 2 ? paintReason(row, process) : this.paintRow(row, process)));
    this.table.hidden = !this.store.processes.length;
    write(this.empty, this.store.processes.length ? "" : "The processes are being started.");
  }

  makeRow() {
    const kill = h("button.kill", { type: "button" }, "Kill");
    const row = h(
      "tr",
      {},
      h("th.who", { scope: "row" }, h("b"), h("small")),
      h("td.act", {}, kill),
      h("td.phase", {}, h("span.mark"), h("span.word")),
      ...["cpu", "memory", "rate", "queue", "up"].map((name) => h(`td.${name}`)),
    );
    kill.addEventListener("click", () => {
      kill.disabled = true;
      row.dataset["killed"] = row.dataset["name"];
      this.store.kill(row.dataset["name"] ?? "");
    });
    return row;
  }

  /** @param {HTMLElement} row @param {ProcessRow} process */
  paintRow(row, process) {
    const over = OVER.includes(process.phase);
    const { unheard } = this.store;
    row.dataset["name"] = process.name;
    row.dataset["phase"] = process.phase;
    write(one(row, ".who b"), process.name);
    write(one(row, ".who small"), process.pid ? `pid ${process.pid}` : "in the kernel");
    setIcon(one(row, ".mark"), phaseIcon(process.phase));
    write(one(row, ".word"), process.phase);
    write(one(row, ".cpu"), over ? "–" : percent(process.cpu));
    write(one(row, ".memory"), over ? "–" : bytes(process.memory));
    write(one(row, ".rate"), over || unheard ? "–" : rate(process.rate));
    write(one(row, ".queue"), over ? "–" : whole(process.queued));
    write(one(row, ".up"), process.started && (process.ended || !unheard) ? duration((process.ended || this.store.time) - process.started) : "–");
    const kill = /** @type {HTMLButtonElement} */ (one(row, ".kill"));
    kill.hidden = over || !process.pid;
    kill.disabled = unheard || row.dataset["killed"] === process.name;
    attribute(kill, "aria-label", `Kill ${process.name}`);
    attribute(kill, "title", `Ends ${process.name} at once, as a crash would. The others go on.`);
  }
}

function makeReason() {
  return h("tr.why", {}, h("td.reason", { colspan: HEADS.length }));
}

/** @param {HTMLElement} row @param {ProcessRow} process */
function paintReason(row, process) {
  row.hidden = !process.reason;
  write(one(row, ".reason"), process.reason);
}
