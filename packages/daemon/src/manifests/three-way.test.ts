import { expect } from "chai";
import { threeWayPatch } from "./three-way.ts";

describe("threeWayPatch", () => {
  const cases: readonly (readonly [
    what: string,
    states: Parameters<typeof threeWayPatch>[1] & { current: object },
    patch: object,
  ])[] = [
    ["sets what differs", { current: { a: 1, b: 2 }, applied: { a: 1 }, desired: { a: 3 } }, { a: 3 }],
    [
      "removes what the manifest no longer names",
      { current: { a: 1, b: 2 }, applied: { a: 1, b: 2 }, desired: { a: 1 } },
      { b: null },
    ],
    ["leaves alone what others have set", { current: { a: 1, theirs: 2 }, applied: { a: 1 }, desired: { a: 1 } }, {}],
    [
      "goes into objects",
      { current: { s: { x: 1, y: 2 } }, applied: { s: { x: 1, z: 1 } }, desired: { s: { x: 2 } } },
      { s: { x: 2 } },
    ],
    ["replaces lists whole", { current: { l: [1, 2] }, applied: { l: [1] }, desired: { l: [3] } }, { l: [3] }],
    ["does not remove what is gone already", { current: {}, applied: { a: 1 }, desired: {} }, {}],
    ["replaces text by an object", { current: { a: "x" }, applied: {}, desired: { a: { b: 1 } } }, { a: { b: 1 } }],
  ];
  for (const [what, { current, applied, desired }, patch] of cases) {
    it(what, () => expect(threeWayPatch(current as never, { applied, desired })).to.deep.equal(patch));
  }
});
