// The picture comes from our own kernel, but labels in it are the user's: it is parsed as data and stripped.

const UNWANTED = new Set(["script", "foreignobject", "iframe", "style", "a", "use", "image", "animate", "set"]);
/** Names of attributes that could do the same; an id is kept under another name, since a page may hold a picture twice. */
const HARMFUL = /^on|href$|^style$|^id$/i;

/** Parses SVG text and drops everything that could run or load something; null where it is no SVG.
 * @param {string} text  @returns {SVGSVGElement | null} */
export function parse(text) {
  if (!text) return null;
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  const root = parsed.documentElement;
  if (root.nodeName.toLowerCase() !== "svg") return null;
  for (const element of [root, ...root.querySelectorAll("*")]) strip(element);
  return /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.adoptNode(root)));
}

/** @param {Element} element */
function strip(element) {
  if (UNWANTED.has(element.localName.toLowerCase())) return element.remove();
  for (const name of element.getAttributeNames()) {
    if (!HARMFUL.test(name)) continue;
    if (/^id$/i.test(name)) element.setAttribute("data-slot", element.getAttribute(name) ?? "");
    element.removeAttribute(name);
  }
}

/** The slot that a group of the picture stands for.
 * @param {Element | null | undefined} group @returns {string} */
export function slotOf(group) {
  return group?.getAttribute("data-slot") ?? "";
}

/** What a group's first shape covers, by its coordinates. @param {Element} group */
export function bounds(group) {
  const shape = group.querySelector("polygon, path, ellipse");
  const number = (/** @type {string} */ name) => Number(shape?.getAttribute(name) ?? 0);
  if (shape?.nodeName === "ellipse") {
    const [cx, cy, rx, ry] = [number("cx"), number("cy"), number("rx"), number("ry")];
    return { left: cx - rx, right: cx + rx, top: cy - ry, bottom: cy + ry };
  }
  const pairs = points(shape);
  if (!pairs.length) return { left: 0, right: 0, top: 0, bottom: 0 };
  const [xs, ys] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** @param {Element | null | undefined} shape @returns {[number, number][]} */
function points(shape) {
  const text = shape?.getAttribute("points") ?? shape?.getAttribute("d") ?? "";
  return [...text.matchAll(/(-?[\d.]+)[, ](-?[\d.]+)/g)].map((pair) => [Number(pair[1]), Number(pair[2])]);
}

/** The x of the middle of a group's first shape. @param {Element} group @returns {number} */
export function middle(group) {
  const { left, right } = bounds(group);
  return (left + right) / 2;
}

/** The point half-way along the line of an edge. @param {Element} edge @returns {[number, number]} */
export function halfway(edge) {
  const line = edge.querySelector("path");
  if (line instanceof SVGPathElement && line.getPointAtLength) {
    const { x, y } = line.getPointAtLength(line.getTotalLength() / 2);
    return [x, y];
  }
  const pairs = points(line);
  return pairs[Math.floor(pairs.length / 2)] ?? [0, 0];
}
