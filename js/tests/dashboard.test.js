import { afterEach, expect, test, vi } from "vitest";
import { Dashboard } from "../src/dashboard.js";
import { GRAPH, model, view } from "./model.js";

/** @type {AbortController | undefined} */
let end;
afterEach(() => end?.abort());

/** @param {any} [fake] */
function shown(fake = model()) {
  end = new AbortController();
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  return { el, fake, dashboard: new Dashboard(fake, el, end.signal) };
}
const text = (/** @type {Element} */ el, /** @type {string} */ selector) => el.querySelector(selector)?.textContent ?? "";

test("states are said in words, with how many run while starting", () => {
  const status = { phase: "starting", ready: 1, total: 2, started: 0, ended: 0 };
  const { el, fake, dashboard } = shown(model({ status }));
  expect(text(el, ".state .word")).toBe("starting 1/2");
  for (const phase of ["running", "settled", "failed", "stopped"]) {
    fake.set("status", { ...status, phase });
    dashboard.paint();
    expect(text(el, ".state .word")).toBe(phase);
  }
  expect(el.querySelector(".stop")?.hasAttribute("hidden")).toBe(true);
});

test("a process that has failed is said at once, and what is left can be stopped", () => {
  const row = { pid: 1, phase: "running", cpu: 0, memory: 0, rate: 0, queued: 0, started: 0, ended: 0, reason: "" };
  const status = { phase: "failed", ready: 2, total: 2, started: 1000, ended: 0 };
  const { el, fake, dashboard } = shown(model({ status, processes: [{ ...row, name: "A" }, { ...row, name: "B", phase: "failed" }] }));
  expect([text(el, ".state .word"), text(el, ".state .share")]).toEqual(["failed", "1 of 2"]);
  expect([dashboard.store.live, el.querySelector(".stop")?.hasAttribute("hidden")]).toEqual([true, false]);
  fake.set("processes", [{ ...row, name: "A", phase: "failed" }, { ...row, name: "B", phase: "failed" }]);
  expect(dashboard.store.live).toBe(false);
});

test("a process that was killed is no failure of what goes on", () => {
  const row = { pid: 1, phase: "running", cpu: 0, memory: 0, rate: 0, queued: 0, started: 0, ended: 0, reason: "" };
  const status = { phase: "running", ready: 2, total: 2, started: 1000, ended: 0 };
  const { el, dashboard } = shown(model({ status, processes: [{ ...row, name: "A" }, { ...row, name: "B", phase: "killed" }] }));
  dashboard.tabs.show("processes");
  expect(text(el, "header .state .word")).toBe("running");
  expect([...el.querySelectorAll("td.phase .word")].map((each) => each.textContent)).toEqual(["running", "killed"]);
  expect([...el.querySelectorAll("button.kill")].map((each) => each.hasAttribute("hidden"))).toEqual([false, true]);
});

test("what users print and send goes in as text", () => {
  const { el, fake, dashboard } = shown(model({ processes: [{ name: "<i>A</i>", pid: 1, phase: "running", cpu: 0, memory: 0, rate: 0, queued: 0, started: 0, ended: 0, reason: "<u>" }] }));
  const samples = { net: [{ time: 1, text: "<img src=x onerror=alert(1)>", type: "str" }] };
  fake.emit("msg:custom", { kind: "snapshot", seq: 1, time: 1, totals: { net: 31240 }, samples, logs: { names: ["A"], dropped: 0 } }, [view("0\to\t\t1\t<script>x</script>")]);
  for (const tab of ["logs", "processes", "streams"]) dashboard.tabs.show(tab);
  expect(el.querySelector("img, script, i, u")).toBeNull();
  expect(text(el, ".sample code")).toBe("<img src=x onerror=alert(1)>");
  expect(text(el, ".shown")).toBe("1 of 31\u202f240 shown");
  expect(text(el, ".line .text")).toBe("<script>x</script>");
});

