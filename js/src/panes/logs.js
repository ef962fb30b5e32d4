import { attribute, h, one, rows, write } from "../dom.js";
import { clock, many, whole } from "../format.js";
import { icon } from "../icons.js";

/** @import {Store} from "../store.js" */
/** @import {LogLine} from "../types.js" */

const FOLLOWED = 100;
const HELD = 2000;
/** Letters of a process's name that stand beside each line; the rest is in its title. */
const NAME = 9;
const SEVERE = ["error", "critical", "fatal"];

/** Whether a line is at least as grave as asked for. @param {LogLine} line @param {string} level */
export function grave(line, level) {
  const named = line.level.toLowerCase();
  if (level === "stderr") return line.error;
  if (level === "warning") return SEVERE.includes(named) || named.startsWith("warn");
  return level === "error" ? SEVERE.includes(named) : true;
}

/** Tagged lines of every process. Following, it shows the newest; scrolled up, it holds still. */
export class LogsView {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.follow = true;
    this.heldAt = 0;
    this.top = 0;
    /** How many lines there were when they were last painted. */
    this.seen = 0;
    /** @type {LogLine[]} */
    this.held = [];
    this.process = h("select", { "aria-label": "Process", change: () => this.refilter() }, h("option", { value: "" }, "All processes"));
    this.level = h(
      "select",
      { "aria-label": "Level", change: () => this.refilter() },
      ...[["", "All levels"], ["stderr", "stderr"], ["warning", "Warnings"], ["error", "Errors"]].map(([value, text]) => h("option", { value }, text)),
    );
    this.search = h("input", { type: "search", placeholder: "Filter text", "aria-label": "Filter text", spellcheck: "false", input: () => this.refilter() });
    this.lines = h("div.log", { role: "log", "aria-live": "off", tabindex: 0, "aria-label": "Log lines", scroll: () => this.scrolled() });
    this.more = h("button.more", { type: "button", hidden: "", click: () => this.resume() });
    this.status = h("span.log-status");
    this.files = h("code.log-files");
    this.empty = h("p.empty");
    this.element = h(
      "div.logs-pane",
      {},
      h("div.filters", {}, this.process, this.level, this.search),
      h("div.log-box", {}, this.lines, this.empty, this.more),
      h("div.log-foot", {}, this.status, this.files),
    );
    this.names = "";
  }

  /** @param {LogLine} line */
  passes(line) {
    if (this.process.value && line.process !== this.process.value) return false;
    if (!grave(line, this.level.value)) return false;
    const wanted = this.search.value.toLowerCase();
    return !wanted || line.text.toLowerCase().includes(wanted);
  }

  get filtered() {
    return Boolean(this.process.value || this.level.value || this.search.value);
  }

  refilter() {
    this.held = this.store.logs.last(this.follow ? FOLLOWED : HELD, (line) => this.passes(line));
    this.paint();
  }

  resume() {
    this.follow = true;
    this.top = 0;
    this.paint();
  }

  toEnd() {
    this.lines.scrollTop = this.lines.scrollHeight;
    this.top = this.lines.scrollTop;
  }

  /** Scrolling up holds the lines still, scrolling to the end follows again. */
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.lines;
    const atEnd = scrollHeight - scrollTop - clientHeight < 24;
    if (atEnd === this.follow) return;
    this.follow = atEnd;
    if (!atEnd) this.hold();
    this.paint();
  }

  /** Puts older lines above those on screen without moving them. */
  hold() {
    this.heldAt = this.seen;
    const below = this.lines.scrollHeight - this.lines.scrollTop;
    this.held = this.store.logs.last(HELD, (line) => this.passes(line));
    this.paintLines();
    this.lines.scrollTop = this.lines.scrollHeight - below;
  }

  paint() {
    // a hand that scrolls is faster than the event that tells of it
    if (this.follow && this.lines.scrollTop < this.top - 24) this.scrolled();
    this.paintNames();
    if (this.follow) this.held = this.store.logs.last(FOLLOWED, (line) => this.passes(line));
    this.paintLines();
    if (this.follow) this.toEnd();
    this.paintStatus();
    this.seen = this.store.logs.pushed;
  }

  paintNames() {
    const names = this.store.processes.map((row) => row.name);
    if (names.join() === this.names) return;
    this.names = names.join();
    const chosen = this.process.value;
    this.process.replaceChildren(h("option", { value: "" }, "All processes"), ...names.map((name) => h("option", { value: name }, name)));
    this.process.value = names.includes(chosen) ? chosen : "";
    this.lines.style.setProperty("--tag", `${Math.min(NAME, Math.max(...names.map((name) => name.length), 4))}ch`);
  }

  paintLines() {
    const order = this.store.processes.map((row) => row.name);
    rows(this.lines, this.held, () => h("div.line", {}, h("time"), h("span.tag"), h("span.text")), (row, line) => {
      write(one(row, "time"), clock(line.time));
      attribute(row, "title", `${line.process}${line.error ? ", stderr" : ""}, ${clock(line.time)}`);
      const tag = one(row, ".tag");
      write(tag, line.error ? `${line.process} stderr` : line.process);
      attribute(tag, "data-hue", String(order.indexOf(line.process) % 6));
      write(one(row, ".text"), line.text);
      row.classList.toggle("err", line.error || grave(line, "error"));
    });
  }

  paintStatus() {
    const { logs, dropped } = this.store;
    const fresh = logs.pushed - this.heldAt;
    this.more.hidden = this.follow || fresh <= 0;
    if (!this.more.hidden) this.more.replaceChildren(icon("down"), `${many(fresh, "new line")}`);
    const shown = this.filtered ? `${whole(this.held.length)} matching, ` : "";
    const folder = this.store.model.get("logs");
    const lost = dropped ? `, ${whole(dropped)} not sent here` : "";
    write(this.status, `${shown}${many(logs.pushed + dropped, "line")}${lost}`);
    write(this.files, folder ? `all in ${folder}` : "");
    attribute(this.files, "title", folder ? `One file for each process, with every line: ${folder}` : "");
    write(this.empty, this.held.length ? "" : this.advice());
  }

  advice() {
    if (this.filtered && this.store.logs.length) return "No line passes the filter.";
    return this.store.live ? "No process has written anything yet. What your functions print appears here." : "No process wrote anything.";
  }
}
