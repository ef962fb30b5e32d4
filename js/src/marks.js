import { many, short } from "./format.js";
import { PATHS } from "./icons.js";
import { nameOf } from "./picture.js";
import { OVER } from "./store.js";
import { bounds, halfway } from "./svg.js";

/** @import {Store} from "./store.js" */
/** @import {Fault, ProcessRow} from "./types.js" */
/** @import {IconName} from "./icons.js" */

const SVG = "http://www.w3.org/2000/svg";
const [HIGH, ICON, SIDE, LETTER] = [17, 11, 7, 6.6];
/** Elements that wait in a process before it is said of its picture. */
export const QUEUE = 10_000;
/** How far a label gives way to the side. */
const NEAR = 18;
export const COMING = ["starting", "bound", "connected"];

/** The state of a process in a word. @param {ProcessRow} row @param {Store} store @returns {string} */
export function stateOf(row, store) {
  const again = store.busy([row.name]) === "restart";
  const coming = COMING.includes(row.phase) && row.restarts;
  return again || coming || (row.returns && OVER.includes(row.phase)) ? "restarting" : row.phase;
}

/** Whether a fault acts on what one location sends to another. @param {Store} store @param {Fault} fault @param {string} first @param {string} last */
export function actsOn(store, fault, first, last) {
  if (fault.kind === "pause") return false;
  const [one, other] = fault.processes.map((name) => store.placeOf(name));
  return (one === first && other === last) || (fault.kind === "cut" && one === last && other === first);
}

/** @typedef {{icon: IconName | "", text: string, tone: string}} Part */
/** @typedef {{first: string, last: string, faults: Fault[]}} Way */

/** How lines look that a fault strikes. */
const STYLES = /** @type {const} */ ([["cut", "cut"], ["delay", "late"], ["drop", "leaky"]]);

/** Small labels over the picture: faults at edges, states at locations, what was skipped at operators. */
export class Marks {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.layer = document.createElementNS(SVG, "g");
    /** @type {Map<Element, {said: string, element: Element | null}>} */
    this.made = new Map();
    /** @type {Map<string, Fault[]>} */
    this.found = new Map();
    /** @type {Fault[] | undefined} */
    this.faults = undefined;
    /** @type {ProcessRow[] | undefined} */
    this.rows = undefined;
  }

  /** Puts the layer over a new picture. @param {SVGSVGElement} svg */
  begin(svg) {
    this.made.clear();
    this.layer = document.createElementNS(SVG, "g");
    this.layer.setAttribute("class", "marks");
    (svg.querySelector("g[data-slot]") ?? svg).append(this.layer);
  }

  /** Shows what strikes a line; says whether nothing passes it. @param {Element} element @param {[string, string][]} ends */
  edge(element, ends) {
    const ways = this.store.faults.length ? ends.map((end) => this.between(end)) : [];
    const here = [...new Set(ways.flatMap((way) => way.faults))];
    for (const [kind, style] of STYLES) element.classList.toggle(style, here.some((fault) => fault.kind === kind));
    element.classList.toggle("struck", here.length > 0);
    const parts = STYLES.flatMap(([kind]) => this.part(kind, here));
    this.put(element, parts, ends[0]?.[1] ?? "", () => halfway(element), 0.5);
    return ways.length > 0 && ways.every((way) => this.severed(way));
  }

  /** Where an edge leads from and to, and what strikes it. @param {[string, string]} end @returns {Way} */
  between([source, target]) {
    const [first = "", last = ""] = [source, target].map((slot) => this.store.graph.nodes[slot]?.place);
    return { first, last, faults: this.ways(first, last).filter((fault) => this.strikes(fault, target)) };
  }

  /** Whether each process of one location is cut from each of the other. @param {Way} way */
  severed({ first, last, faults }) {
    const cuts = faults.filter((fault) => fault.kind === "cut").length;
    return cuts > 0 && first !== last && cuts >= this.members(first) * this.members(last);
  }

  /** How many processes a location has. @param {string} place */
  members(place) {
    return this.store.processes.filter((row) => (row.place ?? row.name) === place).length;
  }

  /** Whether a process is one of several members. @param {string} name */
  among(name) {
    return this.store.placeOf(name) !== name && this.members(this.store.placeOf(name)) > 1;
  }

  /** The faults on what one location sends to another: found once for all edges between the two.
   * @param {string} first @param {string} last @returns {Fault[]} */
  ways(first, last) {
    const { store } = this;
    if (this.faults !== store.faults || this.rows !== store.processes) this.found.clear();
    [this.faults, this.rows] = [store.faults, store.processes];
    const way = `${first}\n${last}`;
    const known = this.found.get(way) ?? store.faults.filter((fault) => actsOn(store, fault, first, last));
    this.found.set(way, known);
    return known;
  }

  /** Whether a fault concerns this edge of its link: only what may be lost is dropped. @param {Fault} fault @param {string} target */
  strikes(fault, target) {
    return fault.kind !== "drop" || Boolean(this.store.graph.nodes[target]?.detail?.match(/\.lossy|UDP/));
  }

  /** @param {"cut" | "delay" | "drop"} kind @param {Fault[]} here @returns {Part[]} */
  part(kind, here) {
    const faults = here.filter((fault) => fault.kind === kind);
    const [fault] = faults;
    if (!fault) return [];
    const words = { cut: "cut", delay: `${most(faults, "seconds")} s`, drop: `${Math.round(most(faults, "rate") * 100)} %` };
    const member = fault.processes.find((name) => this.among(name) && faults.every((each) => each.processes.includes(name)));
    return [{ icon: kind, text: member ? `${words[kind]} ${member}` : words[kind], tone: kind === "cut" ? "bad" : "warn" }];
  }

  /** @param {Element} element @param {string[]} states @param {number} [queued]  elements that wait there */
  place(element, states, queued = 0) {
    const kinds = ["restarting", "paused", "killed", "failed"].filter((state) => states.includes(state));
    const parts = kinds.map((state) => {
      const count = states.filter((each) => each === state).length;
      const text = states.length > 1 ? `${count} of ${states.length} ${state}` : state;
      return { icon: /** @type {const} */ (""), text, tone: ["killed", "failed"].includes(state) ? "bad" : "warn" };
    });
    if (queued >= QUEUE) parts.push({ icon: /** @type {any} */ ("queue"), text: `${short(queued)} queued`, tone: "warn" });
    this.put(element, parts, "", () => corner(element, 8, "top"), 1);
  }

  /** @param {Element} element @param {string} slot */
  node(element, slot) {
    const count = this.store.skipped(slot);
    const changed = this.put(element, count ? [{ icon: "", text: `${count} skipped`, tone: "warn" }] : [], slot, () => corner(element, -10, "bottom"), 1);
    const node = this.store.graph.nodes[slot];
    if (changed && node) element.setAttribute("aria-label", `${nameOf(element)} on ${node.place}${count ? `, ${many(count, "element")} skipped` : ""}`);
  }

  /** Where a label is free of the others: at its place, a little beside it, or below.
   * @param {Element} element @param {[number, number]} at @param {number} wide @param {number} share @returns {[number, number]} */
  free(element, [x, middle], wide, share) {
    let [left, top] = [x - wide * share, middle - HIGH / 2];
    const others = [...this.layer.children].filter((each) => each !== element).map(placed);
    for (let tries = 0; tries < 8; tries++) {
      const other = others.find(([l, t, w]) => Math.abs(t - top) < HIGH && l < left + wide && left < l + w);
      if (!other) break;
      const [before, behind] = [left + wide - other[0], other[0] + other[2] - left];
      if (Math.min(before, behind) > NEAR) top += HIGH + 2;
      else left += behind < before ? behind + 2 : -before - 2;
    }
    return [left, top];
  }

  /** Keeps the mark of an element as it should be; says whether it had to change.
   * @param {Element} of @param {Part[]} parts @param {string} leads  the slot that a click on it selects
   * @param {() => [number, number]} where @param {number} share  how much of its width is left of that point */
  put(of, parts, leads, where, share) {
    const said = JSON.stringify(parts);
    const old = this.made.get(of);
    if (said === (old?.said ?? "[]")) return false;
    old?.element?.remove();
    const element = parts.length ? label(parts, leads) : null;
    this.made.set(of, { said, element });
    if (!element) return true;
    this.layer.append(element);
    const wide = arrange(element);
    const [x, y] = this.free(element, where(), wide, share);
    element.setAttribute("transform", `translate(${x} ${y})`);
    return true;
  }
}

