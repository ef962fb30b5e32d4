import { hindrance, say } from "../actions.js";
import { h, one, rows, write } from "../dom.js";
import { duration } from "../format.js";
import { setIcon } from "../icons.js";

/** @import {Store} from "../store.js" */
/** @import {Fault} from "../types.js" */

/** What ends a fault: its word, the call, and what it is given. */
const ENDS = /** @type {const} */ ({
  pause: ["Resume", "resume", {}],
  cut: ["Heal", "heal", {}],
  delay: ["End delay", "delay", { seconds: 0 }],
  drop: ["End drop", "drop", { rate: 0 }],
});

/** Ends a fault, or the like on a whole link. @param {Store} store @param {Fault["kind"]} kind @param {string[]} processes */
export function end(store, kind, processes) {
  const [, call, given] = ENDS[kind];
  store.act(call, processes, given);
}

/** @param {Fault["kind"]} kind */
export function endWord(kind) {
  return ENDS[kind][0];
}

/** The faults that are in force on purpose, each with how long it has been and a button that ends it. */
export class InForce {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.list = h("ul");
    this.more = h("p.more-faults");
    this.element = h("section.in-force", { "aria-label": "Faults in force" }, h("h4", {}, "Faults in force"), this.list, this.more);
  }

  paint() {
    const { faults, status } = this.store;
    this.element.hidden = !faults.length;
    rows(this.list, faults, () => this.makeRow(), (row, fault) => this.paintRow(row, fault));
    const more = (status.faults ?? 0) - faults.length;
    write(this.more, more > 0 ? `and ${more} more: deployment.faults has them all` : "");
  }

  reveal() {
    this.element.scrollIntoView({ block: "nearest" });
    this.list.querySelector("button")?.focus();
  }

  makeRow() {
    const button = h("button.end", { type: "button" });
    const row = h("li.fault", {}, h("span.mark"), h("span.words"), h("time"), button);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      end(this.store, /** @type {Fault["kind"]} */ (row.dataset["kind"]), JSON.parse(row.dataset["processes"] ?? "[]"));
    });
    return row;
  }

  /** @param {HTMLElement} row @param {Fault} fault */
  paintRow(row, fault) {
    const processes = JSON.stringify(fault.processes);
    row.dataset["kind"] = fault.kind;
    row.dataset["processes"] = processes;
    const text = fault.text.replaceAll("`", "");
    setIcon(one(row, ".mark"), fault.kind);
    write(one(row, ".words"), text);
    write(one(row, "time"), duration(this.store.time - fault.since));
    const button = /** @type {HTMLButtonElement} */ (one(row, ".end"));
    const busy = this.store.busy(fault.processes);
    write(button, endWord(fault.kind));
    say(button, `${endWord(fault.kind)}: ${fault.processes.join(" and ")}`, hindrance(this.store) || (busy ? `Wait: ${busy} is under way` : ""), "Ends this fault");
  }
}
