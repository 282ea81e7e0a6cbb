import { expect } from "chai";
import { createKeyedQueue } from "./keyed-queue.ts";

describe("createKeyedQueue", () => {
  it("runs one key's work in order, and others beside it", async () => {
    const queue = createKeyedQueue();
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = queue.run("a", async () => {
      await gate.promise;
      seen.push("a1");
    });
    const second = queue.run("a", async () => void seen.push("a2"));
    await queue.run("b", async () => void seen.push("b"));
    gate.resolve();
    await Promise.all([first, second]);
    expect(seen).to.deep.equal(["b", "a1", "a2"]);
  });

  it("goes on after work that failed", async () => {
    const queue = createKeyedQueue();
    const failed = queue.run("a", async () => await Promise.reject(new Error("no")));
    const after = queue.run("a", async () => await Promise.resolve("yes"));
    expect(await failed.catch((error: unknown) => (error as Error).message)).to.equal("no");
    expect(await after).to.equal("yes");
  });
});
