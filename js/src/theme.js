/** How light a colour is, 0 to 1, from what the browser computed. @param {string} colour @returns {number | null} */
export function lightness(colour) {
  const numbers = (colour.match(/-?[\d.]+/g) ?? []).map(Number);
  if (colour.startsWith("rgb")) {
    const [r = 0, g = 0, b = 0, a = 1] = numbers;
    return a < 0.05 ? null : (0.299 * r + 0.587 * g + 0.114 * b) / 255;
  }
  if (colour.startsWith("color(")) {
    const [r = 0, g = 0, b = 0, a = 1] = numbers;
    return a < 0.05 ? null : 0.299 * r + 0.587 * g + 0.114 * b;
  }
  return null;
}

/** Whether the page around an element is dark: its host's word where it gives one, else the first opaque background.
 * @param {Element} element @returns {boolean} */
export function isDark(element) {
  const word = document.body.dataset["jpThemeLight"];
  if (word) return word === "false";
  if (element.closest(".dark, .vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light)")) return true;
  for (let at = element.parentElement; at; at = at.parentElement) {
    const light = lightness(getComputedStyle(at).backgroundColor);
    if (light !== null) return light < 0.5;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Keeps `color-scheme` of the root as the host's, also when the user switches themes.
 * @param {HTMLElement} root @param {AbortSignal} signal */
export function followTheme(root, signal) {
  const apply = () => {
    root.style.colorScheme = isDark(root) ? "dark" : "light";
  };
  const observer = new MutationObserver(apply);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: ["class", "style", "data-jp-theme-light", "data-vscode-theme-kind"] });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
  requestAnimationFrame(apply);
  apply();
}
