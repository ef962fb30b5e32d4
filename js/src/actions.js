import { attribute, h, one, write } from "./dom.js";
import { icon, setIcon } from "./icons.js";
import { COMING } from "./marks.js";
import { OVER } from "./store.js";

/** @import {Store} from "./store.js" */
/** @import {ProcessRow} from "./types.js" */

const INSIDE = "They live in the kernel, which moves them in calls of a cell: call it there";

/** The buttons of one process: restart, pause or resume, kill. */
export class Actions {
  /** @param {Store} store @param {() => void} ask  asks for the reason of a restart */
  constructor(store, ask) {
    this.store = store;
    this.name = "";
    this.ask = ask;
    this.restart = this.button("restart", () => this.again());
    this.pause = this.button("pause", () => this.store.act(this.pause.dataset["call"] ?? "", [this.name]));
    this.kill = this.button("kill", () => this.store.act("kill", [this.name]));
    this.restart.append(icon("again"));
    this.kill.append(icon("kill"));
    this.element = h("div.acts", { role: "group" }, this.restart, this.pause, this.kill);
    this.member = false;
  }

  /** @param {string} name @param {() => void} click */
  button(name, click) {
    const button = h(`button.${name}`, { type: "button" });
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") click();
    });
    return button;
  }

  again() {
    if (this.member) this.store.act("restart", [this.name]);
    else this.ask();
  }

  /** @param {ProcessRow} row */
  paint(row) {
    const { store } = this;
    const over = OVER.includes(row.phase);
    const paused = row.phase === "paused";
    const busy = store.busy([row.name]);
    const [name, all] = [row.name, this.hindered()];
    this.name = name;
    this.member = Boolean(row.cluster);
    attribute(this.element, "aria-label", name);
    this.element.hidden = !store.live;
    this.pause.hidden = this.kill.hidden = over;
    this.pause.dataset["call"] = paused ? "resume" : "pause";
    setIcon(this.pause, paused ? "running" : "pause");
    const wait = all || (busy ? `Wait: ${busy} is under way` : "");
    const coming = wait || (COMING.includes(row.phase) ? `${name} is being started` : "");
    const along = this.along(row);
    say(this.restart, `Restart ${name}`, coming || this.held(row), `It begins anew, with nothing that it had.${along && ` Ended with it: ${along}.`}`);
    const does = paused ? "It goes on where it stands." : "It stands still until it is resumed; nothing is lost.";
    say(this.pause, `${paused ? "Resume" : "Pause"} ${name}`, coming, `${does}${along && ` So with it: ${along}.`}`);
    const dying = all || (over ? "It has ended" : busy === "kill" ? "Wait: it is being killed" : "");
    say(this.kill, `Kill ${name}`, dying, `Ends it at once, as a crash would. ${along ? `Ended with it: ${along}.` : "The others go on."}`);
  }

  /** Why nothing can be done to any of them. */
  hindered() {
    return hindrance(this.store);
  }

  /** Who shares its OS process, in words. @param {ProcessRow} row */
  along(row) {
    const sharing = this.store.processes.filter((each) => each.pid && each.pid === row.pid && each.name !== row.name && !OVER.includes(each.phase));
    return sharing.length ? `${sharing.map((each) => each.name).join(", ")}, in the same OS process` : "";
  }

  /** Who is paused, and so cannot meet one that is started again. @param {ProcessRow} row */
  held(row) {
    const held = this.store.processes.filter((each) => each.phase === "paused" && each.name !== row.name && each.pid !== row.pid);
    return held.length ? `Not while ${held.map((each) => each.name).join(", ")} is paused, as all have to meet it: resume first` : "";
  }
}

/** @param {Store} store @returns {string} */
export function hindrance(store) {
  if (store.unheard) return "The kernel does not answer";
  if (store.status.phase === "stopping") return "It is being stopped";
  return store.status.inside ? INSIDE : "";
}

/** Names a button, and says what it does, or why it cannot; one that cannot keeps the focus and can be pointed at.
 * @param {HTMLButtonElement} button @param {string} name @param {string} why @param {string} does */
export function say(button, name, why, does) {
  attribute(button, "aria-label", name);
  attribute(button, "title", `${name}. ${why || does}`);
  attribute(button, "aria-disabled", String(Boolean(why)));
}

/** A small form in place: a question, a field, and two buttons; Escape takes it away.
 * @param {string} does @param {HTMLInputElement} field @param {(string | HTMLElement)[]} words  around the field, which stands where one is the field itself
 * @param {() => void} send @param {() => void} leave */
export function form(does, field, words, send, leave) {
  const element = h("form.ask", { hidden: "" }, ...words, h("button.go", { type: "submit" }, does), h("button.cancel", { type: "button", click: leave }, "Cancel"));
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) send();
  });
  // Enter by hand: notebooks keep it from sending forms
  element.addEventListener("keydown", (event) => {
    const enter = event.key === "Enter" && event.target === field && !event.isComposing;
    if (!enter && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (enter) element.requestSubmit();
    else leave();
  });
  return element;
}

/** An error of a call, to be read and put away. @param {Store} store */
export function complaint(store) {
  const row = h("div.complaint", { role: "alert" }, icon("warn"), h("span"), h("button.dismiss", { type: "button", "aria-label": "Dismiss", title: "Dismiss" }, icon("kill")));
  one(row, ".dismiss").addEventListener("click", () => store.dismiss(JSON.parse(row.dataset["processes"] ?? "[]")));
  return row;
}

/** @param {HTMLElement} row @param {import("./types.js").Act} act */
export function paintComplaint(row, act) {
  row.dataset["processes"] = JSON.stringify(act.processes);
  write(one(row, "span"), act.error);
}
