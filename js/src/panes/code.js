import { attribute, h, one, rows, write } from "../dom.js";
import { reveal } from "./cell.js";

/** @import {Store} from "../store.js" */
/** @import {Site} from "../types.js" */
/** @typedef {{name: string, source: string, sites: (Site & {slot: string, op: string})[], lines: number[]}} Place */

const WORDS = /(#.*$)|("""[\s\S]*?"""|f?"(?:\\.|[^"\\])*"|f?'(?:\\.|[^'\\])*')|\b(def|return|for|in|if|else|elif|while|and|or|not|is|None|True|False|import|from|as|try|except|finally|raise|with|lambda|continue|break|pass|class|yield|del|global|nonlocal|assert|await|async)\b|\b(\d+(?:\.\d+)?)\b/g;
const KINDS = ["comment", "text", "word", "number"];

/** The generated Python of each location, every line beside the user's line that it came from. */
export class CodePane {
  /** @param {Store} store @param {(slot: string) => void} point  lets an operator stand out in the picture */
  constructor(store, point) {
    this.store = store;
    this.point = point;
    /** @type {Place[]} */
    this.places = [];
    this.asked = false;
    this.shown = "";
    this.choice = h("select", { "aria-label": "Location", change: () => this.show() });
    this.lines = h("div.lines", { tabindex: 0, role: "group", "aria-label": "Generated code" });
    this.empty = h("p.empty");
    this.hint = h("span.hint", { role: "status" }, "What each process runs; the line at the right is yours.");
    this.element = h("div.code-pane", {}, h("div.filters", {}, this.choice, this.hint), this.lines, this.empty);
    store.replies.set("code", (message) => this.take(message.places));
  }

  paint() {
    if (!this.asked) {
      this.asked = true;
      this.store.question("code");
    }
    write(this.empty, this.places.length ? "" : "Loading…");
  }

  /** @param {Place[]} places */
  take(places) {
    this.places = places;
    this.choice.replaceChildren(...places.map((place) => h("option", { value: place.name }, place.name)));
    this.show();
    this.paint();
  }

  show() {
    const place = this.places.find((each) => each.name === this.choice.value) ?? this.places[0];
    if (!place || place.name === this.shown) return;
    this.shown = place.name;
    const lines = place.source.replace(/\n$/, "").split("\n");
    rows(this.lines, lines, () => this.makeLine(), (row, line, index) => this.paintLine(row, line, index, place));
    this.lines.scrollTop = 0;
  }

  makeLine() {
    const row = h("div.code-line", {}, h("span.at", { "aria-hidden": "true" }), h("code"), h("button.from", { type: "button" }));
    one(row, ".from").addEventListener("click", () => this.follow(Number(row.dataset["site"])));
    return row;
  }

  /** Shows the user's line in its cell, and its operator in the picture. @param {number} number */
  follow(number) {
    const site = this.places.find((each) => each.name === this.shown)?.sites[number];
    if (!site) return;
    this.point(site.slot);
    write(this.hint, reveal(site, this.element) || `${site.op}: ${site.text.trim()}`);
  }

  /** @param {HTMLElement} row @param {string} line @param {number} index @param {Place} place */
  paintLine(row, line, index, place) {
    const number = place.lines[index] ?? -1;
    const site = place.sites[number];
    const from = one(row, ".from");
    row.dataset["site"] = String(number);
    write(one(row, ".at"), String(index + 1));
    one(row, "code").replaceChildren(...coloured(line));
    from.hidden = !site || (index > 0 && place.lines[index - 1] === number);
    if (!site) return;
    write(from, `${site.cell}:${site.line}`);
    attribute(from, "title", `Go to this line: ${site.text.trim()}`);
  }
}

/** A line of Python with its words in colours, as nodes. @param {string} line @returns {Node[]} */
export function coloured(line) {
  /** @type {Node[]} */
  const made = [];
  let end = 0;
  for (const match of line.matchAll(WORDS)) {
    made.push(document.createTextNode(line.slice(end, match.index)));
    const kind = KINDS[match.slice(1).findIndex((part) => part !== undefined)];
    made.push(h(`span.${kind}`, {}, match[0]));
    end = match.index + match[0].length;
  }
  made.push(document.createTextNode(line.slice(end)));
  return made;
}
