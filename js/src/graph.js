import { attribute, h, write } from "./dom.js";
import { rate, short } from "./format.js";
import { icon } from "./icons.js";
import { legend } from "./legend.js";
import { PanZoom } from "./panzoom.js";
import { Marks, stateOf } from "./marks.js";
import { GONE } from "./store.js";
import { middle, parse, slotOf } from "./svg.js";
import { Tip } from "./tip.js";

/** @import {Store} from "./store.js" */

/** The picture of the flow: live numbers, hover, selection, walking by keyboard. */
export class GraphView {
  /** @param {Store} store @param {(slot: string) => void} select @param {AbortSignal} signal */
  constructor(store, select, signal) {
    this.store = store;
    this.select = select;
    this.svgText = "";
    /** @type {Map<string, Element>} */
    this.nodes = new Map();
    /** @type {{element: Element, source: string, target: string}[]} */
    this.edges = [];
    this.marks = new Marks(store);
    /** @type {Map<string, Element>} */
    this.places = new Map();
    /** @type {Map<string, Element>} */
    this.numbers = new Map();
    this.stage = h("div.stage");
    this.frame = h("div.frame", { tabindex: 0, role: "group" }, this.stage);
    this.key = legend();
    this.tip = new Tip();
    this.element = h("section.graph", { "aria-label": "Graph" }, this.frame, this.buttons(), this.key, this.tip.element);
    this.panzoom = new PanZoom(this.frame, this.stage, signal);
    this.listen(signal);
  }

  buttons() {
    const button = (/** @type {import("./icons.js").IconName} */ name, /** @type {string} */ title, /** @type {() => void} */ act) =>
      h("button", { type: "button", title, "aria-label": title, click: act }, icon(name));
    const toggle = h("button", { type: "button", title: "Legend", "aria-label": "Legend", "aria-expanded": "false" }, icon("legend"));
    toggle.addEventListener("click", () => {
      this.key.hidden = !this.key.hidden;
      attribute(toggle, "aria-expanded", String(!this.key.hidden));
    });
    return h(
      "div.tools",
      { role: "toolbar", "aria-label": "Picture" },
      button("plus", "Zoom in", () => this.panzoom.closer()),
      button("minus", "Zoom out", () => this.panzoom.farther()),
      button("fit", "Fit (double-click)", () => this.panzoom.fit()),
      toggle,
    );
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    this.frame.addEventListener("click", (event) => this.click(event), { signal });
    this.frame.addEventListener("keydown", (event) => this.pressed(event), { signal });
    this.frame.addEventListener("pointermove", (event) => this.hover(event), { signal });
    this.frame.addEventListener("pointerleave", () => this.tip.hide(), { signal });
    this.frame.addEventListener("focusin", (event) => this.focus(event), { signal });
  }

  /** Puts the picture in, if it is another one. */
  draw() {
    const { svg: text, summary, text: words } = this.store.graph;
    if (text === this.svgText && this.stage.hasChildNodes()) return;
    this.svgText = text;
    attribute(this.frame, "aria-label", summary);
    const svg = parse(text);
    if (!svg) return this.stage.replaceChildren(h("pre.words", {}, words || "The graph is empty: add an operator to a process."));
    const [, , width = 1, height = 1] = (svg.getAttribute("viewBox") ?? "").split(/\s+/).map(Number);
    svg.setAttribute("width", `${(width * 4) / 3}px`);
    svg.setAttribute("height", `${(height * 4) / 3}px`);
    this.index(svg);
    this.marks.begin(svg);
    this.stage.replaceChildren(svg);
    this.panzoom.resize((width * 4) / 3, (height * 4) / 3);
  }

  /** @param {SVGSVGElement} svg */
  index(svg) {
    for (const title of svg.querySelectorAll("title")) title.remove();
    svg.querySelector("g.graph")?.removeAttribute("class");
    for (const known of [this.nodes, this.places, this.numbers]) known.clear();
    this.edges = [];
    for (const group of svg.querySelectorAll("g.node, g.edge, g.cluster")) {
      if (group.classList.contains("node")) this.indexNode(group);
      else if (group.classList.contains("cluster")) this.places.set(slotOf(group), group);
      else {
        const [source = "", target = ""] = slotOf(group).split("->").map((end) => end.slice(0, end.lastIndexOf(":")).replace(/\/client$/, ""));
        this.edges.push({ element: group, source, target });
      }
    }
  }

  /** @param {Element} group */
  indexNode(group) {
    const slot = slotOf(group);
    const node = this.store.graph.nodes[slot];
    if (!node) return;
    this.nodes.set(slot, group);
    group.setAttribute("tabindex", "-1");
    group.setAttribute("role", "button");
    group.setAttribute("aria-label", `${node.label} on ${node.place}`);
    if (!group.classList.contains("live")) return;
    const number = group.querySelector("text:last-of-type");
    if (!number) return;
    number.setAttribute("text-anchor", "middle");
    number.setAttribute("x", String(middle(group)));
    number.setAttribute("class", "number");
    number.textContent = "";
    this.numbers.set(slot, number);
  }