test("buttons say stop and kill, once", () => {
  const row = { pid: 1, phase: "running", cpu: 0, memory: 0, rate: 0, queued: 0, started: 0, ended: 0, reason: "" };
  const { el, fake, dashboard } = shown(model({ processes: [{ name: "A", ...row }, { name: "B", ...row }] }));
  dashboard.tabs.show("processes");
  for (let times = 0; times < 2; times++) {
    /** @type {NodeListOf<HTMLButtonElement>} */ (el.querySelectorAll("button.kill"))[1]?.click();
    dashboard.paint();
  }
  /** @type {HTMLButtonElement | null} */ (el.querySelector(".stop"))?.click();
  /** @type {HTMLButtonElement | null} */ (el.querySelector(".stop"))?.click();
  expect(fake.sent.slice(1)).toEqual([{ kind: "act", call: "kill", processes: ["B"] }, { kind: "stop" }]);
});

test("an operator inside a process is watched as soon as it is chosen", () => {
  const { el, fake, dashboard } = shown(model());
  fake.emit("msg:custom", { kind: "snapshot", seq: 1, time: 1, totals: { net: 5 }, estimates: { map: 1200 } }, []);
  dashboard.select("map");
  expect(fake.sent.at(-1)).toMatchObject({ kind: "watch", view: dashboard.store.view, slot: "map" });
  expect(text(el, ".stream.inside .name small")).toBe("inside B, sampled while you look");
  expect(text(el, ".shown")).toBe("≈ 1\u202f200 so far");
  fake.emit("msg:custom", { kind: "tick", seq: 2, time: 2, samples: { map: [{ time: 1, text: "7", type: "int" }] } }, []);
  dashboard.paint();
  expect([text(el, ".sample code"), text(el, ".shown")]).toEqual(["7", "1 of ≈ 1\u202f200 shown"]);
  fake.emit("msg:custom", { kind: "watched", view: dashboard.store.view, slot: "map", error: "a value has changed" }, []);
  fake.emit("msg:custom", { kind: "snapshot", seq: 3, time: 3 }, []);
  dashboard.paint();
  expect(text(el, ".streams .empty")).toBe("a value has changed");
  dashboard.select("net");
  expect(fake.sent.at(-1)).toMatchObject({ kind: "watch", view: dashboard.store.view, slot: "" });
  expect(el.querySelector(".stream.inside")).toBeNull();
});

