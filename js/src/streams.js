import { attribute, h, one, rows, write } from "./dom.js";
import { clock, rate, whole } from "./format.js";
import { Plot, Spark } from "./spark.js";

/** @import {Store} from "./store.js" */
/** @import {GraphNode, Sample, StreamMeta} from "./types.js" */

/** Every watched stream with its total, rate and newest elements. */
export class StreamsView {
  /** @param {Store} store @param {(slot: string) => void} select @param {(slot: string) => void} link  shows what can be done to its link */
  constructor(store, select, link) {
    this.store = store;
    this.select = select;
    this.selected = "";
    /** @type {WeakMap<HTMLElement, Spark>} */
    this.sparks = new WeakMap();
    this.list = h("div.stream-list", { role: "listbox", "aria-label": "Streams", keydown: (/** @type {KeyboardEvent} */ event) => this.walk(event) });
    this.title = h("span.shown");
    this.facts = h("div.facts");
    this.link = h("button.to-link", { type: "button", title: "Cut, delay or drop what goes this way", click: () => link(this.selected) }, "Faults…");
    this.items = h("div.samples", { tabindex: 0, role: "group", "aria-label": "Sampled elements" });
    this.plot = new Plot();
    this.empty = h("p.empty");
    this.element = h("div.pane.streams", {}, this.list, h("div.detail-head", {}, this.facts, this.link, this.title), this.plot.element, this.items, this.empty);
  }

  /** @param {string} slot */
  choose(slot) {
    this.selected = slot;
    this.paint();
  }

  /** Those that are always there, and the operator inside a process that was chosen. @returns {StreamMeta[]} */
  get streams() {
    const { streams, nodes } = this.store.graph;
    const node = nodes[this.selected];
    if (!node || streams.some((each) => each.slot === this.selected)) return streams;
    return [...streams, { slot: this.selected, kind: "inside", title: node.label, route: `inside ${node.place}, sampled while you look` }];
  }

  paint() {
    const { store } = this;
    if (!this.selected || !store.graph.nodes[this.selected]) this.selected = store.graph.streams[0]?.slot ?? "";
    const { streams } = this;
    if (store.live) store.watch(streams.find((each) => each.slot === this.selected)?.kind === "inside" ? this.selected : "");
    rows(this.list, streams, () => this.makeRow(), (row, stream) => this.paintRow(row, stream));
    this.paintDetail();
  }

  makeRow() {
    const spark = new Spark();
    const row = h(
      "div.stream",
      { role: "option", tabindex: -1 },
      h("span.name", {}, h("b"), h("small"), h("em.lost")),
      spark.element,
      h("span.count", {}, h("b"), h("small")),
    );
    row.addEventListener("click", () => this.select(row.dataset["slot"] ?? ""));
    this.sparks.set(row, spark);
    return row;
  }

  /** @param {HTMLElement} row @param {StreamMeta} stream */
  paintRow(row, stream) {
    const chosen = stream.slot === this.selected;
    row.dataset["slot"] = stream.slot;
    attribute(row, "aria-selected", String(chosen));
    attribute(row, "tabindex", chosen ? "0" : "-1");
    for (const kind of ["value", "inside"]) row.classList.toggle(kind, stream.kind === kind);
    write(one(row, ".name b"), stream.title);
    write(one(row, ".name small"), stream.route);
    write(one(row, ".lost"), this.store.lost(stream.slot));
    if (stream.kind === "value") {
      write(one(row, ".count b"), this.store.values.get(stream.slot)?.text ?? "no value yet");
      const numbers = this.numbers(stream.slot);
      row.classList.toggle("words", !numbers.length);
      this.sparks.get(row)?.paint(numbers);
      return;
    }
    write(one(row, ".count b"), this.total(stream));
    write(one(row, ".count small"), rate(this.store.rate(stream.slot)));
    this.sparks.get(row)?.paint(this.store.history(stream.slot));
  }

  /** How many elements there were; what is estimated says so. @param {StreamMeta} stream */
  total({ slot, kind }) {
    const { total, exact } = this.store.count(slot);
    return total === undefined && kind === "inside" ? "" : `${exact || total === undefined ? "" : "≈ "}${whole(total ?? 0)}`;
  }

  /** What a value was, where it was a number all the time. @param {string} slot @returns {number[]} */
  numbers(slot) {
    const past = (this.store.past.get(slot) ?? []).map((each) => Number(each.text));
    return past.every(Number.isFinite) ? past : [];
  }

  paintDetail() {
    const node = this.store.graph.nodes[this.selected];
    const stream = this.streams.find((each) => each.slot === this.selected);
    this.paintFacts(node);
    this.link.hidden = !this.store.live || !this.store.graph.links?.some((each) => each.slots.includes(this.selected));
    const samples = this.shown(stream);
    rows(this.items, samples, () => h("div.sample", {}, h("time"), h("code")), (row, sample) => {
      write(one(row, "time"), clock(sample.time).slice(0, 8));
      write(one(row, "code"), sample.text);
      attribute(row, "title", sample.type);
    });
    const numbers = stream?.kind === "value" ? this.numbers(stream.slot) : this.store.history(this.selected);
    this.plot.paint(numbers, stream?.kind === "value" ? "" : "/s");
    write(this.title, this.caption(stream, samples.length));
    write(this.empty, samples.length ? "" : this.advice(node, stream));
  }

  /** Newest first; of a live value also what it was. @param {StreamMeta | undefined} stream @returns {Sample[]} */
  shown(stream) {
    const { past, samples, settings } = this.store;
    const kept = (stream?.kind === "value" ? past : samples).get(this.selected) ?? [];
    return kept.slice(-settings.shown).reverse();
  }

  /** @param {StreamMeta | undefined} stream @param {number} count */
  caption(stream, count) {
    if (!stream) return "";
    if (stream.kind === "value") return count > 1 ? `present value, and ${count - 1} before it` : count ? "present value" : "";
    const total = this.total(stream);
    return count || stream.kind !== "inside" ? `${whole(count)}${total && ` of ${total}`} shown` : total && `${total} so far`;
  }

  /** @param {GraphNode | undefined} node @param {StreamMeta | undefined} stream */
  advice(node, stream) {
    if (!node) return "No streams yet: send something to another process or end a stream in for_each.";
    if (this.store.refused) return this.store.refused;
    if (stream?.kind === "inside") return this.store.live ? "Nothing has come through since you look." : "What passes inside a process is sampled while it runs and somebody looks.";
    return this.store.live ? "Nothing has come through yet." : "Nothing came through.";
  }

  /** Of which type the newest element is, where that was not declared. */
  seen() {
    return this.store.samples.get(this.selected)?.at(-1)?.type ?? "";
  }

  /** @param {GraphNode | undefined} node */
  paintFacts(node) {
    const output = node && this.store.outputs(node)[0];
    const words = node && output ? [output.shape, output.element || this.seen(), ...output.guarantees] : node ? [node.label] : [];
    rows(this.facts, words.filter((word) => word && word !== "?"), () => h("span.chip"), (chip, word) => {
      write(chip, word);
      chip.classList.toggle("type", word === output?.element);
    });
  }

  /** @param {KeyboardEvent} event */
  walk(event) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const { streams } = this;
    const at = streams.findIndex((each) => each.slot === this.selected) + step;
    const next = streams[Math.max(0, Math.min(streams.length - 1, at))];
    if (next) this.select(next.slot);
    const row = this.list.querySelector('[aria-selected="true"]');
    if (row instanceof HTMLElement) row.focus();
  }
}
