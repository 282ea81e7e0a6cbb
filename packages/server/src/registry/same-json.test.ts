import { expect } from "chai";
import { isSameJson } from "./same-json.ts";

const asJson = (text: string): unknown => JSON.parse(text);

describe("isSameJson", () => {
  const same: readonly (readonly [string, unknown, unknown])[] = [
    ["keys in another order", { a: 1, b: [{ c: "x", d: null }] }, { b: [{ d: null, c: "x" }], a: 1 }],
    ["a value that is undefined", { a: 1, b: undefined }, { a: 1 }],
    ["the same on the other side", { a: 1 }, { a: 1, b: undefined }],
    ["keys that mean something to JavaScript", asJson('{"__proto__":{"a":1}}'), asJson('{"__proto__":{"a":1}}')],
    ["nothing in it", { a: {}, b: [] }, { b: [], a: {} }],
  ];
  for (const [what, a, b] of same) it(`takes for the same: ${what}`, () => expect(isSameJson(a, b)).to.equal(true));

  const different: readonly (readonly [string, unknown, unknown])[] = [
    ["another value deep inside", { a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
    ["a key more", { a: 1, b: 2 }, { a: 1 }],
    ["a key less", { a: 1 }, { a: 1, b: 2 }],
    ["another key instead", { a: 1, b: undefined }, { a: undefined, b: 1 }],
    ["an item more", { a: [1] }, { a: [1, 2] }],
    ["another order of items", { a: [1, 2] }, { a: [2, 1] }],
    ["a list and an object", { a: [] }, { a: {} }],
    ["null and nothing", { a: null }, {}],
    ["a number and its text", { a: 1 }, { a: "1" }],
    ["a key that every object inherits", asJson('{"__proto__":{}}'), { b: 1 }],
    ["an inherited name", { a: 1 }, asJson('{"toString":1}')],
  ];
  for (const [what, a, b] of different) it(`tells apart: ${what}`, () => expect(isSameJson(a, b)).to.equal(false));
});
