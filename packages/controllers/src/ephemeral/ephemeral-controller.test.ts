import type { Pod } from "@ordinal/api";
import { expect } from "chai";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { startGarbageCollector } from "../garbage/garbage-collector.ts";
import { startEphemeralController } from "./ephemeral-controller.ts";

const at = { namespace: "default", name: "web-scratch" };
const template = {
  metadata: { labels: { app: "web" }, annotations: { note: "kept" } },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, storageClassName: "fast" },
};

describe("the ephemeral volume controller", () => {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(async () => {
    await cluster.stop();
  });

  async function createPod(): Promise<Pod> {
    return await cluster.client.create("pods", {
      metadata: { name: "web", namespace: "default" },
      spec: {
        containers: [{ name: "main", image: "i" }],
        volumes: [{ name: "scratch", ephemeral: { volumeClaimTemplate: template } }],
      },
    });
  }

  /** What the protection controller does once no pod uses the claim. */
  async function letClaimGo(): Promise<void> {
    const body = { metadata: { finalizers: null } };
    await cluster.client.patch("persistentvolumeclaims", at, { type: "merge", body });
  }

  it("S45 makes the claim as the template says, owned by the pod", async () => {
    cluster.start(startEphemeralController);
    const pod = await createPod();
    const [claim] = await cluster.until("persistentvolumeclaims", ({ length }) => length === 1);
    const { name, labels, annotations, ownerReferences } = claim?.metadata ?? {};
    expect({ name, labels, annotations }).to.deep.equal({ name: "web-scratch", ...template.metadata });
    expect(ownerReferences).to.deep.equal([
      { apiVersion: "v1", kind: "Pod", name: "web", uid: pod.metadata.uid, controller: true, blockOwnerDeletion: true },
    ]);
    expect(claim?.spec).to.deep.include(template.spec);
  });

  it("S45 makes it again when somebody deletes it, and not for a pod that is gone", async () => {
    cluster.start(startEphemeralController);
    cluster.start(startGarbageCollector);
    await createPod();
    const [first] = await cluster.until("persistentvolumeclaims", ({ length }) => length === 1);
    await letClaimGo();
    await cluster.client.delete("persistentvolumeclaims", at);
    await cluster.until(
      "persistentvolumeclaims",
      ([claim]) => claim !== undefined && claim.metadata.uid !== first?.metadata.uid,
    );
    await letClaimGo();
    await cluster.client.delete("pods", { namespace: "default", name: "web" }, { gracePeriodSeconds: 0 });
    await cluster.until("persistentvolumeclaims", ({ length }) => length === 0);
  });

  it("S45 leaves a claim alone that is not the pod's, and says so", async () => {
    await cluster.client.create("persistentvolumeclaims", { metadata: at, spec: template.spec });
    cluster.start(startEphemeralController);
    await createPod();
    const [event] = await cluster.until("events", ({ length }) => length > 0);
    expect(event).to.include({
      reason: "FailedBinding",
      type: "Warning",
      message:
        "ephemeral volume scratch: PVC default/web-scratch was not created for pod default/web (pod is not owner)",
    });
    const claim = await cluster.client.get("persistentvolumeclaims", at);
    expect(claim.metadata.ownerReferences).to.equal(undefined);
  });

  it("S45 says why the claim cannot be made, and makes it once it can", async () => {
    const quota = { namespace: "default", name: "none" };
    await cluster.client.create("resourcequotas", { metadata: quota, spec: { hard: { persistentvolumeclaims: "0" } } });
    cluster.start(startEphemeralController);
    await createPod();
    const [event] = await cluster.until("events", ({ length }) => length > 0);
    expect(event?.message).to.include("ephemeral volume scratch: create PVC web-scratch: ");
    expect(event?.message).to.include("exceeded quota: none, requested: persistentvolumeclaims=1");
    await cluster.client.delete("resourcequotas", quota);
    await cluster.until("persistentvolumeclaims", ({ length }) => length === 1);
  });
});
