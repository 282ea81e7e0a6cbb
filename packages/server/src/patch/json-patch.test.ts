import { ApiError } from "@ordinal/api";
import { expect } from "chai";
import { applyPatch } from "./apply-patch.ts";

const kind = { group: "", version: "v1", kind: "Pod" } as const;
const patch = (current: unknown, body: unknown): unknown => applyPatch({ type: "json", body, current, kind });

const rows = [
  { title: "adds a field", current: { a: 1 }, body: [{ op: "add", path: "/b", value: 2 }], expected: { a: 1, b: 2 } },
  {
    title: "adds before an index",
    current: { a: [1, 3] },
    body: [{ op: "add", path: "/a/1", value: 2 }],
    expected: { a: [1, 2, 3] },
  },
  {
    title: "adds at the end",
    current: { a: [1] },
    body: [{ op: "add", path: "/a/-", value: 2 }],
    expected: { a: [1, 2] },
  },
  { title: "removes a field", current: { a: 1, b: 2 }, body: [{ op: "remove", path: "/a" }], expected: { b: 2 } },
  {
    title: "removes an item",
    current: { a: [1, 2, 3] },
    body: [{ op: "remove", path: "/a/1" }],
    expected: { a: [1, 3] },
  },
  {
    title: "replaces a field",
    current: { a: { b: 1 } },
    body: [{ op: "replace", path: "/a/b", value: 2 }],
    expected: { a: { b: 2 } },
  },
  {
    title: "replaces what is not there, as rollout undo relies on",
    current: { a: {} },
    body: [{ op: "replace", path: "/a/b", value: 2 }],
    expected: { a: { b: 2 } },
  },
  {
    title: "replaces the whole",
    current: { a: 1 },
    body: [{ op: "replace", path: "", value: { b: 2 } }],
    expected: { b: 2 },
  },
  {
    title: "adds over the whole",
    current: { a: 1 },
    body: [{ op: "add", path: "", value: { b: 2 } }],
    expected: { b: 2 },
  },
  {
    title: "moves",
    current: { a: 1, b: {} },
    body: [{ op: "move", from: "/a", path: "/b/c" }],
    expected: { b: { c: 1 } },
  },
  {
    title: "copies, and does not share",
    current: { a: { x: 1 } },
    body: [
      { op: "copy", from: "/a", path: "/b" },
      { op: "replace", path: "/b/x", value: 2 },
    ],
    expected: { a: { x: 1 }, b: { x: 2 } },
  },
  {
    title: "reads ~1 and ~0 in pointers",
    current: { m: { "a/b": 1, "c~d": 2 } },
    body: [
      { op: "remove", path: "/m/a~1b" },
      { op: "replace", path: "/m/c~0d", value: 3 },
    ],
    expected: { m: { "c~d": 3 } },
  },
  {
    title: "goes on where a test holds",
    current: { a: [1, { b: 2 }] },
    body: [
      { op: "test", path: "/a", value: [1, { b: 2 }] },
      { op: "add", path: "/c", value: null },
    ],
    expected: { a: [1, { b: 2 }], c: null },
  },
  {
    title: "takes null for a field that is not there",
    current: {},
    body: [{ op: "test", path: "/a", value: null }],
    expected: {},
  },
  {
    title: "counts a negative index from the end",
    current: { a: [1, 2] },
    body: [{ op: "remove", path: "/a/-1" }],
    expected: { a: [1] },
  },
  {
    title: "treats __proto__ as a key",
    current: {},
    body: JSON.parse('[{"op":"add","path":"/__proto__","value":{"x":1}}]'),
    expected: JSON.parse('{"__proto__":{"x":1}}'),
  },
];

const refusals = [
  {
    title: "a test that fails",
    body: [{ op: "test", path: "/a", value: 2 }],
    message: "testing value /a failed: test failed",
    code: 422,
  },
  {
    title: "a path that is not there",
    body: [{ op: "add", path: "/x/y", value: 2 }],
    message: 'add operation does not apply: doc is missing path: "/x/y": missing value',
    code: 422,
  },
  {
    title: "removing what is not there",
    body: [{ op: "remove", path: "/x" }],
    message: "Unable to remove nonexistent key: x: missing value",
    code: 422,
  },
  {
    title: "moving what is not there",
    body: [{ op: "move", from: "/x", path: "/y" }],
    message: "Unable to move nonexistent key: x",
    code: 422,
  },
  {
    title: "an index past the end",
    body: [{ op: "add", path: "/list/5", value: 1 }],
    message: "Unable to access invalid index: 5",
    code: 422,
  },
  {
    title: "a word for an index",
    body: [{ op: "add", path: "/list/x", value: 1 }],
    message: "value was not a proper array index: 'x'",
    code: 422,
  },
  {
    title: "an unknown operation",
    body: [{ op: "rename", path: "/a" }],
    message: "Unexpected kind: rename",
    code: 422,
  },
  {
    title: "an operation without a path",
    body: [{ op: "add", value: 1 }],
    message: "add operation failed to decode path",
    code: 422,
  },
  {
    title: "a whole that is a number",
    body: [{ op: "replace", path: "", value: 1 }],
    message: "must be object or array",
    code: 422,
  },
  {
    title: "an object for the list",
    body: { op: "add" },
    message: "json: cannot unmarshal object into Go value of type jsonpatch.Patch",
    code: 400,
  },
  { title: "a text for an operation", body: ["add"], message: "json: cannot unmarshal string", code: 400 },
  {
    title: "more operations than anybody needs",
    body: Array.from({ length: 10_001 }, () => ({ op: "test", path: "/a", value: 1 })),
    message: "The allowed maximum operations in a JSON patch is 10000, got 10001",
    code: 413,
  },
];

describe("JSON patch", () => {
  for (const { title, current, body, expected } of rows) {
    it(`A5 ${title}`, () => {
      const before = structuredClone(current);
      expect(patch(current, body)).to.deep.equal(expected);
      expect(current).to.deep.equal(before);
    });
  }

  for (const { title, body, message, code } of refusals) {
    it(`refuses ${title}`, () => {
      expect(() => patch({ a: 1, list: [1] }, body))
        .to.throw(ApiError, message)
        .with.property("code", code);
    });
  }

  it("does not let copies of copies fill the memory", () => {
    const copies = Array.from({ length: 60 }, (_, index) => ({ op: "copy", from: "", path: `/k${index}` }));
    expect(() => patch({ a: "x".repeat(100) }, copies)).to.throw(ApiError, "Unable to complete the copy");
  });
});