/** The left and the top of a label. @param {Element} element @returns {[number, number, number]} and its width */
function placed(element) {
  const [x = 0, y = 0] = (element.getAttribute("transform") ?? "").match(/-?[\d.]+/g)?.map(Number) ?? [];
  return [x, y, Number(element.querySelector("rect")?.getAttribute("width") ?? 0)];
}

/** @param {Fault[]} faults @param {"seconds" | "rate"} what */
function most(faults, what) {
  return Math.max(...faults.map((fault) => fault[what]));
}

/** @param {Element} group @param {number} inset @param {"top" | "bottom"} edge @returns {[number, number]} */
function corner(group, inset, edge) {
  const box = bounds(group);
  return [box.right - inset, edge === "top" ? box.top : box.bottom + 9];
}

/** @param {Part[]} parts @param {string} leads @returns {SVGElement} */
function label(parts, leads) {
  const group = shape("g", { class: `mark ${parts.some((part) => part.tone === "bad") ? "bad" : "warn"}` });
  if (leads) group.setAttribute("data-leads", leads);
  group.append(shape("rect", { height: HIGH, rx: HIGH / 2 }));
  for (const part of parts) {
    if (part.icon) group.append(shape("path", { d: PATHS[part.icon] }));
    const text = shape("text", { y: HIGH / 2 + 3.5 });
    text.textContent = part.text;
    group.append(text);
  }
  return group;
}

/** Gives a label its widths, which are known once it is in the page. @param {SVGElement} group @returns {number} */
function arrange(group) {
  let right = SIDE;
  for (const part of group.querySelectorAll("path, text")) {
    if (part.nodeName === "path") {
      part.setAttribute("transform", `translate(${right} ${(HIGH - ICON) / 2}) scale(${ICON / 16})`);
      right += ICON + 3;
    } else {
      part.setAttribute("x", String(right));
      right += widthOf(part) + SIDE;
    }
  }
  group.querySelector("rect")?.setAttribute("width", String(right));
  return right;
}

/** @param {Element} text @returns {number} */
function widthOf(text) {
  const measured = text instanceof SVGTextElement && text.getComputedTextLength ? text.getComputedTextLength() : 0;
  return measured || (text.textContent ?? "").length * LETTER;
}

/** @param {"g" | "rect" | "path" | "text"} name @param {Record<string, string | number>} attributes @returns {SVGElement} */
function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
