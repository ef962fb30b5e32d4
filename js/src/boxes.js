import { bounds } from "./svg.js";

/** @import {Store} from "./store.js" */
/** @import {Drawing} from "./types.js" */

const SVG = "http://www.w3.org/2000/svg";
/** How wide a box is that has room for a button beside its name. */
const LEAST = 80;

/** Which boxes are closed and what they group by; the kernel draws each choice anew, and the picture stays until then. */
export class Boxes {
  /** @param {Store} store @param {() => void} changed */
  constructor(store, changed) {
    this.store = store;
    this.changed = changed;
    /** @type {Drawing | undefined} */
    this.drawn = undefined;
    /** The picture that came with the graph. */
    this.first = "";
    this.asked = 0;
    this.waiting = false;
    store.replies.set("drawing", (message) => this.take(message));
  }

  /** What is shown now. @returns {Drawing} */
  get drawing() {
    const { graph } = this.store;
    if (graph.svg !== this.first) [this.first, this.drawn] = [graph.svg, undefined];
    return this.drawn ?? graph;
  }

  get by() {
    return this.drawing.by ?? "location";
  }

  get closed() {
    return this.drawing.closed ?? [];
  }

  /** @param {string} by @param {string[] | "all" | undefined} [closed]  as many as suit its size, where it is not said */
  ask(by, closed) {
    this.asked = this.store.questions + 1;
    this.waiting = true;
    this.store.question("draw", { by, closed });
    this.changed();
  }

  /** @param {string} box */
  open(box) {
    this.ask(this.by, this.closed.filter((each) => each !== box));
  }

  /** @param {string} box */
  close(box) {
    this.ask(this.by, [...this.closed, box]);
  }

  /** Opens what hides an operator. @param {string} slot @returns {boolean} whether anything did */
  reveal(slot) {
    const box = this.boxOf(slot);
    if (box) this.open(box);
    return Boolean(box);
  }

  /** The closed box that an operator is in; empty where it is drawn. @param {string} slot @returns {string} */
  boxOf(slot) {
    const { boxes = {} } = this.drawing;
    return Object.keys(boxes).find((each) => boxes[each]?.inside.includes(slot)) ?? "";
  }

  /** @param {any} message */
  take(message) {
    if (message.view !== this.store.view || message.number !== this.asked) return;
    this.waiting = false;
    if (message.svg) this.drawn = message;
    this.changed();
  }
}

/** A button in the corner of an open box, which closes it. @param {Element} group @param {string} box @param {string} title */
export function toggle(group, box, title) {
  const { left, right, top } = bounds(group);
  if (right - left < LEAST) return;
  const button = document.createElementNS(SVG, "g");
  for (const [name, value] of Object.entries({ class: "toggle", "data-box": box, role: "button", tabindex: "-1", "aria-label": `Close ${title}`, transform: `translate(${right - 19} ${top + 9})` })) {
    button.setAttribute(name, value);
  }
  const [room, sign] = [document.createElementNS(SVG, "rect"), document.createElementNS(SVG, "path")];
  for (const [name, value] of Object.entries({ width: 13, height: 13, rx: 3 })) room.setAttribute(name, String(value));
  sign.setAttribute("d", "M3.5 6.5h6");
  button.append(room, sign);
  group.append(button);
}
