import { complaint, form, hindrance, paintComplaint, say } from "../actions.js";
import { h, one, rows, write } from "../dom.js";
import { setIcon } from "../icons.js";
import { end, endWord } from "./inforce.js";
import { actsOn } from "../marks.js";
import { OVER } from "../store.js";

/** @import {Store} from "../store.js" */
/** @import {Act, Fault, Link} from "../types.js" */

const KINDS = /** @type {const} */ (["cut", "delay", "drop"]);
/** @typedef {(typeof KINDS)[number]} Kind */
const NAMES = { cut: "Cut", delay: "Delay", drop: "Drop" };
const DOES = {
  cut: "Nothing passes, both ways, until it is healed; after 3 seconds channels that lose nothing end.",
  delay: "Every frame comes so much later.",
  drop: "A share of what may be lost is lost.",
};

/** Who sends to whom, with the faults that each link can have. */
export class LinksView {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.list = h("ul");
    this.element = h("section.links", { "aria-label": "Links" }, h("h4", {}, "Links"), this.list);
  }

  get links() {
    return this.store.graph.links ?? [];
  }

  paint() {
    this.element.hidden = !this.links.length || !this.store.processes.length || !this.store.live;
    rows(this.list, this.links, () => new Row(this.store).element, (element, link) => rowOf(element)?.paint(link, this.errors(link)));
  }

  /** Errors of calls on this link, beside the first that fits. @param {Link} link */
  errors(link) {
    return this.store.acts.filter((act) => act.error && this.linkOf(act) === link);
  }

  /** @param {Act} act */
  shows(act) {
    return !this.element.hidden && Boolean(this.linkOf(act));
  }

  /** @param {Act} act @returns {Link | undefined} */
  linkOf(act) {
    if (act.processes.length !== 2) return undefined;
    const [one, other] = act.processes.map((name) => this.store.placeOf(name));
    const fits = (/** @type {Link} */ link) => link.first === one && link.last === other;
    return this.links.find(fits) ?? this.links.find((link) => link.first === other && link.last === one);
  }

  /** Brings the link of a stream into view. @param {string} slot */
  reveal(slot) {
    this.paint();
    const row = this.list.children[this.links.findIndex((link) => link.slots.includes(slot))];
    row?.scrollIntoView({ block: "nearest" });
    const button = row?.querySelector("button");
    if (button instanceof HTMLElement) button.focus();
  }
}

/** @type {WeakMap<HTMLElement, Row>} */
const made = new WeakMap();

/** @param {HTMLElement} element */
function rowOf(element) {
  return made.get(element);
}

