/** @import {Execution, Found, Message, Moment} from "./types.js" */

/** @typedef {{operator: number, label: string, site: import("../types.js").Site, count: number, now: number, last: string}} Given */
/** @typedef {{lane: string, name: string, texts: string[]}} Waiting */

/** An execution that can be asked what was so after any step. */
export class Story {
  /** @param {Execution} execution */
  constructor(execution) {
    this.execution = execution;
    /** @type {Map<number, number>} moment -> step */
    this.stepOf = new Map();
    execution.steps.forEach((moments, step) => moments.forEach((moment) => this.stepOf.set(moment, step)));
  }

  get length() {
    return this.execution.steps.length;
  }

  /** @param {number} number @returns {string} */
  text(number) {
    return this.execution.texts[number] ?? "";
  }

  /** @param {number} lane @returns {string} */
  lane(lane) {
    return this.execution.lanes[lane]?.name ?? "";
  }

  /** The moments of a step, each with its number. @param {number} step @returns {[number, Moment][]} */
  moments(step) {
    return (this.execution.steps[step] ?? []).flatMap((number) => {
      const moment = this.execution.moments[number];
      return moment ? [/** @type {[number, Moment]} */ ([number, moment])] : [];
    });
  }

  /** The number of the last moment of a step. @param {number} step */
  end(step) {
    return this.execution.steps[step]?.at(-1) ?? -1;
  }

  /** The lane whose state says most about a step: that of its first moment, or the one that hears the test.
   * @param {number} step @returns {number} */
  laneOf(step) {
    const lanes = this.moments(step).map(([, moment]) => moment.lane);
    return lanes[0] || lanes.find((lane) => lane > 0) || Math.min(1, this.execution.lanes.length - 1);
  }

  /** What the operators of a lane have given until after a step; those that gave something in it come first. A live
   * value is told whenever it may be another one, and counts where it is.
   * @param {number} lane @param {number} step @returns {Given[]} */
  given(lane, step) {
    /** @type {Map<number, Given>} */
    const found = new Map();
    const end = this.end(step);
    this.execution.moments.slice(0, end + 1).forEach((moment, number) => {
      if (moment.lane !== lane) return;
      const now = this.stepOf.get(number) === step ? 1 : 0;
      for (const [operator, text] of moment.values) {
        const { label = "", site = { cell: "", line: 0, text: "" }, live } = this.execution.operators[operator] ?? {};
        const given = found.get(operator) ?? { operator, label, site, count: 0, now: 0, last: "" };
        const last = this.text(text);
        if (live && given.count && given.last === last) continue;
        found.set(operator, { ...given, count: given.count + 1, now: given.now + now, last });
      }
    });
    return [...found.values()].sort((a, b) => Number(b.now > 0) - Number(a.now > 0) || a.operator - b.operator);
  }

  /** What is remembered at a lane after a step, as the user calls each.
   * @param {number} lane @param {number} step @returns {[string, string][]} */
  remembered(lane, step) {
    const moment = this.latest(step, (each) => each.lane === lane && (each.kind === "run" || each.kind === "tick"));
    return Object.entries(moment?.state ?? {}).map(([name, text]) => [name, this.text(text)]);
  }

  /** What waits at places of choice after a step. @param {number} step @returns {Waiting[]} */
  waiting(step) {
    const moment = this.latest(step, (each) => each.kind === "run" || each.kind === "tick");
    return (moment?.held ?? []).map(([lane, operator, texts]) => {
      const { label = "", site } = this.execution.operators[operator] ?? {};
      const at = site?.cell ? `, ${site.cell}, line ${site.line}` : "";
      return { lane: this.lane(lane), name: `${label}${at}`, texts: texts.map((text) => this.text(text)) };
    });
  }

  /** @param {number} step @param {(moment: Moment) => boolean} fits */
  latest(step, fits) {
    return this.execution.moments.slice(0, this.end(step) + 1).reverse().find(fits);
  }

  /** What has been sent and not read after a step. @param {number} step @returns {Message[]} */
  underWay(step) {
    const end = this.end(step);
    const still = (/** @type {Message} */ each) => each.sent <= end && (each.read === null || each.read > end);
    return this.execution.messages.filter((each) => each.fate === "arrived" && still(each));
  }

  /** @param {number} step @returns {Message[]} */
  sent(step) {
    return this.execution.messages.filter((each) => this.stepOf.get(each.sent) === step && each.sender && each.receiver);
  }

  /** What was read in a step that was sent before it. @param {number} step @returns {Message[]} */
  read(step) {
    const before = (/** @type {Message} */ each) => (this.stepOf.get(each.sent) ?? -1) < step;
    return this.execution.messages.filter((each) => each.read !== null && this.stepOf.get(each.read) === step && before(each));
  }

  /** The steps of what matters, in order. @param {Found[]} found @returns {number[]} */
  steps(found) {
    const steps = found.flatMap((each) => this.stepOf.get(each.moment) ?? []);
    return [...new Set(steps)].sort((a, b) => a - b);
  }

  /** How to run it again in code. */
  get replay() {
    const { test, schedule, simulation } = this.execution;
    return `${simulation}.replay(${test || "body"}, [${schedule.join(", ")}])`;
  }
}
