import { h, write } from "./dom.js";

/** @import {Store} from "./store.js" */

/** What an operator says when pointed at: its settings, what comes out, how much, and the line that made it. */
export class Tip {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.title = h("b");
    this.detail = h("code.detail");
    this.kind = h("div.kind");
    this.count = h("div.counted");
    this.lost = h("div.lost");
    this.where = h("div.where");
    this.source = h("code.source");
    this.element = h("div.tip", { role: "tooltip", hidden: "" }, this.title, this.detail, this.kind, this.count, this.lost, this.where, this.source);
  }

  /** @param {string} slot @param {string} count @param {number} x @param {number} y @param {DOMRect} room */
  show(slot, count, x, y, room) {
    const node = this.store.graph.nodes[slot];
    if (!node) return;
    const { cell, line, function: named, text } = node.site;
    write(this.title, node.label);
    write(this.detail, node.detail);
    write(this.kind, this.store.outputs(node).map((output) => output.text).join("\n"));
    write(this.count, count);
    write(this.lost, this.store.notes(slot));
    write(this.where, cell ? `${cell}, line ${line}${named ? `, in ${named}` : ""}` : "");
    write(this.source, text.trim());
    this.element.hidden = false;
    const { offsetWidth: w, offsetHeight: h_ } = this.element;
    const left = Math.max(6, Math.min(x + 14, room.width - w - 6));
    const below = y + 16 + h_ < room.height;
    this.element.style.transform = `translate(${left}px, ${below ? y + 16 : Math.max(6, y - h_ - 12)}px)`;
  }

  hide() {
    this.element.hidden = true;
  }
}
