import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Player } from "../src/player/player.js";
import { Story } from "../src/player/story.js";

const SITE = { cell: "In[3]", line: 4, text: "count = increments.count().snapshot(tick, STALE)" };

/** Two steps: the test sends, a tick shows a stale snapshot; one message is under way. @param {object} [changes] */
function execution(changes = {}) {
  const nothing = { site: null, time: 0, decisions: [], values: [], held: [], printed: [], skipped: [], state: {} };
  const decision = { operator: 1, phrase: 2, name: "count", site: SITE, reason: "<b>stale</b>", held: [3], ways: 2, moved: true, told: true };
  const still = { ...decision, name: "batch", reason: "", held: [], moved: false, told: false };
  return {
    flow: "counter",
    test: "body",
    simulation: "flow.sim().with_faults(a, crashes=1)",
    failure: "AssertionError: 0",
    schedule: [0, 1],
    lineage: ["Where 0 came from:", "  0    snapshot < count"],
    lanes: [{ name: "test", kind: "test" }, { name: "A", kind: "process" }, { name: "B", kind: "process" }],
    operators: [{ label: "sim_input", site: SITE }, { label: "snapshot", site: SITE }],
    steps: [[0, 1], [2, 3]],
    moments: [
      { ...nothing, kind: "test", lane: 0, title: "the test sends <i>" },
      { ...nothing, kind: "run", lane: 1, title: "A goes on", values: [[0, 0]], held: [[1, 1, [1, 3]]], state: { count_3: 3 } },
      { ...nothing, kind: "tick", lane: 1, title: "tick `t` of A runs", decisions: [decision, still], values: [[1, 1], [1, 3]], printed: ["<u>"], skipped: ["`map` skips 0: <i>"] },
      { ...nothing, kind: "run", lane: 1, title: "A goes on", held: [[1, 1, [3]]], state: { count_3: 3 } },
    ],
    messages: [
      { label: "numbers", sender: 0, receiver: 1, sent: 0, read: 1, fate: "arrived", text: 0 },
      { label: "send", sender: 1, receiver: 2, sent: 3, read: null, fate: "arrived", text: 1 },
      { label: "send", sender: 1, receiver: 2, sent: 3, read: null, fate: "lost", text: 3 },
    ],
    decidable: 1,
    spared: 0,
    texts: ["<i>", "0", "releasing snapshot: 0", "1"],
    ...changes,
  };
}

const MOMENTS = `<svg xmlns="http://www.w3.org/2000/svg" class="moments"><rect class="band" data-step="0" x="0" width="50"/><rect class="band" data-step="1" x="60" width="50"/>
<g class="message arrived" data-step="0" data-read="1"><title>m</title></g><g class="moment test" data-step="0" data-lane="0"/><g class="moment tick" data-step="1" data-lane="2"><text>tick</text></g></svg>`;
const NAMES = `<svg xmlns="http://www.w3.org/2000/svg" class="names"><g class="name" data-lane="1"/><g class="name" data-lane="2"/></svg>`;

/** @param {object} [changes] */
function model(changes = {}) {
  /** @type {Record<string, any>} */
  const traits = {
    ident: "i",
    picture: { names: NAMES, moments: MOMENTS, caption: "counter: fails" },
    record: execution(changes),
    matter: { asked: false, tried: 0, done: false, found: [], error: "" },
  };
  /** @type {Record<string, Function>} */
  const heard = {};
  return {
    /** @type {any[]} */
    sent: [],
    get: (/** @type {string} */ name) => traits[name],
    on: (/** @type {string} */ event, /** @type {Function} */ act) => (heard[event] = act),
    off: (/** @type {string} */ event) => delete heard[event],
    heard,
    send(/** @type {any} */ content) {
      this.sent.push(content);
    },
    say(/** @type {object} */ news) {
      traits["matter"] = { ...traits["matter"], ...news };
      heard["change:matter"]?.();
    },
  };
}

/** @type {AbortController | undefined} */
let end;
beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  end?.abort();
  vi.useRealTimers();
});

/** @param {object} [changes] */
function shown(changes) {
  end = new AbortController();
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  const fake = model(changes);
  const player = new Player(/** @type {any} */ (fake), el, end.signal);
  const text = (/** @type {string} */ selector) => el.querySelector(selector)?.textContent ?? "";
  const press = (/** @type {string} */ key, target = el.querySelector(".picture")) => target?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  return { el, fake, player, text, press };
}

