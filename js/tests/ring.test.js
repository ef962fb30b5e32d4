import { expect, test } from "vitest";
import { Ring } from "../src/ring.js";

test("keeps the newest and counts all", () => {
  const ring = new Ring(3);
  for (let i = 0; i < 8; i++) ring.push(i);
  expect(ring.last(10)).toEqual([5, 6, 7]);
  expect(ring.last(2)).toEqual([6, 7]);
  expect([ring.length, ring.pushed]).toEqual([3, 8]);
});

test("looks back only as far as needed for what passes", () => {
  const ring = new Ring(100);
  for (let i = 0; i < 150; i++) ring.push(i);
  let looked = 0;
  const even = ring.last(3, (n) => (looked++, n % 2 === 0));
  expect(even).toEqual([144, 146, 148]);
  expect(looked).toBe(6);
});

test("an empty ring has nothing, also after being cleared", () => {
  const ring = new Ring(2);
  expect(ring.last(5)).toEqual([]);
  ring.push(1);
  ring.clear();
  expect([ring.last(5), ring.pushed]).toEqual([[], 0]);
  ring.push(2);
  expect(ring.last(5)).toEqual([2]);
});
