import { attribute, h, write } from "../dom.js";
import { icon } from "../icons.js";

/** @typedef {{go: (step: number) => void, play: () => void, jump: () => void}} Acts */

/** The slider, the buttons beside it, and where the present step is. */
export class Controls {
  /** @param {number} length @param {Acts} acts */
  constructor(length, acts) {
    this.length = length;
    this.acts = acts;
    this.step = 0;
    const button = (/** @type {import("../icons.js").IconName} */ name, /** @type {string} */ title, /** @type {() => void} */ act) =>
      h("button", { type: "button", title, "aria-label": title, click: act }, icon(name));
    this.first = button("first", "First step (Home)", () => acts.go(0));
    this.back = button("back", "One step back (\u2190)", () => acts.go(this.step - 1));
    this.play = button("running", "Play (space)", acts.play);
    this.next = button("next", "One step on (\u2192)", () => acts.go(this.step + 1));
    this.last = button("last", "Last step (End)", () => acts.go(length - 1));
    this.slider = h("input", { type: "range", min: 0, max: Math.max(0, length - 1), step: 1, "aria-label": "Step" });
    this.slider.addEventListener("input", () => acts.go(Number(this.slider.value)));
    this.where = h("span.where", { role: "status" });
    this.jump = h("button.jump", { type: "button", click: acts.jump });
    this.element = h("div.controls", {}, this.first, this.back, this.play, this.next, this.last, this.slider, this.where, this.jump);
  }

  /** @param {number} step @param {boolean} playing @param {string} title */
  paint(step, playing, title) {
    this.step = step;
    this.slider.value = String(step);
    attribute(this.slider, "aria-valuetext", `step ${step + 1} of ${this.length}: ${title}`);
    write(this.where, this.length ? `${step + 1} / ${this.length}` : "nothing happened");
    this.first.disabled = this.back.disabled = step <= 0;
    this.next.disabled = this.last.disabled = step >= this.length - 1;
    this.play.disabled = this.length < 2;
    if (attributeDiffers(this.play, "aria-pressed", String(playing))) {
      this.play.replaceChildren(icon(playing ? "pause" : "running"));
      this.play.title = playing ? "Pause (space)" : "Play (space)";
      attribute(this.play, "aria-label", this.play.title);
    }
  }

  /** @param {string} words  what the button to what matters says; empty where there is none @param {boolean} able */
  offer(words, able) {
    write(this.jump, words);
    this.jump.hidden = !words;
    this.jump.disabled = !able;
  }
}

/** @param {Element} element @param {string} name @param {string} value @returns {boolean} */
function attributeDiffers(element, name, value) {
  const differs = element.getAttribute(name) !== value;
  attribute(element, name, value);
  return differs;
}
