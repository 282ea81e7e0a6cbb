import { ApiError } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { createFakeClock, createStopStack, silentLogger, type Clock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { eventually, startApi } from "../api.fixture.ts";
import { startLeaseReporter } from "./lease-reporter.ts";

const place = { namespace: "kube-system", name: "ordinal-dns" };

describe("the lease reporter", () => {
  let parts: StopStack;
  let api: Client;
  beforeEach(async () => {
    parts = createStopStack();
    api = parts.add(await startApi()).client;
  });
  afterEach(() => parts.stop());

  async function served(): Promise<string | undefined> {
    const lease = await api.get("leases", place).catch(() => undefined);
    return lease?.metadata.annotations?.["ordinal.internal/served-revision"];
  }

  it("makes the lease when there is none, and patches it from then on", async () => {
    const clock = createFakeClock();
    const reporter = parts.add(startLeaseReporter({ client: api, clock, log: silentLogger }));
    reporter.report(7);
    await eventually(async () => expect(await served()).to.equal("7"));
    reporter.report(9);
    await eventually(async () => expect(await served()).to.equal("9"));
    const { spec } = await api.get("leases", place);
    expect(spec).to.deep.include({ holderIdentity: "ordinal-dns", renewTime: "2026-01-01T00:00:00.000000Z" });
  });

  it("sends the first word at once, and what comes meanwhile together in one more patch", async () => {
    const sent: string[] = [];
    const gate = Promise.withResolvers<void>();
    const client: Client = {
      ...api,
      async patch(resource, at, patch) {
        sent.push(JSON.stringify(patch.body).replace(/.*served-revision":"(\d+)".*/, "$1"));
        await gate.promise;
        return await api.patch(resource, at, patch);
      },
    };
    const reporter = parts.add(startLeaseReporter({ client, clock: createFakeClock(), log: silentLogger }));
    reporter.report(1);
    expect(sent).to.deep.equal(["1"]);
    for (let revision = 2; revision <= 100; revision += 1) reporter.report(revision);
    gate.resolve();
    await eventually(async () => expect(await served()).to.equal("100"));
    expect(sent).to.deep.equal(["1", "100"]);
  });

  it("renews the lease every 10 s while nothing changes", async () => {
    const fake = createFakeClock();
    const waits: number[] = [];
    const clock: Clock = {
      ...fake,
      after(ms, callback) {
        waits.push(ms);
        return fake.after(ms, callback);
      },
    };
    const reporter = parts.add(startLeaseReporter({ client: api, clock, log: silentLogger }));
    reporter.report(7);
    for (const time of ["00:00:00", "00:00:10", "00:00:20"]) {
      await eventually(async () => {
        expect((await api.get("leases", place)).spec?.renewTime).to.equal(`2026-01-01T${time}.000000Z`);
      });
      await eventually(() => expect(waits.splice(0)).to.deep.equal([10_000]));
      await fake.advance(10_000);
    }
  });

  it("tries again when the API server does not answer, with the newest word", async () => {
    const clock = createFakeClock();
    let failures = 3;
    const client: Client = {
      ...api,
      async patch(resource, at, patch) {
        failures -= 1;
        if (failures >= 0) throw new ApiError("ServiceUnavailable", "cut off");
        return await api.patch(resource, at, patch);
      },
    };
    const reporter = parts.add(startLeaseReporter({ client, clock, log: silentLogger }));
    reporter.report(7);
    reporter.report(8);
    for (const waitMs of [20, 40, 80]) await clock.advance(waitMs);
    await eventually(async () => expect(await served()).to.equal("8"));
  });

  it("can be stopped while the API server hangs", async () => {
    const clock = createFakeClock();
    const client: Client = { ...api, patch: () => new Promise(() => {}) };
    const reporter = startLeaseReporter({ client, clock, log: silentLogger });
    reporter.report(7);
    const stopped = reporter.stop();
    await clock.advance(500);
    await stopped;
  });
});
