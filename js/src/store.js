import { many, whole } from "./format.js";
import { Ring } from "./ring.js";
import { kept } from "./settings.js";
import { logLines, unpacked } from "./unpack.js";

/** @import {AnyModel} from "@anywidget/types" */
/** @import {Traits, Message, Sample, LogLine, Graph, GraphNode, Output, Status, ProcessRow, Problem, Fault, Act} from "./types.js" */

export const LOG_LINES = 10_000;
export const HISTORY = 60;
/** Values of a singleton that are kept, to be drawn. */
export const VALUES = 120;
const RATE_WINDOW = 1.2;
const HISTORY_STEP = 0.5;
const ACK_EVERY = 400;
const SILENT = 6;
const ASKED = 3000;
/** The phases of a process that has ended. */
export const OVER = ["stopped", "failed", "killed"];
/** Those of one that has ended while others go on. */
export const GONE = ["failed", "killed"];
const [FIRST_WAIT, LAST_WAIT] = [200, 3200];

/** What a cell that must run again has in common with other problems. */
const STALE = { process: "", time: 0, slot: "", element: "", frames: [], fatal: false };

/** @typedef {{points: [number, number][], rate: number, history: number[], stepped: number}} Meter */

/**
 * What the page knows of one deployment: traits that survive a reload, and the stream of messages since `hello`.
 * It notices gaps, asks for a snapshot where one is, and acknowledges what has been painted.
 */
export class Store {
  /** @param {AnyModel<Traits>} model @param {() => number} [now]  milliseconds */
  constructor(model, now = () => performance.now()) {
    this.model = model;
    this.now = now;
    /** @type {Ring<LogLine>} */
    this.logs = new Ring(LOG_LINES);
    this.dropped = 0;
    /** @type {Map<string, number>} */
    this.totals = new Map();
    /** @type {Map<string, Sample[]>} */
    this.samples = new Map();
    /** @type {Map<string, Sample>} */
    this.values = new Map();
    /** What a singleton held, newest last. @type {Map<string, Sample[]>} */
    this.past = new Map();
    /** Totals that are estimated, of operators that nobody counts. @type {Map<string, number>} */
    this.estimates = new Map();
    /** @type {Map<string, Meter>} */
    this.meters = new Map();
    /** Who takes what the kernel answers, by kind. @type {Map<string, (message: any, buffers: DataView[]) => void>} */
    this.replies = new Map();
    this.questions = 0;
    this.seq = -1;
    this.waiting = false;
    this.asked = 0;
    this.settings = kept();
    this.view = Math.random().toString(36).slice(2);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.heard = now();
    this.acked = { seq: -1, at: -Infinity };
    /** Seconds to add to the page's clock to get the kernel's. */
    this.skew = 0;
    this.changed = () => {};
    /** Another graph is there. */
    this.arrived = () => {};
    /** @type {ProcessRow[] | undefined} that were looked through */
    this.placed = undefined;
    /** The operator inside a process that is looked at here, and why it cannot be. */
    this.watched = "";
    this.refused = "";
    /** @type {Map<string, string>} */
    this.places = new Map();
    /** Names of processes that have gone. @type {Set<string>} */
    this.lostOnes = new Set();
    /** How often traits have come. */
    this.taken = 0;
    /** @type {Graph} */
    this.unpacked = { svg: "", text: " ", summary: "", nodes: {}, places: {}, streams: [] };
    this.unpacking = "";
    /** What was asked for last, of whom, until the kernel has said what became of it.
     * @type {Map<string, {call: string, taken: number, at: number}>} */
    this.asks = new Map();
  }

  /** What was told last, as soon as it is unpacked; until then what was told before. @returns {Graph} */
  get graph() {
    const told = this.model.get("graph");
    return told.packed ? this.unpacked : told;
  }
  /** @returns {Status} */
  get status() {
    return this.model.get("status");
  }
  /** @returns {ProcessRow[]} */
  get processes() {
    return this.model.get("processes");
  }
  /** @returns {Problem[]} */
  get problems() {
    return [...this.model.get("problems"), ...(this.model.get("stale") ?? []).map((each) => ({ ...STALE, ...each }))];
  }

  /** @returns {Fault[]} */
  get faults() {
    return this.model.get("faults") ?? [];
  }
  /** @returns {Act[]} */
  get acts() {
    return this.model.get("acts") ?? [];
  }

  /** The location of a process: of `Worker/3` it is `Worker`. @param {string | undefined} name */
  placeOf(name) {
    this.sort();
    return this.places.get(name ?? "") ?? name ?? "";
  }

  /** Looks once through processes for all that asks about them by name. */
  sort() {
    if (this.placed === this.processes) return;
    this.placed = this.processes;
    this.places = new Map(this.processes.map((row) => [row.name, row.place ?? row.name]));
    this.lostOnes = new Set(this.processes.filter((row) => GONE.includes(row.phase)).map((row) => row.name));
  }

  /** Whether something may still change. */
  get live() {
    const { phase } = this.status;
    const over = phase === "stopped" || (phase === "failed" && !this.processes.some((row) => row.returns || !OVER.includes(row.phase)));
    return this.model.get("mode") === "live" && !over;
  }

