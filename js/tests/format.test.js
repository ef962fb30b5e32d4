import { expect, test } from "vitest";
import { bytes, duration, many, percent, rate, short, whole } from "../src/format.js";

test.each([[0, "0"], [999, "999"], [1000, "1.0k"], [999_600, "1.0M"], [12_345, "12.3k"], [99_960, "100k"], [123_456, "123k"], [1.2e9, "1.2G"]])(
  "short(%d) is %s",
  (n, text) => expect(short(n)).toBe(text),
);

test("numbers never need more room than the picture leaves for them", () => {
  const room = "0000.0k  0000.0k/s".length;
  for (let n = 0.1; n < 1e12; n *= 1.7) expect(`${short(n)}  ${rate(n)}`.length).toBeLessThanOrEqual(room);
});

test("whole groups digits and keeps every one", () => {
  expect(whole(31240)).toBe("31\u202f240");
  expect(whole(1234567)).toBe("1\u202f234\u202f567");
  expect(whole(12)).toBe("12");
});

test("times, sizes, shares", () => {
  expect([duration(0), duration(72.9), duration(3723)]).toEqual(["0:00", "1:12", "1:02:03"]);
  expect([bytes(0), bytes(400), bytes(31_400_000), bytes(2.25e9)]).toEqual(["–", "1 kB", "31 MB", "2.3 GB"]);
  expect([percent(0.974), rate(3.42), rate(0), rate(250)]).toEqual(["97 %", "3.4/s", "0/s", "250/s"]);
  expect([many(1, "line"), many(2, "line")]).toEqual(["1 line", "2 lines"]);
});
