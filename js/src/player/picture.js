import { h } from "../dom.js";
import { parse } from "../svg.js";

/** @import {Drawn} from "./types.js" */

/** How far from the edges the present step stays. */
const MARGIN = 40;
/** Milliseconds in which one more step does not wait for the picture to come to rest. */
const MOVING = 500;

/** The drawing: what is still to come is pale, the present step is marked, a click goes to a step. */
export class PictureView {
  /** @param {Drawn} drawn @param {(step: number | null, lane: number | null) => void} choose */
  constructor(drawn, choose) {
    const [names, moments] = [parse(drawn.names), parse(drawn.moments)];
    this.element = h("div.picture", { tabindex: 0, role: "group", "aria-label": drawn.caption });
    if (names) this.element.append(names);
    if (moments) this.element.append(moments);
    this.names = names;
    /** @type {[Element, number, number][]}  element, step, the step in which a message is read */
    this.parts = [...this.element.querySelectorAll("[data-step]")].map((part) => [part, number(part, "step"), number(part, "read", Infinity)]);
    this.bands = this.parts.flatMap(([part]) => (part.classList.contains("band") ? [part] : []));
    /** Where the picture is being scrolled to, and until when. */
    this.goal = 0;
    this.until = 0;
    this.element.addEventListener("click", (event) => this.clicked(event, choose));
  }

  /** @param {Event} event @param {(step: number | null, lane: number | null) => void} choose */
  clicked(event, choose) {
    if (!(event.target instanceof Element)) return;
    const part = event.target.closest("[data-step], .name");
    const known = (/** @type {string} */ name) => (part?.hasAttribute(`data-${name}`) ? number(part, name) : null);
    if (part) choose(known("step"), known("lane"));
  }

  /** @param {number} step @param {number} lane */
  show(step, lane) {
    for (const [part, at, read] of this.parts) {
      part.classList.toggle("ahead", at > step);
      part.classList.toggle("now", at === step);
      if (part.classList.contains("message")) part.classList.toggle("flying", at <= step && read > step && !part.matches(".lost, .late"));
    }
    for (const name of this.names?.querySelectorAll("[data-lane]") ?? []) name.classList.toggle("chosen", number(name, "lane") === lane);
    this.follow(step);
  }

  /** @param {number[]} steps  those that matter */
  mark(steps) {
    for (const band of this.bands) band.classList.toggle("matters", steps.includes(number(band, "step")));
  }

  /** Scrolls so that a step is in sight. @param {number} step */
  follow(step) {
    const band = this.bands.find((each) => number(each, "step") === step);
    if (!band) return;
    const wide = this.names?.clientWidth ?? 0;
    const left = Number(band.getAttribute("x"));
    const right = left + Number(band.getAttribute("width"));
    const moving = performance.now() < this.until;
    const at = moving ? this.goal : this.element.scrollLeft;
    const room = this.element.clientWidth - wide;
    if (left >= at + MARGIN && right <= at + room - MARGIN) return;
    const still = moving || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.goal = Math.max(0, right - left < room - 2 * MARGIN ? (left + right) / 2 - room / 2 : left - MARGIN / 2);
    this.until = performance.now() + MOVING;
    this.element.scrollTo?.({ left: this.goal, behavior: still ? "instant" : "smooth" });
  }
}

/** @param {Element} part @param {string} name @param {number} [none] @returns {number} */
function number(part, name, none = -1) {
  return Number(part.getAttribute(`data-${name}`) ?? none);
}