  /** Starts to listen; `changed` is called after every change. @param {AbortSignal} signal */
  listen(signal) {
    const receive = (/** @type {Message} */ message, /** @type {DataView[]} */ buffers) => this.receive(message, buffers);
    const trait = () => this.takeTraits();
    this.model.on("msg:custom", receive);
    const events = ["name", "graph", "status", "processes", "problems", "totals", "discarded", "skipped", "faults", "acts", "stale"].map((name) => `change:${name}`);
    for (const event of events) this.model.on(event, trait);
    signal.addEventListener("abort", () => {
      clearTimeout(this.timer);
      this.model.off("msg:custom", receive);
      for (const event of events) this.model.off(event, trait);
    });
    this.replies.set("watched", ({ view, slot, error }) => {
      if (view === this.view && slot === this.watched) this.refused = error;
      this.changed();
    });
    signal.addEventListener("abort", () => this.watch(""));
    this.takeTraits();
    this.hello();
  }

  /** Has sampled what an operator gives, from now on, and none that was looked at before. @param {string} slot */
  watch(slot) {
    if (slot === this.watched) return;
    this.watched = slot;
    this.refused = "";
    this.question("watch", { slot });
  }

  /** Asks for everything from the start. */
  hello() {
    if (this.waiting || this.model.get("mode") !== "live") return;
    this.waiting = true;
    this.ask(FIRST_WAIT);
  }

  /** Asks a few times: while a cell runs, what is said before the host has made a thread for us waits for the cell.
   * @param {number} wait */
  ask(wait) {
    if (!this.waiting || wait > LAST_WAIT) return;
    this.asked += 1;
    const { pace } = this.settings;
    this.tell({ kind: "hello", view: this.view, number: this.asked, ...(pace && { pace }) });
    this.timer = setTimeout(() => this.ask(wait * 2), wait);
  }

  /** Asks again, also where the last question was given up. */
  retry() {
    clearTimeout(this.timer);
    this.waiting = false;
    this.hello();
  }

  /** @param {Record<string, unknown>} content */
  tell(content) {
    try {
      this.model.send(content);
    } catch {
      // the comm is closed: the silence that follows is what the header shows
    }
  }

  takeTraits() {
    this.heard = this.now();
    this.taken += 1;
    this.unpack(this.model.get("graph").packed ?? "");
    for (const [slot, total] of Object.entries(this.model.get("totals") ?? {})) {
      if (total > (this.totals.get(slot) ?? -1)) this.totals.set(slot, total);
    }
    this.changed();
  }

  /** @param {string} packed */
  async unpack(packed) {
    if (packed === this.unpacking) return;
    this.unpacking = packed;
    if (!packed) return;
    const graph = await unpacked(packed);
    if (packed !== this.unpacking) return;
    this.unpacked = graph;
    this.arrived();
  }

  /** @param {Message} message @param {DataView[]} buffers */
  receive(message, buffers) {
    this.heard = this.now();
    if (message.kind !== "tick" && message.kind !== "snapshot") return this.replies.get(message.kind)?.(message, buffers);
    if (message.kind === "snapshot") this.reset();
    else if (this.waiting) return;
    else if (message.seq !== this.seq + 1) return this.hello();
    this.seq = message.seq;
    this.skew = message.time - Date.now() / 1000;
    for (const [slot, total] of Object.entries(message.totals ?? {})) this.totals.set(slot, total);
    for (const [slot, samples] of Object.entries(message.samples ?? {})) this.samples.set(slot, samples);
    for (const [slot, total] of Object.entries(message.estimates ?? {})) this.estimates.set(slot, total);
    for (const [slot, value] of Object.entries(message.values ?? {})) this.takeValue(slot, value);
    this.measure(message.time);
    if (message.logs && buffers[0]) for (const line of logLines(message.logs.names, buffers[0])) this.logs.push(line);
    this.dropped += message.logs?.dropped ?? 0;
    // whoever tells everything may have forgotten who looks
    if (message.kind === "snapshot" && this.watched) this.question("watch", { slot: this.watched });
    this.changed();
  }

  /** @param {string} slot @param {Sample} value */
  takeValue(slot, value) {
    this.values.set(slot, value);
    const past = this.past.get(slot) ?? [];
    this.past.set(slot, past);
    if (past.at(-1)?.text !== value.text) past.push(value);
    if (past.length > VALUES) past.shift();
  }

  /** Asks for something that is answered with a message of another kind; gives the number of the question.
   * @param {string} kind @param {Record<string, unknown>} [content] */
  question(kind, content = {}) {
    this.questions += 1;
    this.tell({ kind, view: this.view, number: this.questions, ...content });
    return this.questions;
  }

  reset() {
    this.waiting = false;
    clearTimeout(this.timer);
    this.dropped = 0;
    this.logs.clear();
    this.samples.clear();
    this.values.clear();
  }

