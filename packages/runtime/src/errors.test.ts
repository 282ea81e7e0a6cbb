import { expect } from "chai";
import { describeError, hasCode, unreachable } from "./errors.ts";

describe("errors", () => {
  it("are told apart by their code", () => {
    const error = Object.assign(new Error("x"), { code: "ENOENT" });
    expect(hasCode(error, "EEXIST", "ENOENT")).to.equal(true);
    expect(hasCode(error, "EEXIST")).to.equal(false);
    expect(hasCode({ code: "ENOENT" }, "ENOENT")).to.equal(false);
    expect(hasCode(new Error("x"), "ENOENT")).to.equal(false);
  });

  it("are described with their causes, whatever was thrown", () => {
    const error = new Error("cannot read a", { cause: new Error("disk", { cause: "worn out" }) });
    expect(describeError(error)).to.equal("cannot read a: disk: worn out");
    const both = [new Error("no disk"), new Error("no room")];
    expect(describeError(new AggregateError(both, "cannot stop"))).to.equal("cannot stop: no disk; no room");
    expect(describeError(new Error("cannot open b: no disk", { cause: both[0] }))).to.equal("cannot open b: no disk");
    expect(describeError("text")).to.equal("text");
    expect(describeError(undefined)).to.equal("undefined");
  });

  it("show a value that should not be", () => {
    expect(() => unreachable("odd" as never)).to.throw(TypeError, 'unexpected value "odd"');
  });
});
