const SVG = "http://www.w3.org/2000/svg";

/** Dashes that move along the lines where something crosses, in a layer of their own: a frame of them paints no node again. */
export class Flow {
  constructor() {
    this.layer = document.createElementNS(SVG, "svg");
    this.layer.setAttribute("class", "flow");
    this.layer.setAttribute("aria-hidden", "true");
    /** @type {Map<Element, Element[]>} */
    this.moving = new Map();
  }

  /** Begins anew over another picture. @param {SVGSVGElement} svg */
  begin(svg) {
    this.moving.clear();
    this.group = document.createElementNS(SVG, "g");
    for (const name of ["viewBox", "width", "height"]) this.layer.setAttribute(name, svg.getAttribute(name) ?? "");
    const own = svg.querySelector("g[data-slot]")?.getAttribute("transform");
    if (own) this.group.setAttribute("transform", own);
    this.layer.replaceChildren(this.group);
  }

  /** @param {Element} line @param {boolean} on */
  set(line, on) {
    const known = this.moving.get(line);
    if (on === Boolean(known)) return;
    known?.forEach((path) => path.remove());
    this.moving.delete(line);
    if (!on) return;
    const paths = [...line.querySelectorAll("path")].map((path) => /** @type {Element} */ (path.cloneNode()));
    this.group?.append(...paths);
    this.moving.set(line, paths);
  }
}
