import { expect } from "chai";
import { createFakeClock, silentLogger } from "@ordinal/runtime";
import { startController } from "./controller.ts";

const clock = createFakeClock();
const log = silentLogger;

describe("startController", () => {
  it("reconciles nothing before its copies are in", async () => {
    const synced = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const seen: string[] = [];
    const controller = startController({
      name: "test",
      clock,
      log,
      reads: [{ synced: synced.promise }],
      reconcile: async (key) => {
        seen.push(key);
        done.resolve();
      },
    });
    controller.enqueue("a");
    await clock.advance(60_000);
    expect(seen).to.deep.equal([]);
    synced.resolve();
    await done.promise;
    expect(seen).to.deep.equal(["a"]);
    await controller.stop();
  });

  it("stops although a copy never comes in", async () => {
    const reads = [{ synced: new Promise<void>(() => {}) }];
    const seen: string[] = [];
    const reconcile = async (key: string): Promise<void> => void seen.push(key);
    const controller = startController({ name: "test", clock, log, reads, reconcile });
    controller.enqueue("a");
    await clock.advance(0);
    await controller.stop();
    expect(seen).to.deep.equal([]);
  });
});
