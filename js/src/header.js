import { attribute, h, write } from "./dom.js";
import { duration, rate } from "./format.js";
import { icon, phaseIcon, setIcon } from "./icons.js";

/** @import {Store} from "./store.js" */

/** Name, state, time, rate, and the button that stops everything. */
export class Header {
  /** @param {Store} store @param {() => void} [faults]  shows those that are in force @param {() => void} [set]  shows the settings */
  constructor(store, faults, set) {
    this.store = store;
    this.name = h("b.name");
    this.mark = h("span.mark");
    this.word = h("span.word");
    this.share = h("span.share");
    this.state = h("span.state", { role: "status" }, this.mark, this.word, this.share);
    this.elapsed = h("span.elapsed", { title: "Elapsed" });
    this.rate = h("span.rate", { title: "Items a second over all network edges and sinks" });
    this.stop = h("button.stop", { type: "button", title: "Ends every process of this deployment", click: () => this.clicked() }, "Stop");
    this.again = h("button.redeploy", { type: "button", title: "Deploys the flow as it is now: only processes of which something changed begin anew", click: () => this.deploy() }, icon("again"), h("span", {}, "Deploy again"));
    this.asked = false;
    this.deploying = false;
    /** What became of deploying again. */
    this.said = { text: "", error: "" };
    store.replies.set("again", (message) => this.deployed(message));
    this.note = h("span.note", { role: "status" });
    this.count = h("span");
    this.noun = h("span.noun");
    this.faults = h("button.faults", { type: "button", hidden: "", title: "Faults on purpose: see Processes", click: () => faults?.() }, icon("warn"), this.count, this.noun);
    this.settings = h("button.set", { type: "button", title: "Settings", "aria-label": "Settings", "aria-expanded": "false", "aria-haspopup": "dialog", click: () => set?.() }, icon("settings"));
    this.element = h("header", {}, this.name, this.state, this.faults, this.note, this.elapsed, this.rate, this.settings, this.again, this.stop);
  }

  deploy() {
    if (this.deploying) return;
    this.deploying = true;
    this.said = { text: "deploying again…", error: "" };
    this.store.question("again");
    this.store.changed();
  }

  /** @param {{text: string, error: string}} message */
  deployed(message) {
    this.deploying = false;
    this.said = message;
    this.store.changed();
  }

  clicked() {
    this.asked = this.stop.disabled = true;
    this.store.stop();
  }

  /** @param {boolean} looking */
  paint(looking) {
    const { store } = this;
    const built = store.model.get("mode") === "build";
    const lost = !built && looking && store.unheard;
    const phase = built ? "build" : lost ? "lost" : store.status.phase;
    write(this.name, store.model.get("name"));
    attribute(this.element, "data-phase", phase);
    setIcon(this.mark, phaseIcon(phase));
    write(this.word, this.words(phase));
    write(this.share, phase === "failed" ? this.failed() : "");
    const said = this.said.error || this.said.text;
    write(this.note, lost ? "No word from the kernel. If it was restarted, run the cell again." : said);
    attribute(this.note, "title", said);
    this.note.classList.toggle("bad", Boolean(this.said.error));
    attribute(this.again, "aria-disabled", String(lost || this.deploying));
    this.again.hidden = this.settings.hidden = built;
    if (!store.live) this.asked = false;
    write(this.elapsed, built || lost ? "" : this.time());
    write(this.rate, built || lost ? "" : rate(store.totalRate));
    this.faults.hidden = !store.faults.length;
    const faults = store.status.faults ?? store.faults.length;
    write(this.count, String(faults));
    write(this.noun, faults === 1 ? " fault" : " faults");
    this.stop.disabled = lost || this.asked;
    this.stop.hidden = built || !store.live;
  }

  /** @param {string} phase */
  words(phase) {
    const { status, graph } = this.store;
    if (phase === "build") return graph.summary;
    if (phase === "lost") return "disconnected";
    const coming = !["running", "settled", "stopping", "stopped", "failed"].includes(phase);
    return coming ? `starting ${status.ready}/${status.total}` : phase;
  }

  /** How many of how many have failed, where there is more than one. */
  failed() {
    const { processes } = this.store;
    const count = processes.filter((row) => row.phase === "failed").length;
    return processes.length > 1 && count ? `${count} of ${processes.length}` : "";
  }

  time() {
    const { started, ended } = this.store.status;
    return started ? duration((ended || this.store.time) - started) : duration(0);
  }
}
