// The picture comes from our own kernel, but labels in it are the user's: it is parsed as data and stripped.

const UNWANTED = new Set(["script", "foreignobject", "iframe", "style", "a", "use", "image", "animate", "set"]);

/** Parses SVG text and drops everything that could run or load something; null where it is no SVG.
 * @param {string} text  @returns {SVGSVGElement | null} */
export function parse(text) {
  if (!text) return null;
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  const root = parsed.documentElement;
  if (root.nodeName.toLowerCase() !== "svg") return null;
  strip(root);
  return /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.importNode(root, true)));
}

/** @param {Element} element */
function strip(element) {
  for (const child of [...element.children]) {
    if (UNWANTED.has(child.nodeName.toLowerCase())) child.remove();
    else strip(child);
  }
  for (const { name, value } of [...element.attributes]) {
    const plain = name.toLowerCase();
    if (plain === "id") element.setAttribute("data-slot", value);
    if (plain.startsWith("on") || plain.endsWith("href") || plain === "style" || plain === "id") element.removeAttribute(name);
  }
}

/** The slot that a group of the picture stands for; ids are not kept, since a page may hold a picture twice.
 * @param {Element | null | undefined} group @returns {string} */
export function slotOf(group) {
  return group?.getAttribute("data-slot") ?? "";
}

/** The x of the middle of a group's first shape, by its coordinates. @param {Element} group @returns {number} */
export function middle(group) {
  const shape = group.querySelector("polygon, path, ellipse");
  if (shape?.nodeName === "ellipse") return Number(shape.getAttribute("cx"));
  const text = shape?.getAttribute("points") ?? shape?.getAttribute("d") ?? "";
  const xs = [...text.matchAll(/(-?[\d.]+)[, ](-?[\d.]+)/g)].map((pair) => Number(pair[1]));
  return xs.length ? (Math.min(...xs) + Math.max(...xs)) / 2 : 0;
}
