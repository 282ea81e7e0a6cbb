import { chmod, mkdir, mkdtemp, readFile, readdir, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  annotations,
  type Container,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type Volume,
} from "@ordinal/api";
import { expect } from "chai";
import { aContainer, aPod } from "../pod.fixture.ts";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { writeAtomically, type VolumeFile } from "./objects/atomic-files.ts";
import { containerMounts } from "./container-mounts.ts";
import { failedMountMessages } from "./failed-mount.ts";
import { setUpVolume } from "./plugins.ts";
import { resolveSubPath } from "./sub-path/resolve-sub-path.ts";
import { createNodeVolumes, type NodeVolumes } from "./node-volumes.ts";
import type { VolumeHost, VolumeSources } from "./volume.ts";

const meta = (name: string, uid = "u") => ({
  name,
  uid,
  namespace: "default",
  resourceVersion: "1",
  creationTimestamp: "",
});

const theClaim: Omit<Volume, "name"> = { persistentVolumeClaim: { claimName: "www-web-0" } };

const unprocessed =
  "Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: ";

function withDevice(pod: Pod): Pod {
  const container = aContainer({ volumeDevices: [{ name: "v", devicePath: "/dev/x" }] });
  return { ...pod, spec: { ...pod.spec, containers: [container] } };
}

