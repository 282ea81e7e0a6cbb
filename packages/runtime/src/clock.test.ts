import { expect } from "chai";
import { microTimestamp, systemClock, timestamp } from "./clock.ts";

describe("timestamps", () => {
  const ms = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

  it("are RFC 3339 in whole seconds", () => expect(timestamp(ms)).to.equal("2026-01-02T03:04:05Z"));
  it("have microseconds where Kubernetes wants them", () => {
    expect(microTimestamp(ms)).to.equal("2026-01-02T03:04:05.678000Z");
  });
});

describe("systemClock", () => {
  it("reads the machine's time", () => {
    const before = Date.now();
    expect(systemClock.now()).to.be.within(before, before + 1000);
  });

  it("sleeps until it is over or aborted", async () => {
    await systemClock.sleep(1);
    const ending = new AbortController();
    const sleeping = systemClock.sleep(60_000, ending.signal).then(
      () => "slept",
      (error: unknown) => error,
    );
    ending.abort(new Error("enough"));
    expect(await sleeping).to.be.an("error");
  });

  it("calls back once, or not at all", async () => {
    const called: string[] = [];
    const cancel = systemClock.after(1, () => called.push("cancelled"));
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.after(2, () => {
        called.push("kept");
        resolve();
      });
    });
    expect(called).to.deep.equal(["kept"]);
  });
});