  /** Turns totals into rates over the last second or so. @param {number} time */
  measure(time) {
    for (const [slot, total] of new Map([...this.estimates, ...this.totals])) {
      const meter = this.meters.get(slot) ?? { points: [], rate: 0, history: [], stepped: time };
      this.meters.set(slot, meter);
      meter.points.push([time, total]);
      while (meter.points.length > 2 && time - /** @type {[number, number]} */ (meter.points[1])[0] >= RATE_WINDOW) meter.points.shift();
      const [since, before] = /** @type {[number, number]} */ (meter.points[0]);
      meter.rate = time > since ? Math.max(0, (total - before) / (time - since)) : meter.rate;
      this.remember(meter, time);
    }
  }

  /** @param {Meter} meter @param {number} time */
  remember(meter, time) {
    if (time - meter.stepped < HISTORY_STEP && meter.history.length) return;
    meter.stepped = time;
    meter.history.push(meter.rate);
    if (meter.history.length > HISTORY) meter.history.shift();
  }

  /** @param {string} slot */
  rate(slot) {
    return this.live && !this.unheard && !this.gone(slot) ? (this.meters.get(this.counter(slot))?.rate ?? 0) : 0;
  }

  /** Who counts what an operator gives: itself, or one that gives as many. @param {string} slot @returns {string} */
  counter(slot) {
    const other = this.graph.alike?.[slot] ?? slot;
    return this.totals.has(slot) || !this.totals.has(other) ? slot : other;
  }

  /** How many elements an operator has given, and whether that is known or estimated.
   * @param {string} slot @returns {{total: number | undefined, exact: boolean}} */
  count(slot) {
    const exact = this.totals.get(this.counter(slot));
    return { total: exact ?? this.estimates.get(slot), exact: exact !== undefined };
  }

  /** @param {string} slot @returns {number[]} */
  history(slot) {
    return this.meters.get(this.counter(slot))?.history ?? [];
  }

  /** What an operator gives, in words. @param {GraphNode} node @returns {Output[]} */
  outputs(node) {
    return node.outputs.flatMap((number) => this.graph.kinds?.[number] ?? []);
  }

  /** Whether the process of an operator has gone: nothing arrives there any more. @param {string} slot */
  gone(slot) {
    this.sort();
    return this.lostOnes.has(this.graph.nodes[slot]?.place ?? "");
  }

  /** What was sent and dropped, in words; empty where nothing was. @param {string} slot */
  lost(slot) {
    const count = this.model.get("discarded")?.[slot] ?? 0;
    const node = this.graph.nodes[slot];
    const why = node?.detail?.includes(".lossy") ? "had no room, or has gone" : "has gone";
    const struck = this.status.struck?.includes(slot) ? ", or a fault on purpose took them" : "";
    return count ? `${whole(count)} discarded: ${node?.place ?? "its receiver"} ${why}${struck}` : "";
  }

  /** How many elements an operator went on without. @param {string} slot */
  skipped(slot) {
    return this.model.get("skipped")?.[slot]?.count ?? 0;
  }

  /** What there is to say of an operator that nobody hopes to read, in lines. @param {string} slot */
  notes(slot) {
    const skipped = this.skipped(slot);
    return [this.lost(slot), skipped && `${many(skipped, "element")} skipped`].filter(Boolean).join("\n");
  }

  /** Items a second over all network edges and sinks. */
  get totalRate() {
    return this.graph.streams.filter((s) => s.kind !== "value").reduce((sum, s) => sum + this.rate(s.slot), 0);
  }

  get time() {
    return Date.now() / 1000 + this.skew;
  }

  /** Tells the kernel that somebody has seen the newest message: without this it slows down and stops. */
  painted() {
    if (this.seq === this.acked.seq || this.now() - this.acked.at < ACK_EVERY) return;
    this.acked = { seq: this.seq, at: this.now() };
    this.tell({ kind: "ack", seq: this.seq });
  }

  /** Seconds since the kernel last said anything. */
  get silence() {
    return (this.now() - this.heard) / 1000;
  }

  /** Whether the kernel has said nothing for too long, so that nothing here is known to be so any more. */
  get unheard() {
    return this.live && this.silence > SILENT;
  }

  stop() {
    this.tell({ kind: "stop" });
  }

  /** Asks for a call of the deployment. @param {string} call @param {string[]} processes @param {Record<string, unknown>} [given] */
  act(call, processes, given = {}) {
    this.asks.set(JSON.stringify(processes), { call, taken: this.taken, at: this.now() });
    this.tell({ kind: "act", call, processes, ...given });
    this.changed();
  }

  /** The call that is under way for these processes; empty where none is. @param {string[]} processes @returns {string} */
  busy(processes) {
    const key = JSON.stringify(processes);
    const act = this.acts.find((each) => each.busy && JSON.stringify(each.processes) === key);
    if (act) return act.call;
    const asked = this.asks.get(key);
    return asked && asked.taken === this.taken && this.now() - asked.at < ASKED ? asked.call : "";
  }

  /** Puts an error away. @param {string[]} processes */
  dismiss(processes) {
    this.tell({ kind: "dismiss", processes });
  }
}
