const SVG = "http://www.w3.org/2000/svg";

/** Dashes that move along the lines where something crosses. Each frame of them is painted anew: so they are one path,
 * in a layer of its own, and none where nothing moves. */
export class Flow {
  constructor() {
    this.layer = document.createElementNS(SVG, "svg");
    this.layer.setAttribute("class", "flow");
    this.layer.setAttribute("aria-hidden", "true");
    /** Where they move. @type {Map<Element, string>} */
    this.moving = new Map();
    this.path = document.createElementNS(SVG, "path");
    this.changed = false;
  }

  /** Begins anew over another picture. @param {SVGSVGElement} svg */
  begin(svg) {
    this.moving.clear();
    this.path = document.createElementNS(SVG, "path");
    for (const name of ["viewBox", "width", "height"]) this.layer.setAttribute(name, svg.getAttribute(name) ?? "");
    const own = svg.querySelector("g[data-slot]")?.getAttribute("transform");
    if (own) this.path.setAttribute("transform", own);
    this.layer.replaceChildren();
  }

  /** @param {Element} line @param {boolean} on */
  set(line, on) {
    if (on === this.moving.has(line)) return;
    this.changed = true;
    if (on) this.moving.set(line, [...line.querySelectorAll("path")].map((path) => path.getAttribute("d") ?? "").join(" "));
    else this.moving.delete(line);
  }

  paint() {
    if (!this.changed) return;
    this.changed = false;
    this.path.setAttribute("d", [...this.moving.values()].join(" "));
    if (!this.moving.size) this.path.remove();
    else if (!this.path.parentNode) this.layer.append(this.path);
  }
}
