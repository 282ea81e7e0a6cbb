import { expect } from "chai";
import { startBindingController } from "../binding/binding-controller.ts";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { startNamespaceController } from "../namespace/namespace-controller.ts";
import { startStorageProtection } from "./storage-protection.ts";

const data = { namespace: "default", name: "data" };
const claim = {
  metadata: data,
  spec: { accessModes: ["ReadWriteOnce"], storageClassName: "manual", resources: { requests: { storage: "1Gi" } } },
};
const volume = {
  metadata: { name: "a" },
  spec: {
    accessModes: ["ReadWriteOnce"],
    storageClassName: "manual",
    capacity: { storage: "1Gi" },
    hostPath: { path: "/tmp/a" },
  },
};
const pod = (name: string, namespace = "default") => ({
  metadata: { name, namespace },
  spec: {
    nodeName: "ordinal",
    containers: [{ name: "main", image: "pause" }],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
  },
});
const now = { gracePeriodSeconds: 0 };

describe("storage protection", () => {
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await startCluster();
    cluster.start(startStorageProtection);
  });
  afterEach(async () => {
    await cluster.stop();
  });

  /** Resolves when the controllers have seen everything there is, so that what they have not done they will not do. */
  async function untilSettled(): Promise<void> {
    const marker = { ...claim, metadata: { name: "marker", namespace: "default" } };
    await cluster.client.create("persistentvolumeclaims", marker);
    await cluster.client.delete("persistentvolumeclaims", marker.metadata);
    await cluster.until("persistentvolumeclaims", (all) => all.every(({ metadata }) => metadata.name !== "marker"));
  }

  it("S20 keeps a deleted claim until the last pod that uses it is gone", async () => {
    const { client } = cluster;
    await client.create("persistentvolumeclaims", claim);
    await client.create("pods", pod("one"));
    await client.create("pods", pod("two"));
    const { metadata } = await client.delete("persistentvolumeclaims", data);
    expect(metadata.deletionTimestamp).to.be.a("string");
    await client.delete("pods", { namespace: "default", name: "one" }, now);
    await untilSettled();
    await client.get("persistentvolumeclaims", data);
    await client.delete("pods", { namespace: "default", name: "two" }, now);
    await cluster.until("persistentvolumeclaims", (all) => all.length === 0);
  });

  it("S20 lets go of an unused claim at once, and of one that only an unscheduled pod names", async () => {
    const { client } = cluster;
    await client.create("persistentvolumeclaims", claim);
    const waiting = pod("waiting");
    await client.create("pods", { ...waiting, spec: { ...waiting.spec, nodeName: "" } });
    await client.delete("persistentvolumeclaims", data);
    await cluster.until("persistentvolumeclaims", (all) => all.length === 0);
  });

  it("S20 gives the finalizer back to a claim that lost it", async () => {
    await cluster.client.create("persistentvolumeclaims", claim);
    const body = { metadata: { finalizers: null } };
    await cluster.client.patch("persistentvolumeclaims", data, { type: "merge", body });
    await cluster.until("persistentvolumeclaims", ([each]) => each?.metadata.finalizers?.length === 1);
  });

  it("S21 keeps a deleted volume until the claim it is bound to is gone", async () => {
    const { client } = cluster;
    cluster.start(startBindingController);
    await client.create("persistentvolumes", volume);
    await client.create("persistentvolumeclaims", claim);
    await cluster.until("persistentvolumeclaims", ([each]) => each?.status?.phase === "Bound");
    const terminating = await client.delete("persistentvolumes", { name: "a" });
    expect(terminating.status?.phase).to.equal("Bound");
    await untilSettled();
    await client.get("persistentvolumes", { name: "a" });
    await client.delete("persistentvolumeclaims", data);
    await cluster.until("persistentvolumes", (all) => all.length === 0);
  });

  it("S21 lets go of a volume nobody has at once", async () => {
    await cluster.client.create("persistentvolumes", volume);
    await cluster.client.delete("persistentvolumes", { name: "a" });
    await cluster.until("persistentvolumes", (all) => all.length === 0);
  });

  it("S20 a namespace with pods and the claims they use can be deleted: pods first, then claims", async () => {
    const { client } = cluster;
    cluster.start(startNamespaceController);
    await client.create("namespaces", { metadata: { name: "team" } });
    await client.create("persistentvolumeclaims", { ...claim, metadata: { name: "data", namespace: "team" } });
    await client.create("pods", pod("one", "team"));
    const { revision } = await client.list("namespaces");
    await client.delete("namespaces", { name: "team" });
    await cluster.until("pods", ([each]) => each?.metadata.deletionTimestamp !== undefined);
    await client.get("persistentvolumeclaims", { name: "data", namespace: "team" });
    // What the node does once the pod's processes have ended.
    await client.delete("pods", { name: "one", namespace: "team" }, now);
    const signal = AbortSignal.timeout(10_000);
    for await (const { type, object } of client.watch("namespaces", { fromRevision: revision, signal })) {
      if (type === "DELETED" && object.metadata.name === "team") break;
    }
    expect((await client.list("persistentvolumeclaims", { namespace: "team" })).items).to.deep.equal([]);
  });
});
