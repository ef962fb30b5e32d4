import { expect, test } from "vitest";
import { legend } from "../src/panes/legend.js";

/** @param {string} classes */
const drawn = (classes) => [...legend().querySelectorAll(`g.${classes} path`)].map((path) => path.getAttribute("d"));

test("a reference is no step into the next tick", () => {
  expect(drawn("edge.delayed")).not.toEqual(drawn("edge.reference"));
});

test("places are explained too", () => {
  for (const kind of ["members", "tick", "external"]) expect(drawn(`cluster.${kind}`)).toHaveLength(1);
});

test("every sign has a word", () => {
  for (const entry of legend().querySelectorAll("li")) expect(entry.textContent).not.toBe("");
});
