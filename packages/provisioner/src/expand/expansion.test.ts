import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectOf, PersistentVolumeClaim, ResourceName } from "@ordinal/api";
import { startInformer, type Client } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { createRegistry } from "@ordinal/server";
import { openStore } from "@ordinal/store";
import { expect } from "chai";
import type { VolumeBackend } from "../backend/volume-backend.ts";
import { nodeDisk } from "../disk/disk.ts";
import { createSharedSync } from "../disk/shared-sync.ts";
import { createLocalImageBackend } from "../local-image/local-image-backend.ts";
import { hasProgram } from "../local-image/run-program.ts";
import { startExpansion } from "./expansion.ts";

const clock = systemClock;
const log = silentLogger;
const at = { namespace: "default", name: "data" };
const mebibyte = 2 ** 20;

/** A way of keeping volumes that has nothing to do, or fails for as long as it is told to. */
function directories(): VolumeBackend & { failure: string | undefined; readonly asked: bigint[] } {
  const unused = async (): Promise<never> => {
    throw new Error("not asked for here");
  };
  return {
    provisioner: "rancher.io/local-path",
    failure: undefined,
    asked: [],
    async plan() {
      return { ok: false, error: "not asked for here" };
    },
    make: unused,
    placeOf: () => ({ ok: false, error: "not asked for here" }),
    letGo: unused,
    async expand(_volume, bytes) {
      this.asked.push(bytes);
      if (this.failure !== undefined) throw new Error(this.failure);
      return { needsNode: false };
    },
  };
}

