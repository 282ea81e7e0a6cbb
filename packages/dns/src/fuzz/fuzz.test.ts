import { expect } from "chai";
import { heldMemory } from "./memory.fixture.ts";
import { MessageFuzz, MessageMaker, runSeeds, type Finding } from "./message-fuzz.fixture.ts";
import { ParserFuzz } from "./parser-fuzz.fixture.ts";
import { Random } from "./random.fixture.ts";
import { readSeeds } from "./seeds.fixture.ts";
import { World, worldKinds } from "./world.fixture.ts";

// A short run, the same each time. `scripts/fuzz dns` goes on where this ends, and says how to repeat what it finds;
// what it ever found is in seeds.txt.

const seeds = readSeeds();

describe("hostile messages", () => {
  for (const kind of worldKinds) {
    it(`D33 D34 D43 D44 D46 that are known are answered rightly every way they come, by a server that is ${kind.name}`, async () => {
      const world = new World(kind);
      world.sync();
      expectNothing(await runSeeds(world, seeds));
    });

    for (const seed of [1, 2]) {
      const count = 3_000;
      it(`D33 D34 D43 D44 D46 never make it throw, lie, or say too much, while it is ${kind.name} and changes (seed ${seed}, ${count} messages)`, async () => {
        expectNothing(await new MessageFuzz(new World(kind), seed, seeds).run(count));
      });
    }
  }

  it("D46 leave no memory behind, 10,000 of them", async () => {
    const [kind] = worldKinds;
    if (kind === undefined) throw new Error("there is no world");
    const fuzz = new MessageFuzz(new World(kind), 3, seeds);
    expectNothing(await fuzz.run(2_000));
    const before = heldMemory();
    expectNothing(await fuzz.run(8_000));
    // Some of it is answers that are kept, for which there is a bound.
    expect(heldMemory() - before).to.be.below(6e6);
  });
});

describe("what else reads what strangers send", () => {
  it("D34 D46 D54 streams, requests over HTTPS and answers of upstreams never make it throw or hand on what is malformed (seed 1)", async () => {
    const [kind] = worldKinds;
    if (kind === undefined) throw new Error("there is no world");
    const world = new World(kind);
    const maker = new MessageMaker(new Random(1), world, seeds);
    const finding = await new ParserFuzz(maker, world.serving.respond).run(8_000);
    if (finding !== undefined) throw new Error(`${finding.problem}: ${finding.input.toString("hex")}`);
  });
});

function expectNothing(finding: Finding | undefined): void {
  if (finding === undefined) return;
  const { problem, input, transport, address } = finding;
  throw new Error(`${problem}: ${input.toString("hex")} over ${transport} from ${address}`);
}
