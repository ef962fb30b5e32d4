import { attribute, h } from "../dom.js";
import { keep } from "../settings.js";

/** @import {Store} from "../store.js" */
/** @import {Settings} from "../settings.js" */

/** Each setting: its name, what it is called, and what may be chosen. @type {[keyof Settings, string, [string, string][]][]} */
const CHOICES = [
  ["pace", "Refresh", [["0", "8 times a second"], ["0.5", "twice a second"], ["1", "once a second"]]],
  ["shown", "Samples listed", [["10", "10"], ["25", "25"], ["50", "50"]]],
  ["by", "Group picture", [["location", "by location"], ["code", "by code"]]],
  ["still", "Motion", [["false", "like the system"], ["true", "none"]]],
];

/** What people set once for all dashboards of their browser. */
export class SettingsMenu {
  /** @param {Store} store @param {HTMLElement} button  opens it, and has the focus when it is left @param {(name: string) => void} changed */
  constructor(store, button, changed) {
    this.store = store;
    this.button = button;
    this.changed = changed;
    this.element = h(
      "div.settings",
      { role: "dialog", "aria-label": "Settings", hidden: "", keydown: (/** @type {KeyboardEvent} */ event) => this.pressed(event), focusout: (/** @type {FocusEvent} */ event) => this.left(event) },
      ...CHOICES.map(([name, title, options]) => this.row(name, title, options)),
      h("p", {}, "Kept in this browser, for all dashboards."),
    );
  }

  /** @param {keyof Settings} name @param {string} title @param {[string, string][]} options */
  row(name, title, options) {
    const field = h("select", { "data-setting": name, change: () => this.take(name, field.value) }, ...options.map(([value, text]) => h("option", { value }, text)));
    field.value = String(this.store.settings[name]);
    return h("label", {}, h("span", {}, title), field);
  }

  /** @param {keyof Settings} name @param {string} value */
  take(name, value) {
    Object.assign(this.store.settings, { [name]: name === "by" ? value : JSON.parse(value) });
    keep(this.store.settings);
    this.changed(name);
  }

  /** @param {boolean} hidden */
  hide(hidden) {
    this.element.hidden = hidden;
    attribute(this.button, "aria-expanded", String(!hidden));
  }

  /** Goes away once something else has the focus; its button does so itself. @param {FocusEvent} event */
  left({ relatedTarget }) {
    const other = relatedTarget instanceof Node ? relatedTarget : null;
    if (!this.element.hidden && !this.element.contains(other) && !this.button.contains(other)) this.hide(true);
  }

  toggle() {
    this.hide(!this.element.hidden);
    (this.element.hidden ? this.button : this.element.querySelector("select"))?.focus();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.toggle();
  }
}
