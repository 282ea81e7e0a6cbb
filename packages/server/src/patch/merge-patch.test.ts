import { ApiError } from "@ordinal/api";
import { expect } from "chai";
import { applyPatch } from "./apply-patch.ts";

const kind = { group: "", version: "v1", kind: "Pod" } as const;
const patch = (current: unknown, body: unknown): unknown => applyPatch({ type: "merge", body, current, kind });

/** The examples of RFC 7386, appendix A, whose patch is an object. */
const rows: readonly (readonly [current: unknown, body: unknown, expected: unknown])[] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe("merge patch", () => {
  for (const [current, body, expected] of rows) {
    it(`A5 ${JSON.stringify(current)} with ${JSON.stringify(body)}`, () => {
      expect(patch(current, body)).to.deep.equal(expected);
    });
  }

  it("treats __proto__ as a key", () => {
    const body: unknown = JSON.parse('{"__proto__":{"polluted":true}}');
    expect(patch({}, body)).to.deep.equal(body);
    expect(({} as Record<string, unknown>)["polluted"]).to.equal(undefined);
  });

  for (const body of [[], "text", null, 1]) {
    it(`refuses ${JSON.stringify(body)} for a patch`, () => {
      expect(() => patch({}, body))
        .to.throw(ApiError, "Invalid JSON Patch")
        .with.property("code", 400);
    });
  }
});
