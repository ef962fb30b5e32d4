import { expect, test } from "vitest";
import { middle, parse, slotOf } from "../src/svg.js";

const EVIL = `<svg xmlns="http://www.w3.org/2000/svg" onload="steal()">
<g id="main.map.0" class="node op" onclick="steal()" style="x:y"><script>steal()</script><x:script xmlns:x="http://www.w3.org/2000/svg">steal()</x:script><foreignObject><b>x</b></foreignObject>
<a href="javascript:steal()"><text>in a link</text></a><path d="M1,2C3,4 9,4 9,8"/><text>kept</text></g></svg>`;

test("nothing that could run or load survives", () => {
  const svg = parse(EVIL);
  const text = svg?.outerHTML ?? "";
  for (const bad of ["script", "foreignObject", "onload", "onclick", "href", "steal", "style"]) expect(text).not.toContain(bad);
  expect(text).toContain("kept");
});

test("slots stay known although ids go", () => {
  const group = parse(EVIL)?.querySelector("g.node");
  expect([slotOf(group), group?.id]).toEqual(["main.map.0", ""]);
  expect(middle(/** @type {Element} */ (group))).toBe(5);
});

test("what is no picture gives none", () => {
  expect(parse("")).toBeNull();
  expect(parse("<html/>")).toBeNull();
});
