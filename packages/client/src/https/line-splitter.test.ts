import { expect } from "chai";
import { createLineSplitter } from "./line-splitter.ts";

describe("createLineSplitter", () => {
  const text = '{"a":"grüße"}\n\n{"b":"日本語"}\n{"c":"😀"}\n';
  const whole = Buffer.from(text);
  const lines = text.split("\n").filter((line) => line !== "");

  for (let size = 1; size <= whole.length; size += 1) {
    it(`puts the lines together from chunks of ${size} bytes`, () => {
      const splitter = createLineSplitter({ maxLineBytes: 100 });
      const found: string[] = [];
      for (let at = 0; at < whole.length; at += size) found.push(...splitter.push(whole.subarray(at, at + size)));
      expect(found).to.deep.equal(lines);
      expect(splitter.hasRest()).to.equal(false);
    });
  }

  it("says that the last line has no end", () => {
    const splitter = createLineSplitter({ maxLineBytes: 100 });
    expect(splitter.push(Buffer.from("whole\nhalf"))).to.deep.equal(["whole"]);
    expect(splitter.hasRest()).to.equal(true);
  });

  it("takes a line of exactly the limit and refuses a longer one, also when its end never comes", () => {
    const atLimit = createLineSplitter({ maxLineBytes: 4 });
    expect(atLimit.push(Buffer.from("abcd\n"))).to.deep.equal(["abcd"]);
    expect(() => atLimit.push(Buffer.from("abcde\n"))).to.throw(RangeError, "longer than 4 bytes");
    const endless = createLineSplitter({ maxLineBytes: 4 });
    expect(endless.push(Buffer.from("abcd"))).to.deep.equal([]);
    expect(() => endless.push(Buffer.from("e"))).to.throw(RangeError);
  });
});
