import { expect, test } from "vitest";
import { allToAll, fixedInDegree, oneToOne } from "../../../src/connect/rules.ts";
import { normalValues } from "../../../src/connect/values.ts";
import { checkBeforeLinks } from "../../../src/compile/links/early.ts";
import { compile } from "../../../src/compile/compile.ts";
import iafDelta from "../../../src/mechanisms/neurons/iaf_delta.ts";
import { Network } from "../../../src/network/network.ts";
import { poissonPort } from "../../../src/network/sources.ts";
import { Hz, ms, mV } from "../../../src/units.ts";

/** Ten million links, which take a second or more to draw, between cells that also have an input of 0.1 mV. */
function network({ weight = -0.5, delay = ms(1.5) as Parameters<Network["connect"]>[3]["delay"], rate = 1000 } = {}) {
  const net = new Network({ seed: 1 });
  const cells = net.cells("E", iafDelta({ n: 10_000 }));
  net.connect(net.sources("outside", 10_000, poissonPort({ sources: 10, rate: Hz(rate) })), cells.jump, oneToOne(), { weight: mV(0.1), delay: ms(1) }); // prettier-ignore
  net.connect(cells, cells.jump, fixedInDegree(1000), { weight: mV(weight), delay });
  return net;
}

test.each([
  ["weights that would act as 0", { weight: -1e307 }, /outside->E\.jump: all links weigh 0\.1 mV, beside others of 1e\+307 mV/],
  ["delays of too many steps", { delay: ms(1e300) }, /E->E\.jump: a delay of 1e\+300 ms/],
  ["delays drawn about too many steps", { delay: normalValues({ mean: ms(1e13), sd: ms(1), min: ms(1), outside: "redraw" }) }, /E->E\.jump: a delay of 10000000000000 ms/],
  ["too many events in a step", { rate: 1e9 }, /outside: asks for 1000000 events in a step/],
] as const)("%s are refused before links are drawn", (_, given, message) => {
  const net = network(given);
  const said: string[] = [];
  expect(() => compile(net, { dt: ms(0.1), onCompile: (what) => said.push(what) })).toThrow(message);
  expect(said).toEqual([]); // drawing says so after a second
}); // prettier-ignore

test("what drawing would not refuse is not refused: half of the smallest step that counts is the limit, as in the sums", () => {
  const net = (weight: number) => {
    const made = new Network({ seed: 1 });
    const cells = made.cells("E", iafDelta({ n: 1 }));
    const more = made.cells("F", iafDelta({ n: 1 }));
    made.connect(cells, cells.jump, allToAll(), { weight: mV(weight), delay: ms(1) });
    made.connect(more, cells.jump, allToAll(), { weight: mV(1), delay: ms(1) });
    return made;
  };
  let refused = 0;
  for (let k = 28; k < 36; k++) {
    const description = net(2 ** -k).describe();
    const early = (): unknown => checkBeforeLinks(description, 0.1);
    const late = (): unknown => compile(description, { dt: ms(0.1) });
    try {
      early();
    } catch {
      refused++;
      expect(late).toThrow(/would act as 0/);
    }
  }
  expect(refused).toBeGreaterThan(2);
});
