import { h, write } from "./dom.js";

/** @import {GraphNode} from "./types.js" */

/** What an operator says when pointed at: its settings, what comes out, and the line that made it. */
export class Tip {
  constructor() {
    this.title = h("b");
    this.detail = h("code.detail");
    this.kind = h("div.kind");
    this.lost = h("div.lost");
    this.where = h("div.where");
    this.source = h("code.source");
    this.element = h("div.tip", { role: "tooltip", hidden: "" }, this.title, this.detail, this.kind, this.lost, this.where, this.source);
  }

  /** @param {GraphNode} node @param {string} lost @param {number} x @param {number} y @param {DOMRect} room */
  show(node, lost, x, y, room) {
    write(this.title, node.label);
    write(this.detail, node.detail);
    write(this.kind, node.outputs.map((output) => output.text).join("\n"));
    write(this.lost, lost);
    write(this.where, node.site.cell ? `${node.site.cell}, line ${node.site.line}` : "");
    write(this.source, node.site.text.trim());
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
