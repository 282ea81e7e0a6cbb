import { expect } from "chai";
import { RecordRing } from "./record-ring.ts";
import { RecordSet } from "./record-set.ts";

describe("RecordSet", () => {
  it("keeps a record until it is unsaid as often as it was said", () => {
    const set = new RecordSet(1, "a");
    for (const record of ["b", "a", "a"]) set.add(record);
    set.remove("a");
    set.remove("a");
    expect(set.records).to.have.members(["a", "b"]);
    set.remove("a");
    expect(set.records).to.deep.equal(["b"]);
    set.remove("never said");
    expect(set.records).to.deep.equal(["b"]);
  });

  it("D37 gives each record its turn, also after some went", () => {
    const set = new RecordSet(1, "a");
    for (const record of ["b", "c"]) set.add(record);
    expect([1, 2, 3, 4].map(() => set.records[set.takeTurn()])).to.deep.equal(["a", "b", "c", "a"]);
    set.takeTurn();
    set.remove("c");
    expect([1, 2].map(() => set.records[set.takeTurn()])).to.have.members(["a", "b"]);
  });

  it("says the same as a plain set whatever happens to it, below and above the size it is indexed from", () => {
    let random = 1;
    const next = (below: number): number => {
      random = (random * 48_271) % 0x7fffffff;
      return random % below;
    };
    const set = new RecordRing("first", 0);
    const said = new Map([["first", 1]]);
    for (let step = 0; step < 20_000; step += 1) {
      const record = `r${next(100)}`;
      const isAddition = next(100) < (step % 2_000 < 1_000 ? 60 : 40);
      if (isAddition) set.add(record);
      else set.remove(record);
      const count = Math.max(0, (said.get(record) ?? 0) + (isAddition ? 1 : -1));
      if (count === 0) said.delete(record);
      else said.set(record, count);
      expect(set.records.length).to.equal(said.size);
    }
    expect([...set.records].toSorted()).to.deep.equal([...said.keys()].toSorted());
  });

  it("keeps how often its one record was said when others join it", () => {
    const set = new RecordSet(1, "a");
    set.add("a");
    set.add("b");
    expect(set.remove("a")).to.equal(true);
    expect(set.records).to.deep.equal(["a", "b"]);
    set.remove("a");
    expect(set.records).to.deep.equal(["b"]);
    const alone = new RecordSet(1, "a");
    alone.add("a");
    expect([alone.size, alone.remove("a"), alone.remove("a")]).to.deep.equal([1, true, false]);
  });

  it("tells when nothing is left of it", () => {
    const set = new RecordSet(1, "a");
    expect(set.remove("b")).to.equal(true);
    expect(set.remove("a")).to.equal(false);
    const several = new RecordSet(1, "a");
    several.add("b");
    expect(several.remove("a")).to.equal(true);
    expect(several.records).to.deep.equal(["b"]);
    expect(several.remove("b")).to.equal(false);
  });
});
