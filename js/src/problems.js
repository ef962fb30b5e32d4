import { attribute, h, one, rows, write } from "./dom.js";
import { clock, many } from "./format.js";
import { icon } from "./icons.js";
import { panes } from "./later.js";

/** @import {Store} from "./store.js" */
/** @import {Problem, Site} from "./types.js" */

/** The user's line with carets under what failed, or under its operator where the line has that once: carets under all of it would say nothing.
 * @param {Site} site @param {string} [op] @returns {string} */
export function underlined(site, op = "") {
  const text = site.text.trimEnd();
  const { start = 0, end = 0 } = site;
  if (end) return `${text}\n${" ".repeat(start)}${"^".repeat(Math.max(1, end - start))}`;
  const found = op ? [...text.matchAll(new RegExp(`\\b${op.replace(/[^\w]/g, "\\$&")}\\b`, "g"))] : [];
  return found.length === 1 ? `${text}\n${" ".repeat(found[0]?.index ?? 0)}${"^".repeat(op.length)}` : text;
}

/** What went wrong: operator, process, element, the user's own line and frames. */
export class ProblemsView {
  /** @param {Store} store @param {(slot: string) => void} select */
  constructor(store, select) {
    this.store = store;
    this.select = select;
    /** @type {WeakMap<HTMLElement, Site>} */
    this.sites = new WeakMap();
    this.list = h("ol");
    this.empty = h("p.empty");
    this.element = h("div.pane.problems", {}, this.list, this.empty);
  }

  paint() {
    const newest = [...this.store.problems].reverse();
    rows(this.list, newest, () => this.makeRow(), (row, problem) => this.paintRow(row, problem));
    write(this.empty, newest.length ? "" : "No problems. An error in one of your functions is shown here with its line and the element.");
  }

  makeRow() {
    const row = h(
      "li.problem",
      {},
      h("div.what", {}, icon("warn"), h("b")),
      h("div.meta", {}, h("button.op", { type: "button" }), h("span.process"), h("time")),
      h("div.element", {}, h("small", {}, "element"), h("code")),
      h("button.place", { type: "button", title: "Go to this line" }),
      h("pre.source", { tabindex: 0 }),
      h("pre.frames", { tabindex: 0 }),
      h("details.left-out", {}, h("summary"), h("ol")),
    );
    one(row, ".op").addEventListener("click", () => this.select(row.dataset["slot"] ?? ""));
    one(row, ".place").addEventListener("click", () => this.follow(row));
    return row;
  }

  /** Shows the line in its cell, or says where it is. @param {HTMLElement} row */
  async follow(row) {
    const made = await panes(this.store).catch(() => undefined);
    const site = this.sites.get(row);
    if (made && site) attribute(one(row, ".place"), "title", made.reveal(site, row) || "Go to this line");
  }

  /** @param {HTMLElement} row @param {Problem} problem */
  paintRow(row, problem) {
    const { site, frames } = problem;
    this.sites.set(row, site);
    const others = frames.filter((frame) => frame.cell !== site.cell || frame.line !== site.line);
    row.dataset["slot"] = problem.slot;
    write(one(row, ".what b"), problem.error);
    write(one(row, ".op"), problem.op);
    one(row, ".op").hidden = !problem.slot;
    write(one(row, ".process"), problem.advice ?? `on ${problem.process}${problem.fatal || !problem.element ? "" : ", skipped"}`);
    write(one(row, ".meta time"), problem.advice ? "" : clock(problem.time).slice(0, 8));
    write(one(row, ".element code"), problem.element);
    one(row, ".element").hidden = !problem.element;
    write(one(row, ".place"), site.cell ? `${site.cell}, line ${site.line}` : "");
    write(one(row, ".source"), site.text ? underlined(site, problem.op) : "");
    write(one(row, ".frames"), others.map((f) => `${f.cell}, line ${f.line}\n${underlined({ ...f, text: f.text.trim() }).replace(/^/gm, "    ")}`).join("\n"));
    one(row, ".frames").hidden = !others.length;
    one(row, ".source").hidden = !site.text;
    row.classList.toggle("skipped", Boolean(problem.skipped || problem.advice));
    this.paintSkipped(one(row, ".left-out"), problem);
  }

  /** How many elements its operator went on without, and the newest of them. @param {HTMLElement} box @param {Problem} problem */
  paintSkipped(box, problem) {
    const skipped = problem.skipped ? this.store.model.get("skipped")?.[problem.slot] : undefined;
    box.hidden = !skipped;
    if (!skipped) return;
    const newest = [...skipped.newest].reverse();
    write(one(box, "summary"), `${many(skipped.count, "element")} skipped so far${skipped.count > newest.length ? `; the last${newest.length > 1 ? ` ${newest.length}` : ""} of them` : ""}`);
    rows(one(box, "ol"), newest, () => h("li", {}, h("code"), h("span")), (row, each) => {
      write(one(row, "code"), each.element);
      write(one(row, "span"), `${each.process}: ${each.error}`);
    });
  }
}
