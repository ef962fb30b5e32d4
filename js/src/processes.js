import { Actions, complaint, form, paintComplaint } from "./actions.js";
import { attribute, h, one, rows, write } from "./dom.js";
import { bytes, duration, percent, rate, short, whole } from "./format.js";
import { icon, phaseIcon, setIcon } from "./icons.js";
import { Later } from "./later.js";
import { QUEUE, stateOf } from "./marks.js";
import { OVER } from "./store.js";

/** @import {Store} from "./store.js" */
/** @import {ProcessRow} from "./types.js" */

const HEADS = ["Process", "", "State", "CPU", "Memory", "Items/s", "Queue", "Up"];
const WHY = "Those that receive from it take what its new life makes for more of the same stream. Why is that right?";

/** One row per process, with its buttons beside its name, and below it, where there is any, the reason of its end, the
 * reason that a restart needs, and what a call refused; then the links between them, and the faults that are in force.
 * Nothing comes in above a button that was pressed, which would move from under the pointer. */
export class ProcessesView {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    /** @type {WeakMap<HTMLElement, Actions>} */
    this.actions = new WeakMap();
    this.body = h("tbody");
    const head = h("tr", {}, ...HEADS.map((text) => h("th", { scope: "col" }, text || h("span.unseen", {}, "Actions"))));
    this.table = h("table", {}, h("thead", {}, head), this.body);
    this.empty = h("p.empty");
    /** @type {Later<import("./panes/faults.js").FaultsView>} */
    this.faults = new Later(store, h("div.on-purpose"), (made) => new made.FaultsView(store));
    this.strays = h("div.strays");
    this.element = h("div.pane.processes", {}, this.table, this.faults.element, this.strays, this.empty);
  }

  paint() {
    const { store } = this;
    const lines = store.processes.flatMap((process) => [process, process]);
    const make = () => (this.body.children.length % 2 ? this.makeBelow() : this.makeRow());
    rows(this.body, lines, make, (row, process, index) => (index % 2 ? this.paintBelow(row, process) : this.paintRow(row, process)));
    this.table.hidden = !store.processes.length;
    write(this.empty, store.processes.length ? "" : "The processes are being started.");
    this.faults.element.hidden = !store.live;
    this.faults.paint();
    const known = new Set(store.processes.map((process) => process.name));
    const strays = store.acts.filter((act) => act.error && !this.faults.view?.links.shows(act) && !(act.processes.length === 1 && known.has(act.processes[0] ?? "")));
    rows(this.strays, strays, () => complaint(store), paintComplaint);
  }

  makeRow() {
    const actions = new Actions(this.store, () => this.ask(row));
    const row = h(
      "tr",
      {},
      h("th.who", { scope: "row" }, h("b"), h("small")),
      h("td.act", {}, actions.element),
      h("td.phase", {}, h("span.mark"), h("span.word"), h("small.again", { role: "img" }, icon("again"), h("b"))),
      ...["cpu", "memory", "rate", "queue", "up"].map((name) => h(`td.${name}`)),
    );
    this.actions.set(row, actions);
    return row;
  }

  /** @param {HTMLElement} row @param {ProcessRow} process */
  paintRow(row, process) {
    const over = OVER.includes(process.phase);
    const { unheard } = this.store;
    const state = stateOf(process, this.store);
    row.dataset["name"] = process.name;
    row.dataset["phase"] = state;
    write(one(row, ".who b"), process.name);
    write(one(row, ".who small"), this.store.status.inside ? "in the kernel" : process.pid ? `pid ${process.pid}` : "no pid yet");
    setIcon(one(row, ".mark"), phaseIcon(state));
    write(one(row, ".word"), state);
    this.paintAgain(one(row, ".again"), process.restarts ?? 0);
    write(one(row, ".cpu"), over ? "–" : percent(process.cpu));
    write(one(row, ".memory"), over ? "–" : bytes(process.memory));
    write(one(row, ".rate"), over || unheard ? "–" : rate(process.rate));
    write(one(row, ".queue"), over ? "–" : short(process.queued));
    attribute(one(row, ".queue"), "title", `${whole(process.queued)}${process.queued >= QUEUE ? ": more comes in than it gets done" : ""}`);
    one(row, ".queue").classList.toggle("much", !over && process.queued >= QUEUE);
    write(one(row, ".up"), process.started && (process.ended || !unheard) ? duration((process.ended || this.store.time) - process.started) : "–");
    this.actions.get(row)?.paint(process);
  }

  /** @param {HTMLElement} mark @param {number} count */
  paintAgain(mark, count) {
    mark.hidden = !count;
    write(one(mark, "b"), String(count));
    const words = `started again ${count === 1 ? "once" : `${count} times`}`;
    for (const name of ["title", "aria-label"]) attribute(mark, name, words);
  }

  makeBelow() {
    const field = h("input", { type: "text", "aria-label": WHY, placeholder: "such as: what it sends is numbered" });
    const ask = form("Restart", field, [h("span.question", {}, WHY), field], () => send(), () => leave());
    const row = h("tr.why", {}, h("td", { colspan: HEADS.length }, h("div.reason"), ask, h("div.complaints")));
    const leave = () => {
      ask.hidden = true;
      this.paint();
      const button = row.previousElementSibling?.querySelector("button.restart");
      if (button instanceof HTMLElement) button.focus();
    };
    const send = () => {
      this.store.act("restart", [row.dataset["name"] ?? ""], { reason: field.value.trim() });
      leave();
    };
    return row;
  }

  /** Opens the field for the reason of a restart. @param {HTMLElement} row */
  ask(row) {
    const below = /** @type {HTMLElement} */ (row.nextElementSibling);
    below.hidden = one(below, ".ask").hidden = false;
    one(below, "input").focus();
  }

  /** @param {HTMLElement} row @param {ProcessRow} process */
  paintBelow(row, process) {
    const over = OVER.includes(process.phase);
    const errors = this.store.acts.filter((act) => act.error && act.processes.length === 1 && act.processes[0] === process.name);
    row.dataset["name"] = process.name;
    const [reason, ask] = [one(row, ".reason"), one(row, ".ask")];
    if (!this.store.live) ask.hidden = true;
    write(reason, process.reason);
    reason.hidden = !process.reason;
    reason.classList.toggle("past", !over || Boolean(process.returns));
    rows(one(row, ".complaints"), errors, () => complaint(this.store), paintComplaint);
    row.hidden = !process.reason && !errors.length && ask.hidden;
  }
}
