import { expect, test } from "vitest";
import { extent } from "../../../src/analysis/stats.ts";

test.each([
  [[3, 1, 2], [1, 3]], // neither first nor last
  [[1, 3, 2], [1, 3]],
  [[NaN, 2, Infinity, -Infinity], [2, 2]],
  [[], [NaN, NaN]],
  [[NaN], [NaN, NaN]],
])("extent of %o is %o", (x, want) => expect(extent(x)).toEqual(want)); // prettier-ignore
