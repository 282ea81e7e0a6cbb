import { parseFieldSelector, parseLabelSelector, type Pod } from "@ordinal/api";
import type { WatchEvent, WatchOptions } from "@ordinal/client";
import { expect } from "chai";
import { podDraft, refusalOf, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

const at = (name: string) => ({ namespace: "default", name });

describe("watching objects", () => {
  let rig: RegistryRig;
  let ending: AbortController;
  beforeEach(async () => {
    rig = await startRig({ keepEvents: 50 });
    ending = new AbortController();
  });
  afterEach(async () => {
    ending.abort();
    await rig.stop();
  });

  function watchPods(options: Omit<WatchOptions, "signal"> = {}): AsyncIterator<WatchEvent<Pod>> {
    return rig.registry.watch("pods", { ...options, signal: ending.signal })[Symbol.asyncIterator]();
  }

  it("A4 first tells what there is, then what changes", async () => {
    const { registry } = rig;
    await registry.create("pods", podDraft("a"));
    await registry.create("pods", podDraft("b"));
    const events = watchPods();
    expect(await next(events, 2)).to.deep.equal(["ADDED a@2", "ADDED b@3"]);
    await registry.bind(at("a"), "ordinal");
    await registry.delete("pods", at("b"));
    await registry.create("pods", podDraft("b"));
    expect(await next(events, 3)).to.deep.equal(["MODIFIED a@4", "DELETED b@5", "ADDED b@6"]);
  });

  it("A4 goes on from a list without a gap", async () => {
    const { registry } = rig;
    await registry.create("pods", podDraft("a"));
    const { revision } = await registry.list("pods");
    await registry.create("pods", podDraft("b"));
    await registry.create("configmaps", { metadata: { name: "c", namespace: "default" } });
    const events = watchPods({ fromRevision: revision });
    await registry.create("pods", podDraft("d"));
    expect(await next(events, 2)).to.deep.equal(["ADDED b@3", "ADDED d@5"]);
  });

  it("A4 A8 tells objects that start and stop matching as added and deleted", async () => {
    const { registry } = rig;
    const events = watchPods({ fromRevision: registry.revision(), labelSelector: parseLabelSelector("app=web") });
    const relabel = async (app: string): Promise<unknown> =>
      await registry.patch("pods", at("a"), { type: "merge", body: { metadata: { labels: { app } } } });
    await registry.create("pods", podDraft("a"));
    await relabel("other");
    await registry.bind(at("a"), "ordinal");
    await relabel("web");
    await registry.patch("pods", at("a"), { type: "merge", body: { metadata: { annotations: { a: "b" } } } });
    await registry.delete("pods", at("a"), { gracePeriodSeconds: 0 });
    expect(await next(events, 5)).to.deep.equal([
      "ADDED a@2",
      "DELETED a@3",
      "ADDED a@5",
      "MODIFIED a@6",
      "DELETED a@7",
    ]);
  });

  it("watches one object by its name, and no other whose name starts alike", async () => {
    const { registry } = rig;
    const events = watchPods({ namespace: "default", fieldSelector: parseFieldSelector("metadata.name=web-1") });
    await registry.create("pods", podDraft("web-10"));
    await registry.create("pods", podDraft("web-1"));
    expect(await next(events, 1)).to.deep.equal(["ADDED web-1@3"]);
  });

  it("ends when the signal aborts, whether it waits or not", async () => {
    const waiting = next(watchPods(), 1);
    await rig.registry.create("pods", podDraft("a"));
    expect(await waiting).to.deep.equal(["ADDED a@2"]);
    const events = watchPods();
    await next(events, 1);
    const last = next(events, 1);
    ending.abort();
    expect(await last).to.deep.equal(["end"]);
    expect(await next(watchPods(), 1)).to.deep.equal(["end"]);
  });

  it("A4 answers Expired when the revision is no longer kept", async () => {
    for (let count = 0; count < 60; count += 1) {
      await rig.registry.create("configmaps", { metadata: { name: `c${count}`, namespace: "default" } });
    }
    expect(await refusalOf(watchPods({ fromRevision: 5 }).next())).to.equal(
      "Expired 410: too old resource version: 5 (11)",
    );
    await rig.restart();
    expect(await refusalOf(watchPods({ fromRevision: 60 }).next())).to.include("Expired 410");
  });

  it("refuses a revision that is still to come", async () => {
    expect(await refusalOf(watchPods({ fromRevision: 100 }).next())).to.equal(
      "Timeout 504: Too large resource version: 100, current: 1",
    );
  });
});

/** The next events, as `TYPE name@version`. */
async function next(events: AsyncIterator<WatchEvent<Pod>>, count: number): Promise<readonly string[]> {
  const seen: string[] = [];
  while (seen.length < count) {
    const { value, done } = await events.next();
    if (done === true) return [...seen, "end"];
    const { type, object, revision } = value;
    expect(object.metadata.resourceVersion).to.equal(String(revision));
    seen.push(`${type} ${object.metadata.name}@${revision}`);
  }
  return seen;
}
