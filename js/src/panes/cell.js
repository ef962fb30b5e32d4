/** @import {Site} from "../types.js" */

const FLASH = 1800;
const COLOUR = "color-mix(in srgb, #3d8bfd 26%, transparent)";

/** Scrolls to the line of a cell and lets it flash. Hosts whose pages show their cells number them beside the input:
 * JupyterLab and Notebook do. Gives what to say where there is no such cell on the page.
 * @param {Site} site @param {Element} near  what stands in the notebook that is meant @returns {string} */
export function reveal(site, near) {
  const number = /^In\[(\d+)\]$/.exec(site.cell)?.[1];
  if (!number) return `This line is in ${site.cell}, line ${site.line}.`;
  const notebook = near.closest(".jp-Notebook") ?? document;
  const cell = [...notebook.querySelectorAll(".jp-CodeCell")].find((each) => each.querySelector(".jp-InputPrompt")?.textContent?.trim() === `[${number}]:`);
  if (!cell) return `This is line ${site.line} of ${site.cell}, which this page does not show; it may have run again since.`;
  const line = cell.querySelectorAll(".cm-line")[site.line - 1];
  (line ?? cell).scrollIntoView({ block: "center" });
  flash(cell.querySelector(".jp-InputArea-editor") ?? cell, [{ boxShadow: "0 0 0 3px #3d8bfd" }, { boxShadow: "0 0 0 3px #3d8bfd", offset: 0.7 }, { boxShadow: "0 0 0 3px transparent" }]);
  if (line) flash(line, [{ backgroundColor: COLOUR }, { backgroundColor: COLOUR, offset: 0.7 }, { backgroundColor: "transparent" }]);
  return "";
}

/** @param {Element} element @param {Keyframe[]} frames */
function flash(element, frames) {
  const shown = element.animate?.(frames, FLASH);
  if (shown) shown.id = "hydro-flash";
}
