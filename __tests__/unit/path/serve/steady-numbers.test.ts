import { steadyNumbers } from "../../../../path/serve/steady-numbers";

/* Numbers that take the place of chance. */

test("of any ten numbers in a row, each tenth has one, give or take one", () => {
  const next = steadyNumbers();
  const all = Array.from({ length: 200 }, next);
  expect(all.every((it) => it >= 0 && it < 1)).toBe(true);
  for (let first = 0; first + 10 <= all.length; first++)
    for (let tenth = 0; tenth < 10; tenth++) {
      const count = all.slice(first, first + 10).filter((it) => Math.floor(it * 10) === tenth).length;
      expect(count).toBeLessThanOrEqual(2);
    }
});

test("of ten requests, the half with 50 percent receives five, give or take one", () => {
  const next = steadyNumbers();
  const half = Array.from({ length: 10 }, next).filter((it) => it < 0.5).length;
  expect(Math.abs(half - 5)).toBeLessThanOrEqual(1);
});

test("each starts with 0, and does not depend on others", () => {
  const [a, b] = [steadyNumbers(), steadyNumbers()];
  expect([a(), a(), b(), b()]).toEqual([0, expect.closeTo(0.618, 3), 0, expect.closeTo(0.618, 3)]);
});
