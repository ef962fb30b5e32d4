// A kernel in the page: plays recorded events to the widget as anywidget would, and keeps what the widget sends.

/** @typedef {{at: number, traits?: Record<string, unknown>, message?: Record<string, any>, lines?: [number, string, string, number, string][]}} Frame */
/** @typedef {{traits: Record<string, any>, names: string[], frames: Frame[], places?: any[], drawings?: Record<string, any>, texts?: Record<string, string>, ports?: any[]}} Recording */

const PANES = new URL("../../hydro_nb/notebook/static/panes.js", import.meta.url);

const encoder = new TextEncoder();

export class FakeModel {
  /** @param {Recording} recording */
  constructor(recording) {
    this.state = { ...recording.traits };
    this.recording = recording;
    /** @type {Map<string, Set<Function>>} */
    this.listeners = new Map();
    /** @type {any[]} */
    this.sent = [];
    this.seq = 0;
    /** @type {any[]} */
    this.ports = structuredClone(recording.ports ?? []);
    this.totals = {};
    this.samples = {};
    this.values = {};
    this.estimates = {};
    /** @type {[number, string, string, number, string][]} */
    this.lines = [];
    /** Seconds that recorded times are moved by, so that they are recent. */
    this.shift = 0;
    /** What the kernel's clock showed when the newest frame was recorded. */
    this.clock = 0;
  }

  /** @param {string} name */
  get(name) {
    return this.state[name];
  }
  /** @param {string} name @param {unknown} value */
  set(name, value) {
    this.state[name] = value;
    this.emit(`change:${name}`);
  }
  save_changes() {}

