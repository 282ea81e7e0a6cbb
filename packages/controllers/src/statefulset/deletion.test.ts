import { expect } from "chai";
import type { Draft, StatefulSet } from "@ordinal/api";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { startGarbageCollector } from "../garbage/garbage-collector.ts";
import { startStorageProtection } from "../protection/storage-protection.ts";
import { startStatefulSetController } from "./statefulset-controller.ts";

const namespace = "default";
const web = { namespace, name: "web" };

describe("deleting a StatefulSet", () => {
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await startCluster();
    cluster.start(startStatefulSetController);
    cluster.start(startGarbageCollector);
    cluster.start(startStorageProtection);
  });
  afterEach(async () => {
    await cluster.stop();
  });

  async function bringUp(spec: Partial<StatefulSet["spec"]> = {}): Promise<void> {
    await cluster.client.create("statefulsets", aSet(spec));
    await cluster.until("pods", (pods) => pods.length === 2);
    await cluster.until("statefulsets", ([set]) => set?.status?.replicas === 2);
  }

  async function untilNone(...resources: readonly ("pods" | "statefulsets" | "controllerrevisions")[]): Promise<void> {
    for (const resource of resources) await cluster.until(resource, (all) => all.length === 0);
  }

  it("C30 C31 takes its pods and revisions along, and claims stay", async () => {
    await bringUp();
    await cluster.client.delete("statefulsets", web);
    await untilNone("statefulsets", "pods", "controllerrevisions");
    const { items } = await cluster.client.list("persistentvolumeclaims");
    expect(items.map((claim) => claim.metadata.name)).to.have.members(["www-web-0", "www-web-1"]);
  });

  it("C30 in the foreground goes after its pods", async () => {
    await bringUp();
    const { revision } = await cluster.client.list("statefulsets");
    await cluster.client.delete("statefulsets", web, { propagation: "Foreground" });
    const signal = AbortSignal.timeout(10_000);
    for await (const { type } of cluster.client.watch("statefulsets", { fromRevision: revision, signal })) {
      if (type === "DELETED") break;
    }
    expect((await cluster.client.list("pods")).items).to.deep.equal([]);
  });

  it("C29 with orphan leaves pods, and the next set of that name takes them over", async () => {
    await bringUp();
    const uids = (await cluster.client.list("pods")).items.map((pod) => pod.metadata.uid);
    await cluster.client.delete("statefulsets", web, { propagation: "Orphan" });
    await untilNone("statefulsets");
    const next = await cluster.client.create("statefulsets", aSet());
    const pods = await cluster.until("pods", (all) =>
      all.every((pod) => pod.metadata.ownerReferences?.some((owner) => owner.uid === next.metadata.uid)),
    );
    expect(pods.map((pod) => pod.metadata.uid)).to.have.members(uids);
    const revisions = await cluster.until("controllerrevisions", (all) =>
      all.every((each) => each.metadata.ownerReferences?.some((owner) => owner.uid === next.metadata.uid)),
    );
    expect(revisions).to.have.length(1);
  });

  it("C20 with whenDeleted Delete takes its claims along", async () => {
    await bringUp({ persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" } });
    await cluster.client.delete("statefulsets", web);
    await cluster.until("persistentvolumeclaims", (all) => all.length === 0);
  });

  it("C20 with whenScaled Delete drops the claims of pods that are scaled away, and makes new ones later", async () => {
    await bringUp({ persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Delete" } });
    const before = await cluster.client.get("persistentvolumeclaims", { namespace, name: "www-web-1" });
    const scale = async (replicas: number) =>
      await cluster.client.patch("statefulsets", web, { type: "merge", body: { spec: { replicas } } });
    await scale(1);
    await cluster.until("persistentvolumeclaims", (all) => all.length === 1);
    await scale(2);
    const claims = await cluster.until("persistentvolumeclaims", (all) => all.length === 2);
    expect(claims.map((claim) => claim.metadata.uid)).not.to.include(before.metadata.uid);
  });
});

function aSet(spec: Partial<StatefulSet["spec"]> = {}): Draft<StatefulSet> {
  return {
    metadata: web,
    spec: {
      replicas: 2,
      serviceName: "nginx",
      podManagementPolicy: "Parallel",
      selector: { matchLabels: { app: "nginx" } },
      template: { metadata: { labels: { app: "nginx" } }, spec: { containers: [{ name: "nginx", image: "nginx" }] } },
      volumeClaimTemplates: [
        {
          metadata: { name: "www" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
      ...spec,
    },
  };
}
