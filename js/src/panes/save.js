// The picture as a file: as it is seen, with the colours of the theme and the numbers of the moment.

const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-size", "font-weight", "text-anchor", "opacity"];

/** The picture by itself: every shape with the style that the page gives it.
 * @param {SVGSVGElement} svg @param {string} background @returns {{text: string, width: number, height: number}} */
export function copy(svg, background) {
  const made = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  const own = svg.querySelectorAll("*");
  made.querySelectorAll("*").forEach((element, index) => {
    const style = getComputedStyle(/** @type {Element} */ (own[index]));
    for (const name of KEPT) element.setAttribute(name, style.getPropertyValue(name));
    for (const name of ["tabindex", "role", "aria-label", "class", "data-slot"]) element.removeAttribute(name);
  });
  for (const toggle of made.querySelectorAll("g[data-box]")) toggle.remove();
  const [x = 0, y = 0, width = 1, height = 1] = (svg.getAttribute("viewBox") ?? "").split(/\s+/).map(Number);
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x, y, width, height, fill: background })) paper.setAttribute(name, String(value));
  made.prepend(paper);
  return { text: new XMLSerializer().serializeToString(made), width: (width * 4) / 3, height: (height * 4) / 3 };
}

/** Gives a file to the person who asked for it. @param {string} name @param {Blob} blob */
export function give(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {SVGSVGElement} svg @param {"svg" | "png"} form @param {string} name @param {string} background */
export async function save(svg, form, name, background) {
  const stage = svg.parentElement;
  const lit = stage?.classList.contains("lit");
  stage?.classList.remove("lit");
  const { text, width, height } = copy(svg, background);
  if (lit) stage?.classList.add("lit");
  const drawn = new Blob([text], { type: "image/svg+xml" });
  if (form === "svg") return give(`${name}.svg`, drawn);
  give(`${name}.png`, await pixels(text, width, height));
}

/** Pixels, two for each point of the picture, fewer where it is very large.
 * @param {string} text @param {number} width @param {number} height @returns {Promise<Blob>} */
async function pixels(text, width, height) {
  const scale = Math.min(2, 8000 / Math.max(width, height));
  const image = new Image(width * scale, height * scale);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.ceil(width * scale), Math.ceil(height * scale)];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png"));
}
