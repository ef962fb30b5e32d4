import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LOG_LINES, Store } from "../src/store.js";
import { model, view } from "./model.js";

/** @type {AbortController} */
let end;
beforeEach(() => {
  vi.useFakeTimers();
  end = new AbortController();
});
afterEach(() => {
  end.abort();
  vi.useRealTimers();
});

/** @param {any} [fake] */
function listening(fake = model()) {
  const clock = { now: 0 };
  const store = new Store(fake, () => clock.now);
  store.listen(end.signal);
  return { store, fake, clock };
}
const snapshot = (seq = 1, more = {}) => ({ kind: /** @type {const} */ ("snapshot"), seq, time: 1000, ...more });
const tick = (seq = 2, more = {}) => ({ kind: /** @type {const} */ ("tick"), seq, time: 1000 + seq, ...more });
const kinds = (/** @type {any} */ fake) => fake.sent.map((/** @type {any} */ sent) => sent.kind);

test("says hello at once and again until it is answered", () => {
  const { store, fake } = listening();
  expect(kinds(fake)).toEqual(["hello"]);
  vi.advanceTimersByTime(700);
  expect(fake.sent.map((/** @type {any} */ sent) => sent.number)).toEqual([1, 2, 3]);
  store.receive(snapshot(), []);
  vi.advanceTimersByTime(60_000);
  expect(fake.sent).toHaveLength(3);
});

test("gives up asking a kernel that is gone", () => {
  const { fake } = listening();
  vi.advanceTimersByTime(600_000);
  expect(fake.sent).toHaveLength(5);
});

test("ticks before the snapshot are not believed, those after it are", () => {
  const { store } = listening();
  store.receive(tick(7, { totals: { net: 9 } }), []);
  expect(store.totals.get("net")).toBeUndefined();
  store.receive(snapshot(8, { totals: { net: 10 } }), []);
  store.receive(tick(9, { totals: { net: 12 } }), []);
  expect(store.totals.get("net")).toBe(12);
});

test("a gap is noticed, and the totals are right again after the snapshot", () => {
  const { store, fake } = listening();
  store.receive(snapshot(1, { totals: { net: 1 } }), []);
  store.receive(tick(2, { totals: { net: 2 } }), []);
  store.receive(tick(4, { totals: { net: 400 } }), []);
  expect(store.totals.get("net")).toBe(2);
  expect(kinds(fake)).toEqual(["hello", "hello"]);
  store.receive(snapshot(5, { totals: { net: 4368 } }), []);
  store.receive(tick(6, { totals: { net: 5000 } }), []);
  expect(store.totals.get("net")).toBe(5000);
});

test("what was painted is acknowledged, not too often", () => {
  const { store, fake, clock } = listening();
  store.receive(snapshot(1), []);
  store.painted();
  store.receive(tick(2), []);
  store.painted();
  clock.now = 500;
  store.painted();
  store.painted();
  expect(fake.sent.filter((/** @type {any} */ s) => s.kind === "ack").map((/** @type {any} */ s) => s.seq)).toEqual([1, 2]);
});

test("log lines come out of one text, tabs in them stay", () => {
  const { store } = listening();
  store.receive(snapshot(1, { logs: { names: ["A", "B"], dropped: 3 } }), [view("1\te\twarning\t12.500\tone\ttwo\n0\to\t\t13.000\t<b>")]);
  expect(store.logs.last(9)).toEqual([
    { process: "B", error: true, level: "warning", time: 12.5, text: "one\ttwo" },
    { process: "A", error: false, level: "", time: 13, text: "<b>" },
  ]);
  expect(store.dropped).toBe(3);
  store.receive(snapshot(2), []);
  expect([store.logs.length, store.dropped]).toEqual([0, 0]);
});

test("no more lines are kept than the ring holds", () => {
  const { store } = listening();
  const text = Array.from({ length: LOG_LINES + 5 }, (_, i) => `0\to\t\t1\t${i}`).join("\n");
  store.receive(snapshot(1, { logs: { names: ["A"], dropped: 0 } }), [view(text)]);
  expect([store.logs.length, store.logs.pushed]).toEqual([LOG_LINES, LOG_LINES + 5]);
});

test("rates follow the totals and fall to nothing when they stand still", () => {
  const { store } = listening();
  store.receive(snapshot(1, { totals: { net: 0 } }), []);
  for (let i = 1; i <= 4; i++) store.receive({ ...tick(i + 1, { totals: { net: i * 50 } }), time: 1000 + i * 0.5 }, []);
  expect(store.rate("net")).toBeCloseTo(100);
  expect(store.totalRate).toBeCloseTo(100);
  for (let i = 5; i <= 9; i++) store.receive({ ...tick(i + 1), time: 1000 + i * 0.5 }, []);
  expect(store.rate("net")).toBe(0);
  expect(store.history("net").length).toBeGreaterThan(5);
});

test("what is counted is measured by its count, whatever is estimated of it", () => {
  const { store } = listening();
  for (let i = 0; i < 6; i++) store.receive(i ? { ...tick(i + 1, { totals: { net: i * 50 }, estimates: { net: i, map: i * 10 } }), time: 1000 + i * 0.5 } : snapshot(1, { totals: { net: 0 } }), []);
  expect([store.rate("net"), store.rate("map")].map(Math.round)).toEqual([100, 20]);
  expect(store.history("net").at(-1)).toBeCloseTo(100);
});

test("totals that survive in traits are there before any message, and never go back", () => {
  const { store, fake } = listening(model({ totals: { net: 31240 } }));
  expect(store.totals.get("net")).toBe(31240);
  store.receive(snapshot(1, { totals: { net: 31300 } }), []);
  fake.set("totals", { net: 31250 });
  expect(store.totals.get("net")).toBe(31300);
});

test("nothing is listened to after the end", () => {
  const { store, fake } = listening();
  let changes = 0;
  store.changed = () => (changes += 1);
  end.abort();
  fake.emit("msg:custom", snapshot(1), []);
  fake.set("totals", {});
  vi.advanceTimersByTime(10_000);
  expect([changes, fake.sent.length]).toEqual([0, 1]);
});

test("a closed comm does not throw in the page", () => {
  const fake = model();
  fake.send = () => {
    throw new Error("comm is closed");
  };
  const { store } = listening(fake);
  expect(() => store.stop()).not.toThrow();
});

test("what is looked at is asked for once, again after everything was told anew, and no more at the end", () => {
  const { store, fake } = listening();
  const asked = () => fake.sent.filter((/** @type {any} */ each) => each.kind === "watch").map((/** @type {any} */ each) => each.slot);
  store.receive(snapshot(1), []);
  store.watch("map");
  store.watch("map");
  store.receive(tick(2, { samples: { map: [{ time: 1, text: "1", type: "int" }] } }), []);
  expect(asked()).toEqual(["map"]);
  store.receive(snapshot(3), []);
  expect(asked()).toEqual(["map", "map"]);
  store.watch("");
  expect(asked()).toEqual(["map", "map", ""]);
});
