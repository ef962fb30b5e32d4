import { middle, slotOf } from "./svg.js";

/** @import {Drawing, Graph} from "./types.js" */

const SVG = "http://www.w3.org/2000/svg";
/** Where the numbers of an operator without room for them stand: below it, beside the line that leaves there. */
const [UNDER, BESIDE] = [9, 6];

/** A line of the picture: the things that it joins, and the edges that it stands for.
 * @typedef {{element: Element, source: string, target: string, ends: [string, string][]}} Line */

/** What is where in one picture: operators and closed boxes, lines, open boxes, and the texts that hold numbers. */
export class Picture {
  constructor() {
    /** @type {Map<string, Element>} */
    this.nodes = new Map();
    /** @type {Line[]} */
    this.lines = [];
    /** @type {Map<string, Element>} */
    this.places = new Map();
    /** Open boxes and closed ones. @type {Map<string, Element>} */
    this.boxes = new Map();
    /** @type {Map<string, Element>} */
    this.numbers = new Map();
    /** Those below operators. @type {Map<string, Element>} */
    this.under = new Map();
  }

  /** @param {SVGSVGElement} svg @param {Graph} graph @param {Drawing} drawing */
  index(svg, graph, drawing) {
    for (const title of svg.querySelectorAll("title")) title.remove();
    svg.querySelector("g.graph")?.removeAttribute("class");
    for (const known of [this.nodes, this.places, this.boxes, this.numbers, this.under]) known.clear();
    this.lines = [];
    for (const group of svg.querySelectorAll("g.node, g.edge, g.cluster")) {
      if (group.classList.contains("edge")) this.lines.push(line(group, drawing));
      else if (group.classList.contains("cluster")) this.places.set(slotOf(group), group);
      else this.indexNode(group, graph, drawing);
    }
    this.places.forEach((group, slot) => this.boxes.set(slot, group));
  }

  /** @param {Element} group @param {Graph} graph @param {Drawing} drawing */
  indexNode(group, graph, drawing) {
    const slot = slotOf(group);
    const [node, box] = [graph.nodes[slot], drawing.boxes?.[slot]];
    if (!node && !box) return;
    this.nodes.set(slot, group);
    if (box) this.boxes.set(slot, group);
    group.setAttribute("tabindex", "-1");
    group.setAttribute("role", "button");
    const number = group.classList.contains("live") ? group.querySelector("text:last-of-type") : null;
    if (number) this.numbers.set(slot, centred(number, middle(group)));
    group.setAttribute("aria-label", nameOf(group) + (node ? ` on ${node.place}` : ", closed"));
    if (!node) group.setAttribute("aria-expanded", "false");
  }

  /** The text for the numbers of an operator; made under it where the picture has no room for one.
   * @param {string} slot @param {{left: number, right: number, bottom: number}} at */
  numberOf(slot, at) {
    const known = this.under.get(slot);
    if (known) return known;
    const text = document.createElementNS(SVG, "text");
    for (const [name, value] of Object.entries({ class: "number under", x: (at.left + at.right) / 2 + BESIDE, y: at.bottom + UNDER, "font-size": 8.5, "font-family": "Helvetica,sans-Serif" })) text.setAttribute(name, String(value));
    this.nodes.get(slot)?.append(text);
    this.under.set(slot, text);
    return text;
  }

  /** All that leads to some operators, and all that they lead to. @param {string} slot @returns {Set<string>} */
  related(slot) {
    const found = new Set([slot]);
    for (const [from, to] of /** @type {const} */ ([["source", "target"], ["target", "source"]])) {
      const waiting = [slot];
      const seen = new Set(waiting);
      for (const at of waiting) {
        for (const each of this.lines) {
          if (each[from] !== at || seen.has(each[to])) continue;
          seen.add(each[to]).add(at);
          waiting.push(each[to]);
        }
      }
      for (const each of seen) found.add(each);
    }
    return found;
  }
}

/** What is written in it, but for live numbers: who speaks a name says what can be read. @param {Element} group @returns {string} */
export function nameOf(group) {
  return [...group.querySelectorAll("text:not(.number)")].map((each) => (each.textContent ?? "").trim()).filter(Boolean).join(" ");
}

/** @param {Element} group @param {Drawing} drawing @returns {Line} */
function line(group, drawing) {
  const name = slotOf(group);
  const [source = "", target = ""] = name.split("->").map((end) => end.slice(0, end.lastIndexOf(":")).replace(/\/client$/, ""));
  return { element: group, source, target, ends: drawing.bundles?.[name] ?? [[source, target]] };
}

/** @param {Element} number @param {number} x */
function centred(number, x) {
  number.setAttribute("text-anchor", "middle");
  number.setAttribute("x", String(x));
  number.setAttribute("class", "number");
  number.textContent = "";
  return number;
}
