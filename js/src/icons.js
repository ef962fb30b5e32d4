const SVG = "http://www.w3.org/2000/svg";

/** Drawn on a 16 by 16 grid with a round pen. */
export const PATHS = {
  starting: "M8 2a6 6 0 1 1-6 6",
  running: "M5 3.2v9.6l8-4.8z",
  settled: "M3 8.5l3.2 3.2L13 4.8",
  stopping: "M4.5 4.5h7v7h-7z",
  stopped: "M4.5 4.5h7v7h-7z",
  failed: "M4 4l8 8M12 4l-8 8",
  killed: "M4 4l8 8M12 4l-8 8",
  lost: "M2.5 8h2.2M11.3 8h2.2M6.5 6l3 4M9.5 6l-3 4",
  build: "M3 4h4v3H3zM9 9h4v3H9zM5 7v3.5h4",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  legend: "M2.5 4h2M7 4h6.5M2.5 8h2M7 8h6.5M2.5 12h2M7 12h6.5",
  down: "M8 3v9.5M4 8.7l4 4 4-4",
  first: "M4 3.5v9M12 3.5L6.5 8l5.5 4.5",
  back: "M10.5 3.5L5 8l5.5 4.5",
  next: "M5.5 3.5L11 8l-5.5 4.5",
  last: "M12 3.5v9M4 3.5L9.5 8L4 12.5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  paused: "M5.5 3.5v9M10.5 3.5v9",
  again: "M12.6 5.2A5.4 5.4 0 1 0 13.4 9M13 2v3.4H9.6",
  kill: "M4 4l8 8M12 4l-8 8",
  cut: "M1 8h3.4M11.6 8H15M5.6 12l2-8M8.4 12l2-8",
  delay: "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M8 5v3.2l2.3 1.4",
  drop: "M8 2.5v6.6M5.2 6.6L8 9.4l2.8-2.8M3.5 13h1.6M7.2 13h1.6M10.9 13h1.6",
  queue: "M3 4h10M3 8h10M3 12h6",
  shut: "M3 3.5h10v9H3zM5.5 8h5",
  unshut: "M3 3.5h10v9H3zM5.5 8h5M8 5.5v5",
  save: "M8 2.5v7M5 6.8l3 3 3-3M3 12.8h10",
  table: "M2.5 3.5h11v9h-11zM2.5 6.6h11M6.5 6.6v5.9",
  settings: "M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M10 3.2v3.6M6 9.2v3.6",
  send: "M2.5 8h9M8 4.2L12 8l-4 3.8",
  warn: "M8 2.2l6 11H2zM8 6.5v3.2M8 11.4v.2",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {string} name @returns {IconName} the icon of a phase, or of what is nearest to it */
export function phaseIcon(name) {
  if (name in PATHS) return /** @type {IconName} */ (name);
  return "starting";
}

/** @param {IconName} name  @returns {SVGSVGElement} */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Puts another icon where one stands, if it is another.
 * @param {Element} holder @param {IconName} name */
export function setIcon(holder, name) {
  if (holder.getAttribute("data-icon") === name) return;
  holder.setAttribute("data-icon", name);
  holder.replaceChildren(icon(name));
}