describe("volumes", () => {
  let root: string;
  let claim: PersistentVolumeClaim;
  let volume: PersistentVolume;
  let nodeVolumes: NodeVolumes | undefined;

  beforeEach(async () => {
    nodeVolumes = undefined;
    root = await mkdtemp(join(tmpdir(), "ordinal-volumes-"));
    claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: meta("www-web-0", "claim-uid"),
      spec: { volumeName: "pvc-1" },
      status: { phase: "Bound" },
    };
    volume = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: meta("pvc-1"),
      spec: { claimRef: { uid: "claim-uid" }, hostPath: { path: join(root, "pvc"), type: "DirectoryOrCreate" } },
    };
  });
  afterEach(() => rm(root, { recursive: true }));

  async function mount(
    one: Omit<Volume, "name">,
    { runtime = "sandbox", devices = false }: { runtime?: VolumeHost["runtime"]; devices?: boolean } = {},
  ): Promise<string> {
    const sources: VolumeSources = {
      configMap: async (name) =>
        name === "cfg"
          ? {
              apiVersion: "v1",
              kind: "ConfigMap",
              metadata: meta(name),
              data: { "a.conf": "A", b: "B" },
              binaryData: { bin: "AAE=" },
            }
          : undefined,
      secret: async (name) =>
        name === "key"
          ? { apiVersion: "v1", kind: "Secret", metadata: meta(name), data: { pass: "c2VjcmV0" } }
          : undefined,
      claim: async (name) => (name === claim.metadata.name ? claim : undefined),
      persistentVolume: async (name) => (name === volume.metadata.name ? volume : undefined),
    };
    const pod = aPod({ metadata: { labels: { app: "web", tier: "x" } }, spec: { volumes: [{ name: "v", ...one }] } });
    const host: VolumeHost = { runtime, dataDir: root, clock: systemClock, log: silentLogger, isRoot: false };
    const context = {
      pod: devices ? withDevice(pod) : pod,
      host,
      persistentVolumes: nodeVolumes ?? createNodeVolumes(host),
      facts: { podIP: "", hostIP: "" },
      capacity: { cpus: 1, memoryBytes: 1 },
      sources,
      directory: join(root, "pod/v"),
    };
    const mounted = await setUpVolume({ name: "v", ...one }, context);
    if (!mounted.ok) {
      const [message = ""] = failedMountMessages([{ name: "v", problem: mounted.error }], ["v"]);
      return message
        .replace(/^MountVolume.SetUp failed for volume "(v|pvc-1)" : /, "fails: ")
        .replace(unprocessed, "fails: ");
    }
    const { source, readOnly, mountOptions = [] } = mounted.value;
    return [source.replace(root, ""), ...(readOnly ? ["ro"] : []), ...mountOptions].join(" ");
  }
  const content = (name: string) => readFile(join(root, "pod/v", name), "utf8");

  it("S46 makes an emptyDir that everybody may write to", async () => {
    expect(await mount({ emptyDir: {} })).to.equal("/pod/v");
    expect((await stat(join(root, "pod/v"))).mode & 0o777).to.equal(0o777);
  });

  it("S12 follows a claim to its volume", async () => {
    expect(await mount({ persistentVolumeClaim: { claimName: "www-web-0" } })).to.equal("/pvc");
    expect(await mount({ persistentVolumeClaim: { claimName: "www-web-0", readOnly: true } })).to.equal("/pvc ro");
  });

  it("S12 waits for a claim that is missing, unbound, being deleted, or bound to another", async () => {
    expect(await mount({ persistentVolumeClaim: { claimName: "no" } })).to.equal(
      'fails: error processing PVC default/no: failed to fetch PVC from API server: persistentvolumeclaims "no" not found',
    );
    volume = { ...volume, spec: { ...volume.spec, claimRef: { uid: "another" } } };
    expect(await mount(theClaim)).to.contain('found PV object "pvc-1" but its spec.claimRef is not for this claim');
    claim = { ...claim, metadata: { ...claim.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    expect(await mount(theClaim)).to.equal("fails: error processing PVC default/www-web-0: PVC is being deleted");
    claim = { ...claim, metadata: meta("www-web-0", "claim-uid"), status: { phase: "Pending" } };
    expect(await mount(theClaim)).to.equal("fails: error processing PVC default/www-web-0: PVC is not bound");
  });

  it("S45 takes the claim of a generic ephemeral volume only when it was made for this pod", async () => {
    claim = { ...claim, metadata: meta("web-0-v", "claim-uid") };
    expect(await mount({ ephemeral: {} })).to.contain("was not created for pod default/web-0");
    const owner = { apiVersion: "v1", kind: "Pod", name: "web-0", uid: "uid-web-0", controller: true };
    claim = { ...claim, metadata: { ...claim.metadata, ownerReferences: [owner] } };
    expect(await mount({ ephemeral: {} })).to.equal("/pvc");
  });

  it("S28 gives a volume for one pod to one pod only", async () => {
    claim = { ...claim, spec: { ...claim.spec, accessModes: ["ReadWriteOncePod"] } };
    expect(await mount(theClaim)).to.equal("/pvc");
    expect(await mount(theClaim), "the same pod again").to.equal("/pvc");
    const host: VolumeHost = {
      runtime: "process",
      dataDir: root,
      clock: systemClock,
      log: silentLogger,
      isRoot: false,
    };
    nodeVolumes = createNodeVolumes(host);
    await nodeVolumes.hold("pvc-1", "another-pod");
    expect(await mount(theClaim)).to.equal(
      "fails: volume uses the ReadWriteOncePod access mode and is already in use by another pod",
    );
    await nodeVolumes.remove("another-pod", "all");
    expect(await mount(theClaim)).to.equal("/pvc");
  });

  it("S9 refuses block volumes, with upstream's words for a volume of the other mode", async () => {
    expect(await mount(theClaim, { devices: true })).to.equal(
      "fails: volume v has volumeMode Filesystem, but is specified in volumeDevices",
    );
    volume = { ...volume, spec: { ...volume.spec, volumeMode: "Block" } };
    expect(await mount(theClaim)).to.contain("fails: volume v has volumeMode Block: this node has file systems only");
    expect(await mount(theClaim, { devices: true })).to.contain("this node has file systems only");
  });

  it("S42 never makes the directory of a provisioned volume again, nor that of a local one", async () => {
    const made = { ...volume.metadata, annotations: { [annotations.provisionedBy]: "rancher.io/local-path" } };
    volume = { ...volume, metadata: made };
    expect(await mount(theClaim)).to.contain(`fails: the directory ${root}/pvc of volume pvc-1 is gone;`);
    expect(await readdir(root)).to.not.include("pvc");
    await mkdir(join(root, "pvc"));
    expect(await mount(theClaim)).to.equal("/pvc");
    volume = { ...volume, metadata: meta("pvc-1") };
    volume = { ...volume, spec: { claimRef: { uid: "claim-uid" }, local: { path: join(root, "disk") } } };
    expect(await mount(theClaim)).to.equal(`fails: path "${root}/disk" does not exist`);
    await mkdir(join(root, "disk"));
    expect(await mount(theClaim)).to.equal("/disk");
  });

  it("S35 S50 takes the mount options that a directory can have, and refuses others", async () => {
    volume = { ...volume, spec: { ...volume.spec, mountOptions: ["ro", "noexec"] } };
    expect(await mount(theClaim)).to.equal("/pvc ro noexec");
    expect(await mount(theClaim, { runtime: "process" })).to.contain("nothing is mounted in the process runtime");
    volume = { ...volume, spec: { ...volume.spec, mountOptions: ["nosuid", "vers=4", "x,suid"] } };
    expect(await mount(theClaim)).to.contain(
      "fails: Mount options are not supported for this volume type: PV pvc-1 has vers=4,x,suid;",
    );
  });

  const types: readonly (readonly [type: string, path: string, expected: string])[] = [
    ["", "new/dir", "/new/dir"],
    ["DirectoryOrCreate", "new/dir", "/new/dir"],
    ["Directory", "absent", "fails: hostPath ROOT/absent doesn't exist"],
    ["Directory", "file", "fails: hostPath type check failed: ROOT/file is not a directory, it's a File"],
    ["FileOrCreate", "fresh", "/fresh"],
    ["File", "file", "/file"],
    ["File", "absent", "fails: hostPath ROOT/absent doesn't exist"],
    ["Socket", "file", "fails: hostPath type check failed: ROOT/file is not a socket file, it's a File"],
    ["DirectoryOrCreate", "file", "fails: hostPath type check failed: ROOT/file is not a directory, it's a File"],
    ["FileOrCreate", "directory", "fails: hostPath type check failed: ROOT/directory is not a file, it's a Directory"],
    ["CharDevice", "file", "fails: hostPath type check failed: ROOT/file is not a character device, it's a File"],
    ["BlockDevice", "file", "fails: hostPath type check failed: ROOT/file is not a block device, it's a File"],
    ["", "../x", "fails: invalid HostPath `ROOT/../x`: must not contain '..'"],
    ["Nonsense", "file", "fails: Nonsense is an invalid volume type"],
  ];
  for (const [type, path, expected] of types) {
    it(`S46 takes hostPath ${path} of type ${JSON.stringify(type)}: ${expected}`, async () => {
      await writeFile(join(root, "file"), "");
      await mkdir(join(root, "directory"));
      const result = await mount({ hostPath: { path: `${root}/${path}`, type } });
      expect(result).to.equal(expected.replace("ROOT", root));
    });
  }

  it("S46 puts a config map's keys into files", async () => {
    expect(await mount({ configMap: { name: "cfg" } })).to.equal("/pod/v ro");
    expect(await content("a.conf")).to.equal("A");
    expect(await content("bin")).to.equal("\0\u0001");
    expect((await stat(join(root, "pod/v/b"))).mode & 0o777).to.equal(0o644);
  });

  it("S46 puts chosen keys under chosen names with chosen modes", async () => {
    await mount({
      configMap: {
        name: "cfg",
        defaultMode: 0o600,
        items: [
          { key: "b", path: "deep/er/c" },
          { key: "a.conf", path: "a", mode: 0o444 },
        ],
      },
    });
    expect(await content("deep/er/c")).to.equal("B");
    expect((await stat(join(root, "pod/v/deep/er/c"))).mode & 0o777).to.equal(0o600);
    expect((await stat(join(root, "pod/v/a"))).mode & 0o777).to.equal(0o444);
  });

  it("S46 waits for a config map or key that is missing, unless it is optional", async () => {
    expect(await mount({ configMap: { name: "no" } })).to.equal('fails: configmap "no" not found');
    expect(await mount({ configMap: { name: "no", optional: true } })).to.equal("/pod/v ro");
    expect(await mount({ configMap: { name: "cfg", items: [{ key: "z", path: "z" }] } })).to.equal(
      "fails: configmap references non-existent config key: z",
    );
    expect(await mount({ configMap: { name: "cfg", items: [{ key: "b", path: "../z" }] } })).to.contain(
      "fails: invalid path: must not contain '..': ../z",
    );
  });

  it("S46 decodes a secret", async () => {
    expect(await mount({ secret: { secretName: "key" } })).to.equal("/pod/v ro");
    expect(await content("pass")).to.equal("secret");
  });

  it("S46 projects several sources into one directory, and refuses what it cannot", async () => {
    const downwardAPI = { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] };
    await mount({
      projected: { sources: [{ secret: { name: "key" } }, { configMap: { name: "cfg" } }, { downwardAPI }] },
    });
    expect(await content("pass")).to.equal("secret");
    expect(await content("b")).to.equal("B");
    expect(await content("labels")).to.equal('app="web"\ntier="x"');
    expect(await mount({ projected: { sources: [{ serviceAccountToken: { path: "token" } }] } })).to.equal(
      "fails: projected source serviceAccountToken is not supported; configMap, secret and downwardAPI are",
    );
  });

  it("refuses a kind it does not know", async () => {
    expect(await mount({ nfs: { path: "/", server: "s" } })).to.equal("fails: volumes of kind nfs are not supported");
  });

  it("S46 replaces all files at once, takes away what is gone, and what a crash left", async () => {
    const directory = join(root, "atomic");
    const options = { nowMs: Date.parse("2026-01-02T03:04:05Z") };
    await writeAtomically(directory, [file("a", "1"), file("b", "1")], options);
    const version = await readdir(directory);
    expect(version.some((name) => name.startsWith("..2026_01_02_03_04_05."))).to.equal(true);
    await writeAtomically(directory, [file("a", "1"), file("b", "1")], options);
    expect(await readdir(directory), "written again without need").to.deep.equal(version);
    await mkdir(join(directory, "..half"));
    await symlink("..half", join(directory, "..data_tmp"));
    await rm(join(directory, "b"));
    await writeAtomically(directory, [file("a", "1"), file("b", "1")], options);
    expect((await readdir(directory)).toSorted()).to.deep.equal(version.toSorted());
    await writeAtomically(directory, [file("a", "2"), file("c/d", "2")], options);
    expect((await readdir(directory)).filter((name) => !name.startsWith(".."))).to.have.members(["a", "c"]);
    expect(await readFile(join(directory, "c/d"), "utf8")).to.equal("2");
    await writeAtomically(directory, [], options);
    expect((await readdir(directory)).filter((name) => !name.startsWith(".."))).to.deep.equal([]);
  });

  it("S46 a reader never sees files of two versions", async () => {
    const directory = join(root, "atomic");
    const write = (text: string) => writeAtomically(directory, [file("a", text), file("b", text)], { nowMs: 0 });
    await write("0");
    const ending = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      while (!ending.signal.aborted) {
        const version = await realpath(join(directory, "..data"));
        const both = ["a", "b"].map((name) => readFile(join(version, name), "utf8"));
        // The version may be gone by then, and with it both.
        seen.push((await Promise.all(both).catch(() => ["gone", "gone"])).join(" "));
      }
    })();
    for (let round = 1; round < 100; round++) await write(String(round));
    ending.abort();
    await reading;
    expect(seen.filter((pair) => new Set(pair.split(" ")).size > 1)).to.deep.equal([]);
  });

  describe("S34 subPath in the process runtime", () => {
    beforeEach(async () => {
      await mkdir(join(root, "volume/inside"), { recursive: true });
      await chmod(join(root, "volume"), 0o777);
      await symlink("/etc", join(root, "volume/out"));
      await symlink("inside", join(root, "volume/in"));
      await symlink("nowhere", join(root, "volume/dangling"));
    });
    const cases: readonly (readonly [subPath: string, expected: string])[] = [
      ["inside", "/volume/inside"],
      ["new/deep", "/volume/new/deep"],
      ["in", "/volume/inside"],
      ["./inside/", "/volume/inside"],
      ["out", "it leads out of the volume"],
      ["out/passwd", "it leads out of the volume"],
      ["..", "it must not contain '..'"],
      ["inside/../../x", "it must not contain '..'"],
      ["/etc", "it must not be an absolute path"],
      ["dangling", "it leads over a link to nothing"],
    ];
    for (const [subPath, expected] of cases) {
      it(`${subPath}: ${expected}`, async () => {
        const found = await resolveSubPath(join(root, "volume"), subPath);
        expect(found.ok ? found.value.replace(root, "") : found.error).to.contain(expected);
      });
    }
  });

  it("S34 S35 mounts by name, path and mode", async () => {
    const source = join(root, "data");
    await mkdir(source);
    const volumes = new Map([["d", { source, readOnly: false, mountOptions: ["noexec"] }]]);
    const host: VolumeHost = {
      runtime: "process",
      dataDir: root,
      clock: systemClock,
      log: silentLogger,
      isRoot: false,
    };
    const options = { volumes, env: { POD: "web-0" }, host, podDirectory: join(root, "pod") };
    const container = aContainer({
      volumeMounts: [
        { name: "d", mountPath: "/data" },
        { name: "d", mountPath: "/ro", readOnly: true, subPathExpr: "pods/$(POD)" },
      ],
    });
    expect(await containerMounts(container, options)).to.deep.equal({
      ok: true,
      value: [
        { source, target: "/data", readOnly: false, options: ["noexec"] },
        { source: join(source, "pods/web-0"), target: "/ro", readOnly: true, options: ["noexec"] },
      ],
    });
    const problems: readonly (readonly [NonNullable<Container["volumeMounts"]>[number], string])[] = [
      [{ name: "x", mountPath: "/x" }, 'cannot find volume "x" to mount into container "nginx"'],
      [{ name: "d", mountPath: "/x", subPathExpr: "$(NO)" }, 'missing value for "NO"'],
      [
        { name: "d", mountPath: "/x", subPath: "../x" },
        `failed to prepare subPath for volumeMount "d" of container "nginx": it must not contain '..'`,
      ],
      [
        { name: "d", mountPath: "/x", mountPropagation: "Bidirectional" },
        'volume "d" asks for mountPropagation Bidirectional; there is None only',
      ],
      [
        { name: "d", mountPath: "/x", readOnly: true, recursiveReadOnly: "Enabled" },
        'volume "d" requested recursive read-only mode, but it is not supported by the runtime',
      ],
    ];
    for (const [volumeMount, expected] of problems) {
      const result = await containerMounts(aContainer({ volumeMounts: [volumeMount] }), options);
      expect(result.ok ? "" : result.error).to.equal(expected);
    }
  });
});

function file(path: string, text: string): VolumeFile {
  return { path, content: Buffer.from(text), mode: 0o644 };
}