  paint() {
    this.draw();
    const store = this.store;
    for (const [slot, number] of this.numbers) write(number, this.number(slot));
    this.paintEdges();
    const failed = new Set(store.problems.filter((problem) => !problem.skipped).map((problem) => problem.slot));
    for (const [slot, node] of this.nodes) {
      node.classList.toggle("failed", failed.has(slot));
      this.marks.node(node, slot);
    }
    for (const [slot, place] of this.places) this.paintPlace(place, store.graph.places[slot] ?? "");
  }

  /** @param {Element} place @param {string} name */
  paintPlace(place, name) {
    const rows = this.store.processes.filter((row) => (row.place ?? row.name) === name);
    place.classList.toggle("failed", rows.some((row) => GONE.includes(row.phase)));
    place.classList.toggle("paused", rows.length > 0 && rows.every((row) => row.phase === "paused"));
    this.marks.place(place, rows.map((row) => stateOf(row, this.store)));
  }

  /** Moving where something crosses, broken where nobody is left to receive it. */
  paintEdges() {
    const { store } = this;
    for (const { element, source, target } of this.edges) {
      if (!element.classList.contains("net")) continue;
      const broken = store.gone(target);
      element.classList.toggle("broken", broken);
      element.classList.toggle("active", !broken && store.rate(target) > 0);
      this.marks.edge(element, source, target);
    }
  }

  /** @param {string} slot */
  number(slot) {
    const total = this.store.totals.get(slot);
    if (total === undefined) return "";
    const now = this.store.rate(slot);
    return now > 0 ? `${short(total)}  ${rate(now)}` : short(total);
  }

  /** Marks the chosen operator. @param {string} slot */
  mark(slot) {
    for (const [name, node] of this.nodes) node.classList.toggle("selected", name === slot);
    for (const { element, target } of this.edges) element.classList.toggle("selected", target === slot && element.classList.contains("net"));
  }

  /** The slot under an event: an operator's own, for an edge that of the stream it carries.
   * @param {Event} event @returns {string} */
  slotAt(event) {
    const group = event.target instanceof Element ? event.target.closest("g.node, g.edge, g.mark") : null;
    if (!group) return "";
    if (group.classList.contains("mark")) return group.getAttribute("data-leads") ?? "";
    if (group.classList.contains("node")) return slotOf(group);
    const edge = this.edges.find((each) => each.element === group);
    return (edge && (group.classList.contains("net") ? edge.target : edge.source)) ?? "";
  }

  /** @param {MouseEvent} event */
  click(event) {
    const slot = this.slotAt(event);
    if (slot) this.select(slot);
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const slot = this.slotAt(event);
    const node = this.store.graph.nodes[slot];
    if (!node || this.frame.classList.contains("dragging")) return this.tip.hide();
    const box = this.element.getBoundingClientRect();
    this.tip.show(node, this.store.notes(slot), event.clientX - box.left, event.clientY - box.top, box);
  }

  /** @param {FocusEvent} event */
  focus(event) {
    const group = event.target instanceof Element ? event.target.closest("g.node") : null;
    const slot = slotOf(group);
    const node = this.store.graph.nodes[slot];
    if (!group || !node || !group.matches(":focus-visible")) return;
    const [box, at] = [this.element.getBoundingClientRect(), group.getBoundingClientRect()];
    this.tip.show(node, this.store.notes(slot), at.left + at.width / 2 - box.left, at.bottom - box.top - 8, box);
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const slot = event.target instanceof Element ? slotOf(event.target.closest("g.node")) : "";
    const done = slot ? this.keyOnNode(event.key, slot) : this.keyOnFrame(event.key);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string} key @returns {boolean} */
  keyOnFrame(key) {
    const steps = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
    const step = steps[/** @type {keyof typeof steps} */ (key)];
    if (step) this.panzoom.pan(step[0] ?? 0, step[1] ?? 0);
    else if (key === "+" || key === "=") this.panzoom.closer();
    else if (key === "-") this.panzoom.farther();
    else if (key === "0") this.panzoom.fit();
    else if (key === "Enter") this.go([...this.nodes.keys()][0]);
    else return false;
    return true;
  }

  /** Arrows walk along edges, Enter shows the stream, Escape goes back to the picture.
   * @param {string} key @param {string} slot @returns {boolean} */
  keyOnNode(key, slot) {
    if (key === "Enter" || key === " ") this.select(slot);
    else if (key === "Escape") this.frame.focus();
    else if (key === "ArrowDown" || key === "ArrowRight") this.go(this.edges.find((e) => e.source === slot)?.target);
    else if (key === "ArrowUp" || key === "ArrowLeft") this.go(this.edges.find((e) => e.target === slot)?.source);
    else return false;
    if (key === "Escape") this.tip.hide();
    return true;
  }

  /** @param {string | undefined} slot */
  go(slot) {
    const node = this.nodes.get(slot ?? "");
    if (node instanceof SVGElement) node.focus();
  }
}
