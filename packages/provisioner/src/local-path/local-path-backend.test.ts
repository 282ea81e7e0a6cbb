import { chmod, lstat, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PersistentVolume } from "@ordinal/api";
import { expect } from "chai";
import { eventually, putData, startProvisionerRig, type ProvisionerRig } from "../provisioner-rig.fixture.ts";
import { onePath, type LocalPathConfig, type LocalPathSettings } from "./local-path-config.ts";

const own = "{{ .PVC.Namespace }}/{{ .PVC.Name }}";

describe("local-path volumes over a real registry", () => {
  let rig: ProvisionerRig;

  beforeEach(async () => {
    rig = await startProvisionerRig();
  });
  afterEach(async () => await rig.stop());

  const pathOf = ({ spec }: PersistentVolume) => spec.hostPath?.path ?? spec.local?.path ?? "";
  const settings = (config: LocalPathConfig): LocalPathSettings => ({
    current: () => config,
    onChange: () => () => {},
  });
  const gone = async (volume: PersistentVolume) =>
    await rig.until("persistentvolumes", (all) => all.every(({ metadata }) => metadata.uid !== volume.metadata.uid));
  const modeOf = async (path: string) => (await lstat(path)).mode & 0o7777;

  it("S31 puts a volume where the class's pattern says, and takes empty directories above it away", async () => {
    await rig.storageClass("pattern", { parameters: { pathPattern: `${own}/{{ .PVC.Labels.part }}` } });
    await rig.start();
    const claim = await rig.claim("data", { className: "pattern", labels: { part: "one" } });
    const volume = await rig.bind(claim);
    expect(pathOf(volume)).to.equal(join(rig.volumesDir, "default/data/one"));
    await putData(volume, "bytes");
    await rig.deleteClaim(claim);
    await gone(volume);
    expect(await rig.names()).to.deep.equal([]);
  });

  it("S31 finds what a claim of this name has left under Retain, and leaves it as it was", async () => {
    await rig.storageClass("kept", { parameters: { pathPattern: own }, reclaimPolicy: "Retain" });
    await rig.start();
    const first = await rig.claim("data", { className: "kept" });
    const volume = await rig.bind(first);
    const path = await putData(volume, "bytes");
    await chmod(path, 0o700);
    await rig.deleteClaim(first);
    await rig.claim("data", { className: "kept" });
    expect(await rig.event("ProvisioningFailed")).to.contain(`is the directory of volume ${volume.metadata.name}`);
    await rig.client.delete("persistentvolumes", { name: volume.metadata.name });
    const [again] = (
      await rig.until("persistentvolumes", (all) => all.some(({ metadata }) => metadata.name !== volume.metadata.name))
    ).filter(({ metadata }) => metadata.name !== volume.metadata.name);
    expect(again?.spec.hostPath?.path).to.equal(path);
    expect(await readFile(join(path, "data"), "utf8")).to.equal("bytes");
    expect(await modeOf(path)).to.equal(0o700);
  });

  it("S31 gives two claims one directory only where the class is unsafe, and the last one takes it along", async () => {
    const parameters = { pathPattern: "common", allowUnsafePathPattern: "true" };
    await rig.storageClass("shared", { parameters });
    await rig.start();
    const claims = [
      await rig.claim("one", { className: "shared" }),
      await rig.claim("two", { className: "shared" }),
    ] as const;
    const [one, two] = [await rig.bind(claims[0]), await rig.bind(claims[1])];
    expect(pathOf(one)).to.equal(pathOf(two));
    await putData(one, "bytes");
    await rig.deleteClaim(claims[0]);
    await gone(one);
    expect(await readFile(join(pathOf(two), "data"), "utf8")).to.equal("bytes");
    await rig.deleteClaim(claims[1]);
    await gone(two);
    expect(await rig.names()).to.deep.equal([]);
  });

  it("S31 follows no link on the way, refuses a directory inside another volume's, and touches nothing outside", async () => {
    const outside = join(rig.dir, "precious");
    await mkdir(outside);
    await symlink(outside, join(rig.volumesDir, "default"));
    await rig.storageClass("pattern", { parameters: { pathPattern: own } });
    await rig.storageClass("deeper", { parameters: { pathPattern: `${own}/deeper` } });
    await rig.start();
    const claim = await rig.claim("data", { className: "pattern" });
    expect(await rig.event("ProvisioningFailed")).to.contain("links are not followed");
    expect(await rig.names(outside)).to.deep.equal([]);
    await rm(join(rig.volumesDir, "default"));
    const volume = await rig.volumeOf(claim);
    await rig.client.create("persistentvolumes", {
      metadata: { name: "around" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: "1Gi" },
        hostPath: { path: join(rig.volumesDir, "other/inner") },
      },
    });
    await rig.claim("inner", { className: "deeper", namespace: "other" });
    expect(await rig.event("ProvisioningFailed", "inner")).to.contain("is inside the directory of volume around");
    expect(pathOf(volume)).to.equal(join(rig.volumesDir, "default/data"));
  });

  it("S32 gives the directory to whom the patterns say", async function () {
    if (process.getuid?.() !== 0) {
      this["skipReason"] = "needs root";
      this.skip();
    }
    await rig.storageClass("owned", {
      parameters: { userPattern: "{{ .PVC.Labels.user }}", groupPattern: "daemon", permPattern: "2750" },
    });
    await rig.storageClass("wrong", { parameters: { permPattern: "rwx" } });
    await rig.start();
    const made = await lstat(
      pathOf(await rig.volumeOf(await rig.claim("data", { className: "owned", labels: { user: "1234" } }))),
    );
    expect([made.uid, made.gid, made.mode & 0o7777]).to.deep.equal([1234, 1, 0o2750]);
    await rig.claim("nobody", { className: "owned", labels: { user: "no-such-user" } });
    expect(await rig.event("ProvisioningFailed", "nobody")).to.contain("there is no such user");
    await rig.claim("wrong", { className: "wrong" });
    expect(await rig.event("ProvisioningFailed", "wrong")).to.contain("must be octal");
  });

  it("S1 makes local volumes where the claim or the class asks for them", async () => {
    await rig.storageClass("locals", { metadata: { annotations: { defaultVolumeType: "local" } } });
    await rig.start();
    const kinds = async (name: string, changes: object) => {
      const { hostPath, local } = (await rig.volumeOf(await rig.claim(name, changes))).spec;
      return [hostPath?.type, local !== undefined];
    };
    expect(await kinds("a", { className: "locals" })).to.deep.equal([undefined, true]);
    expect(await kinds("b", { className: "locals", annotations: { volumeType: "hostPath" } })).to.deep.equal([
      "DirectoryOrCreate",
      false,
    ]);
    await rig.claim("c", { annotations: { volumeType: "floppy" } });
    expect(await rig.event("ProvisioningFailed", "c")).to.contain('"floppy" is not a recognised volume type');
  });

  it("S27 gives volumes of a shared file system to all nodes, and does not make up one that is missing", async () => {
    const shared = join(rig.dir, "shared");
    const config = { ...onePath("/"), paths: { nodePathMap: new Map(), sharedFileSystemPath: shared } };
    await rig.start({ localPath: settings(config) });
    const claim = await rig.claim("data", { spec: { accessModes: ["ReadWriteMany"] } });
    expect(await rig.event("ProvisioningFailed")).to.contain("is gone: bring it back");
    await mkdir(shared);
    const { spec } = await rig.volumeOf(claim);
    expect(spec.hostPath?.path.startsWith(`${shared}/pvc-`)).to.equal(true);
    expect([spec.accessModes, spec.nodeAffinity]).to.deep.equal([["ReadWriteMany"], undefined]);
  });

  it("S30 follows a changed configuration, and removes also what lies below a path it names no longer", async () => {
    const [first, second] = [join(rig.dir, "first"), join(rig.dir, "second")];
    let config: LocalPathConfig = onePath(first);
    const listeners = new Set<() => void>();
    const started = await rig.start({
      retryMs: 60_000,
      localPath: {
        current: () => config,
        onChange(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
    });
    const claim = await rig.claim("data");
    const volume = await rig.bind(claim);
    expect(pathOf(volume).startsWith(`${first}/`)).to.equal(true);
    config = { ...config, paths: { nodePathMap: new Map([["ordinal", []]]) } };
    const waiting = await rig.claim("waiting");
    expect(await rig.event("ProvisioningFailed")).to.contain("no local path available on node ordinal");
    config = onePath(second);
    for (const listener of listeners) listener();
    expect(pathOf(await rig.volumeOf(waiting)).startsWith(`${second}/`)).to.equal(true);
    await started.stop();
    await rig.start({ localPath: settings(config) });
    await rig.deleteClaim(claim);
    await gone(volume);
    expect(await rig.names(first)).to.deep.equal([]);
  });

  it("takes a base that is gone, read-only or a file for what it is, and goes on when it is back", async () => {
    await rig.start();
    const kept = await rig.bind(await rig.claim("kept"));
    await putData(kept, "bytes");
    const aside = join(rig.dir, "aside");
    await rename(rig.volumesDir, aside);
    const claim = await rig.claim("data");
    await rig.event("ProvisioningFailed");
    await writeFile(rig.volumesDir, "in the way");
    await rig.until("events", (events) =>
      events.some(({ reason, count = 0 }) => reason === "ProvisioningFailed" && count > 3),
    );
    expect(await readFile(rig.volumesDir, "utf8")).to.equal("in the way");
    await rm(rig.volumesDir);
    await rename(aside, rig.volumesDir);
    await rig.volumeOf(claim);
    expect(await readFile(join(pathOf(kept), "data"), "utf8")).to.equal("bytes");
  });

  describe("with scripts", () => {
    let scripts: string;

    beforeEach(async () => {
      scripts = join(rig.dir, "scripts");
      await mkdir(scripts);
    });

    const start = async (more: Partial<LocalPathConfig> = {}) =>
      await rig.start({ localPath: settings({ ...onePath(rig.volumesDir), scriptsDir: scripts, ...more }) });
    const script = async (name: string, text: string) => await writeFile(join(scripts, name), text);

    it("S47 leaves making and removing to setup and teardown, with rancher's environment and arguments", async () => {
      const seen = join(rig.dir, "seen");
      const say = `echo "$VOL_DIR|$VOL_MODE|$VOL_SIZE_BYTES|$VOL_USER|$VOL_GROUP|$VOL_PERM|$*" >> ${seen}`;
      await script("setup", `${say}\nmkdir -m 0700 -p "$VOL_DIR"`);
      await script("teardown", `${say}\nrm -rf "$VOL_DIR"`);
      await rig.storageClass("owned", { parameters: { userPattern: "7", permPattern: "{{ .PVC.Labels.perm }}" } });
      await start();
      const claim = await rig.claim("data", { className: "owned", labels: { perm: "0700" } });
      const volume = await rig.bind(claim);
      const path = await putData(volume, "bytes");
      expect(await modeOf(path)).to.equal(0o700);
      await rig.deleteClaim(claim);
      await gone(volume);
      expect(await rig.names()).to.deep.equal([]);
      expect((await readFile(seen, "utf8")).split("\n")).to.deep.equal([
        `${path}|Filesystem|1073741824|7||0700|-p ${path} -s 1073741824 -m Filesystem -a create`,
        `${path}|Filesystem|1073741824||||-p ${path} -s 1073741824 -m Filesystem -a delete`,
        "",
      ]);
    });

    it("S47 says what a script that fails has printed, and tries again", async () => {
      await script("setup", `echo no room on the array >&2; exit 3`);
      await start();
      const claim = await rig.claim("data");
      expect(await rig.event("ProvisioningFailed")).to.match(
        /failed to create volume pvc-.*: exit code 3: no room on the array/,
      );
      await script("setup", `mkdir -p "$VOL_DIR"`);
      const volume = await rig.bind(claim);
      await script("teardown", `echo busy; exit 1`);
      const path = await putData(volume, "bytes");
      await rig.deleteClaim(claim);
      expect(await rig.event("VolumeFailedDelete")).to.contain("exit code 1: busy");
      expect(await readFile(join(path, "data"), "utf8")).to.equal("bytes");
    });

    it("S47 kills a script that hangs with all it has started, while others go on", async () => {
      const pids = join(rig.dir, "pids");
      await script("setup", `sleep 1000 & echo $! > ${pids}.new; mv ${pids}.new ${pids}; wait`);
      await rig.storageClass("plain", { parameters: {} });
      await start({ commandTimeoutMs: 300 });
      const claim = await rig.claim("data");
      expect(await rig.event("ProvisioningFailed")).to.contain("timeout after 0.3 seconds");
      const pid = Number(await readFile(pids, "utf8"));
      await eventually(async () => expect(await isRunning(pid)).to.equal(false));
      await script("setup", `mkdir -p "$VOL_DIR"`);
      await rig.volumeOf(claim);
    });

    it("S47 kills scripts that run when it is stopped, blames nobody, and begins anew at the next start", async () => {
      const pids = join(rig.dir, "pids");
      const hang = `sleep 1000 & echo $! > ${pids}.new; mv ${pids}.new ${pids}; wait`;
      const hanging = async (): Promise<number> => {
        await eventually(async () => expect(await isRunning(Number(await readFile(pids, "utf8")))).to.equal(true));
        return Number(await readFile(pids, "utf8"));
      };
      await script("setup", hang);
      const first = await start();
      const claim = await rig.claim("data");
      const setup = await hanging();
      await first.stop();
      await eventually(async () => expect(await isRunning(setup)).to.equal(false));
      await rm(pids);
      await script("setup", `mkdir -p "$VOL_DIR"`);
      await script("teardown", hang);
      const second = await start();
      const volume = await rig.bind(claim);
      const path = await putData(volume, "bytes");
      await rig.deleteClaim(claim);
      const teardown = await hanging();
      await second.stop();
      await eventually(async () => expect(await isRunning(teardown)).to.equal(false));
      expect((await rig.client.get("persistentvolumes", { name: volume.metadata.name })).status?.phase).to.equal(
        "Released",
      );
      expect(await readFile(join(path, "data"), "utf8")).to.equal("bytes");
      const reasons = (await rig.client.list("events")).items.map(({ reason }) => reason);
      expect(reasons).not.to.include.oneOf(["ProvisioningFailed", "VolumeFailedDelete"]);
    });

    it("S47 does not take a script's word for a directory that is not there", async () => {
      await script("setup", "true");
      await start();
      await rig.claim("data");
      expect(await rig.event("ProvisioningFailed")).to.contain("the setup has not made");
      expect((await rig.client.list("persistentvolumes")).items).to.deep.equal([]);
    });

    it("S47 runs a command in place of a script, and says when there is none", async () => {
      await start({ setupCommand: join(scripts, "make") });
      const claim = await rig.claim("data");
      expect(await rig.event("ProvisioningFailed")).to.contain(`cannot run ${join(scripts, "make")}`);
      await script("make", `#!/bin/sh\nmkdir -p "$2"`);
      await chmod(join(scripts, "make"), 0o755);
      await rig.volumeOf(claim);
    });
  });
});

/** Whether the process lives; one that has ended and waits to be fetched does not. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    return !/^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, "utf8"));
  } catch {
    // It is gone.
    return false;
  }
}
