import { expect } from "chai";
import { describeError } from "./errors.ts";
import { createFakeClock } from "./fake-clock.ts";
import { silentLogger, type Fields } from "./logger.ts";
import { createStopStack } from "./stop.ts";
import type { Stoppable } from "./stop.ts";

describe("stop stack", () => {
  const seen: string[] = [];
  const part = (name: string): Stoppable => ({
    async stop() {
      await Promise.resolve();
      seen.push(name);
    },
  });
  const broken: Stoppable = { stop: () => Promise.reject(new Error("stuck")) };

  beforeEach(() => seen.splice(0));

  it("stops in reverse order, one after the other, and once", async () => {
    const stack = createStopStack();
    const first = part("first");
    expect(stack.add(first)).to.equal(first);
    stack.add(part("second"));
    await stack.stop();
    await stack.stop();
    expect(seen).to.deep.equal(["second", "first"]);
  });

  it("stops the rest when one part cannot be stopped, and says so", async () => {
    const stack = createStopStack();
    stack.add(part("first"));
    stack.add(broken);
    const error: unknown = await stack.stop().catch((thrown: unknown) => thrown);
    expect(seen).to.deep.equal(["first"]);
    expect(error).to.be.instanceOf(AggregateError).with.nested.property("errors[0].message", "stuck");
  });

  it("names a part that is long in stopping, and one that cannot be stopped", async () => {
    const clock = createFakeClock();
    const lines: string[] = [];
    const log = {
      ...silentLogger,
      warn: (line: string) => void lines.push(line),
      error: (line: string, fields?: Fields) => void lines.push(`${line} (${String(fields?.["error"])})`),
    };
    const stack = createStopStack({ clock, log });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    stack.add(part("quick"), "quick");
    stack.add({ stop: () => released }, "slow");
    stack.add(broken, "broken");
    const stopped = stack.stop().catch((thrown: unknown) => describeError(thrown));
    await clock.advance(5_000);
    expect(lines).to.deep.equal(["could not stop: broken (stuck)", "still stopping: slow"]);
    release();
    expect(await stopped).to.equal("could not stop everything: stuck");
    await clock.advance(60_000);
    expect(lines).to.have.lengthOf(2);
    expect(seen).to.deep.equal(["quick"]);
  });

  it("takes back what was started when a later part cannot start", async () => {
    const stack = createStopStack();
    const why = new Error("port taken");
    const error: unknown = await stack
      .guard(() => {
        stack.add(part("first"));
        return Promise.reject(why);
      })
      .catch((thrown: unknown) => thrown);
    expect(error).to.equal(why);
    expect(seen).to.deep.equal(["first"]);
  });

  it("hands on what was built", async () => {
    const stack = createStopStack();
    expect(await stack.guard(() => Promise.resolve("built"))).to.equal("built");
    expect(seen).to.deep.equal([]);
  });
});
