import { afterEach, expect, test } from "vitest";
import { Dashboard } from "../src/dashboard.js";
import { actsOn, stateOf } from "../src/marks.js";
import { Store } from "../src/store.js";
import { GRAPH, model } from "./model.js";

/** @type {AbortController | undefined} */
let end;
afterEach(() => end?.abort());

const ROW = { pid: 1, phase: "running", cpu: 0, memory: 0, rate: 0, queued: 0, started: 0, ended: 0, reason: "", restarts: 0, returns: false };
const plain = (/** @type {string} */ name, changes = {}) => ({ ...ROW, name, place: name, cluster: false, pid: name.charCodeAt(0), ...changes });
const member = (/** @type {number} */ number, changes = {}) => ({ ...ROW, name: `W/${number}`, place: "W", cluster: true, pid: 100 + number, ...changes });
const fault = (/** @type {string} */ kind, /** @type {string[]} */ processes, given = {}) => ({ kind, processes, since: 1000, seconds: 0, rate: 0, text: `\`${processes[0]}\` ${kind}`, ...given });
const LINKS = [
  { first: "A", last: "B", slots: ["net"], lossy: false },
  { first: "B", last: "W", slots: ["map"], lossy: true },
];
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><g id="hydro" class="graph">
<g id="a" class="cluster place"><title>A</title><path d="M0,0L40,0L40,90L0,90"/><text>A</text></g>
<g id="b" class="cluster place"><title>B</title><path d="M60,0L100,0L100,90L60,90"/><text>B</text></g>
<g id="map" class="node op"><title>map</title><path d="M5,10L35,10L35,20L5,20"/><text>map</text></g>
<g id="net" class="node op network"><title>net</title><path d="M65,10L95,10L95,20L65,20"/><text>send</text></g>
<g id="map:0-&gt;net:0" class="edge net"><title>e</title><path d="M35,15L50,15L65,15"/></g></g></svg>`;

/** @param {Record<string, unknown>} [changes] */
function shown(changes = {}) {
  end = new AbortController();
  const nodes = { ...GRAPH.nodes, map: { ...GRAPH.nodes.map, place: "A" }, net: { ...GRAPH.nodes.net, place: "B" } };
  /** @type {any} */
  const fake = model({ graph: { ...GRAPH, svg: SVG, nodes, links: LINKS }, processes: [plain("A"), plain("B"), member(0), member(1)], ...changes });
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  const dashboard = new Dashboard(fake, el, end.signal);
  dashboard.tabs.show("processes");
  fake.act = () => {};
  return { el, fake, dashboard };
}
/** @param {Element} el @param {string} name @returns {HTMLButtonElement} */
function button(el, name) {
  const found = [...el.querySelectorAll("button")].find((each) => each.getAttribute("aria-label") === name);
  if (!found) throw new Error(`no button ${name}`);
  return found;
}
const asked = (/** @type {any} */ fake) => fake.sent.filter((/** @type {any} */ each) => ["act", "dismiss"].includes(each.kind));
const text = (/** @type {Element} */ el, /** @type {string} */ selector) => [...el.querySelectorAll(selector)].map((each) => each.textContent);
const off = (/** @type {HTMLElement} */ each) => each.getAttribute("aria-disabled") === "true";

test("each process can be paused and killed, and a paused one goes on", () => {
  const { el, fake, dashboard } = shown();
  button(el, "Pause A").click();
  fake.set("processes", [plain("A", { phase: "paused" }), plain("B")]);
  dashboard.paint();
  expect(text(el, "td.phase .word")).toEqual(["paused", "running"]);
  expect(el.querySelector("tr[data-phase=paused] .mark")?.getAttribute("data-icon")).toBe("paused");
  button(el, "Resume A").click();
  button(el, "Kill B").click();
  expect(asked(fake).map((/** @type {any} */ each) => [each.call, ...each.processes])).toEqual([["pause", "A"], ["resume", "A"], ["kill", "B"]]);
});

test("a plain process is started again with a reason, a member without one", () => {
  const { el, fake } = shown();
  button(el, "Restart W/1").click();
  button(el, "Restart A").click();
  const form = /** @type {HTMLFormElement} */ (el.querySelector("tr.why .ask"));
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  expect([form.hidden, document.activeElement === field]).toEqual([false, true]);
  form.dispatchEvent(new Event("submit", { cancelable: true }));
  expect(asked(fake)).toHaveLength(1);
  field.value = " it counts by key ";
  form.dispatchEvent(new Event("submit", { cancelable: true }));
  expect(form.hidden).toBe(true);
  expect(asked(fake)).toEqual([
    { kind: "act", call: "restart", processes: ["W/1"] },
    { kind: "act", call: "restart", processes: ["A"], reason: "it counts by key" },
  ]);
});

test("Escape takes the question for a reason away and gives the focus back", () => {
  const { el, fake } = shown();
  button(el, "Restart A").click();
  const form = /** @type {HTMLFormElement} */ (el.querySelector("tr.why .ask"));
  form.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  expect([form.hidden, document.activeElement]).toEqual([true, button(el, "Restart A")]);
  expect(asked(fake)).toEqual([]);
});

test("what cannot be done is said at the button and not sent", () => {
  const { el, fake, dashboard } = shown({ processes: [plain("A", { phase: "paused" }), plain("B"), member(0, { phase: "starting", restarts: 1 })] });
  expect(button(el, "Restart B").title).toContain("Not while A is paused");
  expect(button(el, "Pause W/0").title).toContain("is being started");
  expect(button(el, "Drop: A to B").title).toContain("TCP.lossy");
  for (const name of ["Restart B", "Pause W/0", "Drop: A to B"]) {
    expect(off(button(el, name))).toBe(true);
    button(el, name).click();
  }
  fake.set("status", { ...fake.get("status"), inside: true });
  dashboard.paint();
  expect(button(el, "Kill B").title).toContain("live in the kernel");
  button(el, "Kill B").click();
  button(el, "Cut: A and B").click();
  expect(asked(fake)).toEqual([]);
  fake.set("status", { ...fake.get("status"), phase: "stopped" });
  dashboard.paint();
  expect([...el.querySelectorAll("td .acts"), el.querySelector(".links")].every((each) => each?.hasAttribute("hidden"))).toBe(true);
});

test("who shares an OS process is named where one is ended or paused", () => {
  const { el } = shown({ processes: [plain("A", { pid: 7 }), plain("B", { pid: 7 }), member(0)] });
  expect(button(el, "Kill A").title).toBe("Kill A. Ends it at once, as a crash would. Ended with it: B, in the same OS process.");
  expect(button(el, "Kill W/0").title).toBe("Kill W/0. Ends it at once, as a crash would. The others go on.");
  expect(button(el, "Pause B").title).toContain("So with it: A");
});

test("what is under way cannot be asked for again; a restart can be ended by a kill", () => {
  const { el, fake, dashboard } = shown();
  button(el, "Restart W/0").click();
  dashboard.paint();
  expect(off(button(el, "Restart W/0"))).toBe(true);
  fake.set("acts", [{ call: "restart", processes: ["W/0"], busy: true, error: "" }]);
  dashboard.paint();
  expect([off(button(el, "Restart W/0")), off(button(el, "Pause W/0")), off(button(el, "Kill W/0"))]).toEqual([true, true, false]);
  expect(text(el, "td.phase .word")[2]).toBe("restarting");
  fake.set("acts", []);
  fake.set("processes", [plain("A"), plain("B"), member(0, { restarts: 2 })]);
  dashboard.paint();
  expect(text(el, "td.phase .word")[2]).toBe("running");
  expect([...el.querySelectorAll(".again:not([hidden])")].map((each) => each.getAttribute("aria-label"))).toEqual(["started again 2 times"]);
});

test("an ask that is never answered can be asked again", () => {
  let now = 0;
  const store = new Store(/** @type {any} */ (model()), () => now);
  store.act("kill", ["A"]);
  expect(store.busy(["A"])).toBe("kill");
  now = 3001;
  expect(store.busy(["A"])).toBe("");
});

test("states of lives: on its way back, by itself or by a button", () => {
  const store = new Store(/** @type {any} */ (model()));
  const states = [plain("A", { phase: "bound", restarts: 1 }), plain("A", { phase: "failed", returns: true }), plain("A", { phase: "bound" }), plain("A", { phase: "killed" })];
  expect(states.map((row) => stateOf(row, store))).toEqual(["restarting", "restarting", "bound", "killed"]);
});

test("errors stand beside what they concern, as text, until they are put away", () => {
  const acts = [
    { call: "pause", processes: ["B"], busy: false, error: "<b>no</b>" },
    { call: "heal", processes: ["B", "A"], busy: false, error: "too late" },
    { call: "delay", processes: ["B", "W/1"], busy: false, error: "no delay" },
    { call: "kill", processes: ["gone"], busy: false, error: "no such process" },
  ];
  const { el, fake } = shown({ acts });
  expect(text(el, "tr.why .complaint span")).toEqual(["<b>no</b>"]);
  const links = [...el.querySelectorAll(".link")].map((each) => text(each, ".complaint span"));
  expect(links).toEqual([["too late"], ["no delay"]]);
  expect(text(el, ".strays .complaint span")).toEqual(["no such process"]);
  /** @type {HTMLButtonElement | null} */ (el.querySelector(".link .dismiss"))?.click();
  expect(asked(fake)).toEqual([{ kind: "dismiss", processes: ["B", "A"] }]);
});

test("links are cut and healed, late and lossy, whole or for one member", () => {
  const { el, fake, dashboard } = shown();
  button(el, "Cut: A and B").click();
  const choice = /** @type {HTMLSelectElement} */ (el.querySelector(".link select"));
  expect([...choice.options].map((option) => option.textContent)).toEqual(["W, all 2", "W/0", "W/1"]);
  choice.value = "W/1";
  choice.dispatchEvent(new Event("change"));
  dashboard.paint();
  button(el, "Delay: B to W/1").click();
  const [late, lossy] = /** @type {HTMLFormElement[]} */ ([...(el.querySelectorAll(".link")[1]?.querySelectorAll(".ask") ?? [])]);
  expect([late?.hidden, lossy?.hidden]).toEqual([false, true]);
  late?.dispatchEvent(new Event("submit", { cancelable: true }));
  fake.set("acts", []);
  dashboard.paint();
  button(el, "Drop: B to W/1").click();
  lossy?.dispatchEvent(new Event("submit", { cancelable: true }));
  expect(asked(fake)).toEqual([
    { kind: "act", call: "cut", processes: ["A", "B"] },
    { kind: "act", call: "delay", processes: ["B", "W/1"], seconds: 0.5 },
    { kind: "act", call: "drop", processes: ["B", "W/1"], rate: 0.3 },
  ]);
  fake.set("faults", [fault("cut", ["A", "B"]), fault("delay", ["B", "W/1"], { seconds: 0.5 }), fault("drop", ["B", "W/0"], { rate: 0.3 })]);
  dashboard.paint();
  expect(text(el, ".link .acts .word")).toEqual(["Heal", "Delay", "Drop", "Cut", "End delay", "Drop"]);
  choice.value = "W";
  choice.dispatchEvent(new Event("change"));
  dashboard.paint();
  expect(text(el, ".link .acts .word")).toEqual(["Heal", "Delay", "Drop", "Cut", "End delay", "End drop"]);
  button(el, "End drop: B to W").click();
  expect(asked(fake).at(-1)).toEqual({ kind: "act", call: "drop", processes: ["B", "W"], rate: 0 });
});

test("faults in force are listed, each with what ends it, and counted in the header", () => {
  const faults = [fault("pause", ["A"]), fault("cut", ["A", "B"]), fault("delay", ["B", "W/1"], { seconds: 2 }), fault("drop", ["B", "W/1"], { rate: 0.1 })];
  const status = { phase: "running", ready: 2, total: 2, started: 1000, ended: 0, faults: 6 };
  const { el, fake, dashboard } = shown({ faults, status });
  expect(text(el, ".in-force .end")).toEqual(["Resume", "Heal", "End delay", "End drop"]);
  for (const each of el.querySelectorAll(".in-force .end")) /** @type {HTMLButtonElement} */ (each).click();
  expect(asked(fake).map((/** @type {any} */ { kind, ...act }) => act)).toEqual([
    { call: "resume", processes: ["A"] },
    { call: "heal", processes: ["A", "B"] },
    { call: "delay", processes: ["B", "W/1"], seconds: 0 },
    { call: "drop", processes: ["B", "W/1"], rate: 0 },
  ]);
  expect(text(el, ".more-faults")).toEqual(["and 2 more: deployment.faults has them all"]);
  expect(el.querySelector("header .faults")?.textContent).toBe("6 faults");
  dashboard.tabs.show("logs");
  /** @type {HTMLButtonElement | null} */ (el.querySelector("header .faults"))?.click();
  expect(dashboard.tabs.open).toBe("processes");
  fake.set("faults", []);
  dashboard.paint();
  expect(el.querySelector("header .faults")?.hasAttribute("hidden")).toBe(true);
});

test("faults act on edges between the locations of their processes", () => {
  const store = new Store(/** @type {any} */ (model({ processes: [plain("A"), plain("B"), member(1)] })));
  const on = (/** @type {any} */ one, /** @type {string} */ first, /** @type {string} */ last) => actsOn(store, one, first, last);
  expect([on(fault("cut", ["A", "B"]), "A", "B"), on(fault("cut", ["A", "B"]), "B", "A")]).toEqual([true, true]);
  expect([on(fault("delay", ["A", "W/1"]), "A", "W"), on(fault("delay", ["A", "W/1"]), "W", "A")]).toEqual([true, false]);
  expect(on(fault("pause", ["A"]), "A", "A")).toBe(false);
});

test("the picture shows faults at edges, states at locations and what was skipped at operators", () => {
  const { el, fake, dashboard } = shown();
  expect(text(el, ".stage .mark")).toEqual([]);
  fake.set("faults", [fault("cut", ["A", "B"]), fault("delay", ["A", "B"], { seconds: 0.5 }), fault("drop", ["A", "B"], { rate: 0.3 })]);
  fake.set("processes", [plain("A", { phase: "paused" }), plain("B", { phase: "killed" })]);
  fake.set("skipped", { map: { count: 3, newest: [] } });
  dashboard.paint();
  expect(new Set(text(el, ".stage .mark"))).toEqual(new Set(["cut0.5 s", "3 skipped", "paused", "killed"]));
  expect(el.querySelector(".edge.cut")).not.toBeNull();
  expect(el.querySelector('.node[data-slot="map"]')?.getAttribute("aria-label")).toBe("map on A, 3 elements skipped");
  /** @type {Element} */ (el.querySelector(".mark[data-leads=net]")).dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect(dashboard.streams.selected).toBe("net");
  /** @type {HTMLButtonElement} */ (el.querySelector(".to-link")).click();
  expect([dashboard.tabs.open, document.activeElement]).toEqual(["processes", button(el, "Heal: A and B")]);
  fake.set("faults", []);
  fake.set("processes", [plain("A"), plain("B")]);
  dashboard.paint();
  expect(text(el, ".stage .mark")).toEqual(["3 skipped"]);
});

test("a problem of an operator that skips says how many, and is no failure of it", () => {
  const newest = [{ process: "A", element: "0", error: "<i>E</i>" }, { process: "A", element: "7", error: "E" }];
  const problem = { process: "A", time: 1, error: "E", slot: "map", op: "map", site: { cell: "", line: 0, text: "" }, element: "0", frames: [], fatal: false, skipped: true };
  const { el, dashboard } = shown({ problems: [problem], skipped: { map: { count: 12, newest } } });
  dashboard.tabs.show("problems");
  expect(text(el, ".left-out summary")).toEqual(["12 elements skipped so far; the last 2 of them"]);
  expect(text(el, ".left-out li")).toEqual(["7A: E", "0A: <i>E</i>"]);
  expect(el.querySelector(".node.failed")).toBeNull();
});

test("labels do not cover each other", () => {
  const { el, fake, dashboard } = shown();
  const twice = `<g id="map:0-&gt;net:1" class="edge net"><title>e</title><path d="M35,15L50,15L65,15"/></g></g></svg>`;
  fake.set("graph", { ...fake.get("graph"), svg: SVG.replace("</g></svg>", twice) });
  fake.set("faults", [fault("delay", ["A", "B"], { seconds: 0.5 })]);
  dashboard.paint();
  const tops = [...el.querySelectorAll(".stage .mark")].map((mark) => Number(mark.getAttribute("transform")?.split(/[ )]/)[1]));
  expect(tops).toHaveLength(2);
  expect((tops[1] ?? 0) - (tops[0] ?? 0)).toBe(19);
});
