import { expect, test } from "vitest";
import { lookingGroups } from "../../../src/gpu/device-network.ts";

test("a software adapter gets workgroups for twice the spikes that it last had, one to eight; a GPU always 128", () => {
  expect([0, 1, 32, 33, 200, 256, 1e6].map((spikes) => lookingGroups(true, spikes, 64))).toEqual([1, 1, 1, 2, 7, 8, 8]);
  expect([0, 1e6].map((spikes) => lookingGroups(false, spikes, 64))).toEqual([128, 128]);
});
