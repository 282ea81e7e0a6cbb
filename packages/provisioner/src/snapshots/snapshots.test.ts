import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PersistentVolume, PersistentVolumeClaim, VolumeSnapshot, VolumeSnapshotContent } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { expect } from "chai";
import { eventually, putData, rancher, startProvisionerRig, type ProvisionerRig } from "../provisioner-rig.fixture.ts";

const bySnapshot = (name: string) => ({ apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name });
const byClaim = (name: string) => ({ kind: "PersistentVolumeClaim", name });

describe("snapshots and clones over a real registry", () => {
  let rig: ProvisionerRig;
  let client: Client;
  let source: PersistentVolumeClaim;
  let volume: PersistentVolume;

  beforeEach(async () => {
    rig = await startProvisionerRig();
    ({ client } = rig);
    await client.create("volumesnapshotclasses", {
      metadata: { name: "local-path", annotations: { "snapshot.storage.kubernetes.io/is-default-class": "true" } },
      driver: rancher,
      deletionPolicy: "Delete",
    });
    await rig.start();
    source = await rig.claim("data");
    volume = await bound(source);
    await putData(volume, "monday");
  });
  afterEach(async () => {
    await rig.stop();
  });

  async function bound(claim: PersistentVolumeClaim): Promise<PersistentVolume> {
    const made = await rig.bind(claim);
    const at = { namespace: claim.metadata.namespace ?? "", name: claim.metadata.name };
    const body = { status: { phase: "Bound", capacity: { storage: "1Gi" } } };
    await client.patch("persistentvolumeclaims", at, { type: "merge", body, subresource: "status" });
    return made;
  }

  async function snapshot(name: string, spec: Partial<VolumeSnapshot["spec"]> = {}): Promise<VolumeSnapshot> {
    return await client.create("volumesnapshots", {
      metadata: { name, namespace: "default" },
      spec: { source: { persistentVolumeClaimName: "data" }, ...spec },
    });
  }

  async function ready(name: string): Promise<VolumeSnapshot> {
    const isIt = (each: VolumeSnapshot) => each.metadata.name === name && each.status?.readyToUse === true;
    const found = (await rig.until("volumesnapshots", (all) => all.some(isIt))).find(isIt);
    if (found === undefined) throw new Error("unreachable: it was there");
    return found;
  }

  const contentOf = async ({ status }: VolumeSnapshot): Promise<VolumeSnapshotContent> =>
    await client.get("volumesnapshotcontents", { name: status?.boundVolumeSnapshotContentName ?? "" });
  const finalizersOf = async (name: string) =>
    (await client.get("persistentvolumeclaims", { namespace: "default", name })).metadata.finalizers ?? [];
  const pathOf = (each: PersistentVolume): string => each.spec.hostPath?.path ?? "";
  const stored = async (): Promise<readonly string[]> => await readdir(join(rig.volumesDir, ".snapshots"));

  async function fails(name: string, spec: Partial<PersistentVolumeClaim["spec"]>): Promise<string> {
    const claim = await rig.claim(name, { spec });
    const message = await rig.event("ProvisioningFailed", name);
    await rig.deleteClaim(claim);
    return message;
  }

  it("S38 makes a snapshot of a claim, and volumes of the snapshot with what it had", async () => {
    await snapshot("before");
    const made = await ready("before");
    const { metadata, spec, status } = await contentOf(made);
    expect(made.spec.volumeSnapshotClassName).to.equal("local-path");
    expect(made.status).to.deep.include({
      boundVolumeSnapshotContentName: `snapcontent-${made.metadata.uid}`,
      restoreSize: "1Gi",
    });
    expect(made.status?.error).to.equal(undefined);
    expect(made.metadata.annotations?.["ordinal.internal/snapshot-consistency"]).to.match(/^crash-consistent: /);
    expect(made.metadata.finalizers).to.deep.equal([
      "snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection",
      "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection",
    ]);
    expect(metadata.finalizers).to.deep.equal([
      "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection",
    ]);
    expect(spec).to.deep.include({ deletionPolicy: "Delete", driver: rancher, sourceVolumeMode: "Filesystem" });
    expect(spec.source).to.deep.equal({ volumeHandle: volume.metadata.name });
    expect(status).to.deep.include({ readyToUse: true, restoreSize: 2 ** 30 });
    expect(status?.snapshotHandle).to.equal(join(rig.volumesDir, ".snapshots", metadata.name));
    expect(Math.abs((status?.creationTime ?? 0) / 1e6 - Date.now())).to.be.lessThan(60_000);
    for (const reason of ["CreatingSnapshot", "SnapshotCreated", "SnapshotReady", "SnapshotConsistent"])
      expect(await rig.event(reason, "before")).to.not.equal("");
    await eventually(async () =>
      expect(await finalizersOf("data")).not.to.include("snapshot.storage.kubernetes.io/pvc-as-source-protection"),
    );

    await putData(volume, "tuesday");
    const restored = await rig.volumeOf(await rig.claim("restored", { spec: { dataSource: bySnapshot("before") } }));
    expect(await readFile(join(pathOf(restored), "data"), "utf8")).to.equal("monday");
    expect(await readFile(join(pathOf(volume), "data"), "utf8")).to.equal("tuesday");
    // The mark of the filling goes when the object is there.
    await eventually(async () => expect(await stored()).to.deep.equal([metadata.name]));
  });

  it("S38 removes the bytes, the content and the snapshot under Delete, and keeps content and bytes under Retain", async () => {
    const first = await snapshot("gone");
    await ready("gone");
    await client.delete("volumesnapshots", { namespace: "default", name: "gone" });
    await rig.until("volumesnapshots", (all) => all.length === 0);
    await rig.until("volumesnapshotcontents", (all) => all.length === 0);
    expect(await stored()).to.deep.equal([]);

    await client.create("volumesnapshotclasses", {
      metadata: { name: "kept" },
      driver: rancher,
      deletionPolicy: "Retain",
    });
    await snapshot("kept", { volumeSnapshotClassName: "kept" });
    const { name } = (await contentOf(await ready("kept"))).metadata;
    await client.delete("volumesnapshots", { namespace: "default", name: "kept" });
    await rig.until("volumesnapshots", (all) => all.length === 0);
    expect(await stored()).to.deep.equal([name]);
    await client.delete("volumesnapshotcontents", { name });
    await rig.until("volumesnapshotcontents", (all) => all.length === 0);
    expect(await stored()).to.deep.equal([name]);
    expect(first.metadata.uid).not.to.equal("");

    // What was kept can be had again by its handle.
    const handle = join(rig.volumesDir, ".snapshots", name);
    await client.create("volumesnapshotcontents", {
      metadata: { name: "again" },
      spec: {
        deletionPolicy: "Delete",
        driver: rancher,
        source: { snapshotHandle: handle },
        volumeSnapshotRef: { name: "again", namespace: "default" },
      },
    });
    await snapshot("again", { source: { volumeSnapshotContentName: "again" } });
    const again = await ready("again");
    expect((await contentOf(again)).spec.volumeSnapshotRef.uid).to.equal(again.metadata.uid);
    const restored = await rig.volumeOf(await rig.claim("restored", { spec: { dataSourceRef: bySnapshot("again") } }));
    expect(await readFile(join(pathOf(restored), "data"), "utf8")).to.equal("monday");
    await rig.bind(await client.get("persistentvolumeclaims", { namespace: "default", name: "restored" }));
    await client.patch(
      "persistentvolumeclaims",
      { namespace: "default", name: "restored" },
      { type: "merge", body: { status: { phase: "Bound" } }, subresource: "status" },
    );
    await client.delete("volumesnapshots", { namespace: "default", name: "again" });
    await rig.until("volumesnapshots", (all) => all.length === 0);
    await eventually(async () => expect(await stored()).to.deep.equal([]));
  });

  it("S38 keeps a snapshot while a volume is being made of it", async () => {
    await snapshot("used");
    await ready("used");
    const waiting = await rig.claim("waiting", { className: "absent", spec: { dataSource: bySnapshot("used") } });
    await client.delete("volumesnapshots", { namespace: "default", name: "used" });
    expect(await rig.event("SnapshotDeletePending", "used")).to.equal("Snapshot is being used to restore a PVC");
    expect((await stored()).length).to.equal(1);
    await rig.deleteClaim(waiting);
    await rig.until("volumesnapshots", (all) => all.length === 0);
    expect(await stored()).to.deep.equal([]);
  });

  it("S38 makes the volume that a snapshot waits for which is being deleted, and then lets it go", async () => {
    await snapshot("used");
    await ready("used");
    const waiting = await rig.claim("waiting", { className: "absent", spec: { dataSource: bySnapshot("used") } });
    await client.delete("volumesnapshots", { namespace: "default", name: "used" });
    await rig.event("SnapshotDeletePending", "used");
    await rig.storageClass("absent");
    expect(await readFile(join(pathOf(await bound(waiting)), "data"), "utf8")).to.equal("monday");
    await rig.until("volumesnapshots", (all) => all.length === 0);
    await eventually(async () => expect(await stored()).to.deep.equal([]));
  });

  it("S38 makes the clone that a claim waits for which is being deleted, and then lets it go", async () => {
    const waiting = await rig.claim("waiting", { className: "absent", spec: { dataSource: byClaim("data") } });
    const body = { metadata: { finalizers: ["provisioner.storage.kubernetes.io/cloning-protection"] } };
    const at = { namespace: "default", name: "data" };
    await client.patch("persistentvolumeclaims", at, { type: "merge", body });
    await client.delete("persistentvolumeclaims", at);
    await rig.storageClass("absent");
    expect(await readFile(join(pathOf(await bound(waiting)), "data"), "utf8")).to.equal("monday");
    await rig.until("persistentvolumeclaims", (all) => all.every(({ metadata }) => metadata.name !== "data"));
  });

  it("S38 copies one claim into another, and keeps the one while that goes on", async () => {
    const waiting = await rig.claim("waiting", { spec: { dataSource: byClaim("data") } });
    const clone = await rig.volumeOf(waiting);
    expect(await readFile(join(pathOf(clone), "data"), "utf8")).to.equal("monday");
    const finalizer = "provisioner.storage.kubernetes.io/cloning-protection";
    expect(await finalizersOf("data")).to.include(finalizer);
    await bound(waiting);
    await eventually(async () => expect(await finalizersOf("data")).not.to.include(finalizer));
    await putData(clone, "other");
    expect(await readFile(join(pathOf(volume), "data"), "utf8")).to.equal("monday");
  });

  it("S38 refuses what cannot be filled, in external-provisioner's words", async () => {
    await snapshot("before");
    await ready("before");
    const about = 'failed to provision volume with StorageClass "local-path": ';
    const handle = "error getting handle for DataSource Type";
    const small = { resources: { requests: { storage: "1Mi" } } };
    expect(await fails("small", { ...small, dataSource: bySnapshot("before") })).to.equal(
      `${about}${handle} VolumeSnapshot by Name before: requested volume size 1048576 is less than the size 1073741824 for the source snapshot before`,
    );
    expect(await fails("absent", { dataSource: bySnapshot("absent") })).to.equal(
      `${about}${handle} VolumeSnapshot by Name absent: error getting snapshot absent from api server: volumesnapshots.snapshot.storage.k8s.io "absent" not found`,
    );
    expect(await fails("little", { ...small, dataSource: byClaim("data") })).to.equal(
      `${about}${handle} PersistentVolumeClaim by Name data: error, new PVC request must be greater than or equal in size to the specified PVC data source, requested 1048576 but source is 1073741824`,
    );
    await rig.claim("pending", { className: "absent" });
    expect(await fails("early", { dataSource: byClaim("pending") })).to.contain(
      "the PVC DataSource pending must have a status of Bound.  Got Pending",
    );
    expect(
      await fails("populated", { dataSourceRef: { apiGroup: "example.org", kind: "Backup", name: "b" } }),
    ).to.contain(
      "data source (Backup) is not handled by the provisioner, assuming an external populator will provision it",
    );
    const abroad = await fails("abroad", { dataSourceRef: { ...byClaim("data"), namespace: "other" } }).catch(String);
    expect(abroad).to.contain("spec.dataSourceRef.namespace: Forbidden: a claim is filled from its own namespace");
    expect((await rig.names()).length).to.equal(1);
  });

  it("S38 says what is wrong with a snapshot, and makes it when that is mended", async () => {
    await client.delete("volumesnapshotclasses", { name: "local-path" });
    await snapshot("early");
    expect(await rig.event("SetDefaultSnapshotClassFailed", "early")).to.equal(
      "Failed to set default snapshot class with error cannot find default snapshot class",
    );
    await rig.until("volumesnapshots", ([each]) =>
      (each?.status?.error?.message ?? "").includes("cannot find default"),
    );
    await client.create("volumesnapshotclasses", {
      metadata: { name: "local-path", annotations: { "snapshot.storage.kubernetes.io/is-default-class": "true" } },
      driver: rancher,
      deletionPolicy: "Delete",
    });
    expect((await ready("early")).status?.error).to.equal(undefined);

    await snapshot("lost", { source: { persistentVolumeClaimName: "later" }, volumeSnapshotClassName: "local-path" });
    expect(await rig.event("SnapshotContentCreationFailed", "lost")).to.contain("cannot get claim from snapshot");
    await putData(await bound(await rig.claim("later")), "later");
    await ready("lost");
  });

  it("S38 takes no handle for a snapshot that names none beside our volumes", async () => {
    const outside = join(rig.dir, "outside");
    await mkdir(join(outside, ".snapshots", "precious"), { recursive: true });
    await mkdir(join(rig.volumesDir, ".snapshots", "plain"), { recursive: true });
    await writeFile(join(rig.volumesDir, ".snapshots", "plain", "file"), "bytes");
    const create = async (name: string, handle: string) => {
      await client.create("volumesnapshotcontents", {
        metadata: { name },
        spec: {
          deletionPolicy: "Delete",
          driver: rancher,
          source: { snapshotHandle: handle },
          volumeSnapshotRef: { name, namespace: "default" },
        },
      });
      return await rig.event("SnapshotContentCheckandUpdateFailed", name);
    };
    expect(await create("outside", join(outside, ".snapshots", "precious"))).to.contain("names no snapshot");
    expect(await create("root", join(rig.volumesDir, ".snapshots"))).to.contain("names no snapshot");
    expect(await create("up", `${rig.volumesDir}/.snapshots/../.snapshots/x`)).to.contain("names no snapshot");
    expect(await create("hidden", join(rig.volumesDir, ".snapshots", ".draft-x"))).to.contain("names no snapshot");
    expect(await create("plain", join(rig.volumesDir, ".snapshots", "plain"))).to.contain("it has no manifest.json");
    expect(await create("absent", join(rig.volumesDir, ".snapshots", "absent"))).to.contain("there is no snapshot");
    for (const name of ["outside", "plain"]) await client.delete("volumesnapshotcontents", { name });
    expect(await readdir(join(outside, ".snapshots"))).to.deep.equal(["precious"]);
    expect(await readdir(join(rig.volumesDir, ".snapshots", "plain"))).to.deep.equal(["file"]);
    await rm(outside, { recursive: true });
  });
});
