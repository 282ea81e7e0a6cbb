import { expect } from "chai";
import { labelCountOf, parentOf, wireName } from "./name.ts";

describe("wireName", () => {
  const cases: readonly (readonly [name: string, expected: string | undefined])[] = [
    ["", ""],
    ["svc", "\x03svc"],
    ["Web-0.nginx", "\x05web-0\x05nginx"],
    ["a..b", undefined],
    [".a", undefined],
    ["x".repeat(63), `\x3f${"x".repeat(63)}`],
    ["x".repeat(64), undefined],
    ["é", undefined],
    [Array(127).fill("a").join("."), "\x01a".repeat(127)],
    [Array(128).fill("a").join("."), undefined],
  ];
  for (const [name, expected] of cases) {
    it(`writes ${JSON.stringify(name.slice(0, 30))} as ${JSON.stringify(expected?.slice(0, 30))}`, () =>
      expect(wireName(name)).to.equal(expected));
  }
});

describe("parentOf", () => {
  it("takes off the first label, down to the top", () => {
    expect(parentOf("\x05web-0\x05nginx")).to.equal("\x05nginx");
    expect(parentOf("\x05nginx")).to.equal("");
    expect(parentOf("")).to.equal(undefined);
  });
});

describe("labelCountOf", () => {
  it("counts labels", () => {
    expect(labelCountOf("")).to.equal(0);
    expect(labelCountOf("\x07cluster\x05local")).to.equal(2);
  });
});
