import { attribute, h, one, rows, write } from "../dom.js";
import { rate, whole } from "../format.js";

/** @import {Store} from "../store.js" */
/** @import {GraphNode} from "../types.js" */

const HEADS = ["Operator", "Where", "Items", "Rate", "From", "Gives", "Your line"];

/** The graph as a table: the same operators, lines and numbers, for those who read and for those who listen. */
export class Table {
  /** @param {Store} store @param {(slot: string) => void} select @param {() => Map<string, string[]>} sources  who leads to whom */
  constructor(store, select, sources) {
    this.store = store;
    this.select = select;
    this.sources = sources;
    this.body = h("tbody");
    this.table = h("table", {}, h("caption.unseen"), h("thead", {}, h("tr", {}, ...HEADS.map((text) => h("th", { scope: "col" }, text)))), this.body);
    this.element = h("div.graph-table", { tabindex: 0, role: "region", "aria-label": "Graph as a table" }, this.table);
    this.painted = -Infinity;
  }

  /** Twice a second at most: thousands of rows are not read faster. */
  paint() {
    if (performance.now() - this.painted < 500) return;
    this.painted = performance.now();
    const { nodes, summary } = this.store.graph;
    const sources = this.sources();
    write(one(this.table, "caption"), summary);
    const ordered = Object.entries(nodes).sort(([, a], [, b]) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
    rows(this.body, ordered, () => this.makeRow(), (row, [slot, node]) => this.paintRow(row, slot, node, sources.get(slot) ?? []));
  }

  makeRow() {
    const row = h("tr", {}, h("th", { scope: "row" }, h("button", { type: "button" }), h("code")), ...["where", "items", "rate", "from", "gives", "line"].map((name) => h(`td.${name}`)));
    one(row, "button").addEventListener("click", () => this.select(row.dataset["slot"] ?? ""));
    return row;
  }

  /** @param {HTMLElement} row @param {string} slot @param {GraphNode} node @param {string[]} from */
  paintRow(row, slot, node, from) {
    const { store } = this;
    const { total, exact } = store.count(slot);
    row.dataset["slot"] = slot;
    write(one(row, "button"), node.label);
    write(one(row, "code"), node.detail);
    write(one(row, ".where"), node.place);
    write(one(row, ".from"), from.map((each) => store.graph.nodes[each]?.label ?? each).join(", "));
    write(one(row, ".gives"), store.outputs(node).map((output) => output.text).join(", "));
    write(one(row, ".items"), total === undefined ? "" : `${exact ? "" : "≈ "}${whole(total)}`);
    write(one(row, ".rate"), total === undefined ? "" : rate(store.rate(slot)));
    write(one(row, ".line"), node.site.cell ? `${node.site.cell}, line ${node.site.line}` : "");
    attribute(one(row, ".line"), "title", node.site.text);
  }
}
