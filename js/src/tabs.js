import { attribute, h, write } from "./dom.js";

/** @typedef {{id: string, title: string, view: {element: HTMLElement, paint: () => void}, badge?: () => string, alarm?: boolean}} Tab */

let made = 0;

/** A row of tabs over one visible pane; arrows move between them. */
export class Tabs {
  /** @param {Tab[]} tabs */
  constructor(tabs) {
    this.tabs = tabs;
    this.open = tabs[0]?.id ?? "";
    this.prefix = `hydro-${(made += 1)}`;
    this.buttons = tabs.map((tab) => this.button(tab));
    this.bar = h("div.tabs", { role: "tablist", "aria-label": "Views", keydown: (/** @type {KeyboardEvent} */ event) => this.walk(event) }, ...this.buttons);
    for (const tab of tabs) {
      tab.view.element.id = `${this.prefix}-${tab.id}`;
      attribute(tab.view.element, "role", "tabpanel");
      attribute(tab.view.element, "aria-label", tab.title);
    }
    this.element = h("section.side", { "aria-label": "Details" }, this.bar, ...tabs.map((tab) => tab.view.element));
    this.show(this.open);
  }

  /** @param {Tab} tab */
  button(tab) {
    const badge = h("span.badge", { hidden: "" });
    if (tab.alarm) badge.classList.add("alarm");
    return h(
      "button",
      { type: "button", role: "tab", "data-tab": tab.id, "aria-controls": `${this.prefix}-${tab.id}`, click: () => this.show(tab.id) },
      h("span.title", { "data-title": tab.title }, tab.title),
      badge,
    );
  }

  /** @param {string} id */
  show(id) {
    this.open = id;
    this.tabs.forEach((tab, index) => {
      const chosen = tab.id === id;
      const button = this.buttons[index];
      tab.view.element.hidden = !chosen;
      if (button) attribute(button, "aria-selected", String(chosen));
      if (button) attribute(button, "tabindex", chosen ? "0" : "-1");
      if (chosen) tab.view.paint();
    });
  }

  paint() {
    this.tabs.forEach((tab, index) => {
      if (tab.id === this.open) tab.view.paint();
      const badge = this.buttons[index]?.querySelector(".badge");
      if (!(badge instanceof HTMLElement) || !tab.badge) return;
      write(badge, tab.badge());
      badge.hidden = !tab.badge();
    });
  }

  /** @param {KeyboardEvent} event */
  walk(event) {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const at = this.tabs.findIndex((tab) => tab.id === this.open);
    const next = (at + step + this.tabs.length) % this.tabs.length;
    this.show(this.tabs[next]?.id ?? this.open);
    this.buttons[next]?.focus();
  }
}
