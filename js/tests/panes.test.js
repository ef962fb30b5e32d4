import { expect, test } from "vitest";
import { grave } from "../src/panes/logs.js";
import { underlined } from "../src/problems.js";
import { points } from "../src/spark.js";
import { lightness } from "../src/theme.js";

const line = (/** @type {boolean} */ error, level = "") => ({ process: "A", error, level, time: 0, text: "" });

test("levels: stderr, warnings, errors", () => {
  expect([grave(line(true), "stderr"), grave(line(false, "error"), "stderr")]).toEqual([true, false]);
  expect(["info", "Warning", "WARN", "ERROR", "critical"].map((level) => grave(line(false, level), "warning"))).toEqual([false, true, true, true, true]);
  expect([grave(line(false, "warning"), "error"), grave(line(false, "CRITICAL"), "error"), grave(line(false), "")]).toEqual([false, true, true]);
});

test("carets stand under the operator where the line has it once, and nowhere else", () => {
  const site = { cell: "In[3]", line: 4, text: "    pairs = words.map(f)  " };
  expect(underlined(site, "map")).toBe("    pairs = words.map(f)\n                  ^^^");
  expect(underlined(site, "fold")).toBe("    pairs = words.map(f)");
  expect(underlined({ ...site, text: "a.map(f).map(g)" }, "map")).toBe("a.map(f).map(g)");
  expect(underlined({ ...site, text: "a.map_2().map(f)" }, "map")).toBe("a.map_2().map(f)\n          ^^^");
});

test.each([[[0, 5]], [[0, 5, 10]], [Array(60).fill(7)]])("a curve goes from edge to edge and stays in its box: %j", (values) => {
  const pairs = points(values).split(" ").map((pair) => pair.split(",").map(Number));
  expect([pairs[0]?.[0], pairs.at(-1)?.[0]]).toEqual([0, 88]);
  for (const [, y = -1] of pairs) expect(y >= 0 && y <= 22).toBe(true);
});

test("lightness of what browsers compute", () => {
  expect(lightness("rgb(255, 255, 255)")).toBe(1);
  expect(lightness("rgba(0, 0, 0, 0)")).toBeNull();
  expect(lightness("rgb(17, 20, 24)")).toBeLessThan(0.1);
  expect(lightness("color(srgb 0.9 0.9 0.9)")).toBeGreaterThan(0.8);
});
