import { expect } from "chai";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { startStorageProtection } from "../protection/storage-protection.ts";
import { claimInPhase, eventAbout, newClaim, newClass, newVolume, volumeInPhase } from "../storage.fixture.ts";
import { startBindingController } from "./binding-controller.ts";

const data = { namespace: "default", name: "data" };

describe("the binding controller over a real registry", () => {
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await startCluster();
    cluster.start(startBindingController);
    cluster.start(startStorageProtection);
  });
  afterEach(async () => {
    await cluster.stop();
  });

  async function patchVolume(name: string, body: object): Promise<void> {
    await cluster.client.patch("persistentvolumes", { name }, { type: "merge", body });
  }

  it("S2 binds a claim and a volume to each other, whichever comes first", async () => {
    const { client } = cluster;
    await client.create("persistentvolumeclaims", newClaim("data"));
    await client.create("persistentvolumes", newVolume("a", { capacity: { storage: "2Gi" } }));
    const bound = await claimInPhase(cluster, "data", "Bound");
    expect(bound.spec.volumeName).to.equal("a");
    expect(bound.status).to.deep.equal({
      phase: "Bound",
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "2Gi" },
    });
    expect(bound.metadata.annotations).to.deep.equal({
      "pv.kubernetes.io/bind-completed": "yes",
      "pv.kubernetes.io/bound-by-controller": "yes",
    });
    const held = await volumeInPhase(cluster, "a", "Bound");
    expect(held.spec.claimRef).to.include({ ...data, uid: bound.metadata.uid });
  });

  it("S2 gives one volume to one of two claims, and the other keeps waiting", async () => {
    const { client } = cluster;
    await Promise.all(["one", "two"].map((name) => client.create("persistentvolumeclaims", newClaim(name))));
    await client.create("persistentvolumes", newVolume("a"));
    const winner = (await volumeInPhase(cluster, "a", "Bound")).spec.claimRef?.name ?? "";
    await claimInPhase(cluster, winner, "Bound");
    const loser = winner === "one" ? "two" : "one";
    expect((await claimInPhase(cluster, loser, "Pending")).spec.volumeName).to.equal(undefined);
    await client.create("persistentvolumes", newVolume("b"));
    expect((await claimInPhase(cluster, loser, "Bound")).spec.volumeName).to.equal("b");
  });

  it("S4 gives claims that say nothing of their class the default one when it appears, and no others", async () => {
    const { client } = cluster;
    const { storageClassName: _dropped, ...unset } = newClaim("data").spec ?? {};
    await client.create("persistentvolumeclaims", { ...newClaim("data"), spec: unset });
    await client.create("persistentvolumeclaims", newClaim("none", { storageClassName: "" }));
    expect(await eventAbout(cluster, "data", "FailedBinding")).to.equal(
      "no persistent volumes available for this claim and no storage class is set",
    );
    const provisioner = "example.com/maker";
    await client.create("storageclasses", newClass("plain", { provisioner }));
    const made = {
      metadata: { name: "chosen", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    };
    await client.create("storageclasses", { ...newClass("chosen", { provisioner }), ...made });
    await cluster.until("persistentvolumeclaims", (all) =>
      all.some((claim) => {
        const asked = claim.metadata.annotations?.["volume.kubernetes.io/storage-provisioner"];
        return claim.spec.storageClassName === "chosen" && asked === provisioner;
      }),
    );
    const none = await client.get("persistentvolumeclaims", { namespace: "default", name: "none" });
    expect(none.spec.storageClassName).to.equal("");
  });

  it("S8 binds a claim that names its volume, and a volume that names its claim without a uid", async () => {
    const { client } = cluster;
    await client.create("persistentvolumes", newVolume("small"));
    await client.create("persistentvolumes", newVolume("named", { capacity: { storage: "9Gi" } }));
    await client.create("persistentvolumes", newVolume("naming", { claimRef: { ...data, name: "chosen" } }));
    await volumeInPhase(cluster, "naming", "Available");
    await client.create("persistentvolumeclaims", newClaim("data", { volumeName: "named" }));
    await client.create("persistentvolumeclaims", newClaim("chosen"));
    const named = await claimInPhase(cluster, "data", "Bound");
    expect(named.metadata.annotations).to.deep.equal({ "pv.kubernetes.io/bind-completed": "yes" });
    expect((await claimInPhase(cluster, "chosen", "Bound")).spec.volumeName).to.equal("naming");
    const naming = await volumeInPhase(cluster, "naming", "Bound");
    expect(naming.metadata.annotations).to.equal(undefined);
    await volumeInPhase(cluster, "small", "Available");
  });

  it("S8 does not give a volume to a later claim of the name: it is Released", async () => {
    const { client } = cluster;
    const claim = await client.create("persistentvolumeclaims", newClaim("data", { volumeName: "a" }));
    const claimRef = { ...data, uid: `${claim.metadata.uid.slice(0, -1)}x` };
    await client.create("persistentvolumes", newVolume("a", { claimRef }));
    await volumeInPhase(cluster, "a", "Released");
    expect(await eventAbout(cluster, "data", "FailedBinding")).to.equal(
      'volume "a" already bound to a different claim.',
    );
    await claimInPhase(cluster, "data", "Pending");
  });

  it("S9 S6 says why a claim cannot have the volume it names, and binds once it can", async () => {
    const { client } = cluster;
    await client.create("persistentvolumes", newVolume("a", { capacity: { storage: "1Mi" } }));
    await client.create("persistentvolumeclaims", newClaim("data", { volumeName: "a" }));
    expect(await eventAbout(cluster, "data", "VolumeMismatch")).to.equal(
      'Cannot bind to requested volume "a": requested PV is too small',
    );
    await patchVolume("a", { spec: { capacity: { storage: "1Gi" } } });
    await claimInPhase(cluster, "data", "Bound");
  });

  it("S13 S14 S17 releases a volume whose claim is deleted, and makes it available when its claimRef is cleared", async () => {
    const { client } = cluster;
    await client.create("persistentvolumes", newVolume("a"));
    await client.create("persistentvolumeclaims", newClaim("data"));
    await claimInPhase(cluster, "data", "Bound");
    await client.delete("persistentvolumeclaims", data);
    await volumeInPhase(cluster, "a", "Released");
    await client.create("persistentvolumeclaims", newClaim("next"));
    await claimInPhase(cluster, "next", "Pending");
    await patchVolume("a", { spec: { claimRef: null } });
    expect((await claimInPhase(cluster, "next", "Bound")).spec.volumeName).to.equal("a");
  });

  it("S17 a volume released and bound by name again has its data's new owner at once", async () => {
    const { client } = cluster;
    await client.create("persistentvolumes", newVolume("a"));
    await client.create("persistentvolumeclaims", newClaim("data"));
    await claimInPhase(cluster, "data", "Bound");
    await client.delete("persistentvolumeclaims", data);
    await volumeInPhase(cluster, "a", "Released");
    await patchVolume("a", { spec: { claimRef: { uid: null, resourceVersion: null } } });
    await volumeInPhase(cluster, "a", "Available");
    await client.create("persistentvolumeclaims", newClaim("other"));
    await client.create("persistentvolumeclaims", newClaim("data"));
    expect((await claimInPhase(cluster, "data", "Bound")).spec.volumeName).to.equal("a");
    await claimInPhase(cluster, "other", "Pending");
  });

  it("S16 S25 follows the policy as it is when the claim goes, and fails where nobody can delete", async () => {
    const { client } = cluster;
    await client.create("persistentvolumes", newVolume("a", { persistentVolumeReclaimPolicy: "Delete" }));
    await client.create("persistentvolumes", newVolume("b", { capacity: { storage: "2Gi" } }));
    await client.create("persistentvolumeclaims", newClaim("data"));
    await client.create("persistentvolumeclaims", newClaim("large", { resources: { requests: { storage: "2Gi" } } }));
    await claimInPhase(cluster, "data", "Bound");
    await claimInPhase(cluster, "large", "Bound");
    await patchVolume("a", { spec: { persistentVolumeReclaimPolicy: "Retain" } });
    await patchVolume("b", { spec: { persistentVolumeReclaimPolicy: "Delete" } });
    await client.delete("persistentvolumeclaims", data);
    await client.delete("persistentvolumeclaims", { namespace: "default", name: "large" });
    const failed = await volumeInPhase(cluster, "b", "Failed");
    expect(failed.status?.message).to.contain("no deletable volume plugin matched");
    expect(await eventAbout(cluster, "b", "VolumeFailedDelete")).to.equal(failed.status?.message);
    await volumeInPhase(cluster, "a", "Released");
    await patchVolume("b", { spec: { claimRef: null } });
    expect((await volumeInPhase(cluster, "b", "Available")).status).to.not.have.property("message");
  });

  it("S18 dates every change of a volume's phase", async () => {
    const { client } = cluster;
    const times: string[] = [];
    const note = async (phase: string) => {
      times.push((await volumeInPhase(cluster, "a", phase)).status?.lastPhaseTransitionTime ?? "");
    };
    await client.create("persistentvolumes", newVolume("a"));
    await note("Available");
    await client.create("persistentvolumeclaims", newClaim("data"));
    await note("Bound");
    await client.delete("persistentvolumeclaims", data);
    await note("Released");
    expect(times.every((time) => !Number.isNaN(Date.parse(time)))).to.equal(true);
    expect(times.toSorted()).to.deep.equal(times);
  });

  it("S19 marks a claim Lost whose volume is deleted, and Bound again when the volume comes back", async () => {
    const { client } = cluster;
    await client.create("persistentvolumes", newVolume("a"));
    await client.create("persistentvolumeclaims", newClaim("data"));
    await claimInPhase(cluster, "data", "Bound");
    await volumeInPhase(cluster, "a", "Bound");
    await client.delete("persistentvolumes", { name: "a" });
    // Only by force, because a bound volume is protected.
    await patchVolume("a", { metadata: { finalizers: null } });
    const lost = await claimInPhase(cluster, "data", "Lost");
    expect(lost.status).to.deep.equal({ phase: "Lost" });
    expect(await eventAbout(cluster, "data", "ClaimLost")).to.equal(
      "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
    );
    await client.create("persistentvolumes", newVolume("a", { capacity: { storage: "3Gi" } }));
    const found = await claimInPhase(cluster, "data", "Bound");
    expect(found.status?.capacity).to.deep.equal({ storage: "3Gi" });
    expect((await volumeInPhase(cluster, "a", "Bound")).spec.claimRef?.uid).to.equal(found.metadata.uid);
  });

  it("S19 takes back a bound volume whose claimRef somebody cleared, before another claim can have it", async () => {
    const { client } = cluster;
    await client.create("persistentvolumes", newVolume("a"));
    const claim = await client.create("persistentvolumeclaims", newClaim("data"));
    await volumeInPhase(cluster, "a", "Bound");
    await claimInPhase(cluster, "data", "Bound");
    await client.create("persistentvolumeclaims", newClaim("other"));
    await patchVolume("a", { spec: { claimRef: null } });
    await cluster.until("persistentvolumes", ([volume]) => volume?.spec.claimRef?.uid === claim.metadata.uid);
    await claimInPhase(cluster, "other", "Pending");
    await claimInPhase(cluster, "data", "Bound");
  });

  it("S8 frees a volume that was reserved for a claim which is bound to another one", async () => {
    const { client } = cluster;
    const claim = await client.create("persistentvolumeclaims", newClaim("data", { volumeName: "a" }));
    await client.create("persistentvolumes", newVolume("a"));
    await claimInPhase(cluster, "data", "Bound");
    const claimRef = { ...data, uid: claim.metadata.uid };
    const reserved = newVolume("b", { claimRef });
    const byController = { annotations: { "pv.kubernetes.io/bound-by-controller": "yes" } };
    await client.create("persistentvolumes", { ...reserved, metadata: { name: "b", ...byController } });
    await client.create("persistentvolumes", newVolume("c", { claimRef }));
    expect((await volumeInPhase(cluster, "b", "Available")).spec.claimRef).to.equal(undefined);
    expect((await volumeInPhase(cluster, "c", "Available")).spec.claimRef).to.deep.equal(data);
  });
});
