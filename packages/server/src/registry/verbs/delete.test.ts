import type { Pod } from "@ordinal/api";
import { expect } from "chai";
import { podDraft, refusalOf, setDraft, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("deleting an object", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(async () => {
    await rig.stop();
  });

  const at = { namespace: "default", name: "web-0" };
  const gone = 'NotFound 404: pods "web-0" not found';

  async function runningPod(spec: Partial<Pod["spec"]> = {}): Promise<Pod> {
    await rig.registry.create("pods", podDraft("web-0", spec));
    await rig.registry.bind(at, "ordinal");
    return await rig.registry.get("pods", at);
  }

  it("K6 gives a pod on a node its grace period, and keeps it until it is deleted with none", async () => {
    const { registry } = rig;
    await runningPod();
    const deleted = await registry.delete("pods", at);
    expect(deleted.metadata).to.include({ deletionTimestamp: "2026-01-01T00:00:30Z", deletionGracePeriodSeconds: 30 });
    expect(await registry.get("pods", at)).to.equal(deleted);
    expect(await registry.delete("pods", at)).to.equal(deleted);
    await registry.delete("pods", at, { gracePeriodSeconds: 0, preconditions: { uid: deleted.metadata.uid } });
    expect(await refusalOf(registry.get("pods", at))).to.equal(gone);
  });

  it("A9 takes the grace period from the request, then from the pod; it can be cut short but not made longer", async () => {
    const { registry, clock } = rig;
    await runningPod({ terminationGracePeriodSeconds: 60 });
    await registry.delete("pods", at);
    await clock.advance(10_000);
    const shorter = await registry.delete("pods", at, { gracePeriodSeconds: 20 });
    expect(shorter.metadata).to.include({ deletionTimestamp: "2026-01-01T00:00:20Z", deletionGracePeriodSeconds: 20 });
    expect(await registry.delete("pods", at, { gracePeriodSeconds: 40 })).to.equal(shorter);
  });

  it("A9 C24 removes at once a pod that is on no node, one that has ended, and one deleted with force", async () => {
    const { registry } = rig;
    await registry.create("pods", podDraft("web-0"));
    await registry.delete("pods", at);
    expect(await refusalOf(registry.get("pods", at))).to.equal(gone);
    const pod = await runningPod();
    await registry.update("pods", { ...pod, status: { phase: "Succeeded" } }, { subresource: "status" });
    await registry.delete("pods", at);
    expect(await refusalOf(registry.get("pods", at))).to.equal(gone);
    await runningPod();
    const last = await registry.delete("pods", at, { gracePeriodSeconds: 0 });
    expect(last.metadata.name).to.equal("web-0");
    expect(await refusalOf(registry.get("pods", at))).to.equal(gone);
  });

  it("A9 keeps an object until its last finalizer is removed", async () => {
    const { registry } = rig;
    const draft = podDraft("web-0");
    const finalizers = ["example.com/a", "example.com/b"];
    await registry.create("pods", { ...draft, metadata: { ...draft.metadata, finalizers } });
    await registry.bind(at, "ordinal");
    await registry.delete("pods", at);
    const forced = await registry.delete("pods", at, { gracePeriodSeconds: 0 });
    expect(forced.metadata).to.deep.include({
      deletionTimestamp: "2026-01-01T00:00:00Z",
      deletionGracePeriodSeconds: 0,
      finalizers,
    });
    const remove = async (body: unknown): Promise<Pod> => await registry.patch("pods", at, { type: "merge", body });
    expect((await remove({ metadata: { finalizers: ["example.com/b"] } })).metadata.finalizers).to.have.length(1);
    expect(await refusalOf(remove({ metadata: { finalizers: ["example.com/b", "example.com/c"] } }))).to.equal(
      'Invalid 422: Pod "web-0" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/c"}',
    );
    await remove({ metadata: { finalizers: null } });
    expect(await refusalOf(registry.get("pods", at))).to.equal(gone);
  });

  it("does not remove a pod that still has time, even when its last finalizer goes", async () => {
    const { registry } = rig;
    const draft = podDraft("web-0");
    await registry.create("pods", { ...draft, metadata: { ...draft.metadata, finalizers: ["example.com/a"] } });
    await registry.bind(at, "ordinal");
    await registry.delete("pods", at);
    await registry.patch("pods", at, { type: "merge", body: { metadata: { finalizers: null } } });
    expect((await registry.get("pods", at)).metadata.deletionGracePeriodSeconds).to.equal(30);
  });

  it("C30 asks the garbage collector for what the propagation wants", async () => {
    const { registry } = rig;
    for (const [propagation, finalizers] of [
      ["Foreground", ["foregroundDeletion"]],
      ["Orphan", ["orphan"]],
    ] as const) {
      const { metadata } = await registry.create("statefulsets", setDraft("web"));
      const deleted = await registry.delete("statefulsets", metadata, { propagation });
      expect(deleted.metadata).to.deep.include({
        finalizers,
        generation: 2,
        deletionTimestamp: "2026-01-01T00:00:00Z",
        deletionGracePeriodSeconds: 0,
      });
      expect(await registry.delete("statefulsets", metadata, { propagation })).to.equal(deleted);
      await registry.delete("statefulsets", metadata, { propagation: "Background" });
      expect(await refusalOf(registry.get("statefulsets", metadata))).to.include("NotFound 404");
    }
  });

  it("A9 deletes only the object that is meant", async () => {
    const { registry } = rig;
    const { metadata } = await registry.create("statefulsets", setDraft("web"));
    expect(await refusalOf(registry.delete("statefulsets", metadata, { preconditions: { uid: "other" } }))).to.equal(
      `Conflict 409: Operation cannot be fulfilled on statefulsets.apps "web": the UID in the precondition (other) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
    const resourceVersion = "1";
    expect(await refusalOf(registry.delete("statefulsets", metadata, { preconditions: { resourceVersion } }))).to.equal(
      'Conflict 409: Operation cannot be fulfilled on statefulsets.apps "web": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (2). The object might have been modified',
    );
    const { uid, resourceVersion: current } = metadata;
    await registry.delete("statefulsets", metadata, { preconditions: { uid, resourceVersion: current } });
  });

  it("deletes nothing on a dry run, and says NotFound of what is not there", async () => {
    const { registry } = rig;
    const { metadata } = await registry.create("statefulsets", setDraft("web"));
    await registry.delete("statefulsets", metadata, { dryRun: true });
    await registry.delete("statefulsets", metadata);
    expect(await refusalOf(registry.delete("statefulsets", metadata))).to.equal(
      'NotFound 404: statefulsets.apps "web" not found',
    );
  });

  it("protects the namespaces every cluster has", async () => {
    expect(await refusalOf(rig.registry.delete("namespaces", { name: "default" }))).to.equal(
      'Forbidden 403: namespaces "default" is forbidden: this namespace may not be deleted',
    );
  });
});
