import { h } from "../dom.js";

const SVG = "http://www.w3.org/2000/svg";

const NODES = [
  ["source", "source", "M1 2.5h19l6 5.5-6 5.5H1z"],
  ["transform", "per element", "M5 2.5h16a4 4 0 0 1 4 4v3a4 4 0 0 1-4 4H5a4 4 0 0 1-4-4v-3a4 4 0 0 1 4-4z"],
  ["aggregation", "keeps state", "M1.5 4.2c0-2.2 23-2.2 23 0v7.6c0 2.2-23 2.2-23 0zM1.5 4.2c0 2.2 23 2.2 23 0"],
  ["join", "joins", "M6 2.5h14l5 5.5-5 5.5H6L1 8z"],
  ["network", "arrives here", "M5 2.5h16a4 4 0 0 1 4 4v3a4 4 0 0 1-4 4H5a4 4 0 0 1-4-4v-3a4 4 0 0 1 4-4z"],
  ["sink", "sink", "M1 2h24v12H1zM3.2 4.2h19.6v7.6H3.2z"],
  ["nondeterministic", "a choice in time", "M5 2.5h16a4 4 0 0 1 4 4v3a4 4 0 0 1-4 4H5a4 4 0 0 1-4-4v-3a4 4 0 0 1 4-4z"],
];
const PLACES = [
  ["members", "cluster", "M4 1.5h16a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3H4a3 3 0 0 1-3-3v-6a3 3 0 0 1 3-3z"],
  ["tick", "tick by tick", "M5 2.5h16a4 4 0 0 1 4 4v3a4 4 0 0 1-4 4H5a4 4 0 0 1-4-4v-3a4 4 0 0 1 4-4z"],
  ["closed", "closed: click opens it", "M2 2.5h22v11H2zM10 8h6M13 5v6"],
  ["external", "client outside", "M5 2.5h16a4 4 0 0 1 4 4v3a4 4 0 0 1-4 4H5a4 4 0 0 1-4-4v-3a4 4 0 0 1 4-4z"],
];
const EDGES = [
  ["stream", "stream", "M1 8h19", "M25 8l-6-3v6z"],
  ["stream unordered", "no order", "M1 8h19", "M25 8l-6-3v6z"],
  ["stream keyed", "keyed", "M1 6.6h19M1 9.4h19", "M25 8l-6-3v6z"],
  ["singleton", "one live value", "M1 8h19", "M25 8a2.6 2.6 0 1 1-5.2 0 2.6 2.6 0 1 1 5.2 0z"],
  ["optional", "perhaps a value", "M1 8h16", "M17.5 8l3.7-2.6L25 8l-3.8 2.6z"],
  ["stream bounded", "it ends", "M1 8h16M24.5 4v8", "M23 8l-6-3v6z"],
  ["delayed", "next tick", "M1 8h22", "M18.5 5l6 3-6 3"],
  ["reference", "used by a function", "M6 8h17", "M18.5 5l6 3-6 3M6 8a2.4 2.4 0 1 1-4.8 0 2.4 2.4 0 1 1 4.8 0z"],
  ["net", "network", "M1 8h19", "M25 8l-6-3v6z"],
  ["net repeats", "may repeat", "M1 8h19", "M25 8l-6-3v6z"],
];

/** @param {string} group @param {string[]} paths @returns {SVGSVGElement} */
function sign(group, paths) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 26 16");
  svg.setAttribute("aria-hidden", "true");
  const g = document.createElementNS(SVG, "g");
  g.setAttribute("class", group);
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    g.append(path);
  }
  svg.append(g);
  return svg;
}

/** What shapes, colours and lines mean. @returns {HTMLElement} */
export function legend() {
  const entries = (/** @type {string[][]} */ list, /** @type {string} */ kind) =>
    list.map(([name = "", text = "", ...paths]) => h("li", {}, sign(`${kind} ${name}`, paths), text));
  const boxes = h("ul", {}, ...entries(NODES, "node op"), ...entries(PLACES, "cluster"));
  return h("div.legend", {}, boxes, h("ul", {}, ...entries(EDGES, "edge")));
}
