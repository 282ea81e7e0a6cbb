import { expect } from "chai";
import { query, shorts, wire } from "../message.fixture.ts";
import { QuestionReader } from "./question.ts";

const header = shorts(1, 0x0100, 1, 0, 0, 0);
const tail = shorts(1, 1);

describe("QuestionReader", () => {
  it("reads name, type and class, and where they end", () => {
    const question = new QuestionReader();
    expect(question.read(query("web-0.nginx.default.svc.cluster.local", "AAAA", { class: 3 }))).to.equal(true);
    expect(question).to.include({ labelCount: 6, type: 28, class: 3, end: 12 + 39 + 4 });
    const end = question.suffixStart(2);
    expect(question.key(end)).to.equal("\x05web-0\x05nginx\x07default\x03svc");
    expect(question.suffixStart(0)).to.equal(12 + 38);
    expect(question.suffixStart(6)).to.equal(12);
  });

  it("folds case only when there is case to fold, and only letters", () => {
    const question = new QuestionReader();
    question.read(query("web-0.a", "A"));
    expect(question.lowerKey(question.nameEnd)).to.equal(undefined);
    question.read(query("WeB-0@[`{.A", "A"));
    expect(question.lowerKey(question.nameEnd)).to.equal("\x09web-0@[`{\x01a");
  });

  it("compares a suffix whatever its case", () => {
    const question = new QuestionReader();
    question.read(query("x.CLUSTER.local", "A"));
    expect(question.hasAt(question.suffixStart(2), Buffer.from("\x07cluster\x05local"))).to.equal(true);
    expect(question.hasAt(question.suffixStart(2), Buffer.from("\x07cluster\x05other"))).to.equal(false);
    expect(question.hasAt(question.suffixStart(2), Buffer.from("\x07cluster\x05local\0\0\0\0\0\0\0"))).to.equal(false);
  });

  const names255 = Buffer.concat([...Array.from({ length: 127 }, () => Buffer.from("\x01a")), Buffer.from([0])]);
  const cases: readonly (readonly [what: string, name: Buffer, expected: boolean])[] = [
    ["the root", Buffer.from([0]), true],
    ["a name of 255 octets", names255, true],
    ["a name of 256 octets", Buffer.concat([Buffer.from("\x02b"), Buffer.from("b"), names255.subarray(2)]), false],
    ["a name of 257 octets", Buffer.concat([Buffer.from("\x01b"), names255]), false],
    ["a label of 63 octets", wire("x".repeat(63)), true],
    ["a label of 64 octets", Buffer.from(`\x40${"x".repeat(64)}\0`), false],
    ["a label type nobody uses", Buffer.from([0x80, 1, 0]), false],
    ["a compression pointer", Buffer.from([0xc0, 12]), false],
    ["a compression pointer behind a label", Buffer.from([1, 0x61, 0xc0, 12]), false],
  ];
  for (const [what, name, expected] of cases) {
    it(`${expected ? "takes" : "refuses"} ${what}`, () =>
      expect(new QuestionReader().read(Buffer.concat([header, name, tail]))).to.equal(expected));
  }

  it("refuses a question cut short at any octet", () => {
    const whole = query("web-0.nginx", "A");
    for (let length = 12; length < whole.length; length += 1) {
      expect(new QuestionReader().read(whole.subarray(0, length)), `${length} octets`).to.equal(false);
    }
    expect(new QuestionReader().read(whole)).to.equal(true);
  });
});
