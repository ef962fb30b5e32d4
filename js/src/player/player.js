import { attribute, h, write } from "../dom.js";
import { icon } from "../icons.js";
import { followTheme } from "../theme.js";
import { Controls } from "./controls.js";
import { Happened, State } from "./details.js";
import { PictureView } from "./picture.js";
import { Story } from "./story.js";

/** @import {AnyModel} from "@anywidget/types" */
/** @import {Matter, Traits} from "./types.js" */

/** Milliseconds of a step that is played; of one among many. */
const [SLOW, FAST, MANY] = [900, 450, 30];
/** Milliseconds after which it is said that the kernel has not answered. */
const PATIENCE = 4000;

/** An execution to step through. */
export class Player {
  /** @param {AnyModel<Traits>} model @param {HTMLElement} el @param {AbortSignal} signal */
  constructor(model, el, signal) {
    this.model = model;
    this.story = new Story(model.get("record"));
    this.step = Math.max(0, this.story.length - 1);
    this.lane = this.story.laneOf(this.step);
    this.timer = 0;
    /** Whether the page waits for the first decision that matters. */
    this.eager = false;
    this.silence = 0;
    this.silent = false;
    this.picture = new PictureView(model.get("picture"), (step, lane) => this.choose(step, lane));
    this.controls = new Controls(this.story.length, { go: (step) => this.go(step), play: () => this.toggle(), jump: () => this.jump() });
    this.happened = new Happened(this.story);
    this.state = new State(this.story, (lane) => this.look(lane));
    const details = h("div.details", {}, this.happened.element, this.state.element);
    this.root = h("div.hydro.hydro-player", { "data-lm-suppress-shortcuts": "true", role: "region", "aria-label": "Schedule player" });
    this.root.append(this.header(), this.picture.element, this.controls.element, details, this.footer());
    el.append(hiding(model.get("ident")), this.root);
    this.listen(signal);
  }

  header() {
    const { flow, test, failure } = this.story.execution;
    const state = h("span.state", { role: "status" }, icon(failure ? "failed" : "settled"), h("span.word", {}, failure ? "fails" : "passes"));
    const header = h("header", { role: "none" }, h("b.name", {}, test ? `${flow}: ${test}` : flow), state, h("span.note", { title: failure }, failure));
    attribute(header, "data-phase", failure ? "failed" : "settled");
    return header;
  }

  footer() {
    const code = h("code", {}, this.story.replay);
    const copy = h("button", { type: "button", click: () => this.copy(code, copy) }, "Copy");
    const legend = h("span.legend", {}, ...[["batch", "released"], ["snapshot", "snapshot"], ["order", "put in order"]].map(([kind, words]) => h("span", {}, h(`i.${kind}`), words)));
    legend.append(h("span", {}, h("b", {}, "+1"), "held back"));
    return h("footer", { role: "none" }, h("span.again", {}, h("small", {}, "Again in code: "), code, " ", copy), legend);
  }

  /** @param {HTMLElement} code @param {HTMLElement} button */
  async copy(code, button) {
    try {
      await navigator.clipboard.writeText(code.textContent ?? "");
      write(button, "Copied");
    } catch {
      getSelection()?.selectAllChildren(code);
      write(button, "Selected");
    }
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    followTheme(this.root, signal);
    this.root.addEventListener("keydown", (event) => this.pressed(event), { signal });
    this.root.addEventListener("focusin", keepKeys, { signal });
    const heard = () => this.heard();
    this.model.on("change:matter", heard);
    signal.addEventListener("abort", () => {
      this.pause();
      window.clearTimeout(this.silence);
      this.model.off("change:matter", heard);
    });
    this.paint();
    // a picture that is not laid out yet cannot be scrolled
    requestAnimationFrame(() => signal.aborted || this.picture.follow(this.step));
  }

  // ------------------------------------------------------------ moving

  /** @param {number} step */
  go(step) {
    const to = Math.max(0, Math.min(this.story.length - 1, step));
    if (to !== this.step) this.lane = this.story.laneOf(to);
    this.step = to;
    this.paint();
  }

  /** @param {number | null} step @param {number | null} lane */
  choose(step, lane) {
    this.pause();
    if (step !== null) this.go(step);
    if (lane) this.look(lane);
  }

