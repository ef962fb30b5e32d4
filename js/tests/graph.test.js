import { afterEach, expect, test, vi } from "vitest";
import { Dashboard } from "../src/dashboard.js";
import { GRAPH, model } from "./model.js";

const group = (/** @type {string} */ id, /** @type {string} */ classes, /** @type {number} */ y, texts = [id]) =>
  `<g id="${id}" class="${classes}"><polygon points="0,${y} 120,${y} 120,${y + 20} 0,${y + 20}"/>${texts.map((each) => `<text>${each}</text>`).join("")}</g>`;
const line = (/** @type {string} */ from, /** @type {string} */ to, classes = "") =>
  `<g id="${from}:0-&gt;${to}:0" class="edge stream ${classes}"><path d="M0,0 L0,20"/></g>`;
const svg = (/** @type {string} */ body) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><g id="hydro" class="graph">${body}</g></svg>`;
const site = { cell: "In[1]", line: 1, text: "x.map(f)", function: "" };
const node = (/** @type {string} */ label, /** @type {string} */ place) => ({ label, detail: "", category: "Transform", place, site, outputs: [0] });
const OPEN = svg(group("b", "cluster place process", 0) + group("src", "node op source", 0) + group("net", "node op network live", 40) + group("map", "node op transform", 80) + group("other", "node op sink", 120) + line("src", "net", "net") + line("net", "map"));
const CLOSED = svg(group("src", "node op source", 0) + group("b", "node closed process live", 40, ["B", "2 operators", "0"]) + line("src", "b", "net bundle"));
const graph = {
  ...GRAPH,
  svg: OPEN,
  kinds: [{ text: "Stream[int]", shape: "Stream", element: "int", guarantees: [] }],
  nodes: { src: node("source", "A"), net: node("send", "B"), map: node("map", "B"), other: node("for_each", "B") },
  by: "location",
  closed: [],
  boxes: { b: { title: "B", inside: [] } },
  bundles: {},
};

const FAILED = { slot: "map", error: "", op: "", process: "B", time: 1, site, element: "", frames: [], fatal: true };

/** @type {AbortController | undefined} */
let end;
afterEach(() => end?.abort());

function shown(changes = {}) {
  end = new AbortController();
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  /** @type {any} */
  const fake = model({ graph: { ...graph, ...changes } });
  const dashboard = new Dashboard(fake, el, end.signal);
  dashboard.graph.panzoom.scale = 1;
  const found = (/** @type {string} */ selector) => [...el.querySelectorAll(selector)].map((each) => each.getAttribute("data-slot") ?? "");
  return { el, fake, dashboard, found };
}

/** @param {any} fake @param {object} [changes] */
function answer(fake, changes = {}) {
  const asked = fake.sent.findLast((/** @type {any} */ each) => each.kind === "draw");
  const drawing = { svg: CLOSED, by: "location", closed: ["b"], boxes: { b: { title: "B", inside: ["net", "map"] } }, bundles: { "src:0->b:0": [["src", "net"]] } };
  fake.emit("msg:custom", { kind: "drawing", view: asked.view, number: asked.number, ...drawing, ...changes }, []);
  return asked;
}

test("a box is closed by its button and opened by a click on what stands for it", () => {
  const { el, fake, dashboard, found } = shown();
  /** @type {SVGElement} */ (el.querySelector('.toggle[data-box="b"]')).dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect(answer(fake)).toMatchObject({ by: "location", closed: ["b"] });
  dashboard.paint();
  expect(found(".node")).toEqual(["src", "b"]);
  expect(el.querySelector(".node.closed")?.getAttribute("aria-label")).toBe("B 2 operators, closed");
  el.querySelector(".node.closed")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect(fake.sent.at(-1)).toMatchObject({ kind: "draw", closed: [] });
});

test("a closed box counts what comes into it, and lines to it move as those in it would", () => {
  const { el, fake, dashboard } = shown();
  dashboard.graph.boxes.close("b");
  answer(fake);
  for (const [seq, time, net] of /** @type {const} */ ([[1, 1000, 0], [2, 1001, 500]])) fake.emit("msg:custom", { kind: seq === 1 ? "snapshot" : "tick", seq, time, totals: { net } }, []);
  dashboard.paint();
  expect(el.querySelector(".node.closed .number")?.textContent).toBe("500\u2002500/s");
  expect(el.querySelectorAll(".edge.active")).toHaveLength(1);
  expect(el.querySelectorAll(".flow path")).toHaveLength(1);
  expect(dashboard.graph.slotAt(/** @type {any} */ ({ target: el.querySelector(".edge path") }))).toBe("net");
});

test("an answer to an earlier question is not drawn", () => {
  const { el, fake, dashboard } = shown();
  dashboard.graph.boxes.ask("location", "all");
  const first = fake.sent.at(-1);
  dashboard.graph.boxes.ask("location", []);
  fake.emit("msg:custom", { kind: "drawing", view: first.view, number: first.number, svg: CLOSED, boxes: {}, closed: [] }, []);
  dashboard.paint();
  expect(el.querySelector(".node.closed")).toBeNull();
  expect(el.querySelector(".graph.waiting")).not.toBeNull();
});

test("estimates stand below operators, marked, and not on what is counted", () => {
  const { el, fake, dashboard } = shown();
  fake.emit("msg:custom", { kind: "snapshot", seq: 1, time: 1, totals: { net: 7 }, estimates: { map: 1200, net: 9 } }, []);
  dashboard.paint();
  const numbers = [...el.querySelectorAll(".stage .number")].map((each) => each.textContent);
  expect(numbers).toEqual(["7", "≈ 1.2k"]);
  dashboard.select("map");
  expect(el.querySelector(".shown")?.textContent).toBe("≈ 1\u202f200 so far");
});

test("what gives as many as one that is counted has its number, exactly", () => {
  const { el, fake, dashboard } = shown({ alike: { map: "net", src: "nobody" } });
  fake.emit("msg:custom", { kind: "snapshot", seq: 1, time: 1, totals: { net: 7 }, estimates: { map: 1200, src: 3 } }, []);
  dashboard.paint();
  expect([...el.querySelectorAll(".stage .number")].map((each) => each.textContent)).toEqual(["≈ 3", "7", "7"]);
});

test("numbers that nobody could read are not written", () => {
  const { el, fake, dashboard } = shown();
  dashboard.graph.panzoom.scale = 0.2;
  fake.emit("msg:custom", { kind: "snapshot", seq: 1, time: 1, totals: { net: 7 }, estimates: { map: 1200 } }, []);
  dashboard.paint();
  expect([...el.querySelectorAll(".stage .number")].map((each) => each.textContent)).toEqual(["7"]);
  expect(el.querySelector(".stage.small")).not.toBeNull();
});

test("operators are gone through again only where what they show has changed", () => {
  const { el, fake, dashboard } = shown();
  const looked = vi.spyOn(dashboard.graph.marks, "node");
  fake.set("processes", [{ name: "A", phase: "running", queued: 0 }]);
  dashboard.paint();
  expect(looked).not.toHaveBeenCalled();
  fake.set("problems", [FAILED]);
  dashboard.paint();
  expect(looked).toHaveBeenCalledTimes(4);
  expect(el.querySelector(".node.failed")?.getAttribute("data-slot")).toBe("map");
});

test("a closed box has failed where something in it has, whatever it groups by", () => {
  const { el, fake, dashboard } = shown();
  dashboard.graph.boxes.close("b");
  answer(fake);
  fake.set("problems", [{ ...FAILED, slot: "other" }]);
  dashboard.paint();
  expect(el.querySelector(".node.closed.failed")).toBeNull();
  fake.set("problems", [FAILED]);
  dashboard.paint();
  expect(el.querySelector(".node.closed.failed")).not.toBeNull();
});

test("names are found before lines, and a hidden one opens its box", () => {
  const { el, fake, dashboard, found } = shown();
  dashboard.graph.boxes.close("b");
  answer(fake);
  const field = /** @type {HTMLInputElement} */ (el.querySelector(".find"));
  field.value = "map";
  field.dispatchEvent(new Event("input"));
  dashboard.paint();
  expect(el.querySelector(".hits")?.textContent).toBe("1");
  expect(found(".node.found")).toEqual(["b"]);
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  answer(fake, { svg: OPEN, closed: [], boxes: { b: { title: "B", inside: [] } }, bundles: {} });
  dashboard.paint();
  expect(dashboard.streams.selected).toBe("map");
  expect(found(".node.far")).toEqual(["other"]);
});

test("what the kernel drew anew after a change of the flow replaces what was asked for", () => {
  const { el, fake, dashboard } = shown();
  dashboard.graph.boxes.close("b");
  answer(fake);
  fake.set("graph", { ...graph, svg: OPEN.replace("0,120", "0,121") });
  dashboard.paint();
  expect(el.querySelector(".node.closed")).toBeNull();
});

test("deploying again says what became of it, once it is done", () => {
  const { el, fake, dashboard } = shown();
  const button = /** @type {HTMLButtonElement} */ (el.querySelector("button.redeploy"));
  button.click();
  button.click();
  expect(fake.sent.filter((/** @type {any} */ each) => each.kind === "again")).toHaveLength(1);
  fake.emit("msg:custom", { kind: "again", text: "B is new; A kept its state", error: "" }, []);
  dashboard.paint();
  expect(el.querySelector("header .note")?.textContent).toBe("B is new; A kept its state");
  fake.emit("msg:custom", { kind: "again", text: "", error: "stale" }, []);
  dashboard.paint();
  expect(el.querySelector("header .note.bad")?.textContent).toBe("stale");
});
