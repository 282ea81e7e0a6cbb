import { chmod, lstat, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { eventually, putData, startProvisionerRig, type ProvisionerRig } from "../provisioner-rig.fixture.ts";

describe("provisioning over a real registry", () => {
  let rig: ProvisionerRig;

  beforeEach(async () => {
    rig = await startProvisionerRig();
  });
  afterEach(async () => await rig.stop());

  it("S1 makes a directory that anybody may use, and the volume that names it, in rancher's shape", async () => {
    await rig.start();
    const claim = await rig.claim("data");
    const { metadata, spec } = await rig.volumeOf(claim);
    const path = join(rig.volumesDir, `pvc-${claim.metadata.uid}_default_data`);
    expect(metadata.annotations).to.deep.equal({
      "pv.kubernetes.io/provisioned-by": "rancher.io/local-path",
      "local.path.provisioner/selected-node": "ordinal",
    });
    expect(spec).to.deep.include({
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "1Gi" },
      hostPath: { path, type: "DirectoryOrCreate" },
      persistentVolumeReclaimPolicy: "Delete",
      storageClassName: "local-path",
      volumeMode: "Filesystem",
    });
    expect(spec.claimRef?.uid).to.equal(claim.metadata.uid);
    const made = await lstat(path);
    expect(made.isDirectory()).to.equal(true);
    expect(made.mode & 0o7777).to.equal(0o777);
  });

  it("S29 binds the volume to the node by its host name, or by the label the class names", async () => {
    await rig.client.create("nodes", {
      metadata: { name: "ordinal", labels: { "kubernetes.io/hostname": "ordinal", "example.com/id": "seven" } },
    });
    await rig.storageClass("stable", { parameters: { nodeAffinityKey: "example.com/id" } });
    await rig.start();
    const terms = async (className: string) =>
      (await rig.volumeOf(await rig.claim(className, { className }))).spec.nodeAffinity?.required?.nodeSelectorTerms;
    const on = (key: string, value: string) => [{ matchExpressions: [{ key, operator: "In", values: [value] }] }];
    expect(await terms("local-path")).to.deep.equal(on("kubernetes.io/hostname", "ordinal"));
    expect(await terms("stable")).to.deep.equal(on("example.com/id", "seven"));
  });

  it("S22 gives a volume the finalizer, and takes it away again under Retain", async () => {
    await rig.storageClass("kept", { reclaimPolicy: "Retain" });
    await rig.start();
    const ours = "external-provisioner.volume.kubernetes.io/finalizer";
    const kept = await rig.volumeOf(await rig.claim("kept", { className: "kept" }));
    const deleted = await rig.volumeOf(await rig.claim("deleted"));
    expect(deleted.metadata.finalizers).to.include(ours);
    await rig.until("persistentvolumes", (all) =>
      all.some(({ metadata }) => metadata.uid === kept.metadata.uid && metadata.finalizers?.includes(ours) !== true),
    );
  });

  it("S23 says when it begins, and when it is done", async () => {
    await rig.start();
    const claim = await rig.claim("data");
    expect(await rig.event("Provisioning")).to.equal(
      'External provisioner is provisioning volume for claim "default/data"',
    );
    expect(await rig.event("ProvisioningSucceeded")).to.equal(
      `Successfully provisioned volume pvc-${claim.metadata.uid}`,
    );
  });

  it("S24 tries fifteen times, and then waits for a change", async () => {
    const blocked = join(rig.volumesDir, "default");
    await rig.storageClass("pattern", { parameters: { pathPattern: "{{ .PVC.Namespace }}/{{ .PVC.Name }}" } });
    await symlink("/nowhere", blocked);
    await rig.start({ retryMs: 0 });
    await rig.claim("data", { className: "pattern" });
    await rig.until("events", (events) =>
      events.some(({ reason, count }) => reason === "ProvisioningFailed" && count === 15),
    );
    const tries = async () =>
      (await rig.client.list("events")).items.find(({ reason }) => reason === "ProvisioningFailed")?.count;
    await rig.volumeOf(await rig.claim("fine"));
    expect(await tries()).to.equal(15);
    await rig.client.patch(
      "persistentvolumeclaims",
      { namespace: "default", name: "data" },
      { type: "merge", body: { metadata: { labels: { looked: "at" } } } },
    );
    await rig.until("events", (events) =>
      events.some(({ reason, count }) => reason === "ProvisioningFailed" && (count ?? 0) > 15),
    );
  });

  it("S24 goes on as soon as the class it failed for is there", async () => {
    await rig.start({ retryMs: 60_000 });
    const claim = await rig.claim("data", { className: "later" });
    expect(await rig.event("ProvisioningFailed")).to.contain('storageclass.storage.k8s.io "later" not found');
    await rig.storageClass("later");
    await rig.volumeOf(claim);
  });

  it("S27 refuses access modes and kinds of volumes that one node's directory cannot give", async () => {
    await rig.start();
    const wrong: readonly (readonly [string, object, string])[] = [
      ["shared", { accessModes: ["ReadWriteMany"] }, "NodePath only supports ReadWriteOnce and ReadWriteOncePod"],
      ["block", { volumeMode: "Block" }, "rancher.io/local-path does not support block volume provisioning"],
      ["chosen", { selector: { matchLabels: { a: "b" } } }, "claim.Spec.Selector is not supported"],
    ];
    for (const [name, spec, problem] of wrong) {
      await rig.claim(name, { spec });
      expect(await rig.event("ProvisioningFailed", name)).to.equal(
        `failed to provision volume with StorageClass "local-path": ${problem}${name === "shared" ? " (1.22+) access modes" : ""}`,
      );
    }
    await rig.volumeOf(await rig.claim("fine", { spec: { accessModes: ["ReadWriteOncePod"] } }));
    expect((await rig.names()).length).to.equal(1);
  });

  it("S50 hands mount options on, and refuses classes whose topologies leave this node out", async () => {
    const topology = (value: string) => [
      { matchLabelExpressions: [{ key: "kubernetes.io/hostname", values: [value] }] },
    ];
    await rig.storageClass("options", { mountOptions: ["noatime"], allowedTopologies: topology("ordinal") });
    await rig.storageClass("far", { allowedTopologies: topology("another") });
    await rig.start();
    const volume = await rig.volumeOf(await rig.claim("near", { className: "options" }));
    expect(volume.spec.mountOptions).to.deep.equal(["noatime"]);
    await rig.claim("far", { className: "far" });
    expect(await rig.event("ProvisioningFailed", "far")).to.contain("allowedTopologies");
  });

  it("S11 waits for the scheduler under WaitForFirstConsumer, and asks again when its node is not there", async () => {
    await rig.storageClass("delayed", { volumeBindingMode: "WaitForFirstConsumer" });
    await rig.start();
    const claim = await rig.claim("data", {
      className: "delayed",
      annotations: { "volume.kubernetes.io/selected-node": "gone" },
    });
    expect(await rig.event("ProvisioningFailed")).to.contain('failed to get target node: nodes "gone" not found');
    await rig.until("persistentvolumeclaims", ([found]) => {
      const noted = found?.metadata.annotations ?? {};
      return !("volume.kubernetes.io/selected-node" in noted);
    });
    expect((await rig.client.list("persistentvolumes")).items).to.deep.equal([]);
    await rig.client.patch(
      "persistentvolumeclaims",
      { namespace: "default", name: "data" },
      { type: "merge", body: { metadata: { annotations: { "volume.kubernetes.io/selected-node": "ordinal" } } } },
    );
    await rig.volumeOf(claim);
  });

  it("does not follow a symlink that stands where the directory should be", async () => {
    const outside = join(rig.dir, "precious");
    await mkdir(outside);
    await chmod(outside, 0o700);
    const claim = await rig.claim("data");
    await symlink(outside, join(rig.volumesDir, `pvc-${claim.metadata.uid}_default_data`));
    await rig.start();
    expect(await rig.event("ProvisioningFailed")).to.contain("is in the way");
    expect((await lstat(outside)).mode & 0o777).to.equal(0o700);
  });

  it("takes back what was begun for a claim that is gone when it comes back, and leaves what it does not know", async () => {
    const claim = await rig.claim("data");
    const earlier = await rig.start({
      client: {
        ...rig.client,
        create: async (resource, object) => {
          if (resource === "persistentvolumes") throw new Error("the API is gone");
          return await rig.client.create(resource, object);
        },
      },
    });
    expect(await rig.event("ProvisioningFailed")).to.contain("the API is gone");
    expect((await rig.names()).length).to.equal(1);
    await earlier.stop();
    await rig.deleteClaim(claim);
    await mkdir(join(rig.volumesDir, "pvc-unknown_default_data"));
    await rig.start();
    const another = await rig.claim("another");
    await rig.volumeOf(another);
    const left = [`pvc-${another.metadata.uid}_default_another`, "pvc-unknown_default_data"].toSorted();
    await eventually(async () => expect(await rig.names()).to.deep.equal(left));
  });

  it("binds two claims of one name after each other to two directories", async () => {
    await rig.start();
    const first = await rig.claim("data");
    const path = await putData(await rig.bind(first), "first");
    await rig.deleteClaim(first);
    const second = await rig.claim("data");
    const volume = await rig.bind(second);
    expect(volume.spec.hostPath?.path).not.to.equal(path);
  });
});
