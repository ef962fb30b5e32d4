// What people set once for all dashboards of their browser.

const KEY = "hydro_nb settings";

/**
 * @typedef {object} Settings
 * @property {number} pace  seconds between two messages at least; 0 leaves it to the kernel
 * @property {number} shown  sampled elements that are listed at most
 * @property {string} by  what the picture groups by at first
 * @property {boolean} still  whether nothing moves
 */

/** @type {Settings} */
const USUAL = { pace: 0, shown: 50, by: "location", still: false };

/** What was set; a page that may keep nothing has what is usual. @returns {Settings} */
export function kept() {
  try {
    return { ...USUAL, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { ...USUAL };
  }
}

/** @param {Settings} settings */
export function keep(settings) {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // it holds for this page, then
  }
}
