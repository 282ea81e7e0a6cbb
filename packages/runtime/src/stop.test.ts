import { expect } from "chai";
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
