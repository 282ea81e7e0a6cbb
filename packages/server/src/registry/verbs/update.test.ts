import type { Namespace, StatefulSet } from "@ordinal/api";
import { expect } from "chai";
import { failureOf, podDraft, refusalOf, setDraft, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("updating an object", () => {
  let rig: RegistryRig;
  let set: StatefulSet;
  beforeEach(async () => {
    rig = await startRig();
    set = await rig.registry.create("statefulsets", setDraft("web"));
  });
  afterEach(async () => {
    await rig.stop();
  });

  const withReplicas = (replicas: number): StatefulSet => ({ ...set, spec: { ...set.spec, replicas } });

  it("A3 refuses an object that was changed since it was read, and keeps the change", async () => {
    const { registry } = rig;
    await registry.update("statefulsets", withReplicas(3));
    const error = await failureOf(registry.update("statefulsets", withReplicas(4)));
    expect(error.toStatus()).to.deep.include({
      code: 409,
      reason: "Conflict",
      message:
        'Operation cannot be fulfilled on statefulsets.apps "web": the object has been modified; please apply your changes to the latest version and try again',
      details: { name: "web", group: "apps", kind: "statefulsets" },
    });
    const { resourceVersion: _any, ...metadata } = set.metadata;
    const unconditional = { ...withReplicas(5), metadata } as StatefulSet;
    expect((await registry.update("statefulsets", unconditional)).spec.replicas).to.equal(5);
  });

  it("A3 lets one of many racing writers of one version win", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => rig.registry.update("statefulsets", withReplicas(index + 10))),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).to.have.length(1);
  });

  it("raises the generation when the spec changes, and only then", async () => {
    const { registry } = rig;
    const scaled = await registry.update("statefulsets", withReplicas(3));
    expect(scaled.metadata.generation).to.equal(2);
    const labelled = await registry.update("statefulsets", {
      ...scaled,
      metadata: { ...scaled.metadata, labels: { a: "b" } },
    });
    expect(labelled.metadata).to.deep.include({ generation: 2, labels: { a: "b" } });
    const reported = await registry.update(
      "statefulsets",
      { ...labelled, status: { replicas: 3 } },
      { subresource: "status" },
    );
    expect(reported.metadata.generation).to.equal(2);
  });

  it("writes nothing when nothing changes, whatever the order of fields and the defaults left out", async () => {
    const { registry } = rig;
    const { metadata, spec, ...rest } = set;
    const { podManagementPolicy: _default, ...someSpec } = spec;
    const same = await registry.update("statefulsets", { spec: someSpec, metadata, ...rest });
    expect(same).to.equal(await registry.get("statefulsets", metadata));
    expect(same.metadata.resourceVersion).to.equal(metadata.resourceVersion);
  });

  it("keeps what only the server writes", async () => {
    const changed = await rig.registry.update("statefulsets", {
      ...withReplicas(3),
      metadata: {
        ...set.metadata,
        generation: 50,
        creationTimestamp: "2001-01-01T00:00:00Z",
        deletionTimestamp: "2001-01-01T00:00:00Z",
      },
      status: { replicas: 9 },
    });
    const { resourceVersion, ...metadata } = set.metadata;
    expect(changed.metadata).to.deep.equal({ ...metadata, generation: 2, resourceVersion: "3" });
    expect(changed.status).to.deep.equal(set.status);
    expect(resourceVersion).to.equal("2");
  });

  it("A2 writes the status, and nothing but the status, through its subresource", async () => {
    const owner = { apiVersion: "v1", kind: "ConfigMap", name: "x", uid: "u" };
    const reported = await rig.registry.update(
      "statefulsets",
      {
        ...withReplicas(9),
        metadata: { ...set.metadata, ownerReferences: [owner] },
        status: { replicas: 2, readyReplicas: 1 },
      },
      { subresource: "status" },
    );
    expect(reported.spec).to.deep.equal(set.spec);
    expect(reported.status).to.deep.equal({ replicas: 2, readyReplicas: 1, availableReplicas: 0 });
    expect(reported.metadata).not.to.have.property("ownerReferences");
  });

  it("dates a volume's change of phase, and keeps a pod's quality of service", async () => {
    const { registry, clock } = rig;
    const volume = await registry.create("persistentvolumes", {
      metadata: { name: "disk" },
      spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/mnt/disk" } },
    });
    await clock.advance(5000);
    const status = { ...volume.status, phase: "Available" };
    const available = await registry.update("persistentvolumes", { ...volume, status }, { subresource: "status" });
    expect(available.status?.lastPhaseTransitionTime).to.equal("2026-01-01T00:00:05Z");
    const pod = await registry.create("pods", podDraft("web-0"));
    const running = await registry.update("pods", { ...pod, status: { phase: "Running" } }, { subresource: "status" });
    expect(running.status).to.deep.equal({ phase: "Running", qosClass: "BestEffort" });
  });

  it("C34 refuses changes of what cannot be changed", async () => {
    const renamed = { ...set, spec: { ...set.spec, serviceName: "other" } };
    expect(await refusalOf(rig.registry.update("statefulsets", renamed))).to.match(
      /^Invalid 422: StatefulSet\.apps "web" is invalid: spec: Forbidden: updates to statefulset spec for fields other than/,
    );
  });

  it("refuses another object of the same name", async () => {
    const { registry } = rig;
    await registry.delete("statefulsets", set.metadata);
    const { metadata } = await registry.create("statefulsets", setDraft("web"));
    const stale = { ...set, metadata: { ...set.metadata, resourceVersion: metadata.resourceVersion } };
    expect(await refusalOf(registry.update("statefulsets", stale))).to.equal(
      `Conflict 409: Operation cannot be fulfilled on statefulsets.apps "web": Precondition failed: UID in precondition: ${set.metadata.uid}, UID in object meta: ${metadata.uid}`,
    );
  });

  it("answers NotFound for what is not there, and changes nothing on a dry run", async () => {
    const { registry } = rig;
    const missing = { ...set, metadata: { ...set.metadata, name: "other" } };
    expect(await refusalOf(registry.update("statefulsets", missing))).to.equal(
      'NotFound 404: statefulsets.apps "other" not found',
    );
    expect((await registry.update("statefulsets", withReplicas(7), { dryRun: true })).spec.replicas).to.equal(7);
    expect(await registry.get("statefulsets", set.metadata)).to.deep.equal(set);
  });

  it("wants to know the version of a lease it replaces", async () => {
    const { registry } = rig;
    const lease = await registry.create("leases", { metadata: { name: "l", namespace: "default" }, spec: {} });
    const { resourceVersion: _any, ...metadata } = lease.metadata;
    expect(await refusalOf(registry.update("leases", { ...lease, metadata } as typeof lease))).to.equal(
      'Invalid 422: Lease.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    );
  });

  it("leaves a namespace's finalizers to the finalize subresource, with whose last one it goes", async () => {
    const { registry } = rig;
    const namespace = await registry.create("namespaces", { metadata: { name: "other" } });
    const emptied: Namespace = { ...namespace, spec: {} };
    expect((await registry.update("namespaces", emptied)).spec).to.deep.equal({ finalizers: ["kubernetes"] });
    const held = { ...namespace, spec: { finalizers: ["kubernetes" as const] } };
    await registry.update("namespaces", held, { subresource: "finalize" });
    const deleted = await registry.delete("namespaces", { name: "other" });
    expect(deleted.status).to.deep.equal({ phase: "Terminating" });
    expect(await registry.delete("namespaces", { name: "other" })).to.equal(deleted);
    await registry.update("namespaces", { ...deleted, spec: {} }, { subresource: "finalize" });
    expect(await refusalOf(registry.get("namespaces", { name: "other" }))).to.include("NotFound");
  });
});
