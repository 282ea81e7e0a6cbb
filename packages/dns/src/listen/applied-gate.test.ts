import { expect } from "chai";
import { AppliedGate } from "./applied-gate.ts";

describe("AppliedGate", () => {
  let gate: AppliedGate<string>;
  let said: string[];
  const after = (upTo: number, text: string): void => gate.after(upTo, () => said.push(text));
  beforeEach(() => {
    gate = new AppliedGate();
    said = [];
  });

  it("lets everything through while nobody takes part", () => {
    after(5, "five");
    expect(said).to.deep.equal(["five"]);
  });

  it("waits for the slowest, and keeps the order", () => {
    gate.join("a", 0);
    gate.join("b", 0);
    after(1, "one");
    after(2, "two");
    gate.applied("a", 2);
    expect(said).to.deep.equal([]);
    gate.applied("b", 1);
    expect(said).to.deep.equal(["one"]);
    gate.applied("b", 2);
    expect(said).to.deep.equal(["one", "two"]);
    after(2, "two again");
    expect(said).to.deep.equal(["one", "two", "two again"]);
  });

  it("does not wait for who has left, nor listen to who has not joined", () => {
    gate.join("a", 0);
    gate.join("b", 3);
    after(2, "two");
    gate.applied("c", 9);
    expect(said).to.deep.equal([]);
    gate.leave("a");
    expect(said).to.deep.equal(["two"]);
    gate.leave("nobody");
  });

  it("waits for who joins later only as far as it is behind", () => {
    gate.join("a", 0);
    after(2, "two");
    gate.join("b", 1);
    gate.applied("a", 2);
    expect(said).to.deep.equal([]);
    gate.applied("b", 2);
    expect(said).to.deep.equal(["two"]);
  });
});
