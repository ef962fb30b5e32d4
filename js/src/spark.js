const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [88, 22];

/** The points of a curve over `values` that fill the box from edge to edge, newest at the right.
 * @param {number[]} values  two at least @returns {string} */
export function points(values) {
  const top = Math.max(...values, 1e-9);
  const step = WIDTH / (values.length - 1);
  return values.map((v, i) => `${(i * step).toFixed(1)},${(HEIGHT - 2 - (v / top) * (HEIGHT - 5)).toFixed(1)}`).join(" ");
}

/** The history of a rate, small. */
export class Spark {
  constructor() {
    this.element = document.createElementNS(SVG, "svg");
    this.element.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.element.setAttribute("class", "spark");
    this.element.setAttribute("aria-hidden", "true");
    this.area = document.createElementNS(SVG, "polygon");
    this.line = document.createElementNS(SVG, "polyline");
    this.element.append(this.area, this.line);
  }

  /** @param {number[]} values */
  paint(values) {
    const curve = values.length > 1 ? points(values) : "";
    if (this.line.getAttribute("points") === curve) return;
    this.line.setAttribute("points", curve);
    this.area.setAttribute("points", curve && `0,${HEIGHT} ${curve} ${WIDTH},${HEIGHT}`);
  }
}