test("it opens at the end, where the failure is", () => {
  const { el, text } = shown();
  expect(text(".where")).toBe("2 / 2");
  expect(text("header .word")).toBe("fails");
  expect(text(".happened .failure")).toBe("AssertionError: 0");
  expect(text(".happened details")).toBe("Where 0 came from:  0    snapshot < count");
  expect(el.querySelectorAll(".ahead").length).toBe(0);
  expect(text("footer code")).toBe("flow.sim().with_faults(a, crashes=1).replay(body, [0, 1])");
});

test("keys step, and the picture follows", () => {
  const { el, text, press } = shown();
  press("ArrowLeft");
  expect(text(".where")).toBe("1 / 2");
  expect(el.querySelector(".band[data-step='0']")?.classList.contains("now")).toBe(true);
  expect(el.querySelector(".moment.tick")?.classList.contains("ahead")).toBe(true);
  expect(el.querySelector(".message")?.classList.contains("flying")).toBe(true);
  press("ArrowLeft");
  expect(text(".where")).toBe("1 / 2");
  press("End");
  expect(text(".where")).toBe("2 / 2");
  press("Home");
  expect(text(".where")).toBe("1 / 2");
});

test("what a step printed and skipped is text", () => {
  const { el } = shown();
  expect([...el.querySelectorAll(".happened .printed")].map((line) => line.textContent)).toEqual(["prints: <u>", "`map` skips 0: <i>"]);
});

test("keys of buttons and lists stay theirs", () => {
  const { el, text, press } = shown();
  press("ArrowLeft", el.querySelector(".controls input"));
  press("ArrowLeft", el.querySelector("select"));
  press(" ", el.querySelector(".controls button"));
  expect(text(".where")).toBe("2 / 2");
  press("ArrowLeft", el.querySelector(".controls button"));
  expect(text(".where")).toBe("1 / 2");
});

test("a decision is shown with its reason, its line and what stayed behind", () => {
  const { text } = shown();
  expect(text(".happened h4")).toBe("tick t of A runs");
  expect(text(".decision p")).toBe("count releasing snapshot: 0 one of 2 ways");
  expect(text(".decision .held")).toBe("and not yet: 1");
  expect(text(".decision .place")).toBe("In[3], line 4 count = increments.count().snapshot(tick, STALE)");
  expect(text(".decision .reason q")).toBe("<b>stale</b>");
  expect(text(".happened .quiet")).toBe("nothing new from batch");
  expect(text(".sent.lost")).toBe("A sends 1 to B, which is lost");
});

test("the state of a place is what its operators gave until then", () => {
  const { el, press, text } = shown();
  const rows = () => [...el.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent));
  expect(rows()).toEqual([["snapshot line 4", "2 +2", "1"], ["sim_input line 4", "1", "<i>"]]);
  expect(text(".after ul")).toBe("count_3 1");
  expect([...el.querySelectorAll(".after li")].map((each) => each.textContent)).toEqual(["count_3 1", "A, snapshot, In[3], line 4: 1", "0 from A to B"]);
  press("ArrowLeft");
  expect(rows()).toEqual([["sim_input line 4", "1 +1", "<i>"]]);
});

test("a live value counts where it is another one", () => {
  const operators = [{ label: "count", site: SITE, live: true }, { label: "map", site: SITE, live: false }];
  const { moments } = execution();
  const values = [[[0, 1], [1, 1]], [[0, 1], [1, 1]], [[0, 3], [1, 3]], [[0, 3], [1, 3]]];
  const story = new Story(/** @type {any} */ (execution({ operators, moments: moments.map((each, at) => ({ ...each, lane: 1, values: values[at] })) })));
  const given = (/** @type {number} */ step) => story.given(1, step).map(({ label, count, now, last }) => [label, count, now, last]);
  expect(given(0)).toEqual([["count", 1, 1, "0"], ["map", 2, 2, "0"]]);
  expect(given(1)).toEqual([["count", 2, 1, "1"], ["map", 4, 2, "1"]]);
});

test("a click on a moment goes to its step and its place", () => {
  const { el, player, press } = shown();
  press("Home");
  el.querySelector(".moment.tick text")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect([player.step, player.lane]).toEqual([1, 2]);
  expect(el.querySelector(".name.chosen")?.getAttribute("data-lane")).toBe("2");
  el.querySelector(".names .name")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect([player.step, player.lane]).toEqual([1, 1]);
});

