import { h, write } from "./dom.js";
import { short } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [88, 22];

/** The points of a curve over `values` that fill the box from edge to edge, newest at the right; below nothing only
 * where values are.
 * @param {number[]} values  two at least @param {number} [width] @param {number} [height] @returns {string} */
export function points(values, width = WIDTH, height = HEIGHT) {
  const [low, high] = [Math.min(0, ...values), Math.max(...values, 1e-9)];
  const step = width / (values.length - 1);
  return values.map((v, i) => `${(i * step).toFixed(1)},${(height - 2 - ((v - low) / (high - low)) * (height - 5)).toFixed(1)}`).join(" ");
}

/** The history of a rate or of a number, small. */
export class Spark {
  /** @param {number} [width] @param {number} [height] */
  constructor(width = WIDTH, height = HEIGHT) {
    this.width = width;
    this.height = height;
    this.element = document.createElementNS(SVG, "svg");
    this.element.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.element.setAttribute("class", "spark");
    this.element.setAttribute("preserveAspectRatio", "none");
    this.element.setAttribute("aria-hidden", "true");
    this.area = document.createElementNS(SVG, "polygon");
    this.line = document.createElementNS(SVG, "polyline");
    this.element.append(this.area, this.line);
  }

  /** @param {number[]} values */
  paint(values) {
    const curve = values.length > 1 ? points(values, this.width, this.height) : "";
    if ((this.line.getAttribute("points") ?? "") === curve) return;
    this.line.setAttribute("points", curve);
    this.area.setAttribute("points", curve && `0,${this.height} ${curve} ${this.width},${this.height}`);
  }
}

/** The same, large, with the least and the greatest value written beside it; its room is there before there is a curve. */
export class Plot {
  constructor() {
    this.spark = new Spark(400, 56);
    this.high = h("span.high");
    this.low = h("span.low");
    this.element = h("div.plot", { role: "img" }, this.spark.element, this.high, this.low);
  }

  /** @param {number[]} values @param {string} unit */
  paint(values, unit) {
    this.element.hidden = values.length < 2;
    if (values.length < 2) return;
    const [low, high] = [Math.min(0, ...values), Math.max(...values)];
    this.spark.paint(values);
    write(this.high, `${round(high)}${unit}`);
    write(this.low, low === high ? "" : `${round(low)}${unit}`);
    this.element.setAttribute("aria-label", `from ${round(low)} to ${round(high)}${unit}, now ${round(values.at(-1) ?? 0)}${unit}`);
  }
}

/** @param {number} n */
function round(n) {
  return Math.abs(n) < 100 && !Number.isInteger(n) ? n.toFixed(2) : n < 0 ? `-${short(-n)}` : short(n);
}
