import { h, write } from "./dom.js";

/** @import {Store} from "./store.js" */

/** @typedef {typeof import("./panes/main.js")} Panes */

/** Set by the build: names the file, so that a page never takes that of another version. */
const VERSION = typeof HYDRO_PANES === "string" ? HYDRO_PANES : "";
const KEY = Symbol.for(`hydro_nb panes ${VERSION}`);
const PATIENCE = 10_000;

/** What is needed rarely comes from the kernel once for all views of a page: the module, or the promise of it. */
const page = /** @type {Record<symbol, Panes | Promise<Panes> | undefined>} */ (/** @type {unknown} */ (globalThis));

/** @returns {Panes | undefined} it, where it is there already */
function ready() {
  const known = page[KEY];
  return known instanceof Promise ? undefined : known;
}

/** @param {Store} store @returns {Promise<Panes>} */
export async function panes(store) {
  page[KEY] ??= fetched(store);
  try {
    return (page[KEY] = await page[KEY]);
  } catch (error) {
    page[KEY] = undefined;
    throw error;
  }
}

/** @param {Store} store @returns {Promise<Panes>} */
function fetched(store) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error("The kernel does not answer.")), PATIENCE);
    store.replies.set("asset", (_, [buffer]) => {
      clearTimeout(timer);
      if (buffer) done(loaded(buffer));
    });
    store.question("asset", { name: "panes" });
  });
}

/** @param {DataView} buffer @returns {Promise<Panes>} */
async function loaded(buffer) {
  const url = URL.createObjectURL(new Blob([/** @type {any} */ (buffer)], { type: "text/javascript" }));
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * A view that is made when it is first looked at.
 * @template {{element: HTMLElement, paint: () => void}} V
 */
export class Later {
  /** @param {Store} store @param {HTMLElement} element  what it goes into @param {(made: Panes) => V} make */
  constructor(store, element, make) {
    this.store = store;
    this.element = element;
    this.make = make;
    this.asked = false;
    /** @type {V | undefined} */
    this.view = undefined;
    /** @type {((view: V) => void)[]} */
    this.waiting = [];
    this.empty = h("p.empty");
    element.append(this.empty);
  }

  paint() {
    if (this.view) return this.view.paint();
    const made = ready();
    if (made) return this.take(made);
    if (this.asked || this.element.hidden) return;
    this.asked = true;
    write(this.empty, "Loading…");
    panes(this.store).then((made) => this.take(made), (error) => this.missed(error));
  }

  /** Does something with the view once it is there. @param {(view: V) => void} act */
  when(act) {
    this.waiting.push(act);
    this.paint();
    this.tell();
  }

  /** @param {Panes} made */
  take(made) {
    this.view ??= this.make(made);
    this.element.replaceChildren(this.view.element);
    this.view.paint();
    this.tell();
  }

  tell() {
    const { view } = this;
    if (view) this.waiting.splice(0).forEach((act) => act(view));
  }

  /** @param {unknown} error */
  missed(error) {
    this.asked = false;
    write(this.empty, `${error instanceof Error ? error.message : error} Run the cell again to see more here.`);
  }
}