/** A graph as the kernel packs it. @param {object} graph */
async function packed(graph) {
  const bytes = await new Response(new Blob([JSON.stringify(graph)]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  return { packed: btoa(String.fromCharCode(...new Uint8Array(bytes))) };
}

test("a packed graph is shown once it is unpacked, and kept until another one is", async () => {
  const { fake, dashboard } = shown(model({ graph: await packed(GRAPH) }));
  const { store } = dashboard;
  expect(store.graph.streams).toEqual([]);
  await vi.waitFor(() => expect(store.graph).toEqual(GRAPH));
  fake.set("graph", await packed({ ...GRAPH, summary: "another" }));
  expect(store.graph).toEqual(GRAPH);
  await vi.waitFor(() => expect(store.graph.summary).toBe("another"));
});

test("carets stand under what failed, in the operator's line and in those of functions", () => {
  const site = { cell: "In[1]", line: 2, text: "x.map(lambda n: 1 // n)", start: 18, end: 20 };
  const problem = { process: "B", time: 1, error: "ZeroDivisionError: no", slot: "map", op: "map", site, element: "0", frames: [{ cell: "f.py", line: 3, text: "return g(n)", start: 7, end: 11 }], fatal: true };
  const { el, dashboard } = shown(model({ problems: [problem] }));
  dashboard.tabs.show("problems");
  expect(text(el, ".problem .source")).toBe(`x.map(lambda n: 1 // n)\n${" ".repeat(18)}^^`);
  expect(text(el, ".problem .frames")).toBe(`f.py, line 3\n    return g(n)\n    ${" ".repeat(7)}^^^^`);
});

test("cells that must run again are problems with what to do", () => {
  const { el, fake, dashboard } = shown(model());
  fake.set("stale", [{ error: "In[5] stands on what has changed: its input changed", op: "map", site: { cell: "In[5]", line: 1, text: "x.map(f)" }, advice: "Run In[5] again or %hydro refresh; then deploy again." }]);
  dashboard.tabs.show("problems");
  dashboard.paint();
  expect(text(el, "[data-tab=problems] .badge")).toBe("1");
  expect([text(el, ".problem .process"), text(el, ".problem .place")]).toEqual(["Run In[5] again or %hydro refresh; then deploy again.", "In[5], line 1"]);
  expect(el.querySelector(".problem .op")?.hasAttribute("hidden")).toBe(true);
  fake.set("stale", []);
  dashboard.paint();
  expect(el.querySelector(".problem")).toBeNull();
});

test("problems are counted on their tab and lead to their stream", () => {
  const problem = { process: "B", time: 1, error: "ValueError: no", slot: "map", op: "map", site: { cell: "In[1]", line: 2, text: "x.map(f)" }, element: "3", frames: [], fatal: true };
  const { el, dashboard } = shown(model({ problems: [problem] }));
  expect(text(el, "[data-tab=problems] .badge")).toBe("1");
  dashboard.tabs.show("problems");
  expect(text(el, ".problem .source")).toBe("x.map(f)\n  ^^^");
  /** @type {HTMLButtonElement | null} */ (el.querySelector(".problem .op"))?.click();
  expect(dashboard.tabs.open).toBe("streams");
  expect(text(el, ".streams .empty")).toContain("Nothing has come through since you look.");
});

test("the line of a problem is not said again among its frames", () => {
  const site = { cell: "In[1]", line: 2, text: "x.map(f)" };
  const frames = [site, { cell: "In[1]", line: 7, text: "  return 1 / n" }];
  const problem = { process: "B", time: 1, error: "E", slot: "map", op: "map", site, element: "3", frames, fatal: true };
  const { el, fake, dashboard } = shown(model({ problems: [problem] }));
  dashboard.tabs.show("problems");
  expect(text(el, ".problem .frames")).toBe("In[1], line 7\n    return 1 / n");
  fake.set("problems", [{ ...problem, frames: [site] }]);
  dashboard.paint();
  expect(el.querySelector(".problem .frames")?.hasAttribute("hidden")).toBe(true);
});

test("what is sent to a process that is gone is shown at its stream", () => {
  const { el, fake, dashboard } = shown();
  dashboard.tabs.show("streams");
  expect(text(el, ".stream .lost")).toBe("");
  fake.set("discarded", { net: 1200 });
  dashboard.paint();
  expect(text(el, ".stream .lost")).toBe("1\u202f200 discarded: B has gone");
});

test("what a transport may lose is dropped where there is no room", () => {
  const { fake, dashboard } = shown();
  const graph = fake.get("graph");
  graph.nodes.net.detail = "UDP.lossy, auto";
  fake.set("discarded", { net: 3 });
  expect(dashboard.store.lost("net")).toBe("3 discarded: B had no room, or has gone");
  fake.set("status", { ...fake.get("status"), struck: ["net"] });
  expect(dashboard.store.lost("net")).toBe("3 discarded: B had no room, or has gone, or a fault on purpose took them");
});

test("a flow that is being built has its picture and no panes", () => {
  const { el, fake } = shown(model({ mode: "build" }));
  expect(el.querySelector(".tabs")).toBeNull();
  expect(text(el, ".state .word")).toBe("dataflow with 2 locations, 3 operators");
  expect(text(el, "pre.words")).toBe("flow t");
  expect(fake.sent).toEqual([]);
});

test("nothing is painted after the end", async () => {
  const { el, fake } = shown();
  end?.abort();
  const before = el.innerHTML;
  fake.set("name", "other");
  await new Promise((done) => requestAnimationFrame(done));
  expect(el.innerHTML).toBe(before);
});