  /** @param {number} lane */
  look(lane) {
    this.lane = lane;
    this.paint();
  }

  get playing() {
    return this.timer !== 0;
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
    this.paint();
  }

  play() {
    if (this.step >= this.story.length - 1) this.go(0);
    const beat = () => {
      this.go(this.step + 1);
      if (this.step >= this.story.length - 1) this.pause();
      this.paint();
    };
    this.timer = window.setInterval(beat, this.story.length > MANY ? FAST : SLOW);
  }

  pause() {
    window.clearInterval(this.timer);
    this.timer = 0;
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof Element)) return;
    const own = event.target.closest("select, button, input");
    const act = this.keys[event.key];
    if (!act || (own && (event.key === " " ? !own.matches("input") : !own.matches("button")))) return;
    event.preventDefault();
    act();
  }

  /** @returns {Record<string, () => void>} */
  get keys() {
    const stop = (/** @type {number} */ step) => () => {
      this.pause();
      this.go(step);
    };
    return {
      ArrowLeft: stop(this.step - 1),
      ArrowRight: stop(this.step + 1),
      Home: stop(0),
      End: stop(this.story.length - 1),
      " ": () => this.toggle(),
      m: () => !this.controls.jump.disabled && !this.controls.jump.hidden && this.jump(),
    };
  }

  // ------------------------------------------------------------ what matters

  /** @returns {Matter} */
  get matter() {
    return this.model.get("matter");
  }

  /** Goes to the next decision that matters; which those are is asked first. */
  jump() {
    this.pause();
    if (!this.matter.asked) {
      this.eager = true;
      this.model.send({ kind: "matter" });
      this.silence = window.setTimeout(() => this.unheard(), PATIENCE);
      this.paint();
      return;
    }
    const steps = this.story.steps(this.matter.found);
    const next = steps.find((step) => step > this.step) ?? steps[0];
    if (next !== undefined) this.go(next);
  }

  /** The kernel does not answer: it runs a cell, or is not there any more. */
  unheard() {
    this.silent = true;
    this.paint();
  }

  heard() {
    window.clearTimeout(this.silence);
    const steps = this.story.steps(this.matter.found);
    const [first] = steps;
    if (this.eager && first !== undefined) {
      this.eager = false;
      this.go(first);
    }
    this.paint();
  }

  /** What the button says, and whether it leads anywhere. @returns {[string, boolean]} */
  offer() {
    const { asked, tried, done, found, error } = this.matter;
    const { decidable, failure, spared } = this.story.execution;
    if (!failure) return ["", false];
    if (!decidable) return [spared ? "Only whether something goes wrong was open, and nothing did" : "Nothing was to be decided", false];
    if (!asked && this.eager) return [this.silent ? "No word from the kernel yet" : "Asking\u2026", false];
    if (!asked) return ["Jump to what matters", true];
    if (error) return [error, false];
    if (!done) return [`Trying ${tried} of ${decidable}\u2026`, found.length > 0];
    if (!found.length) return ["No single decision matters", false];
    return [found.length === 1 ? "The decision that matters" : `Next of ${found.length} that matter`, true];
  }

  paint() {
    const [first] = this.story.moments(this.step);
    this.picture.mark(this.story.steps(this.matter.found));
    this.picture.show(this.step, this.lane);
    this.controls.paint(this.step, this.playing, first?.[1].title ?? "");
    this.controls.offer(...this.offer());
    this.happened.paint(this.step, this.matter.found);
    this.state.paint(this.step, this.lane);
  }
}

/** Keeps the notebook's shortcuts away from what has the focus. @param {FocusEvent} event */
function keepKeys(event) {
  if (event.target instanceof Element) event.target.setAttribute("data-lm-suppress-shortcuts", "true");
}

/** Hides the still picture that stands beside the player for readers without a kernel. @param {string} ident */
function hiding(ident) {
  const still = `[data-hydro-static="${CSS.escape(ident)}"]`;
  return h("style", {}, `${still}, .jp-OutputArea-child:has(> .jp-OutputArea-output ${still}) { display: none !important; }`);
}
