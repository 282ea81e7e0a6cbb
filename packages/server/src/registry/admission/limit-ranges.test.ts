import type { LimitRange } from "@ordinal/api";
import { expect } from "chai";
import { podDraft, refusalOf, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("limit ranges", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(async () => {
    await rig.stop();
  });

  async function limit(...limits: LimitRange["spec"]["limits"]): Promise<void> {
    await rig.registry.create("limitranges", { metadata: { name: "r", namespace: "default" }, spec: { limits } });
  }

  async function claim(name: string, storage: string): Promise<unknown> {
    return await rig.registry.create("persistentvolumeclaims", {
      metadata: { name, namespace: "default" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
    });
  }

  async function pod(name: string, resources: object): Promise<unknown> {
    return await rig.registry.create("pods", podDraft(name, { containers: [{ name: "main", image: "i", resources }] }));
  }

  it("S40 refuses claims that are too small or too large, in upstream's words", async () => {
    await limit({ type: "PersistentVolumeClaim", min: { storage: "1Gi" }, max: { storage: "10Gi" } });
    const forbidden = 'Forbidden 403: persistentvolumeclaims "a" is forbidden: ';
    expect(await refusalOf(claim("a", "512Mi"))).to.equal(
      `${forbidden}minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi`,
    );
    expect(await refusalOf(claim("a", "11Gi"))).to.equal(
      `${forbidden}maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 11Gi`,
    );
    await claim("a", "10Gi");
  });

  it("S40 holds claims that grow, and leaves those alone that do not", async () => {
    await rig.registry.create("storageclasses", {
      metadata: { name: "s" },
      provisioner: "x.test/y",
      allowVolumeExpansion: true,
    });
    const at = { namespace: "default", name: "a" };
    await rig.registry.create("persistentvolumeclaims", {
      metadata: { ...at, finalizers: ["a.test/b"] },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "s", resources: { requests: { storage: "1Gi" } } },
    });
    const status = { phase: "Bound", capacity: { storage: "1Gi" } };
    await rig.registry.patch("persistentvolumeclaims", at, { type: "merge", body: { status }, subresource: "status" });
    await limit({ type: "PersistentVolumeClaim", max: { storage: "2Gi" } });
    const grow = async (storage: string) =>
      await rig.registry.patch("persistentvolumeclaims", at, {
        type: "merge",
        body: { spec: { resources: { requests: { storage } } } },
      });
    await grow("2Gi");
    expect(await refusalOf(grow("3Gi"))).to.include("maximum storage usage per PersistentVolumeClaim is 2Gi");
    await rig.registry.patch(
      "limitranges",
      { namespace: "default", name: "r" },
      {
        type: "merge",
        body: { spec: { limits: [{ type: "PersistentVolumeClaim", max: { storage: "1Gi" } }] } },
      },
    );
    await rig.registry.patch("persistentvolumeclaims", at, {
      type: "merge",
      body: { metadata: { labels: { a: "b" } } },
    });
    await rig.registry.delete("persistentvolumeclaims", at);
    await rig.registry.patch("persistentvolumeclaims", at, { type: "merge", body: { metadata: { finalizers: [] } } });
  });

  it("S40 lasts over a restart, and ends with the range", async () => {
    await limit({ type: "PersistentVolumeClaim", max: { storage: "1Gi" } });
    await rig.restart();
    expect(await refusalOf(claim("a", "2Gi"))).to.include("maximum storage");
    await rig.registry.delete("limitranges", { namespace: "default", name: "r" });
    await claim("a", "2Gi");
  });

  it("gives containers what they do not say themselves, and notes it on the pod", async () => {
    await limit({ type: "Container", default: { cpu: "2" }, defaultRequest: { cpu: "1", memory: "1Mi" } });
    const made = await rig.registry.create("pods", podDraft("a"));
    expect(made.spec.containers[0]?.resources).to.deep.equal({
      limits: { cpu: "2" },
      requests: { cpu: "1", memory: "1Mi" },
    });
    expect(made.metadata.annotations).to.deep.equal({
      "kubernetes.io/limit-ranger":
        "LimitRanger plugin set: cpu, memory request for container main; cpu limit for container main",
    });
    expect(made.status?.qosClass).to.equal("Burstable");
  });

  const refused: readonly (readonly [limits: LimitRange["spec"]["limits"][number], resources: object, why: string])[] =
    [
      [
        { type: "Container", min: { cpu: "1" }, defaultRequest: { cpu: "1" } },
        { requests: { cpu: "500m" } },
        "minimum cpu usage per Container is 1, but request is 500m",
      ],
      [{ type: "Pod", max: { memory: "1Gi" } }, {}, "maximum memory usage per Pod is 1Gi.  No limit is specified"],
      [
        { type: "Pod", max: { memory: "1Gi" }, min: { memory: "1Mi" } },
        { limits: { memory: "2Gi" }, requests: { memory: "1Ki" } },
        "[minimum memory usage per Pod is 1Mi, but request is 1Ki, maximum memory usage per Pod is 1Gi, but limit is 2Gi]",
      ],
      [
        { type: "Container", maxLimitRequestRatio: { cpu: "2" } },
        { limits: { cpu: "3" }, requests: { cpu: "1" } },
        "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
      ],
    ];
  for (const [limits, resources, why] of refused) {
    it(`refuses a pod: ${why}`, async () => {
      await limit(limits);
      expect(await refusalOf(pod("a", resources))).to.equal(`Forbidden 403: pods "a" is forbidden: ${why}`);
    });
  }
});
