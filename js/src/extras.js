import { attribute } from "./dom.js";
import { panes } from "./later.js";

/** @import {GraphView} from "./graph.js" */
/** @import {Panes} from "./later.js" */
/** @import {Store} from "./store.js" */
/** @typedef {{element: HTMLElement, paint?: () => void}} Extra */

/** What else there is of the picture, made when it is asked for: a table of it for those who read, files, the legend. */
export class Extras {
  /** @param {Store} store @param {GraphView} graph @param {(slot: string) => void} select */
  constructor(store, graph, select) {
    this.store = store;
    this.graph = graph;
    /** @type {Map<HTMLButtonElement, Extra>} */
    this.made = new Map();
    this.table = this.button("table", "Show as a table", (made) => new made.Table(store, select, () => sources(graph)));
    this.menu = this.button("save", "Save the picture", (made) => new made.Menu(store, () => graph.stage.querySelector("svg"), () => this.leave()));
    this.legend = this.button("legend", "Legend", (made) => ({ element: made.legend() }));
  }

  /** @param {import("./icons.js").IconName} name @param {string} title @param {(made: Panes) => Extra} make */
  button(name, title, make) {
    const button = this.graph.tool(name, title, () => this.toggle(button, make));
    attribute(button, "aria-expanded", "false");
    return button;
  }

  /** @param {HTMLButtonElement} button @param {(made: Panes) => Extra} make */
  async toggle(button, make) {
    const made = await panes(this.store).catch(() => undefined);
    if (!made) return;
    const known = this.made.get(button);
    const extra = known ?? make(made);
    if (!known) this.graph.element.append(extra.element);
    this.made.set(button, extra);
    extra.element.hidden = Boolean(known && !known.element.hidden);
    attribute(button, "aria-expanded", String(!extra.element.hidden));
    if (!extra.element.hidden && button !== this.legend) /** @type {HTMLElement} */ (button === this.menu ? extra.element.firstElementChild : extra.element).focus();
    this.paint();
  }

  leave() {
    const menu = this.made.get(this.menu);
    if (menu) menu.element.hidden = true;
    attribute(this.menu, "aria-expanded", "false");
    this.menu.focus();
  }

  paint() {
    for (const extra of this.made.values()) if (!extra.element.hidden) extra.paint?.();
  }
}

/** Who leads to whom. @param {GraphView} graph @returns {Map<string, string[]>} */
function sources(graph) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const { ends } of graph.picture.lines) {
    for (const [source, target] of ends) found.set(target, [...(found.get(target) ?? []), source]);
  }
  return found;
}