  /** @param {string} event @param {Function} listener */
  on(event, listener) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event)?.add(listener);
  }
  /** @param {string} event @param {Function} listener */
  off(event, listener) {
    this.listeners.get(event)?.delete(listener);
  }
  /** @param {string} event @param {...unknown} given */
  emit(event, ...given) {
    for (const listener of this.listeners.get(event) ?? []) listener(...given);
  }

  /** What the page says to the kernel. @param {any} content */
  send(content) {
    this.sent.push(content);
    if (content.kind === "hello") queueMicrotask(() => this.snapshot());
    if (content.kind === "stop") this.set("status", { ...this.state.status, phase: "stopped", ended: this.time });
    if (content.kind === "act") this.act(content);
    if (content.kind === "dismiss") this.set("acts", []);
    this.answer(content);
  }

  /** Answers a question from what was recorded. @param {any} content */
  answer(content) {
    const { recording, ports } = this;
    const { view, number, by, closed } = content;
    const tell = (/** @type {object} */ told, /** @type {DataView[]} */ buffers = []) => this.emit("msg:custom", { view, number, ...told }, buffers);
    if (content.kind === "code") tell({ kind: "code", places: recording.places ?? [] });
    else if (content.kind === "export") tell({ kind: "export", form: content.form, text: recording.texts?.[content.form] ?? "" });
    else if (content.kind === "again") tell({ kind: "again", text: "nothing changed", error: "" });
    else if (content.kind === "draw") tell({ kind: "drawing", ...(recording.drawings?.[drawn(by, closed)] ?? this.state.graph) });
    else if (content.kind === "asset") fetch(PANES).then((file) => file.arrayBuffer()).then((data) => tell({ kind: "asset", name: "panes" }, [new DataView(data)]));
    else if (content.kind === "put") ports.find((/** @type {any} */ port) => port.slot === content.slot)?.sent.push({ text: content.text, error: "", time: this.time });
    if (content.kind === "ports" || content.kind === "put") tell({ kind: "ports", ports: structuredClone(ports) });
  }

  /** Moves recorded times to today. @param {any} value @param {string} [key] @returns {any} */
  recent(value, key = "") {
    if (typeof value === "number") return value && ["time", "started", "ended"].includes(key) ? value + this.shift : value;
    if (Array.isArray(value)) return value.map((each) => this.recent(each));
    if (!value || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.recent(each, name)]));
  }

  /** Does what the kernel would do. @param {any} content */
  act({ call, processes, seconds = 0, rate = 0 }) {
    const [first, last] = processes;
    if (call === "kill") this.kill(first);
    else if (call === "restart") this.change(first, { phase: "running", ended: 0, reason: "started again once", restarts: 1 });
    else if (call === "pause" || call === "resume") {
      this.change(first, { phase: call === "pause" ? "paused" : "running" });
      this.fault("pause", [first], call === "pause", `\`${first}\` is paused`);
    } else if (call === "cut" || call === "heal") this.fault("cut", processes, call === "cut", `\`${first}\` and \`${last}\` are cut from each other`);
    else if (call === "delay") this.fault("delay", processes, seconds > 0, `\`${first}\` to \`${last}\`: every frame is ${seconds} s late`, { seconds });
    else this.fault("drop", processes, rate > 0, `\`${first}\` to \`${last}\`: ${rate * 100}% of what may be lost is dropped`, { rate });
  }

  /** @param {string} kind @param {string[]} processes @param {boolean} on @param {string} text @param {object} [given] */
  fault(kind, processes, on, text, given = {}) {
    const others = (this.state.faults ?? []).filter((/** @type {any} */ row) => row.kind !== kind || String(row.processes) !== String(processes));
    const row = { kind, processes, since: this.time, seconds: 0, rate: 0, text, ...given };
    this.set("faults", on ? [...others, row] : others);
    this.set("status", { ...this.state.status, faults: this.state.faults.length });
  }

  /** @param {string} name @param {object} changes */
  change(name, changes) {
    this.set("processes", this.state.processes.map((/** @type {any} */ row) => (row.name === name ? { ...row, ...changes } : row)));
  }

  /** @param {string} name */
  kill(name) {
    const killed = { phase: "killed", reason: "was killed (SIGKILL)", ended: this.time };
    this.change(name, killed);
  }

  /** The kernel's time: a recording that is played at once has taken its time all the same. */
  get time() {
    return this.clock || Date.now() / 1000;
  }

  snapshot() {
    const { totals, samples, values, estimates } = this;
    this.emit("msg:custom", this.message("snapshot", { totals, samples, values, estimates }, this.lines), [this.buffer(this.lines)]);
  }

  /** @param {string} kind @param {object} content @param {unknown[]} lines */
  message(kind, content, lines) {
    const logs = lines.length ? { names: this.recording.names, dropped: 0 } : undefined;
    return { kind, seq: (this.seq += 1), time: this.time, logs, ...content };
  }

  /** @param {[number, string, string, number, string][]} lines */
  buffer(lines) {
    const text = lines.map(([name, stream, level, time, words]) => [name, stream, level, time + this.shift, words].join("\t"));
    return new DataView(encoder.encode(text.join("\n")).buffer);
  }

  /** Gives the widget one frame. @param {Frame} frame */
  play(frame) {
    this.clock = this.state.status.started + frame.at;
    for (const [name, value] of Object.entries(frame.traits ?? {})) this.set(name, this.recent(value));
    if (!frame.message && !frame.lines) return;
    const message = this.recent(frame.message ?? {});
    const { totals, samples, values, estimates } = message;
    Object.assign(this.estimates, estimates);
    Object.assign(this.totals, totals);
    Object.assign(this.samples, samples);
    Object.assign(this.values, values);
    this.lines.push(...(frame.lines ?? []));
    this.lines.splice(0, Math.max(0, this.lines.length - 1000));
    const lines = frame.lines ?? [];
    this.emit("msg:custom", this.message("tick", message, lines), lines.length ? [this.buffer(lines)] : []);
  }
}

/** The name of a recorded picture. @param {string} by @param {unknown} closed */
function drawn(by, closed) {
  const some = Array.isArray(closed) && closed.length > 0;
  return `${by}${some ? " some" : closed === "all" ? " all" : ""}`;
}

/** Draws the widget into an element and plays the recording; `speed` 0 plays all of it at once.
 * @param {{render: Function}} widget @param {Recording} recording @param {HTMLElement} el @param {number} [speed] */
export async function host(widget, recording, el, speed = 1) {
  const model = new FakeModel(recording);
  const end = new AbortController();
  model.shift = Date.now() / 1000 - recording.traits["status"].started;
  model.state = model.recent(model.state);
  await widget.render({ model, el, signal: end.signal });
  let from = 0;
  for (const frame of recording.frames) {
    if (speed) await new Promise((done) => setTimeout(done, ((frame.at - from) * 1000) / speed));
    from = frame.at;
    model.play(frame);
  }
  return { model, end };
}
