import { expect } from "chai";
import { difference } from "./difference.ts";
import { textOf, type Fact } from "./fact.ts";

const fact = (name: string, data: string): Fact => ({ name, record: { type: "A", data } });
const show = (facts: readonly Fact[]): readonly string[] => facts.map(textOf);

describe("difference", () => {
  it("names only what differs", () => {
    const shared = [fact("a", "1.1.1.1"), fact("b", "1.1.1.2"), { name: "c" }];
    const { added, removed } = difference([...shared, fact("d", "1.1.1.3")], [fact("e", "1.1.1.4"), ...shared]);
    expect(show(added)).to.deep.equal(["e A 1.1.1.4"]);
    expect(show(removed)).to.deep.equal(["d A 1.1.1.3"]);
  });

  it("counts repeats", () => {
    const { added, removed } = difference(
      [fact("a", "1.1.1.1"), { name: "n" }, { name: "n" }],
      [fact("a", "1.1.1.1"), fact("a", "1.1.1.1"), { name: "n" }],
    );
    expect(show(added)).to.deep.equal(["a A 1.1.1.1"]);
    expect(show(removed)).to.deep.equal(["n"]);
  });
});