test("it plays from the beginning to the end, and stops", () => {
  const { player, press } = shown();
  press(" ");
  expect([player.step, player.playing]).toEqual([0, true]);
  vi.advanceTimersByTime(900);
  expect([player.step, player.playing]).toEqual([1, false]);
  press(" ");
  press(" ");
  expect([player.step, player.playing]).toEqual([0, false]);
});

test("what matters is asked once, shown as it is found, and jumped to", () => {
  const { el, fake, player, text } = shown();
  const jump = /** @type {HTMLButtonElement} */ (el.querySelector(".jump"));
  expect(jump.textContent).toBe("Jump to what matters");
  player.go(0);
  jump.click();
  expect([jump.textContent, jump.disabled]).toEqual(["Asking\u2026", true]);
  expect(fake.sent).toEqual([{ kind: "matter" }]);
  fake.say({ asked: true });
  expect([jump.textContent, jump.disabled]).toEqual(["Trying 0 of 1\u2026", true]);
  fake.say({ tried: 1, found: [{ moment: 2, decision: 0, instead: "releasing snapshot: 1" }] });
  expect(player.step).toBe(1);
  fake.say({ done: true });
  expect(jump.textContent).toBe("The decision that matters");
  expect(el.querySelector(".band.matters")?.getAttribute("data-step")).toBe("1");
  expect(text(".decision.matters .instead")).toBe("This decision matters. With this instead, the test passes: releasing snapshot: 1");
  player.go(0);
  jump.click();
  expect(player.step).toBe(1);
  expect(fake.sent.length).toBe(1);
});

test("a kernel that does not answer is missed", () => {
  const { el, fake } = shown();
  const jump = /** @type {HTMLButtonElement} */ (el.querySelector(".jump"));
  jump.click();
  vi.advanceTimersByTime(4000);
  expect([jump.textContent, jump.disabled]).toEqual(["No word from the kernel yet", true]);
  fake.say({ asked: true });
  expect(jump.textContent).toBe("Trying 0 of 1\u2026");
});

test("where nothing can be asked the button says why, or is not there", () => {
  expect(shown({ decidable: 0 }).text(".jump")).toBe("Nothing was to be decided");
  expect(shown({ decidable: 0, spared: 3 }).text(".jump")).toBe("Only whether something goes wrong was open, and nothing did");
  const { fake, text } = shown();
  fake.say({ asked: true, done: true });
  expect(text(".jump")).toBe("No single decision matters");
  fake.say({ error: "RuntimeError: no" });
  expect(text(".jump")).toBe("RuntimeError: no");
  expect(shown({ failure: "" }).el.querySelector(".jump")?.hasAttribute("hidden")).toBe(true);
});

test("texts of users go in as text, long ones in two parts", () => {
  const { el, press } = shown({ texts: ["<i>", "0", `<img src=x> ${"x".repeat(1000)}`, "1"] });
  expect(el.querySelector(".happened img, .happened u, b i")).toBeNull();
  const more = /** @type {HTMLButtonElement} */ (el.querySelector(".decision button.more"));
  const code = /** @type {Element} */ (more.parentElement?.querySelector("code"));
  expect(code.textContent?.length).toBe(321);
  more.click();
  expect(code.textContent?.length).toBe(1012);
  press("Home");
  expect(el.querySelector(".happened i")).toBeNull();
});

test("a view that is closed hears nothing and plays no more", () => {
  const { fake, player, press } = shown();
  press(" ");
  end?.abort();
  expect(player.playing).toBe(false);
  expect(Object.keys(fake.heard)).toEqual([]);
});

test("an execution in which nothing happened can be shown", () => {
  expect(shown({ steps: [], moments: [], messages: [] }).text(".where")).toBe("nothing happened");
});

test("a story knows where a step has its place", () => {
  const story = new Story(/** @type {any} */ (execution()));
  expect([story.laneOf(0), story.laneOf(1), story.length]).toEqual([1, 1, 2]);
  expect(story.underWay(0).length).toBe(0);
  expect(story.steps([{ moment: 3, decision: 0, instead: "" }, { moment: 2, decision: 0, instead: "" }])).toEqual([1]);
});
