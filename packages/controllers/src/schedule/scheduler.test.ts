import { expect } from "chai";
import { podCondition } from "@ordinal/api";
import { startBindingController } from "../binding/binding-controller.ts";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import {
  claimInPhase,
  createNode,
  eventAbout,
  newClaim,
  newClass,
  newLocalVolume,
  newPod,
  newVolume,
  volumeInPhase,
} from "../storage.fixture.ts";
import { startScheduler } from "./scheduler.ts";

const later = { volumeBindingMode: "WaitForFirstConsumer" };
const ofLater = { storageClassName: "later" };

describe("the scheduler over a real registry", () => {
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await startCluster();
    await createNode(cluster);
    cluster.start(startScheduler);
    cluster.start(startBindingController);
  });
  afterEach(async () => {
    await cluster.stop();
  });

  async function untilOnNode(name: string): Promise<void> {
    await cluster.until("pods", (pods) =>
      pods.some((pod) => pod.metadata.name === name && pod.spec.nodeName === "ordinal"),
    );
  }

  async function refusalOf(name: string, part: string): Promise<void> {
    await cluster.until("pods", (pods) =>
      pods.some((pod) => {
        return pod.metadata.name === name && podCondition(pod, "PodScheduled")?.message?.includes(part) === true;
      }),
    );
  }

  it("S11 binds static local volumes when a pod asks: the smallest on its node, and never before", async () => {
    const { client } = cluster;
    await client.create("storageclasses", newClass("later", later));
    for (const [name, nodeName, storage] of [
      ["large", "ordinal", "9Gi"],
      ["fits", "ordinal", "2Gi"],
      ["elsewhere", "other", "1Gi"],
    ] as const) {
      await client.create("persistentvolumes", newLocalVolume(name, { nodeName, ...ofLater, capacity: { storage } }));
      await volumeInPhase(cluster, name, "Available");
    }
    await client.create("persistentvolumeclaims", newClaim("data", ofLater));
    expect(await eventAbout(cluster, "data", "WaitForFirstConsumer")).to.equal(
      "waiting for first consumer to be created before binding",
    );
    expect(
      (await client.get("persistentvolumeclaims", { namespace: "default", name: "data" })).spec.volumeName,
    ).to.equal(undefined);
    await client.create("pods", newPod("web-0", "data"));
    await untilOnNode("web-0");
    const bound = await claimInPhase(cluster, "data", "Bound");
    expect(bound.spec.volumeName).to.equal("fits");
    expect(bound.metadata.annotations).to.not.have.property("volume.kubernetes.io/selected-node");
    const fits = await volumeInPhase(cluster, "fits", "Bound");
    expect(fits.metadata.annotations).to.include({ "pv.kubernetes.io/bound-by-controller": "yes" });
    expect(fits.spec.claimRef?.uid).to.equal(bound.metadata.uid);
  });

  it("S11 waits for a volume to appear where the class makes none, and the claim says for whom", async () => {
    const { client } = cluster;
    await client.create("storageclasses", newClass("later", later));
    await client.create("persistentvolumeclaims", newClaim("data", ofLater));
    await client.create("pods", newPod("web-0", "data"));
    await refusalOf("web-0", "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind.");
    expect(await eventAbout(cluster, "data", "WaitForPodScheduled")).to.equal("waiting for pod web-0 to be scheduled");
    await client.create("persistentvolumes", newVolume("a", ofLater));
    await untilOnNode("web-0");
  });

  it("S11 chooses the node for a volume to be made, and asks the provisioner", async () => {
    const { client } = cluster;
    const provisioner = "example.com/maker";
    await client.create("storageclasses", newClass("later", { ...later, provisioner }));
    await client.create("persistentvolumeclaims", newClaim("data", ofLater));
    await client.create("pods", newPod("web-0", "data"));
    await cluster.until("persistentvolumeclaims", ([claim]) => {
      const marks = claim?.metadata.annotations ?? {};
      return (
        marks["volume.kubernetes.io/selected-node"] === "ordinal" &&
        marks["volume.kubernetes.io/storage-provisioner"] === provisioner &&
        marks["volume.beta.kubernetes.io/storage-provisioner"] === provisioner
      );
    });
    expect(await eventAbout(cluster, "data", "ExternalProvisioning")).to.contain(`'${provisioner}'`);
  });

  it("S43 has the node chosen again when the one that was chosen is gone", async () => {
    const { client } = cluster;
    await client.create("storageclasses", newClass("later", { ...later, provisioner: "example.com/maker" }));
    const annotations = { "volume.kubernetes.io/selected-node": "gone" };
    const { metadata, ...claim } = newClaim("data", ofLater);
    await client.create("persistentvolumeclaims", { ...claim, metadata: { ...metadata, annotations } });
    await client.create("pods", newPod("web-0", "data"));
    await cluster.until("persistentvolumeclaims", ([each]) => {
      return each?.metadata.annotations?.["volume.kubernetes.io/selected-node"] === "ordinal";
    });
  });

  it("S12 tells what is wrong with a pod's claim, and goes on when it is mended", async () => {
    const { client } = cluster;
    await client.create("pods", newPod("web-0", "data"));
    await refusalOf("web-0", 'persistentvolumeclaim "data" not found');
    expect(await eventAbout(cluster, "web-0", "FailedScheduling")).to.equal(
      '0/1 nodes are available: persistentvolumeclaim "data" not found.',
    );
    await client.create("persistentvolumeclaims", newClaim("data"));
    await refusalOf("web-0", "pod has unbound immediate PersistentVolumeClaims");
    await client.create("persistentvolumes", newVolume("a"));
    await untilOnNode("web-0");
    await client.delete("persistentvolumeclaims", { namespace: "default", name: "data" });
    await client.create("pods", newPod("web-1", "data"));
    await refusalOf("web-1", 'persistentvolumeclaim "data" is being deleted');
  });

  it("S12 S19 keeps a pod of a Lost claim waiting until the volume comes back", async () => {
    const { client } = cluster;
    await client.create("persistentvolumes", newVolume("a"));
    await client.create("persistentvolumeclaims", newClaim("data"));
    await claimInPhase(cluster, "data", "Bound");
    await client.patch("persistentvolumes", { name: "a" }, { type: "merge", body: { metadata: { finalizers: null } } });
    await client.delete("persistentvolumes", { name: "a" });
    await claimInPhase(cluster, "data", "Lost");
    await client.create("pods", newPod("web-0", "data"));
    await refusalOf("web-0", 'persistentvolumeclaim "data" bound to non-existent persistentvolume "a"');
    await client.create("persistentvolumes", newVolume("a"));
    await untilOnNode("web-0");
  });

  it("S43 S29 says that a bound volume is on a node that is gone, and lets everything be deleted", async () => {
    const { client } = cluster;
    await client.create("persistentvolumes", newLocalVolume("a", { nodeName: "gone" }));
    await client.create("persistentvolumeclaims", newClaim("data"));
    await claimInPhase(cluster, "data", "Bound");
    await client.create("pods", newPod("web-0", "data"));
    await refusalOf("web-0", "0/1 nodes are available: 1 node(s) had volume node affinity conflict.");
    await client.delete("pods", { namespace: "default", name: "web-0" });
    await cluster.until("pods", (pods) => pods.length === 0);
  });

  it("S28 puts one pod at a time on the node with a claim of one pod, however many come at once", async () => {
    const { client } = cluster;
    const accessModes = ["ReadWriteOncePod"];
    await client.create("persistentvolumes", newVolume("a", { accessModes }));
    await client.create("persistentvolumeclaims", newClaim("data", { accessModes }));
    const names = ["a", "b", "c", "d", "e"];
    await Promise.all(names.map((name) => client.create("pods", newPod(name, "data"))));
    const reason = "1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
    for (let left = names.length; left > 0; left -= 1) {
      const pods = await cluster.until("pods", (all) => {
        const refused = all.filter((pod) => podCondition(pod, "PodScheduled")?.message?.includes(reason));
        return all.length === left && all.some(isOnNode) && refused.filter((pod) => !isOnNode(pod)).length === left - 1;
      });
      const [holder, ...others] = pods.filter(isOnNode);
      expect(others).to.deep.equal([]);
      const name = holder?.metadata.name ?? "";
      await client.delete("pods", { namespace: "default", name }, { gracePeriodSeconds: 0 });
    }
  });

  it("S28 a pod that has ended makes room for the next", async () => {
    const { client } = cluster;
    const accessModes = ["ReadWriteOncePod"];
    await client.create("persistentvolumes", newVolume("a", { accessModes }));
    await client.create("persistentvolumeclaims", newClaim("data", { accessModes }));
    await client.create("pods", newPod("one", "data"));
    await untilOnNode("one");
    await client.create("pods", newPod("two", "data"));
    await refusalOf("two", "ReadWriteOncePod");
    const body = { status: { phase: "Succeeded" } };
    await client.patch("pods", { namespace: "default", name: "one" }, { type: "merge", body, subresource: "status" });
    await untilOnNode("two");
  });
});

function isOnNode(pod: { readonly spec: { readonly nodeName?: string } }): boolean {
  return (pod.spec.nodeName ?? "") !== "";
}