describe("the expansion of claims over a real registry", () => {
  let dir: string;
  let parts: StopStack;
  let client: Client;
  let expansion: StopStack;
  let plain: ReturnType<typeof directories>;
  let images: VolumeBackend;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-expansion-"));
    parts = createStopStack();
    client = await createRegistry({ store: parts.add(await openStore({ dir: join(dir, "store") })), clock });
    await client.create("namespaces", { metadata: { name: "default" } });
    for (const name of ["rancher.io/local-path", "local-image.ordinal.internal"])
      await client.create("storageclasses", {
        metadata: { name: name.replace(/.*[/]|[.].*/g, "") },
        provisioner: name,
        allowVolumeExpansion: true,
      });
    plain = directories();
    const sync = createSharedSync(nodeDisk);
    images = createLocalImageBackend({ disk: nodeDisk, sync, volumesDir: dir, findProblem: async () => undefined });
    start();
  });
  afterEach(async () => {
    await expansion.stop();
    await parts.stop();
    await rm(dir, { recursive: true });
  });

  function start(): void {
    expansion = createStopStack();
    const claims = expansion.add(startInformer("persistentvolumeclaims", { client, clock, log }));
    const volumes = expansion.add(startInformer("persistentvolumes", { client, clock, log }));
    expansion.add(startExpansion({ client, clock, log, claims, volumes, backends: [plain, images] }));
  }

  async function until<R extends ResourceName>(
    resource: R,
    isIt: (object: ObjectOf<R>) => boolean,
  ): Promise<ObjectOf<R>> {
    let last = "nothing";
    for await (const { object, type } of client.watch(resource, { signal: AbortSignal.timeout(10_000) })) {
      if (type !== "DELETED" && isIt(object)) return object;
      last = JSON.stringify(object);
    }
    throw new Error(`waited in vain for ${resource}; the last was ${last}`);
  }

  /** A bound claim of 8Mi with its volume. */
  async function bound(
    provisioner: string,
    source: object = { hostPath: { path: join(dir, "pvc-1") } },
  ): Promise<void> {
    const storageClassName = provisioner.replace(/.*[/]|[.].*/g, "");
    const claim = await client.create("persistentvolumeclaims", {
      metadata: at,
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName,
        volumeName: "pvc-1",
        resources: { requests: { storage: "8Mi" } },
      },
    });
    await client.create("persistentvolumes", {
      metadata: { name: "pvc-1", annotations: { "pv.kubernetes.io/provisioned-by": provisioner } },
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: "8Mi" },
        claimRef: { ...at, uid: claim.metadata.uid },
        storageClassName,
        ...source,
      },
    });
    const status = { phase: "Bound", capacity: { storage: "8Mi" } };
    await client.update("persistentvolumeclaims", { ...claim, status }, { subresource: "status" });
  }

  const ask = (storage: string) =>
    client.patch("persistentvolumeclaims", at, {
      type: "merge",
      body: { spec: { resources: { requests: { storage } } } },
    });
  const has = (storage: string) => (claim: PersistentVolumeClaim) => claim.status?.capacity?.["storage"] === storage;
  const conditionsOf = ({ status }: PersistentVolumeClaim) => (status?.conditions ?? []).map(({ type }) => type);

  it("S26 gives a claim on a directory its size at once, and says so in the volume, the status and events", async () => {
    await bound("rancher.io/local-path");
    await ask("12Mi");
    const claim = await until("persistentvolumeclaims", has("12Mi"));
    expect(conditionsOf(claim)).to.deep.equal([]);
    expect(claim.status?.allocatedResources).to.deep.equal({ storage: "12Mi" });
    expect(claim.status).not.to.have.property("allocatedResourceStatuses");
    expect((await client.get("persistentvolumes", { name: "pvc-1" })).spec.capacity).to.deep.equal({ storage: "12Mi" });
    expect(plain.asked).to.deep.equal([12n * 2n ** 20n]);
    for (const [reason, message] of [
      ["ExternalExpanding", "waiting for an external controller to expand this PVC"],
      ["Resizing", "External resizer is resizing volume pvc-1"],
      ["VolumeResizeSuccessful", "Resize volume succeeded"],
    ])
      expect((await until("events", (event) => event.reason === reason)).message).to.equal(message);
  });

  it("S26 leaves the node to grow the file system of an image, and says that it waits", async function () {
    if (!(await hasProgram("mkfs.ext4"))) {
      this["skipReason"] = "needs mkfs.ext4 (e2fsprogs)";
      this.skip();
    }
    const path = join(dir, "pvc-1_default_data");
    const csi = { driver: "local-image.ordinal.internal", volumeHandle: "pvc-1", volumeAttributes: { path } };
    const volume = { metadata: { name: "pvc-1" }, spec: { capacity: { storage: "8Mi" }, csi } };
    await bound("local-image.ordinal.internal", { csi });
    const claim = await client.get("persistentvolumeclaims", at);
    const storageClass = await client.get("storageclasses", { name: "local-image" });
    await images.make({ base: dir, path, volume }, { claim, storageClass, nodeName: "ordinal" });
    await ask("12Mi");
    const waiting = await until("persistentvolumeclaims", (each) =>
      conditionsOf(each).includes("FileSystemResizePending"),
    );
    expect(conditionsOf(waiting)).to.deep.equal(["FileSystemResizePending"]);
    expect(waiting.status?.allocatedResourceStatuses).to.deep.equal({ storage: "NodeResizePending" });
    expect(waiting.status?.capacity).to.deep.equal({ storage: "8Mi" });
    expect((await stat(join(path, "volume.img"))).size).to.equal(12 * mebibyte);
    expect((await client.get("persistentvolumes", { name: "pvc-1" })).spec.capacity).to.deep.equal({ storage: "12Mi" });
    await until("events", (event) => event.reason === "FileSystemResizeRequired");
  });

  it("S26 says why a claim does not grow, tries again, and takes a smaller request instead", async () => {
    plain.failure = "no room";
    await bound("rancher.io/local-path");
    await ask("100Mi");
    const stuck = await until("persistentvolumeclaims", (each) => conditionsOf(each).includes("ControllerResizeError"));
    expect(stuck.status?.conditions?.at(-1)?.message).to.equal("failed to expand pvc with no room");
    expect(stuck.status?.allocatedResourceStatuses).to.deep.equal({ storage: "ControllerResizeInProgress" });
    const event = await until("events", ({ reason }) => reason === "VolumeResizeFailed");
    expect(event.message).to.equal('resize volume "pvc-1" by resizer "rancher.io/local-path" failed: no room');
    await until("events", ({ reason, count = 0 }) => reason === "VolumeResizeFailed" && count > 1);
    await ask("10Mi");
    await until("persistentvolumeclaims", (each) => each.status?.allocatedResources?.["storage"] === "10Mi");
    plain.failure = undefined;
    expect(conditionsOf(await until("persistentvolumeclaims", has("10Mi")))).to.deep.equal([]);
  });

  it("S26 completes what was interrupted after any step", async () => {
    await bound("rancher.io/local-path");
    await expansion.stop();
    await ask("12Mi");
    const marks = {
      allocatedResources: { storage: "12Mi" },
      allocatedResourceStatuses: { storage: "ControllerResizeInProgress" },
      conditions: [{ type: "Resizing", status: "True" }],
    };
    const statusIs = (body: object) =>
      client.patch("persistentvolumeclaims", at, { type: "merge", body: { status: body }, subresource: "status" });
    await statusIs(marks);
    start();
    await until("persistentvolumeclaims", has("12Mi"));
    // The volume has its new size, and the end of it was not written down.
    await expansion.stop();
    await ask("16Mi");
    await statusIs({ ...marks, allocatedResources: { storage: "16Mi" } });
    await client.patch(
      "persistentvolumes",
      { name: "pvc-1" },
      { type: "merge", body: { spec: { capacity: { storage: "16Mi" } } } },
    );
    start();
    expect(conditionsOf(await until("persistentvolumeclaims", has("16Mi")))).to.deep.equal([]);
  });

  it("S26 leaves the volumes of others to them", async () => {
    await bound("local-image.ordinal.internal");
    await client.patch(
      "persistentvolumes",
      { name: "pvc-1" },
      { type: "merge", body: { metadata: { annotations: { "pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com" } } } },
    );
    await ask("12Mi");
    await until("events", ({ reason }) => reason === "ExternalExpanding");
    expect((await client.get("persistentvolumeclaims", at)).status?.capacity).to.deep.equal({ storage: "8Mi" });
  });
});
