const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [88, 22];

/** The points of a curve over `values` that fill the box, newest at the right edge.
 * @param {number[]} values @param {number} slots  how many fit @returns {string} */
export function points(values, slots) {
  const top = Math.max(...values, 1e-9);
  const step = WIDTH / (slots - 1);
  const first = WIDTH - step * (values.length - 1);
  return values.map((v, i) => `${(first + i * step).toFixed(1)},${(HEIGHT - 2 - (v / top) * (HEIGHT - 5)).toFixed(1)}`).join(" ");
}

/** The history of a rate, small. */
export class Spark {
  /** @param {number} slots */
  constructor(slots) {
    this.slots = slots;
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
    const curve = values.length > 1 ? points(values, this.slots) : "";
    if (this.line.getAttribute("points") === curve) return;
    this.line.setAttribute("points", curve);
    const left = curve.split(",", 1)[0];
    this.area.setAttribute("points", curve && `${left},${HEIGHT} ${curve} ${WIDTH},${HEIGHT}`);
  }
}
