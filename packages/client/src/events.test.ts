import type { ConfigMap, Event, KubeObject } from "@ordinal/api";
import { createFakeClock, silentLogger, type FakeClock, type Fields, type Logger } from "@ordinal/runtime";
import { expect } from "chai";
import { createEventRecorder, type EventRecorder, type Happening } from "./events.ts";
import { startInformer, type Informer } from "./informer.ts";
import { startRegistryRig, type RegistryRig } from "./registry-rig.fixture.ts";

describe("event recorder", () => {
  let rig: RegistryRig;
  let clock: FakeClock;
  let events: Informer<Event>;
  let recorder: EventRecorder;
  let regarding: ConfigMap;
  const said: string[] = [];
  let notify = (): void => {
    said.length = 0;
  };

  const say =
    (level: string) =>
    (message: string, fields?: Fields): void => {
      said.push(`${level} ${message}: ${String(fields?.["error"])}`);
      notify();
    };
  const log: Logger = { ...silentLogger, debug: say("debug"), warn: say("warn") };
  beforeEach(async () => {
    said.length = 0;
    rig = await startRegistryRig();
    clock = createFakeClock();
    const client = rig.registry;
    recorder = createEventRecorder({ client, clock, log, component: "statefulset-controller" });
    regarding = await client.create("configmaps", { metadata: { name: "web", namespace: "default" } });
    events = startInformer("events", { client, clock, log: silentLogger });
    await events.synced;
    events.onChange(() => notify());
  });
  afterEach(async () => {
    await events.stop();
    await rig.stop();
  });

  /** Says it, and lets the moment pass that events wait. */
  function record(about: KubeObject, happening: Happening): void {
    recorder.record(about, happening);
    void clock.advance(50);
  }

  /** Resolves once this holds; it is looked at after each change. */
  async function until(holds: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      notify = () => {
        if (holds()) resolve();
      };
      notify();
    });
  }

  const created = { type: "Normal", reason: "SuccessfulCreate", message: "create Pod web-0 successful" } as const;
  const counts = () =>
    events
      .list()
      .map(({ count }) => count ?? 0)
      .toSorted((a, b) => a - b);

  it("A12 writes what kubectl describe needs to find and show it", async () => {
    record(regarding, created);
    await until(() => counts().length === 1);
    const [event] = events.list();
    expect(event?.metadata.name).to.match(/^web\.[0-9a-f]{16}$/);
    expect(event).to.deep.include({
      ...created,
      count: 1,
      source: { component: "statefulset-controller" },
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:00:00Z",
    });
    expect(event?.involvedObject).to.deep.equal({
      apiVersion: "v1",
      kind: "ConfigMap",
      name: "web",
      namespace: "default",
      uid: regarding.metadata.uid,
      resourceVersion: regarding.metadata.resourceVersion,
    });
  });

  it("A12 counts repeats of one event, also those that come at once", async () => {
    for (let time = 0; time < 3; time += 1) record(regarding, created);
    await until(() => counts()[0] === 3);
    expect(events.list()).to.have.length(1);
    record(regarding, { ...created, message: "another" });
    await until(() => events.list().length === 2);
    expect(counts()).to.deep.equal([1, 3]);
  });

  it("A12 begins a new event when the last one is long ago", async () => {
    record(regarding, created);
    await until(() => counts().length === 1);
    await clock.advance(9 * 60_000);
    record(regarding, created);
    await until(() => counts()[0] === 2);
    expect(events.list()[0]?.lastTimestamp).to.equal("2026-01-01T00:09:00Z");
    await clock.advance(11 * 60_000);
    record(regarding, created);
    await until(() => counts().length === 2);
    expect(counts()).to.deep.equal([1, 2]);
  });

  it("A12 writes about an object without a namespace in default", async () => {
    const node = await rig.registry.create("nodes", { metadata: { name: "ordinal" } });
    record(node, { type: "Normal", reason: "Starting", message: "" });
    await until(() => counts().length === 1);
    expect(events.list()[0]?.metadata.namespace).to.equal("default");
    expect(events.list()[0]?.involvedObject).not.to.have.property("namespace");
  });

  it("A12 begins anew when somebody has deleted the event", async () => {
    record(regarding, created);
    await until(() => counts().length === 1);
    const [first] = events.list();
    await rig.registry.delete("events", { namespace: "default", name: first?.metadata.name ?? "" });
    await until(() => counts().length === 0);
    record(regarding, created);
    await until(() => counts().length === 1);
    expect([counts(), said]).to.deep.equal([[1], []]);
  });

  it("A12 says, and does not throw, when an event cannot be written", async () => {
    const lost = { ...regarding, metadata: { ...regarding.metadata, namespace: "gone" } };
    record(lost, created);
    await until(() => said.length === 1);
    expect(said).to.deep.equal(['debug could not write event SuccessfulCreate: namespaces "gone" not found']);
  });
});
