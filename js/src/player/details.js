import { h } from "../dom.js";

/** @import {Site} from "../types.js" */
/** @import {Decision, Found, Message} from "./types.js" */
/** @import {Given, Story} from "./story.js" */

/** Characters of a text before the rest has to be asked for. */
const CUT = 320;
/** Elements of a list before the rest is counted. */
const MOST = 40;

/** What happened in a step: its decisions with their reasons, what was printed, skipped, sent and read. */
export class Happened {
  /** @param {Story} story */
  constructor(story) {
    this.story = story;
    this.element = h("section.happened", { "aria-label": "What happened", tabindex: 0 });
  }

  /** @param {number} step @param {Found[]} matter */
  paint(step, matter) {
    const { story } = this;
    const moments = story.moments(step);
    const [, first] = moments[0] ?? [];
    const failed = step === story.length - 1 && story.execution.failure;
    this.element.replaceChildren(
      ...present([
        first && h("h4", {}, ticked(first.title)),
        first?.site && place(first.site),
        ...moments.flatMap(([number, moment]) =>
          moment.decisions.map((decision, index) => {
            const found = matter.find((each) => each.moment === number && each.decision === index);
            return decision.told || found ? this.decision(decision, found) : null;
          }),
        ),
        this.nothing(moments.flatMap(([, moment]) => moment.decisions)),
        ...moments.flatMap(([, moment]) => moment.printed).map((line) => h("p.printed", {}, "prints: ", long(line))),
        ...moments.flatMap(([, moment]) => moment.skipped).map((line) => h("p.printed", {}, long(line))),
        ...listed(story.read(step), (each) => this.message(each, `${story.lane(each.receiver)} reads`, `from ${story.lane(each.sender)}, sent in step ${(story.stepOf.get(each.sent) ?? -1) + 1}`)),
        ...listed(story.sent(step), (each) => this.message(each, `${story.lane(each.sender)} sends`, `to ${story.lane(each.receiver)}${FATES[each.fate] ?? ""}`)),
        failed && h("p.failure", {}, long(failed)),
        failed && lineage(story.execution.lineage),
      ]),
    );
  }

  /** @param {Decision} decision @param {Found | undefined} found */
  decision(decision, found) {
    const { story } = this;
    const held = decision.held.map((text) => story.text(text)).join(", ");
    return h(
      `div.decision${found ? ".matters" : ""}`,
      {},
      h("p", {}, decision.name && h("b", {}, decision.name), decision.name && " ", long(story.text(decision.phrase)), decision.ways > 1 && h("small", {}, ` one of ${decision.ways} ways`)),
      held && h("p.held", {}, "and not yet: ", long(held)),
      found && h("p.instead", {}, h("b", {}, "This decision matters. "), "With this instead, the test passes: ", long(found.instead)),
      place(decision.site),
      decision.reason && h("p.reason", {}, "Any outcome is right, as: ", h("q", {}, decision.reason)),
    );
  }

  /** Names the places of choice from which nothing came. @param {Decision[]} decisions */
  nothing(decisions) {
    const still = decisions.filter((each) => !each.moved).map((each) => each.name || `line ${each.site.line}`);
    return still.length ? h("p.quiet", {}, `nothing new from ${[...new Set(still)].join(", ")}`) : null;
  }

  /** @param {Message} message @param {string} before @param {string} after */
  message(message, before, after) {
    return h(`p.sent.${message.fate}`, {}, `${before} `, long(this.story.text(message.text)), ` ${after}`);
  }
}

/** @type {Record<string, string>} */
const FATES = { lost: ", which is lost", late: ", which does not arrive" };

/** What was so after a step: what the operators of a place gave, what is remembered, what waits, what is under way. */
export class State {
  /** @param {Story} story @param {(lane: number) => void} choose */
  constructor(story, choose) {
    this.story = story;
    const lanes = story.execution.lanes.map((lane, number) => h("option", { value: number }, lane.name)).slice(1);
    this.lane = h("select", { "aria-label": "Place", change: () => choose(Number(this.lane.value)) }, ...lanes);
    this.given = h("div");
    this.element = h("section.after", { "aria-label": "State after this step", tabindex: 0 }, h("h4", {}, "After this step, at ", this.lane), this.given);
  }

