import { createFakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import { Health } from "./health.ts";

/** An upstream that answers probes or does not, and what was said of it. */
function watched({ maxFails }: { maxFails?: number } = {}) {
  const clock = createFakeClock();
  const world = { isAlive: false, probes: 0, said: [] as string[] };
  const health = new Health({
    clock,
    ...(maxFails === undefined ? {} : { maxFails }),
    probe: async () => {
      world.probes += 1;
      return world.isAlive;
    },
    onDown: () => world.said.push("down"),
    onRecovered: ({ wasDown }) => world.said.push(wasDown ? "up" : "no more doubt"),
  });
  return { clock, health, world };
}

describe("health", () => {
  it("D38 is down after more than two failed probes, and up with the first that succeeds", async () => {
    const { clock, health, world } = watched();
    expect(health.failed()).to.equal(true);
    expect(health.failed()).to.equal(false);
    await clock.advance(0);
    await clock.advance(500);
    expect([health.isDown(), world.probes]).to.deep.equal([false, 2]);
    await clock.advance(1_000);
    expect([health.isDown(), world.probes, health.failures]).to.deep.equal([true, 3, 3]);
    world.isAlive = true;
    await clock.advance(2_000);
    expect(health.isDown()).to.equal(false);
    expect(world.said).to.deep.equal(["down", "up"]);
    const before = world.probes;
    await clock.advance(60_000);
    expect(world.probes).to.equal(before);
  });

  it("D38 is never down for failed queries alone", async () => {
    const { clock, health, world } = watched();
    world.isAlive = true;
    for (let count = 0; count < 10; count += 1) {
      health.failed();
      await clock.advance(0);
      expect(health.isDown()).to.equal(false);
    }
    expect(world.said).not.to.include("down");
  });

  it("D38 any answer ends the doubt, and the probes", async () => {
    const { clock, health, world } = watched();
    health.failed();
    await clock.advance(0);
    health.succeeded();
    await clock.advance(60_000);
    expect([world.probes, health.isDown()]).to.deep.equal([1, false]);
    expect(world.said).to.deep.equal(["no more doubt"]);
  });

  it("probes ever more rarely, but every 5 s at least", async () => {
    const { clock, health, world } = watched();
    health.failed();
    await clock.advance(60_000);
    const before = world.probes;
    await clock.advance(60_000);
    expect(world.probes - before).to.equal(12);
  });

  it("is not looked at with max_fails 0", async () => {
    const { clock, health, world } = watched({ maxFails: 0 });
    health.failed();
    await clock.advance(60_000);
    expect([world.probes, health.isDown()]).to.deep.equal([0, false]);
  });

  it("probes no more once stopped", async () => {
    const { clock, health, world } = watched();
    health.failed();
    health.stop();
    await clock.advance(60_000);
    expect(world.probes).to.equal(0);
    expect(health.failed()).to.equal(false);
  });
});
