import { expect, test } from "vitest";
import { Flow } from "../src/flow.js";

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} d */
function line(d) {
  const [group, path] = [document.createElementNS(SVG, "g"), document.createElementNS(SVG, "path")];
  path.setAttribute("d", d);
  group.append(path);
  return group;
}

test("dashes of all lines are one path, which goes on where one more moves, and is none where none does", () => {
  const flow = new Flow();
  const [first, second] = [line("M0 0L1 1"), line("M2 2L3 3")];
  const paths = () => [...flow.layer.querySelectorAll("path")];
  flow.begin(/** @type {SVGSVGElement} */ (document.createElementNS(SVG, "svg")));
  flow.set(first, true);
  flow.paint();
  const [path] = paths();
  flow.set(second, true);
  flow.paint();
  expect(paths()).toEqual([path]);
  expect(path?.getAttribute("d")).toBe("M0 0L1 1 M2 2L3 3");
  flow.set(first, false);
  flow.paint();
  expect(path?.getAttribute("d")).toBe("M2 2L3 3");
  flow.set(second, false);
  flow.paint();
  expect(paths()).toEqual([]);
});
