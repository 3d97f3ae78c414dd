// A drive drawn by hand: what the pen leaves, what an address holds, and what the simulation is driven by.
import { describe, expect, test } from "vitest";
import { added, BEGINNINGS, courseAt, courseText, drawn, highest, knots, moved, MOST_POINTS, placeIn, readCourse, removed, stretched, thinned, valueAt, type Course, type Point } from "../../../demo/motor-pool/course.ts"; // prettier-ignore
import { NO_RISE, privateRate, scales, sharedRate, type Drive } from "../../../demo/motor-pool/network.ts";
import { signalAt } from "../../../src/network/signal-values.ts";

const course: Course = { seconds: 8, points: [[1, 10], [3, 50], [3, 80], [6, 20]] }; // prettier-ignore

describe("a course", () => {
  test.each([[0, 10], [1, 10], [2, 30], [2.999, 49.98], [3, 80], [4.5, 50], [6, 20], [8, 20]])("at %s s it is %s Hz", (s, hz) => {
    expect(valueAt(course, s)).toBeCloseTo(hz, 9);
  }); // prettier-ignore

  test("goes into an address and back", () => {
    expect(courseText(course)).toBe("1;8;1,10;3,50;3,80;6,20");
    for (const one of [course, ...Object.values(BEGINNINGS).map((shape) => shape(7))]) {
      expect(readCourse(courseText(one))).toEqual(one);
      const url = new URL("http://localhost/"); // an address keeps it as it is
      url.hash = courseText(one);
      expect(readCourse(url.hash.slice(1))).toEqual(one);
    }
  });

  test.each([
    ["2;8;0,1", /version "2"/],
    ["1;;0,1", /length is ""/],
    ["1;99;0,1", /1 to 60 s/],
    ["1;8", /0 points/],
    ["1;8;0,1;1,101", /"1,101" is no point/],
    ["1;8;0", /"0" is no point/],
    ["1;8;0,", /"0," is no point/],
    ["1;8;1,1,1", /no point/],
    ["1;8;9,1", /no point/],
    ["1;8;2,1;1,1", /Point 2 is earlier/],
    [`1;8${";0,1".repeat(MOST_POINTS + 1)}`, /has 41 points/],
  ])("%s is refused", (text, why) => expect(() => readCourse(text)).toThrow(why));

  test("points move between their neighbours, come where they are put, go but for the last", () => {
    expect(moved(course, 1, [9, 300]).points[1]).toEqual([3, 100]);
    expect(moved(course, 1, [0.2, -5]).points[1]).toEqual([1, 0]);
    expect(moved(course, 0, [0.512, 12.4]).points[0]).toEqual([0.5, 12.5]);
    expect(added(course, [4, 33])).toEqual({ course: { seconds: 8, points: course.points.toSpliced(3, 0, [4, 33]) }, k: 3 }); // prettier-ignore
    expect(added({ seconds: 8, points: Array.from({ length: MOST_POINTS }, (): Point => [0, 0]) }, [1, 1])).toBe(undefined); // prettier-ignore
    expect(removed(course, 0).points).toEqual(course.points.slice(1));
    expect(removed({ seconds: 8, points: [[1, 1]] }, 0).points).toEqual([[1, 1]]);
    expect(stretched(course, 4)).toEqual({ seconds: 4, points: [[0.5, 10], [1.5, 50], [1.5, 80], [3, 20]] }); // prettier-ignore
  });

  test("a line of the pen replaces what it passed, jumps where it is far from it, and leaves the rest", () => {
    const level: Course = { seconds: 8, points: [[0, 20], [8, 20]] }; // prettier-ignore
    expect(drawn(level, [[2, 60], [4, 60]]).points).toEqual([[0, 20], [2, 20], [2, 60], [4, 60], [4, 20], [8, 20]]); // prettier-ignore
    // backwards, and near the course at both ends: no jumps
    expect(drawn(level, [[4, 22], [3, 60], [2, 22]]).points).toEqual([[0, 20], [2, 22], [3, 60], [4, 22], [8, 20]]); // prettier-ignore
    // over all of it nothing of the old one is left
    expect(drawn(course, [[0, 0], [8, 80]]).points).toEqual([[0, 0], [8, 80]]); // prettier-ignore
  });

  test("a wild line is kept within as many points as there may be; a smooth one within 2 Hz", () => {
    const pen = (wave: (s: number) => number): Point[] =>
      Array.from({ length: 801 }, (_, k) => [k / 100, wave(k / 100)]);
    const wild = drawn(course, pen((s) => 50 + 50 * Math.sin(40 * s))); // prettier-ignore
    expect(wild.points.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(readCourse(courseText(wild))).toEqual(wild);
    const smooth = (s: number): number => 50 + 40 * Math.sin(2 * s);
    const line = drawn(course, pen(smooth));
    // the tolerance, half a step of the value, and what the sine changes within half a step of time
    for (let s = 0; s <= 8; s += 0.05)
      expect(Math.abs(valueAt(line, s) - smooth(s))).toBeLessThan(2 + 0.25 + 80 * 0.025);
    expect(line.points.length).toBeLessThan(30);
    expect(thinned([[0, 0], [1, 1], [2, 2], [3, 3]], 0)).toEqual([[0, 0], [3, 3]]); // prettier-ignore
  });
});

describe("what it drives", () => {
  const held: Drive = { rate: 65, amplitude: 0, frequency: 2, privateShare: 0.2 };
  const placed = { course, from: 1500 };
  const drives: Drive = { ...held, course: placed };
  const context = { dt: 0.025, seed: 1, owner: "DD" };
  const at = (t: number): number => signalAt(sharedRate(drives, 0, NO_RISE), context)(t / 0.025);

  test("axons get the course from where it began, twice, and private input its share of it at every time", () => {
    const own = signalAt(privateRate(drives, NO_RISE), context);
    for (const t of [1500, 2500, 3500, 4000, 6000, 9000, 9600, 12_000, 17_400]) {
      const hz = valueAt(course, ((t - 1500) / 1000) % 8);
      expect(courseAt(placed, t)).toBeCloseTo(hz, 9);
      expect(at(t)).toBeCloseTo(hz, 6);
      // as with a slider that stands at this rate
      const share = scales({ ...held, rate: hz }).private * signalAt(privateRate(held, NO_RISE), context)(0);
      expect(scales(drives).private * own(t / 0.025)).toBeCloseTo(share, 6);
    }
    expect(placeIn(placed, 500)).toBeCloseTo(7, 9);
    expect(knots(placed).times.at(-1)).toBe(17_500);
    expect(highest(course)).toBe(80);
  });

  test("without any drive there is no private input either", () => {
    const none: Drive = { ...held, course: { course: { seconds: 2, points: [[0, 0]] }, from: 0 } };
    expect(scales(none).private).toBe(0);
    expect(signalAt(sharedRate(none, 0, NO_RISE), context)(100)).toBe(0);
  });
});