  /** @param {number} step @param {number} lane */
  paint(step, lane) {
    const { story } = this;
    this.lane.value = String(lane);
    const given = story.given(lane, step);
    const remembered = story.remembered(lane, step);
    const waiting = story.waiting(step);
    const underWay = story.underWay(step);
    this.given.replaceChildren(
      ...present([
        given.length ? operators(given) : h("p.quiet", {}, "No operator has given anything here."),
        ...titled("Remembered", remembered, ([name, text]) => h("li", {}, h("code.name", {}, name), " ", long(text))),
        ...titled("Waits to be taken", waiting, (each) => h("li", {}, `${each.lane}, ${each.name}: `, long(each.texts.join(", ")))),
        ...titled("Under way", underWay, (each) => h("li", {}, long(story.text(each.text)), ` from ${story.lane(each.sender)} to ${story.lane(each.receiver)}`)),
      ]),
    );
  }
}

/** @param {Given[]} given */
function operators(given) {
  const row = (/** @type {Given} */ each) =>
    h(
      `tr${each.now ? ".now" : ""}`,
      {},
      h("th", { scope: "row", title: `${each.site.cell}, line ${each.site.line}\n${each.site.text}` }, each.label, h("small", {}, each.site.cell ? ` line ${each.site.line}` : "")),
      h("td.count", { title: `${each.count} until here, ${each.now} in this step` }, String(each.count), each.now ? h("small", {}, ` +${each.now}`) : null),
      h("td", {}, long(each.last)),
    );
  const head = h("tr", {}, ...["Operator", "Gave", "Last"].map((title) => h("th", { scope: "col" }, title)));
  return h("table", {}, h("thead", {}, head), h("tbody", {}, ...given.map(row)));
}

/** @template T @param {string} title @param {T[]} items @param {(item: T) => HTMLElement} make @returns {HTMLElement[]} */
function titled(title, items, make) {
  return items.length ? [h("h5", {}, title), h("ul", {}, ...listed(items, make))] : [];
}

/** @template T @param {T[]} items @param {(item: T) => HTMLElement} make @returns {HTMLElement[]} */
function listed(items, make) {
  const shown = items.slice(0, MOST).map(make);
  return items.length > MOST ? [...shown, h("p.quiet", {}, `and ${items.length - MOST} more`)] : shown;
}

/** A text of the user's, its end behind a button where it is long. @param {string} text @returns {HTMLElement} */
function long(text) {
  if (text.length <= CUT) return h("code", {}, text);
  const code = h("code", {}, `${text.slice(0, CUT)}\u2026`);
  const more = h("button.more", { type: "button", click: () => void (code.textContent = text, more.remove()) }, "all of it");
  return h("span", {}, code, " ", more);
}

/** Where the last value came from, for who wants to know. @param {string[]} lines */
function lineage([title, ...lines]) {
  return title ? h("details", { open: "" }, h("summary", {}, title), h("pre", { tabindex: 0 }, lines.join("\n"))) : null;
}

/** A line of the user's. @param {Site} site @returns {HTMLElement | null} */
function place(site) {
  return site.cell ? h("p.place", {}, h("small", {}, `${site.cell}, line ${site.line}`), " ", h("code", {}, site.text)) : null;
}

/** A title, what is between backticks as code. @param {string} title */
function ticked(title) {
  return h("span", {}, ...title.split("`").map((part, index) => (index % 2 ? h("code", {}, part) : part)));
}

/** @param {(HTMLElement | null | undefined | false | "")[]} found @returns {HTMLElement[]} */
function present(found) {
  return found.filter((each) => each instanceof HTMLElement);
}
