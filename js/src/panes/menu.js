import { h } from "../dom.js";
import { give, save } from "./save.js";

/** @import {Store} from "../store.js" */

/** The last two are written by a kernel that has deployed the flow. */
const FORMS = [["svg", "SVG picture"], ["png", "PNG picture"], ["dot", "Graphviz DOT"], ["mermaid", "Mermaid text"]];

/** The forms in which a picture is saved as a file. */
export class Menu {
  /** @param {Store} store @param {() => SVGSVGElement | null} picture @param {() => void} leave  puts it away */
  constructor(store, picture, leave) {
    this.store = store;
    this.picture = picture;
    this.leave = leave;
    const live = store.model.get("mode") === "live";
    const items = (live ? FORMS : FORMS.slice(0, 2)).map(([form = "", title = ""]) => h("button", { type: "button", role: "menuitem", "data-form": form, click: () => this.save(form) }, title));
    this.element = h("div.menu", { role: "menu", "aria-label": "Save as", keydown: (/** @type {KeyboardEvent} */ event) => this.pressed(event) }, ...items);
    store.replies.set("export", (message) => this.given(message));
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const items = /** @type {HTMLElement[]} */ ([...this.element.children]);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    items[(items.indexOf(/** @type {HTMLElement} */ (event.target)) + step + items.length) % items.length]?.focus();
  }

  /** @param {string} form */
  async save(form) {
    this.leave();
    const svg = this.picture();
    if (form === "dot" || form === "mermaid") this.store.question("export", { form });
    else if (svg) await save(svg, form === "png" ? "png" : "svg", this.name, getComputedStyle(/** @type {Element} */ (svg.closest(".hydro"))).backgroundColor);
  }

  get name() {
    return this.store.model.get("name").replace(/[^\w-]+/g, "_") || "flow";
  }

  /** @param {any} message */
  given(message) {
    if (message.view === this.store.view) give(`${this.name}.${message.form === "dot" ? "dot" : "mmd"}`, new Blob([message.text], { type: "text/plain" }));
  }
}
