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
    this.menu = this.button("save", "Save the picture", (made) => new made.Menu(store, () => graph.stage.querySelector("svg"), () => this.leave(this.menu)));
    this.legend = this.button("legend", "Legend", (made) => ({ element: made.legend() }));
  }

  /** @param {import("./icons.js").IconName} name @param {string} title @param {(made: Panes) => Extra} make */
  button(name, title, make) {
    const button = this.graph.tool(name, title, () => this.toggle(button, make));
    attribute(button, "aria-expanded", "false");
    button.addEventListener("keydown", (event) => this.escaped(event, button));
    return button;
  }

  /** @param {HTMLButtonElement} button @param {(made: Panes) => Extra} make */
  async toggle(button, make) {
    const made = await panes(this.store).catch(() => undefined);
    if (!made) return;
    const known = this.made.get(button);
    const extra = known ?? make(made);
    if (!known) {
      this.graph.element.append(extra.element);
      extra.element.addEventListener("keydown", (event) => this.escaped(event, button));
    }
    this.made.set(button, extra);
    const open = !known || known.element.hidden;
    if (open && button !== this.table) for (const other of [this.menu, this.legend]) this.hide(other);
    extra.element.hidden = !open;
    attribute(button, "aria-expanded", String(open));
    if (!extra.element.hidden && button !== this.legend) /** @type {HTMLElement} */ (button === this.menu ? extra.element.firstElementChild : extra.element).focus();
    this.paint();
  }

  /** @param {HTMLButtonElement} button */
  hide(button) {
    const extra = this.made.get(button);
    if (extra) extra.element.hidden = true;
    attribute(button, "aria-expanded", "false");
  }

  /** Puts one away and goes back to its button. @param {HTMLButtonElement} button */
  leave(button) {
    this.hide(button);
    button.focus();
  }

  /** @param {KeyboardEvent} event @param {HTMLButtonElement} button */
  escaped(event, button) {
    if (event.key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
    event.preventDefault();
    event.stopPropagation();
    this.leave(button);
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
