import { h } from "./dom.js";
import { GraphView } from "./graph.js";
import { Header } from "./header.js";
import { Later, panes } from "./later.js";
import { ProblemsView } from "./problems.js";
import { ProcessesView } from "./processes.js";
import { Store } from "./store.js";
import { StreamsView } from "./streams.js";
import { Tabs } from "./tabs.js";
import { followTheme } from "./theme.js";

/** @import {AnyModel} from "@anywidget/types" */
/** @import {Traits} from "./types.js" */

const REPAINT = 500;
const STALE = 4;

/** One view of one deployment: everything that is painted, at most once a frame, and only while someone can see it. */
export class Dashboard {
  /** @param {AnyModel<Traits>} model @param {HTMLElement} el @param {AbortSignal} signal */
  constructor(model, el, signal) {
    this.store = new Store(model);
    this.visible = true;
    /** @type {InstanceType<import("./later.js").Panes["SettingsMenu"]> | undefined} */
    this.menu = undefined;
    this.pending = false;
    /** What had the focus last. @type {HTMLElement | undefined} */
    this.last = undefined;
    this.signal = signal;
    const select = (/** @type {string} */ slot) => this.select(slot);
    this.processes = new ProcessesView(this.store);
    this.header = new Header(this.store, () => this.faults(), () => this.settings());
    this.graph = new GraphView(this.store, select, signal);
    this.streams = new StreamsView(this.store, select, (slot) => this.link(slot));
    this.tabs = new Tabs(this.panes(select));
    this.root = h("div.hydro", { "data-lm-suppress-shortcuts": "true", "data-mode": model.get("mode"), "data-deployment": model.get("deployment") });
    const live = model.get("mode") === "live";
    this.root.append(this.header.element, h("div.body", {}, this.graph.element, live && this.tabs.element));
    el.append(hiding(model.get("deployment")), this.root);
    this.start(signal);
  }

  /** @param {(slot: string) => void} select @returns {import("./tabs.js").Tab[]} */
  panes(select) {
    const { store } = this;
    const failed = () => store.problems.length;
    return [
      { id: "streams", title: "Streams", view: this.streams },
      { id: "logs", title: "Logs", view: new Later(store, h("div.pane.logs"), (made) => new made.LogsView(store)) },
      { id: "processes", title: "Processes", view: this.processes },
      { id: "problems", title: "Problems", view: new ProblemsView(store, select), badge: () => (failed() ? String(failed()) : ""), alarm: true },
      { id: "code", title: "Code", view: new Later(store, h("div.pane.code"), (made) => new made.CodePane(store, (slot) => this.point(slot))) },
      ...(store.model.get("inlets")?.length ? [{ id: "send", title: "Send", view: new Later(store, h("div.pane.send"), (made) => new made.SendPane(store)) }] : []),
    ];
  }

  /** @param {AbortSignal} signal */
  start(signal) {
    followTheme(this.root, signal);
    this.apply("still");
    if (this.store.settings.by !== "location") this.apply("by");
    this.root.addEventListener("focusin", (event) => this.focused(event), { signal });
    this.store.changed = () => this.soon();
    this.store.arrived = () => signal.aborted || this.paint();
    this.store.listen(signal);
    const timer = setInterval(() => this.beat(), REPAINT);
    signal.addEventListener("abort", () => clearInterval(timer));
    document.addEventListener("visibilitychange", () => this.looked(), { signal });
    this.watch(signal);
    this.paint();
  }

  /** Sleeps while the view is scrolled away. @param {AbortSignal} signal */
  watch(signal) {
    if (typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver((entries) => {
      this.visible = entries.at(-1)?.isIntersecting ?? true;
      this.looked();
    });
    observer.observe(this.root);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  get looking() {
    return this.visible && document.visibilityState !== "hidden";
  }

  /** Someone looks again: what was missed is asked for. */
  looked() {
    if (!this.looking) return;
    if (this.store.live && this.store.silence > STALE) this.store.retry();
    this.soon();
  }

  /** Times pass also when no message comes; a kernel that says nothing is asked. */
  beat() {
    if (this.looking && this.store.live && this.store.silence > STALE) this.store.hello();
    this.soon();
  }

  soon() {
    if (this.pending || !this.looking) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      if (!this.signal.aborted) this.paint();
    });
  }

  /** Panes first: those that scroll ask where they are, which is known as long as nothing else has been written. */
  paint() {
    this.tabs.paint();
    this.header.paint(this.looking);
    this.graph.paint();
    this.regain();
    this.store.painted();
  }

  /** @param {FocusEvent} event */
  focused({ target }) {
    if (target instanceof Element) keepKeys(target);
    this.last = target instanceof HTMLElement ? target : undefined;
  }

  /** Keeps the focus here when what had it is gone: by the keyboard one would begin at the top of the page again. */
  regain() {
    const { last } = this;
    if (!last || (last.isConnected && (last.checkVisibility?.({ visibilityProperty: true }) ?? true))) return;
    this.last = undefined;
    if (document.activeElement !== document.body) return;
    const near = last.closest(".acts")?.querySelector("button:not([hidden])") ?? this.root.querySelector("[role=tab][aria-selected=true]");
    if (near instanceof HTMLElement) near.focus({ preventScroll: true });
  }

  /** Shows the faults that are in force. */
  faults() {
    this.tabs.show("processes");
    this.processes.faults.when((view) => view.inForce.reveal());
  }

  /** Shows what can be done to the link that carries a stream. @param {string} slot */
  link(slot) {
    this.tabs.show("processes");
    this.processes.faults.when((view) => view.links.reveal(slot));
  }

  /** Shows or hides what can be set. */
  async settings() {
    const made = this.menu ? undefined : await panes(this.store).catch(() => undefined);
    if (made) {
      this.menu ??= new made.SettingsMenu(this.store, this.header.settings, (name) => this.apply(name));
      this.root.append(this.menu.element);
    }
    this.menu?.toggle();
  }

  /** Does as is set. @param {string} name */
  apply(name) {
    const { settings, live } = this.store;
    if (name === "still") this.root.classList.toggle("still", settings.still);
    if (name === "by" && live) this.graph.boxes.ask(settings.by);
    if (name === "pace") this.store.retry();
    this.soon();
  }

  /** Lets an operator stand out in the picture. @param {string} slot */
  point(slot) {
    this.graph.mark(slot);
    this.graph.light(slot);
  }

  /** Shows an operator's stream. @param {string} slot */
  select(slot) {
    this.graph.mark(slot);
    this.streams.choose(slot);
    this.tabs.show("streams");
  }
}

/** Keeps the notebook's shortcuts away from what has the focus: they match the focused element itself before they look
 * at what it stands in. @param {Element} element */
function keepKeys(element) {
  element.setAttribute("data-lm-suppress-shortcuts", "true");
}

/** Hides the still picture that stands beside the live view for readers without a kernel.
 * @param {string} deployment @returns {HTMLElement} */
function hiding(deployment) {
  const still = `[data-hydro-static="${CSS.escape(deployment)}"]`;
  return h("style", {}, `${still}, .jp-OutputArea-child:has(> .jp-OutputArea-output ${still}) { display: none !important; }`);
}
