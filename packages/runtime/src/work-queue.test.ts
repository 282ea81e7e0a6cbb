import { expect } from "chai";
import { WorkQueue } from "./work-queue.ts";

describe("WorkQueue", () => {
  it("hands out keys in the order they came, each once", () => {
    const queue = new WorkQueue();
    for (const key of ["b", "a", "b"]) queue.add(key);
    expect(queue.size).to.equal(2);
    expect([queue.take(), queue.take(), queue.take()]).to.deep.equal(["b", "a", undefined]);
  });

  it("holds back a key that is being worked on, and folds repeats into one", () => {
    const queue = new WorkQueue();
    queue.add("a");
    queue.take();
    queue.add("a");
    queue.add("a");
    expect(queue.take()).to.equal(undefined);
    queue.done("a");
    expect([queue.take(), queue.take()]).to.deep.equal(["a", undefined]);
    queue.done("a");
    expect(queue.take()).to.equal(undefined);
  });

  it("passes over a held-back key to the next one", () => {
    const queue = new WorkQueue();
    queue.add("a");
    queue.take();
    queue.add("a");
    queue.add("b");
    expect(queue.take()).to.equal("b");
  });

  it("says when there may be work, and not when there cannot be", () => {
    let calls = 0;
    const queue = new WorkQueue(() => {
      calls += 1;
    });
    queue.add("a");
    queue.add("a");
    expect(calls).to.equal(1);
    queue.take();
    queue.add("a");
    expect(calls).to.equal(1);
    queue.done("a");
    expect(calls).to.equal(2);
    queue.take();
    queue.done("a");
    expect(calls).to.equal(2);
  });
});
