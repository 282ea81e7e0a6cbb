import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock, silentLogger, type FakeClock } from "@ordinal/runtime";
import type { ConfigMap, Pod } from "@ordinal/api";
import { expect } from "chai";
import { aPod } from "../pod.fixture.ts";
import { createNodeVolumes } from "./node-volumes.ts";
import { PodVolumes } from "./pod-volumes.ts";
import type { VolumeHost } from "./volume.ts";

describe("PodVolumes", () => {
  let root: string;
  let clock: FakeClock;
  let found: ConfigMap | undefined;
  let said: string[];
  let volumes: PodVolumes;
  const pod: Pod = aPod({
    spec: {
      volumes: [
        { name: "scratch", emptyDir: {} },
        { name: "cfg", configMap: { name: "cfg" } },
        { name: "data", persistentVolumeClaim: { claimName: "data" } },
      ],
    },
  });
  const { volumes: specified = [] } = pod.spec;
  const withoutClaim: Pod = { ...pod, spec: { ...pod.spec, volumes: specified.slice(0, 2) } };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "ordinal-pod-volumes-"));
    clock = createFakeClock();
    found = undefined;
    said = [];
    const host: VolumeHost = { runtime: "process", dataDir: root, clock, log: silentLogger, isRoot: false };
    volumes = new PodVolumes({
      facts: { podIP: "", hostIP: "" },
      capacity: { cpus: 1, memoryBytes: 1 },
      sources: {
        configMap: async () => found,
        secret: async () => undefined,
        claim: async () => undefined,
        persistentVolume: async () => undefined,
      },
      host,
      persistentVolumes: createNodeVolumes(host),
      podDirectory: join(root, "pods/uid"),
      clock,
      onFailedMount: (message) => said.push(message),
      onSlowOwnership: (message) => said.push(message),
      onChange: () => said.push("changed"),
    });
  });
  afterEach(() => rm(root, { recursive: true }));

  const aConfigMap = (data: Record<string, string>): ConfigMap => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "cfg", uid: "u", resourceVersion: "1", creationTimestamp: "" },
    data,
  });
  const notFound = 'MountVolume.SetUp failed for volume "cfg" : configmap "cfg" not found';
  const file = (name: string): Promise<string> => readFile(join(root, "pods/uid/volumes/cfg", name), "utf8");

  it("S46 tells of every volume that is missing, in upstream's words, and gives none out", async () => {
    expect(await volumes.setUp(pod)).to.equal(undefined);
    expect(said).to.deep.equal([
      notFound,
      "Unable to attach or mount volumes: unmounted volumes=[cfg data], unattached volumes=[], failed to process volumes=[data]: " +
        'error processing PVC default/data: failed to fetch PVC from API server: persistentvolumeclaims "data" not found',
    ]);
  });

  it("S46 tries again after half a second, and then twice as long each time, up to two minutes", async () => {
    const waits: number[] = [];
    for (let times = 0; times < 11; times++) {
      expect(await volumes.setUp(withoutClaim)).to.equal(undefined);
      const waitMs = (volumes.retryAtMs ?? 0) - clock.now();
      waits.push(waitMs);
      await clock.advance(waitMs - 1);
      await volumes.setUp(withoutClaim);
      expect(said, "not before it is time").to.have.length(times + 1);
      await clock.advance(1);
    }
    const doubled = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000];
    expect(waits).to.deep.equal([...doubled, 122_000, 122_000, 122_000]);
    found = aConfigMap({ a: "1" });
    expect([...((await volumes.setUp(withoutClaim)) ?? new Map()).keys()]).to.have.members(["scratch", "cfg"]);
    expect(volumes.retryAtMs).to.equal(undefined);
  });

  it("S46 looks again at once when the object changes, and keeps what it has when that fails", async () => {
    await volumes.setUp(withoutClaim);
    found = aConfigMap({ a: "1" });
    volumes.invalidate(withoutClaim);
    expect(await volumes.setUp(withoutClaim)).to.not.equal(undefined);
    expect(await file("a")).to.equal("1");
    found = aConfigMap({ a: "2" });
    await volumes.setUp(withoutClaim);
    expect(await file("a"), "nobody said that it has changed").to.equal("1");
    volumes.invalidate(withoutClaim);
    await volumes.setUp(withoutClaim);
    expect(await file("a")).to.equal("2");
    found = undefined;
    volumes.invalidate(withoutClaim);
    expect(await volumes.setUp(withoutClaim)).to.not.equal(undefined);
    expect(said).to.deep.equal([notFound, notFound]);
    expect(await file("a")).to.equal("2");
    found = aConfigMap({ a: "3" });
    await clock.advance(500);
    await volumes.setUp(withoutClaim);
    expect(await file("a")).to.equal("3");
  });

  it("S46 follows the pod's labels", async () => {
    const items = [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }];
    const labelled = (app: string): Pod =>
      aPod({ metadata: { labels: { app } }, spec: { volumes: [{ name: "cfg", downwardAPI: { items } }] } });
    await volumes.setUp(labelled("one"));
    expect(await file("labels")).to.equal('app="one"');
    await volumes.setUp(labelled("two"));
    expect(await file("labels")).to.equal('app="two"');
  });
});
