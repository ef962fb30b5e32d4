import { attribute, h, write } from "./dom.js";

/** @import {Store} from "./store.js" */

/** Finds operators by name, function, place, cell or line; Enter goes from one to the next. */
export class Finder {
  /** @param {Store} store @param {(slot: string) => void} go  shows one @param {() => void} leave  goes back to the picture */
  constructor(store, go, leave) {
    this.store = store;
    this.go = go;
    this.leave = leave;
    /** @type {string[]} */
    this.hits = [];
    this.at = -1;
    this.field = h("input.find", { type: "search", placeholder: "Find", "aria-label": "Find operators", spellcheck: "false", input: () => this.find() });
    this.count = h("span.hits", { role: "status" });
    this.field.addEventListener("keydown", (event) => this.pressed(event));
    this.element = h("span.finder", {}, this.field, this.count);
    this.found = new Set();
  }

  find() {
    const wanted = this.field.value.trim().toLowerCase();
    const { nodes } = this.store.graph;
    const all = Object.keys(nodes);
    const among = (/** @type {(slot: string) => string} */ words) => (wanted ? all.filter((slot) => words(slot).toLowerCase().includes(wanted)) : []);
    this.hits = among((slot) => this.name(slot));
    if (!this.hits.length) this.hits = among((slot) => this.words(slot));
    this.found = new Set(this.hits);
    this.at = -1;
    this.paint();
    this.store.changed();
  }

  /** What an operator is called. @param {string} slot */
  name(slot) {
    const node = this.store.graph.nodes[slot];
    return node ? `${node.label}\n${node.place}` : "";
  }

  /** What else is said of it, where no name fits. @param {string} slot */
  words(slot) {
    const node = this.store.graph.nodes[slot];
    return node ? [node.detail, node.site.cell, node.site.function, node.site.text].join("\n") : "";
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (!this.field.value) return this.leave();
      this.field.value = "";
      this.find();
    }
    if (event.key !== "Enter" || !this.hits.length) return;
    event.preventDefault();
    this.at = (this.at + (event.shiftKey ? this.hits.length - 1 : 1) + (this.at < 0 && event.shiftKey ? 1 : 0)) % this.hits.length;
    this.paint();
    this.go(this.hits[this.at] ?? "");
  }

  paint() {
    const none = this.field.value.trim() && !this.hits.length;
    write(this.count, none ? "none" : this.hits.length ? `${this.at < 0 ? "" : `${this.at + 1} of `}${this.hits.length}` : "");
    attribute(this.field, "data-none", String(Boolean(none)));
  }
}
