import { h, one, rows, write } from "../dom.js";
import { clock } from "../format.js";

/** @import {Store} from "../store.js" */
/** @typedef {{slot: string, title: string, place: string, type: string, sent: {text: string, error: string, time: number}[]}} Port */

/** A box for each port that leads into the flow: what is typed is sent, and what became of it is listed below. */
export class SendPane {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    /** @type {Port[]} */
    this.ports = [];
    this.asked = false;
    this.list = h("div.ports");
    this.empty = h("p.empty");
    this.element = h("div.send-pane", {}, this.list, this.empty);
    store.replies.set("ports", (message) => {
      this.ports = message.ports;
      this.paint();
    });
  }

  paint() {
    if (!this.asked) {
      this.asked = true;
      this.store.question("ports");
    }
    rows(this.list, this.ports, () => this.makePort(), (box, port) => this.paintPort(box, port));
    write(this.empty, this.ports.length ? "" : "Loading…");
  }

  makePort() {
    const field = h("input", { type: "text", spellcheck: "false", autocomplete: "off" });
    const box = h("form.port", {}, h("label", {}, h("b"), h("small"), field), h("button.go", { type: "submit" }, "Send"), h("ol.sent"));
    const send = () => {
      if (!field.value.trim()) return;
      this.store.tell({ kind: "put", slot: box.dataset["slot"], text: field.value });
      field.select();
    };
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
    // by hand: notebooks keep Enter from sending forms
    field.addEventListener("keydown", (event) => this.pressed(event, box, send));
    return box;
  }

  /** Enter sends, arrows go through what was sent. @param {KeyboardEvent} event @param {HTMLElement} box @param {() => void} send */
  pressed(event, box, send) {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (event.isComposing || (event.key !== "Enter" && !step)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!step) return send();
    const field = /** @type {HTMLInputElement} */ (event.target);
    const sent = this.ports.find((port) => port.slot === box.dataset["slot"])?.sent.map((each) => each.text) ?? [];
    const at = sent.lastIndexOf(field.value);
    field.value = (at < 0 ? (step < 0 ? sent.at(-1) : undefined) : sent[at + step]) ?? field.value;
  }

  /** @param {HTMLElement} box @param {Port} port */
  paintPort(box, port) {
    box.dataset["slot"] = port.slot;
    write(one(box, "b"), port.title);
    write(one(box, "small"), `${port.type === "?" ? "elements" : port.type} to ${port.place}`);
    one(box, "input").setAttribute("placeholder", example(port.type));
    /** @type {HTMLButtonElement} */ (one(box, "button")).disabled = !this.store.live;
    rows(one(box, ".sent"), [...port.sent].reverse(), () => h("li", {}, h("time"), h("code"), h("span.error")), (row, each) => {
      write(one(row, "time"), clock(each.time).slice(0, 8));
      write(one(row, "code"), each.text);
      write(one(row, ".error"), each.error);
    });
  }
}

/** What may be typed where elements have a type. @param {string} type */
function example(type) {
  if (/^(int|[iu]\d+)$/.test(type)) return "3";
  if (type === "str") return '"a text, in quotes"';
  if (type.startsWith("tuple[str")) return '("a", 1)';
  return 'JSON or a Python literal, such as {"a": 1}';
}
