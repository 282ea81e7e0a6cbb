import type { PersistentVolumeClaim, ResourceQuota } from "@ordinal/api";
import { expect } from "chai";
import { podDraft, refusalOf, serviceDraft, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("resource quotas", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(async () => {
    await rig.stop();
  });

  async function limit(hard: Readonly<Record<string, string>>, more: object = {}, name = "q"): Promise<ResourceQuota> {
    return await rig.registry.create("resourcequotas", {
      metadata: { name, namespace: "default" },
      spec: { hard, ...more },
    });
  }

  async function claim(name: string, storage = "1Gi", storageClassName = "fast"): Promise<PersistentVolumeClaim> {
    return await rig.registry.create("persistentvolumeclaims", {
      metadata: { name, namespace: "default" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } }, storageClassName },
    });
  }

  async function bind(bound: PersistentVolumeClaim): Promise<PersistentVolumeClaim> {
    const body = { status: { phase: "Bound", capacity: { storage: "1Gi" } } };
    const at = { namespace: "default", name: bound.metadata.name };
    return await rig.registry.patch("persistentvolumeclaims", at, { type: "merge", body, subresource: "status" });
  }

  it("S39 refuses the claim that exceeds the storage, in upstream's words", async () => {
    await limit({ "requests.storage": "2Gi" });
    await claim("a");
    expect(await refusalOf(claim("b", "1536Mi"))).to.equal(
      'Forbidden 403: persistentvolumeclaims "b" is forbidden: exceeded quota: q, requested: requests.storage=1536Mi, used: requests.storage=1Gi, limited: requests.storage=2Gi',
    );
    await claim("b");
  });

  it("S39 counts claims, and those of one class apart", async () => {
    await limit({ persistentvolumeclaims: "3", "fast.storageclass.storage.k8s.io/persistentvolumeclaims": "1" });
    await claim("a");
    expect(await refusalOf(claim("b"))).to.include(
      "requested: fast.storageclass.storage.k8s.io/persistentvolumeclaims=1, used: fast.storageclass.storage.k8s.io/persistentvolumeclaims=1, limited: fast.storageclass.storage.k8s.io/persistentvolumeclaims=1",
    );
    await claim("b", "1Gi", "slow");
    await claim("c", "1Gi", "slow");
    expect(await refusalOf(claim("d", "1Gi", "slow"))).to.include("limited: persistentvolumeclaims=3");
  });

  it("S39 names everything that is exceeded at once, and the first quota by name", async () => {
    await limit({ "requests.storage": "1Gi", persistentvolumeclaims: "0" }, {}, "b");
    await limit({ "count/persistentvolumeclaims": "0" }, {}, "c");
    expect(await refusalOf(claim("a", "2Gi"))).to.include(
      "exceeded quota: b, requested: persistentvolumeclaims=1,requests.storage=2Gi, used: persistentvolumeclaims=0,requests.storage=0, limited: persistentvolumeclaims=0,requests.storage=1Gi",
    );
  });

  it("S39 counts what was there before the quota, and before a restart", async () => {
    await claim("a");
    await limit({ persistentvolumeclaims: "1" });
    expect(await refusalOf(claim("b"))).to.include("used: persistentvolumeclaims=1");
    await rig.restart();
    expect(await refusalOf(claim("b"))).to.include("used: persistentvolumeclaims=1");
  });

  it("S39 charges growth, and gives back what is deleted", async () => {
    await limit({ "requests.storage": "3Gi" });
    await rig.registry.create("storageclasses", {
      metadata: { name: "fast" },
      provisioner: "x.test/y",
      allowVolumeExpansion: true,
    });
    const [a] = [await bind(await claim("a")), await claim("b")];
    const grow = async (storage: string) =>
      await rig.registry.patch(
        "persistentvolumeclaims",
        { namespace: "default", name: a.metadata.name },
        {
          type: "merge",
          body: { spec: { resources: { requests: { storage } } } },
        },
      );
    expect(await refusalOf(grow("2561Mi"))).to.include(
      "requested: requests.storage=1537Mi, used: requests.storage=2Gi, limited: requests.storage=3Gi",
    );
    await grow("2Gi");
    expect(await refusalOf(claim("c", "1Ki"))).to.include("used: requests.storage=3Gi");
    const finalizers = { type: "merge", body: { metadata: { finalizers: [] } } } as const;
    await rig.registry.patch("persistentvolumeclaims", { namespace: "default", name: "b" }, finalizers);
    await rig.registry.delete("persistentvolumeclaims", { namespace: "default", name: "b" });
    await claim("c");
  });

  it("S39 takes nothing for what is only tried, or refused for another reason", async () => {
    await limit({ persistentvolumeclaims: "1", services: "1" });
    const draft = (name: string) => ({
      metadata: { name, namespace: "default" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    await rig.registry.create("persistentvolumeclaims", draft("a"), { dryRun: true });
    expect(await refusalOf(rig.registry.create("persistentvolumeclaims", draft("A/B")))).to.include("Invalid 422");
    expect(await refusalOf(rig.registry.create("services", serviceDraft("a", { clusterIP: "1.2.3.4" })))).to.include(
      "is not in the valid range",
    );
    await claim("a");
    await rig.registry.create("services", serviceDraft("a"));
    expect(await refusalOf(rig.registry.create("services", serviceDraft("b")))).to.include("exceeded quota");
  });

  it("S39 another amount counts at once, and no quota limits nothing", async () => {
    const quota = await limit({ persistentvolumeclaims: "0" });
    const at = { namespace: "default", name: "q" };
    await rig.registry.update("resourcequotas", { ...quota, spec: { hard: { persistentvolumeclaims: "1" } } });
    await claim("a");
    expect(await refusalOf(claim("b"))).to.include("limited: persistentvolumeclaims=1");
    await rig.registry.patch("resourcequotas", at, {
      type: "merge",
      body: { spec: { hard: { "count/secrets": "0" } } },
    });
    expect(await refusalOf(claim("b"))).to.include("used: persistentvolumeclaims=1");
    await rig.registry.delete("resourcequotas", at);
    await claim("b");
  });

  for (const seed of [1, 2, 3, 4, 5]) {
    it(`S39 is never exceeded by creates, growth and deletes at once, seed ${seed}`, async () => {
      const random = randomOf(seed);
      await rig.registry.create("storageclasses", {
        metadata: { name: "fast" },
        provisioner: "x.test/y",
        allowVolumeExpansion: true,
      });
      await limit({ "requests.storage": "20Gi", persistentvolumeclaims: "12" });
      const outcomes = { stored: 0, refused: 0 };
      const attempt = async (index: number): Promise<void> => {
        const name = `c-${index % 40}`;
        const at = { namespace: "default", name };
        const size = `${1 + Math.floor(random() * 4)}Gi`;
        const step = random();
        if (step < 0.6) await claim(name, size);
        else if (step < 0.8) await rig.registry.delete("persistentvolumeclaims", at);
        else {
          await rig.registry.patch("persistentvolumeclaims", at, {
            type: "merge",
            body: { metadata: { finalizers: [] }, spec: { resources: { requests: { storage: size } } } },
          });
        }
      };
      for (let round = 0; round < 6; round += 1) {
        const steps = Array.from({ length: 60 }, (_, index) => attempt(index));
        for (const { status } of await Promise.allSettled(steps)) {
          outcomes[status === "fulfilled" ? "stored" : "refused"] += 1;
        }
        const { items } = await rig.registry.list("persistentvolumeclaims", { namespace: "default" });
        const bytes = items.reduce(
          (sum, { spec }) => sum + Number.parseInt(spec.resources?.requests?.["storage"] ?? "0", 10),
          0,
        );
        expect(items.length).to.be.at.most(12);
        expect(bytes).to.be.at.most(20);
        for (const each of items) await bind(each);
      }
      expect(outcomes.stored).to.be.above(20);
      expect(outcomes.refused).to.be.above(20);
      await expectExact();
    });
  }

  /** Nothing stays charged that is not there: what is left of the quota can be used, and no more. */
  async function expectExact(): Promise<void> {
    const { items } = await rig.registry.list("persistentvolumeclaims", { namespace: "default" });
    const used = items.reduce(
      (sum, { spec }) => sum + Number.parseInt(spec.resources?.requests?.["storage"] ?? "0", 10),
      0,
    );
    await rig.registry.patch(
      "resourcequotas",
      { namespace: "default", name: "q" },
      {
        type: "merge",
        body: { spec: { hard: { "requests.storage": `${used + 1}Gi`, persistentvolumeclaims: "100" } } },
      },
    );
    await claim("last");
    expect(await refusalOf(claim("more", "1"))).to.include(`used: requests.storage=${used + 1}Gi`);
  }

  it("wants containers to say what is counted of them, and counts pods until they end", async () => {
    await limit({ "limits.cpu": "1", "requests.memory": "1Gi", pods: "1" });
    expect(await refusalOf(rig.registry.create("pods", podDraft("a")))).to.equal(
      'Forbidden 403: pods "a" is forbidden: failed quota: q: must specify limits.cpu for: main; requests.memory for: main',
    );
    const containers = [
      { name: "main", image: "nginx", resources: { limits: { cpu: "1" }, requests: { memory: "1Gi" } } },
    ];
    await rig.registry.create("pods", podDraft("a", { containers }));
    expect(await refusalOf(rig.registry.create("pods", podDraft("b", { containers })))).to.include(
      "requested: limits.cpu=1,pods=1,requests.memory=1Gi, used: limits.cpu=1,pods=1,requests.memory=1Gi",
    );
    const body = { status: { phase: "Succeeded" } };
    await rig.registry.patch(
      "pods",
      { namespace: "default", name: "a" },
      { type: "merge", body, subresource: "status" },
    );
    await rig.registry.create("pods", podDraft("b", { containers }));
  });

  it("with the scope BestEffort sees only pods that ask for nothing", async () => {
    await limit({ pods: "0" }, { scopes: ["BestEffort"] });
    expect(await refusalOf(rig.registry.create("pods", podDraft("a")))).to.include(
      "exceeded quota: q, requested: pods=1",
    );
    const containers = [{ name: "main", image: "nginx", resources: { requests: { cpu: "1m" } } }];
    await rig.registry.create("pods", podDraft("a", { containers }));
  });
});

/** Numbers as Math.random gives them, the same for each seed. Source: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
