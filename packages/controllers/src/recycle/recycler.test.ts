import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startBindingController } from "../binding/binding-controller.ts";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { startStorageProtection } from "../protection/storage-protection.ts";
import {
  claimInPhase,
  eventAbout,
  newClaim,
  newLocalVolume,
  newPod,
  newVolume,
  volumeInPhase,
} from "../storage.fixture.ts";
import { startRecycler } from "./recycler.ts";

const recycled = { persistentVolumeReclaimPolicy: "Recycle" };
const data = { namespace: "default", name: "data" };

describe("the recycler over a real registry and real directories", () => {
  let cluster: Cluster;
  let base: string;
  let path: string;

  beforeEach(async () => {
    cluster = await startCluster();
    base = await realpath(await mkdtemp(join(tmpdir(), "recycler-")));
    path = join(base, "volume");
    await mkdir(join(path, "inner"), { recursive: true });
    await writeFile(join(path, "inner", "file"), "bytes");
    cluster.start(startBindingController);
    cluster.start(startStorageProtection);
    cluster.start((options) => startRecycler({ ...options, dataDir: join(base, "ordinal") }));
  });
  afterEach(async () => {
    await cluster.stop();
    await rm(base, { recursive: true });
  });

  /** A volume that was bound to the claim `data`, which is gone. */
  async function release(volume: Parameters<typeof cluster.client.create<"persistentvolumes">>[1]): Promise<void> {
    await cluster.client.create("persistentvolumes", volume);
    await cluster.client.create("persistentvolumeclaims", newClaim("data"));
    await claimInPhase(cluster, "data", "Bound");
    await cluster.client.delete("persistentvolumeclaims", data);
  }

  it("S15 scrubs a released volume and makes it available, and the next claim has it", async () => {
    await release(newVolume("a", { ...recycled, hostPath: { path } }));
    const free = await volumeInPhase(cluster, "a", "Available");
    expect(free.spec.claimRef).to.equal(undefined);
    expect(await readdir(path)).to.deep.equal([]);
    expect(await eventAbout(cluster, "a", "VolumeRecycled")).to.equal("Volume recycled");
    expect(await eventAbout(cluster, "a", "RecyclerPod")).to.contain(path);
    await cluster.client.create("persistentvolumeclaims", newClaim("next"));
    expect((await claimInPhase(cluster, "next", "Bound")).spec.volumeName).to.equal("a");
  });

  it("S15 keeps a volume that was reserved by name reserved by name", async () => {
    await release(newVolume("a", { ...recycled, hostPath: { path }, claimRef: data }));
    expect((await volumeInPhase(cluster, "a", "Available")).spec.claimRef)
      .to.include(data)
      .and.to.not.have.property("uid");
  });

  it("S15 fails for a local volume, as upstream, and touches nothing", async () => {
    const local = newLocalVolume("a", { nodeName: "ordinal", ...recycled });
    await release({ ...local, spec: { ...local.spec, local: { path } } });
    const failed = await volumeInPhase(cluster, "a", "Failed");
    expect(failed.status?.message).to.equal("No recycler plugin found for the volume!");
    expect(await eventAbout(cluster, "a", "VolumeFailedRecycle")).to.equal(failed.status?.message);
    expect(await readdir(join(path, "inner"))).to.deep.equal(["file"]);
  });

  it("S15 fails for a path that leads elsewhere, and succeeds once that is mended", async () => {
    await symlink(path, join(base, "link"));
    await release(newVolume("a", { ...recycled, hostPath: { path: join(base, "link") } }));
    const failed = await volumeInPhase(cluster, "a", "Failed");
    expect(failed.status?.message).to.contain("Recycle failed: ");
    expect(await readdir(join(path, "inner"))).to.deep.equal(["file"]);
    await rm(join(base, "link"));
    await mkdir(join(base, "link"));
    await volumeInPhase(cluster, "a", "Available");
  });

  it("S15 refuses the directories of others", async () => {
    await release(newVolume("a", { ...recycled, hostPath: { path: "/var/lib" } }));
    expect((await volumeInPhase(cluster, "a", "Failed")).status?.message).to.equal(
      'Recycle failed: will not scrub "/var/lib": it is not a directory of one volume',
    );
  });

  it("S15 fails while the directory is not there, unless nobody has made it yet", async () => {
    const away = join(base, "away");
    await release(newVolume("a", { ...recycled, hostPath: { path: away } }));
    expect((await volumeInPhase(cluster, "a", "Failed")).status?.message).to.contain("ENOENT");
    await cluster.client.delete("persistentvolumes", { name: "a" });
    await release(newVolume("b", { ...recycled, hostPath: { path: away, type: "DirectoryOrCreate" } }));
    await volumeInPhase(cluster, "b", "Available");
  });

  it("S15 waits for pods that still use the volume, and S16 does nothing once the policy says Retain", async () => {
    const pod = newPod("web-0", "data");
    await cluster.client.create("pods", { ...pod, spec: { ...pod.spec, nodeName: "ordinal" } });
    await release(newVolume("a", { ...recycled, hostPath: { path } }));
    const body = { metadata: { finalizers: null } };
    await cluster.client.patch("persistentvolumeclaims", data, { type: "merge", body });
    expect(await eventAbout(cluster, "a", "VolumeFailedRecycle")).to.equal("Volume is used by pods: default/web-0");
    expect(await readdir(join(path, "inner"))).to.deep.equal(["file"]);
    const retained = { spec: { persistentVolumeReclaimPolicy: "Retain" } };
    await cluster.client.patch("persistentvolumes", { name: "a" }, { type: "merge", body: retained });
    await volumeInPhase(cluster, "a", "Released");
  });
});
