// Elements without a framework. Text from users only ever goes in as text.

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * Makes an element: `h("button.stop", {title: "..."}, "Stop")`.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K | `${K}.${string}`} name
 * @param {Record<string, unknown>} [attributes]  functions become listeners, null and false are left out
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(/** @type {K} */ (tag));
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, /** @type {EventListener} */ (value));
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Writes text only where it differs, so that nothing is laid out again for nothing.
 * @param {Node} node @param {string} text */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {Element} element @param {string} name @param {string} value */
export function attribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Keeps one row element for each item, made once and updated in place.
 * @template T
 * @param {HTMLElement} parent
 * @param {T[]} items
 * @param {() => HTMLElement} make
 * @param {(row: HTMLElement, item: T, index: number) => void} update
 */
export function rows(parent, items, make, update) {
  while (parent.children.length > items.length) parent.lastElementChild?.remove();
  while (parent.children.length < items.length) parent.append(make());
  items.forEach((item, index) => update(/** @type {HTMLElement} */ (parent.children[index]), item, index));
}

/** @param {ParentNode} parent @param {string} selector  @returns {HTMLElement} */
export function one(parent, selector) {
  const found = parent.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`no ${selector}`);
  return found;
}
