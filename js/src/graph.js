import { Boxes, toggle } from "./boxes.js";
import { attribute, h, write } from "./dom.js";
import { Extras } from "./extras.js";
import { Finder } from "./finder.js";
import { Flow } from "./flow.js";
import { rate, short } from "./format.js";
import { icon } from "./icons.js";
import { PanZoom } from "./panzoom.js";
import { Marks, stateOf } from "./marks.js";
import { Picture } from "./picture.js";
import { GONE } from "./store.js";
import { bounds, parse, slotOf } from "./svg.js";
import { Tip } from "./tip.js";

/** @import {Store} from "./store.js" */

const KEYS = "Enter walks into the picture, arrows follow the lines, Enter chooses or opens, c closes the box around, Escape leaves.";

/** The scale below which numbers cannot be read, and milliseconds between two writings of what can wait. */
const [READABLE, BELOW] = [0.4, 480];

/** The picture of the flow: live numbers, hover, selection, boxes, search, walking by keyboard. */
export class GraphView {
  /** @param {Store} store @param {(slot: string) => void} select @param {AbortSignal} signal */
  constructor(store, select, signal) {
    this.store = store;
    this.select = select;
    this.svgText = "";
    this.picture = new Picture();
    this.marks = new Marks(store);
    this.flow = new Flow();
    this.boxes = new Boxes(store, () => store.changed());
    this.finder = new Finder(store, (slot) => this.show(slot), () => this.frame.focus());
    /** What is counted where it comes into a closed box. @type {Map<string, string[]>} */
    this.arrivals = new Map();
    /** An operator to show once its box has been opened. */
    this.wanted = "";
    /** The operator whose up- and downstream stands out. */
    this.lit = "";
    /** When the numbers that can wait were written. */
    this.below = -Infinity;
    /** What operators were painted from. @type {unknown[]} */
    this.painted = [];
    /** Operators that have failed. @type {Set<string>} */
    this.failed = new Set();
    this.stage = h("div.stage");
    this.frame = h("div.frame", { tabindex: 0, role: "group", "aria-description": KEYS }, this.stage);
    this.tip = new Tip(store);
    this.panzoom = new PanZoom(this.frame, this.stage, signal);
    this.group = h("select.by", { "aria-label": "Group by", title: "Group by", change: () => this.boxes.ask(this.group.value) }, h("option", { value: "location" }, "by location"), h("option", { value: "code" }, "by code"));
    this.extras = new Extras(store, this, select);
    const below = (this.panzoom.floor = this.buttons());
    this.element = h("section.graph", { "aria-label": "Graph" }, this.frame, below, this.tip.element);
    this.listen(signal);
  }

  /** @param {import("./icons.js").IconName} name @param {string} title @param {() => void} act */
  tool(name, title, act) {
    return h("button", { type: "button", title, "aria-label": title, click: act }, icon(name));
  }

