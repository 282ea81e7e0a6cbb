import { expect } from "chai";
import { startRig, type RegistryRig } from "./registry-rig.fixture.ts";

const minuteMs = 60_000;

describe("expireEvents", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(async () => {
    await rig.stop();
  });

  async function record(name: string): Promise<void> {
    const involvedObject = { kind: "Pod", namespace: "default", name: "web-0" };
    const lastTimestamp = new Date(rig.clock.now()).toISOString();
    await rig.registry.create("events", { metadata: { name, namespace: "default" }, involvedObject, lastTimestamp });
  }

  /** Resolves once these, and no others, are left. */
  async function left(): Promise<readonly string[]> {
    const { items } = await rig.registry.list("events");
    return items.map(({ metadata }) => metadata.name);
  }

  async function waitFor(names: readonly string[]): Promise<void> {
    const ending = new AbortController();
    const changes = rig.registry.watch("events", { signal: ending.signal })[Symbol.asyncIterator]();
    while ((await left()).join() !== names.join()) await changes.next();
    ending.abort();
  }

  it("removes what has not changed for an hour when something new happens", async () => {
    await record("a");
    await record("b");
    await rig.clock.advance(40 * minuteMs);
    await record("c");
    await rig.registry.patch("events", { namespace: "default", name: "b" }, { type: "merge", body: { count: 2 } });
    await rig.clock.advance(20 * minuteMs);
    expect(await left()).to.deep.equal(["a", "b", "c"]);
    await record("d");
    await waitFor(["b", "c", "d"]);
  });

  it("knows how old events are after a restart", async () => {
    await record("a");
    await rig.clock.advance(40 * minuteMs);
    await record("b");
    await rig.restart();
    await rig.clock.advance(20 * minuteMs);
    await record("c");
    await waitFor(["b", "c"]);
  });
});
