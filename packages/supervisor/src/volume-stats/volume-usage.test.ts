import { mkdir, mkdtemp, rename, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Event } from "@ordinal/api";
import { createEventRecorder, startInformer, type Client } from "@ordinal/client";
import { createMetrics, createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { createRegistry } from "@ordinal/server";
import { openStore } from "@ordinal/store";
import { expect } from "chai";
import { claimKeysOf } from "./claim-keys.ts";
import { startVolumeUsage, type VolumeUsage } from "./volume-usage.ts";

const clock = systemClock;
const log = silentLogger;
const namespace = "default";
const intervals = { soonestMs: 5, longestInUseMs: 20, longestIdleMs: 20 };

describe("startVolumeUsage over a real registry", function () {
  this.timeout(20_000);
  let dir: string;
  let world: StopStack;
  let client: Client;
  let parts: StopStack;
  let usage: VolumeUsage;
  let metrics: ReturnType<typeof createMetrics>;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-volume-usage-"));
    world = createStopStack();
    client = await createRegistry({ store: world.add(await openStore({ dir: join(dir, "store") })), clock });
    await client.create("namespaces", { metadata: { name: namespace } });
    start();
  });
  afterEach(async () => {
    await parts.stop();
    await world.stop();
    await rm(dir, { recursive: true });
  });

  function start(): void {
    parts = createStopStack();
    const pods = parts.add(startInformer("pods", { client, clock, log, indexes: { claim: claimKeysOf } }));
    const events = createEventRecorder({ client, clock, log, component: "kubelet" });
    const common = { client, clock, log, events, pods, nodeName: "ordinal" };
    usage = parts.add(startVolumeUsage({ ...common, dataDir: dir, intervals, settleMs: 0 }));
    metrics = createMetrics();
    usage.addTo(metrics);
  }

  /** A directory, and a claim that is bound to it. */
  async function bind(name: string, storage: string): Promise<string> {
    const path = join(dir, "volumes", name);
    await mkdir(path, { recursive: true });
    const { metadata } = await client.create("persistentvolumeclaims", {
      metadata: { name, namespace },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } }, volumeName: `pv-${name}` },
    });
    const volume = await client.create("persistentvolumes", {
      metadata: { name: `pv-${name}` },
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage },
        claimRef: { namespace, name, uid: metadata.uid },
        local: { path },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["ordinal"] }] },
            ],
          },
        },
      },
    });
    await client.update("persistentvolumes", { ...volume, status: { phase: "Bound" } }, { subresource: "status" });
    return path;
  }

  const figure = (name: string, claim: string): number | undefined => {
    const prefix = `${name}{namespace="${namespace}",persistentvolumeclaim="${claim}"} `;
    const line = metrics
      .render()
      .split("\n")
      .find((each) => each.startsWith(prefix));
    return line === undefined ? undefined : Number(line.slice(prefix.length));
  };
  const used = (claim: string): number => figure("kubelet_volume_stats_used_bytes", claim) ?? Number.NaN;

  /** Waits for a figure; the next look is never more than 20 ms away. */
  async function until(fact: string, isSo: () => boolean): Promise<void> {
    const deadline = clock.now() + 10_000;
    while (!isSo()) {
      if (clock.now() > deadline) throw new Error(`still not so: ${fact}\n${metrics.render()}`);
      await clock.sleep(2);
    }
  }

  const looks = (claim: string): number => figure("ordinal_volume_measured_timestamp_seconds", claim) ?? 0;
  async function afterAnotherLook(claim: string): Promise<void> {
    for (const _ of [1, 2]) {
      const before = looks(claim);
      await until("it was looked at again", () => looks(claim) > before);
    }
  }

  const warnings = async (): Promise<readonly Event[]> => (await client.list("events", { namespace })).items;
  async function untilWarned(count: number): Promise<readonly Event[]> {
    const signal = AbortSignal.timeout(10_000);
    for await (const _ of client.watch("events", { namespace, signal })) {
      const said = await warnings();
      if (said.length >= count) return said;
    }
    throw new Error(`there are only ${(await warnings()).length} events`);
  }

  it("S37 serves kubelet_volume_stats_* of a bound claim, and follows what is written", async () => {
    const path = await bind("data", "1Gi");
    await until("it has figures", () => used("data") > 0);
    const { blocks, bsize, files } = await statfs(path);
    expect(figure("kubelet_volume_stats_capacity_bytes", "data")).to.equal(blocks * bsize);
    expect(figure("kubelet_volume_stats_available_bytes", "data")).to.be.within(0, blocks * bsize);
    expect(figure("kubelet_volume_stats_inodes", "data")).to.equal(files);
    expect(figure("kubelet_volume_stats_inodes_free", "data")).to.be.within(0, files);
    expect(figure("kubelet_volume_stats_inodes_used", "data")).to.equal(1);
    expect(figure("kubelet_volume_stats_health_status_abnormal", "data")).to.equal(0);
    expect(figure("ordinal_volume_claimed_bytes", "data")).to.equal(2 ** 30);
    const empty = used("data");
    await writeFile(join(path, "more"), Buffer.alloc(1_000_000, 1));
    await until("the new file is counted", () => used("data") >= empty + 1_000_000);
    expect(figure("kubelet_volume_stats_inodes_used", "data")).to.equal(2);
  });

  it("S37 has no figures of a volume that is not bound any more", async () => {
    await bind("data", "1Gi");
    await until("it has figures", () => used("data") > 0);
    const volume = await client.get("persistentvolumes", { name: "pv-data" });
    await client.update("persistentvolumes", { ...volume, status: { phase: "Released" } }, { subresource: "status" });
    await until("it has none", () => !metrics.render().includes('persistentvolumeclaim="data"'));
  });

  it("S37 marks a volume abnormal whose directory has vanished, and keeps its last figures", async () => {
    const path = await bind("data", "1Gi");
    await until("it has figures", () => used("data") > 0);
    await rename(path, `${path}-away`);
    await until("it is abnormal", () => figure("kubelet_volume_stats_health_status_abnormal", "data") === 1);
    expect(used("data")).to.be.greaterThan(0);
    await rename(`${path}-away`, path);
    await until("it is well again", () => figure("kubelet_volume_stats_health_status_abnormal", "data") === 0);
  });

  it("S37 warns at 85 % and at 100 % of the claimed size, once each time, also over a restart", async () => {
    const path = await bind("data", "1Mi");
    await writeFile(join(path, "a"), Buffer.alloc(900_000, 1));
    const [first] = await untilWarned(1);
    expect(first).to.deep.include({ type: "Warning", reason: "VolumeNearlyFull", count: 1 });
    expect(first?.involvedObject).to.deep.include({ kind: "PersistentVolumeClaim", name: "data", namespace });
    expect(first?.message).to.match(/^The volume holds \d+Ki, 8\d% of the 1Mi claimed\. /);
    await afterAnotherLook("data");

    await parts.stop();
    start();
    await until("it was measured again", () => used("data") > 900_000);
    await afterAnotherLook("data");
    expect((await warnings()).length).to.equal(1);

    await writeFile(join(path, "b"), Buffer.alloc(900_000, 1));
    const second = (await untilWarned(2)).find(({ reason }) => reason === "VolumeOverCapacity");
    expect(second?.message).to.match(/^The volume holds 1\.7\dMi, 17\d% of the 1Mi claimed\. /);

    await rm(join(path, "a"));
    await rm(join(path, "b"));
    await until("it is empty", () => used("data") < 100_000);
    await afterAnotherLook("data");
    expect((await warnings()).length).to.equal(2);
    await writeFile(join(path, "c"), Buffer.alloc(2_000_000, 1));
    const third = await untilWarned(3);
    expect(third.map(({ reason = "" }) => reason).toSorted((a, b) => a.localeCompare(b))).to.deep.equal([
      "VolumeNearlyFull",
      "VolumeOverCapacity",
      "VolumeOverCapacity",
    ]);
  });

  it("S37 takes the new size into account when a claim has grown", async () => {
    const path = await bind("data", "1Mi");
    await writeFile(join(path, "a"), Buffer.alloc(950_000, 1));
    await untilWarned(1);
    const body = { spec: { capacity: { storage: "10Mi" } } };
    await client.patch("persistentvolumes", { name: "pv-data" }, { type: "merge", body });
    await until("it knows", () => figure("ordinal_volume_claimed_bytes", "data") === 10 * 2 ** 20);
    await afterAnotherLook("data");
    expect((await warnings()).length).to.equal(1);
  });

  it("S37 gives the kubelet's summary of the volumes of pods", async () => {
    const path = await bind("data", "1Gi");
    await writeFile(join(path, "a"), Buffer.alloc(100_000, 1));
    const { metadata } = await client.create("pods", {
      metadata: { name: "web-0", namespace },
      spec: {
        nodeName: "ordinal",
        containers: [{ name: "web", image: "web" }],
        volumes: [
          { name: "www", persistentVolumeClaim: { claimName: "data" } },
          { name: "scratch", emptyDir: {} },
        ],
      },
    });
    await until("the pod's volume is in it", () => (usage.summary().pods[0]?.volume?.[0]?.usedBytes ?? 0) > 100_000);
    const { node, pods } = usage.summary();
    expect(node.nodeName).to.equal("ordinal");
    expect(pods.length).to.equal(1);
    expect(pods[0]?.podRef).to.deep.equal({ name: "web-0", namespace, uid: metadata.uid });
    expect(pods[0]?.volume?.length).to.equal(1);
    expect(pods[0]?.volume?.[0]).to.deep.include({ name: "www", pvcRef: { name: "data", namespace }, inodesUsed: 2 });
    const { items } = await client.list("persistentvolumeclaims", { namespace });
    expect(items.map((claim) => claim.metadata.name)).to.deep.equal(["data"]);
  });
});