  buttons() {
    const { boxes, extras, panzoom } = this;
    const live = this.store.model.get("mode") === "live";
    const outline = [this.group, this.tool("shut", "Close all boxes", () => boxes.ask(boxes.by, "all")), this.tool("unshut", "Open all boxes", () => boxes.ask(boxes.by, []))];
    const zoom = [this.tool("plus", "Zoom in", () => panzoom.closer()), this.tool("minus", "Zoom out", () => panzoom.farther()), this.tool("fit", "Fit (double-click)", () => panzoom.fit())];
    return h(
      "div.below",
      {},
      h("div.tools.search", {}, this.finder.element),
      live && h("div.tools", { role: "toolbar", "aria-label": "Boxes" }, ...outline),
      h("div.tools", { role: "toolbar", "aria-label": "Picture" }, extras.table, extras.menu, ...zoom, extras.legend),
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
    const { drawing } = this.boxes;
    const { summary, text: words } = this.store.graph;
    if (drawing.svg === this.svgText && this.stage.hasChildNodes()) return;
    this.svgText = drawing.svg;
    attribute(this.frame, "aria-label", summary);
    const svg = parse(drawing.svg);
    if (!svg) return this.stage.replaceChildren(h("pre.words", {}, words || "The graph is empty: add an operator to a process."));
    const [, , width = 1, height = 1] = (svg.getAttribute("viewBox") ?? "").split(/\s+/).map(Number);
    svg.setAttribute("width", `${(width * 4) / 3}px`);
    svg.setAttribute("height", `${(height * 4) / 3}px`);
    this.arrivals.clear();
    this.below = -Infinity;
    this.painted = [];
    this.picture.index(svg, this.store.graph, drawing);
    if (this.store.model.get("mode") === "live") {
      for (const [slot, group] of this.picture.places) if (drawing.boxes?.[slot]) toggle(group, slot, drawing.boxes[slot]?.title ?? "");
    }
    this.marks.begin(svg);
    this.flow.begin(svg);
    this.stage.replaceChildren(svg, this.flow.layer);
    this.panzoom.fitted = true;
    this.panzoom.resize((width * 4) / 3, (height * 4) / 3);
    if (this.lit) this.light(this.lit);
  }

  paint() {
    this.draw();
    const { picture, boxes } = this;
    if (this.group.value !== boxes.by) this.group.value = boxes.by;
    this.element.classList.toggle("waiting", boxes.waiting);
    this.paintNumbers();
    this.paintLines();
    this.paintNodes();
    for (const [slot, place] of picture.boxes) this.paintPlace(place, slot);
    this.extras.paint();
    if (this.wanted && picture.nodes.has(this.wanted)) this.show(this.wanted);
  }

  /** What failed, was found, or was skipped, where any of it is another than it was. */
  paintNodes() {
    const { store, picture, finder } = this;
    const problems = store.model.get("problems");
    const now = [problems, finder.hits, store.model.get("skipped")];
    if (now.every((each, index) => each === this.painted[index])) return;
    this.painted = now;
    this.failed = new Set(problems.filter((problem) => !problem.skipped).map((problem) => problem.slot));
    for (const [slot, node] of picture.nodes) {
      node.classList.toggle("found", this.inside(slot).some((each) => finder.found.has(each)));
      if (picture.boxes.has(slot)) continue;
      node.classList.toggle("failed", this.failed.has(slot));
      this.marks.node(node, slot);
    }
  }

  /** The operators that a box stands for, or the one that it is. @param {string} slot */
  inside(slot) {
    return this.boxes.drawing.boxes?.[slot]?.inside ?? [slot];
  }

  /** @param {Element} place @param {string} slot */
  paintPlace(place, slot) {
    const name = this.store.graph.places[slot];
    const rows = name === undefined ? [] : this.store.processes.filter((row) => (row.place ?? row.name) === name);
    place.classList.toggle("failed", rows.some((row) => GONE.includes(row.phase)) || this.inside(slot).some((each) => this.failed.has(each)));
    place.classList.toggle("paused", rows.length > 0 && rows.every((row) => row.phase === "paused"));
    const queued = rows.reduce((sum, row) => sum + row.queued, 0);
    this.marks.place(place, rows.map((row) => stateOf(row, this.store)), this.store.live ? queued : 0);
  }

  /** Moving where something crosses, broken where nobody is left to receive it. */
  paintLines() {
    const { store } = this;
    for (const { element, ends } of this.picture.lines) {
      if (!element.classList.contains("net")) continue;
      const broken = ends.every(([, target]) => store.gone(target));
      element.classList.toggle("broken", broken);
      const severed = this.marks.edge(element, ends);
      const active = !broken && !severed && ends.some(([, target]) => store.rate(target) > 0);
      element.classList.toggle("active", active);
      this.flow.set(element, active && !element.matches(".late, .leaky"));
    }
    this.flow.paint();
  }

  /** Exact numbers in their rooms each time, where they can be read; else their changes twice a second, as those below
   * operators are written, which have no room where nobody can read them. */
  paintNumbers() {
    const { store, picture, panzoom } = this;
    const readable = panzoom.scale >= READABLE;
    if (readable === this.stage.classList.contains("small")) this.below = -Infinity;
    this.stage.classList.toggle("small", !readable);
    const soon = store.now() - this.below < BELOW;
    for (const [slot, number] of picture.numbers) if (readable || !soon || !number.textContent) write(number, this.number(slot));
    if (soon) return;
    this.below = store.now();
    if (!readable) return;
    for (const slot of new Set([...store.totals.keys(), ...store.estimates.keys(), ...Object.keys(store.graph.alike ?? {})])) {
      const node = picture.nodes.get(slot);
      if (node && !picture.numbers.has(slot) && isStream(store, slot)) write(picture.numberOf(slot, bounds(node)), this.number(slot));
    }
  }

  /** @param {string} box @param {string[]} inside */
  arriving(box, inside) {
    const known = this.arrivals.get(box) ?? arriving(this.store, inside);
    this.arrivals.set(box, known);
    return known;
  }

  /** What has passed an operator or arrived in a closed box; what is estimated says so. @param {string} slot */
  number(slot) {
    const { store } = this;
    const inside = this.boxes.drawing.boxes?.[slot]?.inside;
    const counted = inside ? this.arriving(slot, inside) : [slot];
    const counts = counted.map((each) => store.count(each));
    if (counts.every(({ total }) => total === undefined)) return "";
    const total = counts.reduce((sum, each) => sum + (each.total ?? 0), 0);
    const now = counted.reduce((sum, each) => sum + store.rate(each), 0);
    const about = counts.every(({ exact }) => exact) ? "" : "≈ ";
    return about + (now > 0 ? `${short(total)}\u2002${rate(now)}` : short(total));
  }

  /** Marks the chosen operator, or the closed box that it is in. @param {string} slot */
  mark(slot) {
    const shown = this.picture.nodes.has(slot) ? slot : this.boxes.boxOf(slot);
    for (const [name, node] of this.picture.nodes) node.classList.toggle("selected", name === shown);
    for (const { element, ends } of this.picture.lines) element.classList.toggle("selected", ends.some(([, target]) => target === slot) && element.classList.contains("net"));
  }

  /** Lets what leads to an operator, and what it leads to, stand out; nothing where none is given. @param {string} slot */
  light(slot) {
    this.lit = slot;
    const on = this.picture.nodes.has(slot);
    const related = on ? this.picture.related(slot) : new Set();
    this.stage.classList.toggle("lit", on);
    for (const [name, node] of this.picture.nodes) node.classList.toggle("far", on && !related.has(name));
    for (const { element, source, target } of this.picture.lines) element.classList.toggle("far", on && !(related.has(source) && related.has(target)));
  }

  /** Brings an operator into view, out of its closed box if need be. @param {string} slot */
  show(slot) {
    const node = this.picture.nodes.get(slot);
    this.wanted = node || !this.boxes.reveal(slot) ? "" : slot;
    if (!node) return;
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const room = this.frame.getBoundingClientRect();
    const seen = left >= room.left && right <= room.right && top >= room.top && bottom <= room.bottom;
    if (!seen) this.panzoom.pan(room.left + room.width / 2 - (left + right) / 2, room.top + room.height / 2 - (top + bottom) / 2);
    this.choose(slot);
  }

  /** @param {string} slot */
  choose(slot) {
    this.light(slot);
    this.select(slot);
  }

  /** The slot under an event: an operator's own, for a line that of the stream it carries.
   * @param {Event} event @returns {string} */
  slotAt(event) {
    const group = event.target instanceof Element ? event.target.closest("g.node, g.edge, g.mark") : null;
    if (!group) return "";
    if (group.classList.contains("mark")) return group.getAttribute("data-leads") ?? "";
    if (group.classList.contains("node")) return slotOf(group);
    const [[source, target] = ["", ""]] = this.picture.lines.find((each) => each.element === group)?.ends ?? [];
    return group.classList.contains("net") ? target : source;
  }

  /** @param {MouseEvent} event */
  click(event) {
    const box = event.target instanceof Element ? event.target.closest("g.toggle")?.getAttribute("data-box") : "";
    if (box) return this.boxes.close(box);
    this.act(this.slotAt(event));
  }

  /** Opens a closed box, shows the stream of an operator. @param {string} slot */
  act(slot) {
    if (this.boxes.drawing.boxes?.[slot]?.inside.length) this.boxes.open(slot);
    else if (slot) this.choose(slot);
    else this.light("");
  }

  /** @param {PointerEvent} event */
  hover(event) {
    const slot = this.slotAt(event);
    const node = this.store.graph.nodes[slot];
    if (!node || this.frame.classList.contains("dragging")) return this.tip.hide();
    const box = this.element.getBoundingClientRect();
    this.tip.show(slot, this.number(slot), event.clientX - box.left, event.clientY - box.top, box);
  }

  /** @param {FocusEvent} event */
  focus(event) {
    const group = event.target instanceof Element ? event.target.closest("g.node") : null;
    const slot = slotOf(group);
    if (!group || !this.store.graph.nodes[slot] || !group.matches(":focus-visible")) return;
    const [box, at] = [this.element.getBoundingClientRect(), group.getBoundingClientRect()];
    this.tip.show(slot, this.number(slot), at.left + at.width / 2 - box.left, at.bottom - box.top - 8, box);
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
    else if (key === "/") this.finder.field.focus();
    else if (key === "Escape" && this.lit) this.light("");
    else if (key === "Enter") this.go([...this.picture.nodes.keys()][0]);
    else return false;
    return true;
  }

  /** Arrows walk along lines, Enter shows the stream or opens a box, c closes one, Escape goes back to the picture.
   * @param {string} key @param {string} slot @returns {boolean} */
  keyOnNode(key, slot) {
    const { lines, places } = this.picture;
    if (key === "Enter" || key === " ") this.act(slot);
    else if (key === "Escape") this.frame.focus();
    else if (key === "ArrowDown" || key === "ArrowRight") this.go(lines.find((e) => e.source === slot)?.target);
    else if (key === "ArrowUp" || key === "ArrowLeft") this.go(lines.find((e) => e.target === slot)?.source);
    else if (key === "c") this.boxes.close(around(this.picture.nodes.get(slot), places));
    else return false;
    if (key === "Escape") this.tip.hide();
    return true;
  }

  /** @param {string | undefined} slot */
  go(slot) {
    const node = this.picture.nodes.get(slot ?? "");
    if (node instanceof SVGElement) node.focus();
  }
}

/** Whether elements leave an operator one by one: what is one live value is not counted. @param {Store} store @param {string} slot */
function isStream(store, slot) {
  const node = store.graph.nodes[slot];
  return Boolean(node && store.outputs(node)[0]?.shape.endsWith("Stream"));
}

/** What is counted where it comes into a closed box; of one that nothing comes to, what leaves the flow in it.
 * @param {Store} store @param {string[]} inside */
function arriving(store, inside) {
  const own = store.graph.streams.filter((stream) => inside.includes(stream.slot));
  const net = own.filter((stream) => stream.kind === "network");
  return (net.length ? net : own.filter((stream) => stream.kind === "sink")).map((stream) => stream.slot);
}

/** The innermost open box around an operator. @param {Element | undefined} node @param {Map<string, Element>} places @returns {string} */
function around(node, places) {
  if (!node) return "";
  const inner = bounds(node);
  const holding = [...places].map(([slot, group]) => ({ slot, box: bounds(group) })).filter(({ box }) => box.left <= inner.left && box.right >= inner.right && box.top <= inner.top && box.bottom >= inner.bottom);
  return holding.sort((a, b) => a.box.right - a.box.left - (b.box.right - b.box.left))[0]?.slot ?? "";
}
