import { expect } from "chai";
import { atMost } from "./at-most.ts";

describe("atMost", () => {
  /** Work that ends when it is told to. */
  function startWork(run: ReturnType<typeof atMost>, count: number) {
    const begun: number[] = [];
    const ends = Array.from({ length: count }, () => Promise.withResolvers<void>());
    const outcomes = ends.map((end, index) =>
      run(async () => {
        begun.push(index);
        await end.promise;
        return index;
      }),
    );
    return { begun, ends, outcomes };
  }

  it("has so many under way and no more, in the order they came", async () => {
    const { begun, ends, outcomes } = startWork(atMost(2), 4);
    expect(begun).to.deep.equal([0, 1]);
    ends[1]?.resolve();
    expect(await outcomes[1]).to.equal(1);
    expect(begun).to.deep.equal([0, 1, 2]);
    for (const { resolve } of ends) resolve();
    expect(await Promise.all(outcomes)).to.deep.equal([0, 1, 2, 3]);
  });

  it("gives the place of one that failed to the next, and the failure to its caller", async () => {
    const { begun, ends, outcomes } = startWork(atMost(1), 2);
    ends[0]?.reject(new Error("made up"));
    expect(await outcomes[0]?.catch((error: unknown) => (error as Error).message)).to.equal("made up");
    ends[1]?.resolve();
    expect(await outcomes[1]).to.equal(1);
    expect(begun).to.deep.equal([0, 1]);
  });

  it("takes up new work when all has ended", async () => {
    const run = atMost(1);
    await run(async () => {});
    expect(await run(async () => "again")).to.equal("again");
  });
});
