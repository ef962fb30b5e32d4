// Shows a dashboard in a bare page, and plays to it what a kernel tells of a flow that is as busy as can be.
import widget from "/hydro_nb/notebook/static/widget.js";
import { FakeModel } from "/js/demo/host.js";

const BEAT = 125;
const frame = () => new Promise(requestAnimationFrame);
const view = () => document.getElementById("view");

/** Notes how long frames take until it is stopped. */
class Frames {
  constructor() {
    this.taken = [];
    let last = performance.now();
    const note = (at) => {
      this.taken.push(at - last);
      last = at;
      this.next = requestAnimationFrame(note);
    };
    this.next = requestAnimationFrame(note);
  }

  /** Gives the figures. */
  stop() {
    cancelAnimationFrame(this.next);
    const sorted = this.taken.toSorted((a, b) => a - b);
    const at = (part) => sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
    const all = sorted.reduce((sum, each) => sum + each, 0);
    return { fps: (1000 * sorted.length) / all, median: at(0.5), late: at(0.95), worst: at(1) };
  }
}

/** Shows it, and opens all boxes where there is a drawing of that; gives the longest frame of it and its milliseconds. */
export async function open({ traits, names, drawing, tab }) {
  const model = new FakeModel({ traits, names, frames: [], drawings: { location: drawing } });
  await widget.render({ model, el: view(), signal: new AbortController().signal });
  Object.assign(window, { model });
  view().querySelector(`[data-tab=${tab}]`).click();
  // what a pane is made of may have to be loaded
  do await frame();
  while (view().querySelector(".pane:not([hidden]) > .empty")?.textContent === "Loading…");
  const [frames, began] = [new Frames(), performance.now()];
  if (drawing.svg) view().querySelector('[aria-label="Open all boxes"]').click();
  for (let n = 0; n < 3; n++) await frame();
  return { took: performance.now() - began, worst: frames.stop().worst };
}

/** What a beat tells: every total has grown, some streams have new samples, there are lines. */
function told(beat, slots, lines, names) {
  const totals = Object.fromEntries(slots.map((slot, n) => [slot, beat * (12500 + n)]));
  const sample = (_, n) => ({ time: 1, text: `('item', ${beat}, ${n})`, type: "tuple" });
  const newest = Array.from({ length: 50 }, sample);
  const samples = Object.fromEntries(slots.slice(0, 20).map((slot) => [slot, newest]));
  const text = Array.from({ length: lines }, (_, n) => `${n % names.length}\to\tinfo\t1\tline ${n} of many more`);
  return { content: { time: Date.now() / 1000, totals, samples }, text };
}

/** Plays so many seconds of it; gives how frames came meanwhile, and what is shown at the end. */
export async function play({ traits, names, seconds, slots, lines }) {
  const { model } = window;
  const frames = new Frames();
  const beats = seconds * (1000 / BEAT);
  for (let beat = 1; beat <= beats; beat++) {
    await new Promise((done) => setTimeout(done, BEAT));
    const { content, text } = told(beat, slots, lines, names);
    model.emit("msg:custom", model.message("tick", content, text), lines ? [model.buffer(text)] : []);
    if (beat % 4 === 0) model.set("processes", traits.processes.map((row) => ({ ...row, rate: beat, cpu: 0.5 })));
  }
  const came = frames.stop();
  view().querySelector("[data-tab=streams]").click();
  await frame();
  return {
    ...came,
    lines: view().querySelectorAll(".log .line").length,
    nodes: view().querySelectorAll(".stage .node").length,
    shown: [...view().querySelectorAll(".stream:not(.value) .count b")].map((each) => each.textContent.replace(/\D/g, "")),
    expected: slots.map((_, n) => String(beats * (12500 + n))),
  };
}
