import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PersistentVolume, PersistentVolumeClaim, Volume } from "@ordinal/api";
import { expect } from "chai";
import { aContainer, aPod } from "../pod.fixture.ts";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { writeAtomically, type VolumeFile } from "./objects/atomic-files.ts";
import { containerMounts, mountVolumes } from "./mount-volumes.ts";
import { resolveSubPath } from "./sub-path.ts";
import { createNodeVolumes } from "./node-volumes.ts";
import type { VolumeHost, VolumeSources } from "./volume.ts";

const meta = (name: string, uid = "u") => ({
  name,
  uid,
  namespace: "default",
  resourceVersion: "1",
  creationTimestamp: "",
});

const theClaim: Omit<Volume, "name"> = { persistentVolumeClaim: { claimName: "www-web-0" } };

describe("volumes", () => {
  let root: string;
  let claim: PersistentVolumeClaim;
  let volume: PersistentVolume;

  beforeEach(async () => {
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

  async function mount(one: Omit<Volume, "name">): Promise<string> {
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
    const host: VolumeHost = { runtime: "process", dataDir: root, clock: systemClock, log: silentLogger };
    const context = {
      host,
      persistentVolumes: createNodeVolumes(host),
      facts: { podIP: "", hostIP: "" },
      capacity: { cpus: 1, memoryBytes: 1 },
      sources,
      directory: join(root, "pod"),
    };
    const mounted = await mountVolumes(pod, context);
    if (!mounted.ok) return mounted.error.replace('MountVolume.SetUp failed for volume "v" : ', "fails: ");
    const { source, readOnly } = mounted.value.get("v") ?? { source: "", readOnly: false };
    return `${source.replace(root, "")}${readOnly ? " ro" : ""}`;
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

  it("S12 waits for a claim that is missing, unbound, or bound to another", async () => {
    expect(await mount({ persistentVolumeClaim: { claimName: "no" } })).to.equal(
      'fails: persistentvolumeclaim "no" not found',
    );
    volume = { ...volume, spec: { ...volume.spec, claimRef: { uid: "another" } } };
    expect(await mount(theClaim)).to.contain("is not bound to PV pvc-1");
    claim = { ...claim, status: { phase: "Pending" } };
    expect(await mount(theClaim)).to.equal("fails: PVC is not bound");
  });

  it("never makes the directory of a local volume", async () => {
    volume = { ...volume, spec: { claimRef: { uid: "claim-uid" }, local: { path: join(root, "disk") } } };
    expect(await mount(theClaim)).to.contain("disk is not a directory");
    await mkdir(join(root, "disk"));
    expect(await mount(theClaim)).to.equal("/disk");
  });

  const types: readonly (readonly [type: string, path: string, expected: string])[] = [
    ["", "new/dir", "/new/dir"],
    ["DirectoryOrCreate", "new/dir", "/new/dir"],
    ["Directory", "absent", "fails: hostPath type check failed: ROOT/absent is not a directory"],
    ["Directory", "file", "fails: hostPath type check failed: ROOT/file is not a directory"],
    ["FileOrCreate", "fresh", "/fresh"],
    ["File", "file", "/file"],
    ["File", "absent", "fails: hostPath type check failed: ROOT/absent is not a file"],
    ["Socket", "file", "fails: hostPath type check failed: ROOT/file is not a socket file"],
    ["Nonsense", "file", 'fails: hostPath type check failed: ROOT/file has the unknown type "Nonsense"'],
  ];
  for (const [type, path, expected] of types) {
    it(`S46 takes hostPath ${path} of type ${JSON.stringify(type)}: ${expected}`, async () => {
      await writeFile(join(root, "file"), "");
      expect(await mount({ hostPath: { path: join(root, path), type } })).to.equal(expected.replace("ROOT", root));
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
      "fails: references non-existent configmap key: z",
    );
    expect(await mount({ configMap: { name: "cfg", items: [{ key: "b", path: "../z" }] } })).to.contain(
      "must not contain '..'",
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

  it("replaces all files at once, and takes away what is gone", async () => {
    const directory = join(root, "atomic");
    await writeAtomically(directory, [file("a", "1"), file("b", "1")]);
    const version = await readdir(directory);
    await writeAtomically(directory, [file("a", "1"), file("b", "1")]);
    expect(await readdir(directory), "written again without need").to.deep.equal(version);
    await writeAtomically(directory, [file("a", "2"), file("c/d", "2")]);
    expect((await readdir(directory)).filter((name) => !name.startsWith(".."))).to.have.members(["a", "c"]);
    expect(await readFile(join(directory, "c/d"), "utf8")).to.equal("2");
  });

  describe("S34 subPath", () => {
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
      ["out", "leads out"],
      ["out/passwd", "leads out"],
      ["..", "must be a path within"],
      ["inside/../../x", "must be a path within"],
      ["/etc", "must be a path within"],
      ["dangling", "leads nowhere"],
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
    const volumes = new Map([["d", { source, readOnly: false }]]);
    const container = aContainer({
      volumeMounts: [
        { name: "d", mountPath: "/data" },
        { name: "d", mountPath: "/ro", readOnly: true, subPathExpr: "pods/$(POD)" },
      ],
    });
    expect(await containerMounts(container, volumes, { POD: "web-0" })).to.deep.equal({
      ok: true,
      value: [
        { source, target: "/data", readOnly: false },
        { source: join(source, "pods/web-0"), target: "/ro", readOnly: true },
      ],
    });
    const unknown = await containerMounts(aContainer({ volumeMounts: [{ name: "x", mountPath: "/x" }] }), volumes, {});
    expect(unknown.ok ? "" : unknown.error).to.equal('cannot find volume "x" to mount into container "nginx"');
  });
});

function file(path: string, text: string): VolumeFile {
  return { path, content: Buffer.from(text), mode: 0o644 };
}
