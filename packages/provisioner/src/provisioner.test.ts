import { lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { createRegistry } from "@ordinal/server";
import { openStore } from "@ordinal/store";
import { expect } from "chai";
import { startLettingGo } from "./protection.fixture.ts";
import { startProvisioner } from "./provisioner.ts";

const clock = systemClock;
const log = silentLogger;
const asked = { "volume.kubernetes.io/storage-provisioner": "rancher.io/local-path" };
const claim = {
  metadata: { name: "data", namespace: "default", annotations: asked },
  spec: { accessModes: ["ReadWriteOnce"], storageClassName: "local-path", resources: { requests: { storage: "1Gi" } } },
};

describe("the local-path provisioner over a real registry", () => {
  let dir: string;
  let volumesDir: string;
  let parts: StopStack;
  let client: Client;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "provisioner-"));
    volumesDir = join(dir, "volumes");
    parts = createStopStack();
    client = await createRegistry({ store: parts.add(await openStore({ dir: join(dir, "store") })), clock });
    await client.create("namespaces", { metadata: { name: "default" } });
    await client.create("storageclasses", { metadata: { name: "local-path" }, provisioner: "rancher.io/local-path" });
    parts.add(await startProvisioner({ client, clock, log, volumesDir }));
    parts.add(startLettingGo({ client, clock, log }));
  });
  afterEach(async () => {
    await parts.stop();
    await rm(dir, { recursive: true });
  });

  const directories = async () => (await readdir(volumesDir)).filter((name) => !name.startsWith("."));

  async function firstVolume() {
    for await (const { object } of client.watch("persistentvolumes", { signal: AbortSignal.timeout(10_000) }))
      return object;
    throw new Error("no volume was made");
  }

  async function untilGone(name: string) {
    for await (const { type, object } of client.watch("persistentvolumes", { signal: AbortSignal.timeout(10_000) })) {
      if (type === "DELETED" && object.metadata.name === name) return;
    }
    throw new Error(`volume ${name} stayed`);
  }

  const release = async (name: string) => {
    const body = { status: { phase: "Released" } };
    await client.patch("persistentvolumes", { name }, { type: "merge", body, subresource: "status" });
  };

  async function eventOf(reason: string) {
    for await (const { object } of client.watch("events", { signal: AbortSignal.timeout(10_000) })) {
      if (object.reason === reason) return object;
    }
    throw new Error(`no event ${reason}`);
  }

  it("S1 makes a directory that anybody may use, and the volume that names it, in rancher's shape", async () => {
    const { metadata } = await client.create("persistentvolumeclaims", claim);
    const volume = await firstVolume();
    expect(volume.metadata.name).to.equal(`pvc-${metadata.uid}`);
    expect(volume.spec).to.deep.include({
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "1Gi" },
      hostPath: { path: join(volumesDir, `pvc-${metadata.uid}_default_data`), type: "DirectoryOrCreate" },
      persistentVolumeReclaimPolicy: "Delete",
      storageClassName: "local-path",
    });
    expect(volume.spec.claimRef?.uid).to.equal(metadata.uid);
    const made = await lstat(volume.spec.hostPath?.path ?? "");
    expect(made.isDirectory()).to.equal(true);
    expect(made.mode & 0o777).to.equal(0o777);
  });

  it("S13 removes the directory, then the volume, when its claim is gone", async () => {
    await client.create("persistentvolumeclaims", claim);
    const volume = await firstVolume();
    await writeFile(join(volume.spec.hostPath?.path ?? "", "data"), "bytes");
    const gone = untilGone(volume.metadata.name);
    await client.delete("persistentvolumeclaims", { namespace: "default", name: "data" });
    await release(volume.metadata.name);
    await gone;
    expect(await directories()).to.deep.equal([]);
  });

  it("S14 keeps the directory under reclaim policy Retain", async () => {
    await client.create("persistentvolumeclaims", claim);
    const { metadata } = await firstVolume();
    await client.patch(
      "persistentvolumes",
      { name: metadata.name },
      { type: "merge", body: { spec: { persistentVolumeReclaimPolicy: "Retain" } } },
    );
    await release(metadata.name);
    await client.delete("persistentvolumes", { name: metadata.name });
    expect((await directories()).length).to.equal(1);
  });

  it("S25 touches nothing outside its root, whatever a volume says, and says so", async () => {
    const outside = join(dir, "precious");
    await mkdir(outside);
    await writeFile(join(outside, "data"), "bytes");
    for (const [name, path] of [
      ["pvc-direct", outside],
      ["pvc-root", volumesDir],
    ] as const) {
      await client.create("persistentvolumes", {
        metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": "rancher.io/local-path" } },
        spec: {
          accessModes: ["ReadWriteOnce"],
          capacity: { storage: "1Gi" },
          persistentVolumeReclaimPolicy: "Delete",
          hostPath: { path },
        },
      });
      await release(name);
      expect((await eventOf("VolumeFailedDelete")).message).to.contain("will not remove");
    }
    expect(await readdir(outside)).to.deep.equal(["data"]);
    expect(await directories()).to.deep.equal([]);
  });

  it("does not follow a symlink that stands where the directory should be", async () => {
    const outside = join(dir, "precious");
    await mkdir(outside);
    const pending = { ...claim, metadata: { name: "data", namespace: "default" } };
    const { metadata } = await client.create("persistentvolumeclaims", pending);
    await symlink(outside, join(volumesDir, `pvc-${metadata.uid}_default_data`));
    await client.patch(
      "persistentvolumeclaims",
      { namespace: "default", name: "data" },
      { type: "merge", body: { metadata: { annotations: asked } } },
    );
    expect((await eventOf("ProvisioningFailed")).message).to.contain("is in the way");
    expect((await lstat(outside)).mode & 0o777).not.to.equal(0o777);
  });

  it("S27 refuses access modes that one node's directory cannot give", async () => {
    await client.create("persistentvolumeclaims", {
      ...claim,
      spec: { ...claim.spec, accessModes: ["ReadWriteMany"] },
    });
    expect((await eventOf("ProvisioningFailed")).message).to.contain("NodePath only supports ReadWriteOnce");
    expect(await directories()).to.deep.equal([]);
  });
});