/** One link: its ends, of clusters all members or one of them, and what can be done to it. */
class Row {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    /** @type {Link} */
    this.link = { first: "", last: "", slots: [], lossy: false };
    this.ends = [h("span.end"), h("span.end")];
    this.buttons = KINDS.map((kind) => this.button(kind));
    this.forms = [this.delayForm(), this.dropForm()];
    this.errors = h("div.complaints");
    const [first, last] = this.ends;
    const line = h("div.line-of", {}, h("span.ends", {}, first, h("span.to", { "aria-label": "to" }, "→"), last), h("span.acts", { role: "group" }, ...this.buttons));
    this.element = h("li.link", {}, line, ...this.forms, this.errors);
    made.set(this.element, this);
  }

  /** @param {Kind} kind */
  button(kind) {
    const button = h(`button.${kind}`, { type: "button" }, h("span.mark"), h("span.word"));
    setIcon(one(button, ".mark"), kind);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      if (button.dataset["on"] === "true") end(this.store, kind, this.names);
      else if (kind === "cut") this.store.act("cut", this.names);
      else this.open(kind);
    });
    return button;
  }

  delayForm() {
    const field = h("input", { type: "number", min: 0, step: "any", value: 0.5, "aria-label": "seconds that every frame comes later" });
    const send = () => this.store.act("delay", this.names, { seconds: Number(field.value) });
    return form("Delay", field, ["Every frame comes", field, "seconds later"], () => this.sent(send), () => this.leave("delay"));
  }

  dropForm() {
    const field = h("input", { type: "number", min: 0, max: 100, step: "any", value: 30, "aria-label": "percent of the elements that are lost" });
    const send = () => this.store.act("drop", this.names, { rate: Number(field.value) / 100 });
    return form("Drop", field, ["Lose", field, "% of the elements"], () => this.sent(send), () => this.leave("drop"));
  }

  /** The processes or clusters that are meant. @returns {string[]} */
  get names() {
    return this.ends.map((end) => end.dataset["name"] ?? "");
  }

  /** @param {Kind} kind */
  open(kind) {
    this.forms.forEach((element, index) => (element.hidden = KINDS[index + 1] !== kind));
    const field = this.forms[KINDS.indexOf(kind) - 1]?.querySelector("input");
    field?.focus();
    field?.select();
  }

  /** @param {() => void} send */
  sent(send) {
    send();
    const open = KINDS.find((_, index) => this.forms[index - 1]?.hidden === false);
    if (open) this.leave(open);
  }

  /** @param {Kind} kind */
  leave(kind) {
    for (const element of this.forms) element.hidden = true;
    this.buttons[KINDS.indexOf(kind)]?.focus();
  }

  /** @param {Link} link @param {Act[]} errors */
  paint(link, errors) {
    this.link = link;
    [link.first, link.last].forEach((place, index) => this.paintEnd(/** @type {HTMLElement} */ (this.ends[index]), place));
    const busy = this.store.busy(this.names);
    const why = hindrance(this.store) || this.gone() || (busy ? `Wait: ${busy} is under way` : "");
    KINDS.forEach((kind, index) => this.paintButton(/** @type {HTMLButtonElement} */ (this.buttons[index]), kind, why));
    rows(this.errors, errors, () => complaint(this.store), paintComplaint);
  }

  /** @param {HTMLElement} end @param {string} place */
  paintEnd(end, place) {
    const members = this.store.processes.filter((row) => row.cluster && row.place === place).map((row) => row.name);
    const said = JSON.stringify([place, members]);
    if (end.dataset["said"] === said) return;
    end.dataset["said"] = said;
    end.dataset["name"] = place;
    if (members.length < 2) return end.replaceChildren(h("b", {}, place));
    const options = [h("option", { value: place }, `${place}, all ${members.length}`), ...members.map((name) => h("option", { value: name }, name))];
    const choice = h("select", { "aria-label": `which of ${place}` }, ...options);
    choice.addEventListener("change", () => {
      end.dataset["name"] = choice.value;
      this.store.changed();
    });
    end.replaceChildren(choice);
  }

  /** @param {HTMLButtonElement} button @param {Kind} kind @param {string} why */
  paintButton(button, kind, why) {
    const on = this.store.faults.some((fault) => this.acts(kind, fault));
    const word = on ? endWord(kind) : NAMES[kind];
    const sure = kind === "drop" && !this.link.lossy;
    button.dataset["on"] = String(on);
    write(one(button, ".word"), word);
    const [first, last] = this.names;
    const never = `Nothing that ${this.link.first} sends to ${this.link.last} may be lost: let a channel be TCP.lossy(...) or UDP`;
    say(button, `${word}: ${first} ${kind === "cut" ? "and" : "to"} ${last}`, why || (sure ? never : ""), on ? "Ends this fault" : DOES[kind]);
  }

  /** Whether a fault is of this kind and between those that are chosen. @param {Kind} kind @param {Fault} fault */
  acts(kind, fault) {
    if (fault.kind !== kind || !actsOn(this.store, fault, this.link.first, this.link.last)) return false;
    const meant = (/** @type {string | undefined} */ name, /** @type {string | undefined} */ chosen) => name === chosen || this.store.placeOf(name) === chosen;
    const [[one, other], [first, last]] = [fault.processes, this.names];
    return (meant(one, first) && meant(other, last)) || (kind === "cut" && meant(one, last) && meant(other, first));
  }

  /** Who of the two has ended. */
  gone() {
    const gone = this.names.find((name) => {
      const own = this.store.processes.filter((row) => row.name === name || row.place === name);
      return own.length > 0 && own.every((row) => OVER.includes(row.phase));
    });
    return gone ? `${gone} has ended` : "";
  }
}
