import type { PersistentVolume } from "@ordinal/api";
import { createStopStack, silentLogger, systemClock, type Clock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { createInformers } from "../informers.ts";
import { startStorageProtection } from "../protection/storage-protection.ts";
import { createRandom, type Random } from "../random.fixture.ts";
import { startScheduler } from "../schedule/scheduler.ts";
import { createNode, newClaim, newClass, newPod, newVolume } from "../storage.fixture.ts";
import { startBindingController } from "./binding-controller.ts";
import { startWitness, unfinished } from "./bound-forever.fixture.ts";
import { unsteadyClient, type Unsteady } from "./unsteady-client.fixture.ts";

const delayedClass = "later";
const seeds = Array.from({ length: 24 }, (_, number) => number + 1);

/** Retries come soon, so that many fit into a second. */
const hastyClock: Clock = {
  now: () => systemClock.now(),
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 5), signal),
  after: (ms, callback) => systemClock.after(Math.min(ms, 5), callback),
};

describe("claims and volumes, whatever goes wrong on the way", () => {
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await startCluster();
    await createNode(cluster);
    await cluster.client.create(
      "storageclasses",
      newClass(delayedClass, { volumeBindingMode: "WaitForFirstConsumer" }),
    );
  });
  afterEach(async () => {
    await cluster.stop();
  });

  /** A whole set of controllers with a way of its own to the API; what a process is. */
  function startControllers(random: Random): { readonly parts: StopStack; readonly way: Unsteady } {
    const parts = createStopStack();
    const way = unsteadyClient(cluster.client, random);
    const options = { client: way.client, clock: hastyClock, log: silentLogger };
    const informers = parts.add(createInformers(options));
    for (const start of [startBindingController, startScheduler, startStorageProtection])
      parts.add(start({ ...options, informers }));
    return { parts, way };
  }

  for (const seed of seeds) {
    it(`S2 S8 S11 S20 no volume has two claims, no claim two volumes, nothing moves, and all that can be is bound (seed ${seed})`, async () => {
      const random = createRandom(seed);
      const witness = await startWitness(cluster.client);
      let process = startControllers(random);
      for (let step = 0; step < 120; step += 1) {
        await happen(cluster, random);
        if (random.below(25) > 0) continue;
        // Killed at whatever it was doing; sometimes the next one is there before the last one is gone.
        const last = process;
        if (random.below(2) === 0) last.way.kill();
        process = startControllers(random);
        await last.parts.stop();
      }
      process.way.calm();
      await untilFinished(cluster);
      await process.parts.stop();
      await witness.stop();
      expect(witness.problems()).to.deep.equal([]);
    });
  }
});

/** Somebody does something; what cannot be done just now is not done. */
async function happen(cluster: Cluster, random: Random): Promise<void> {
  const { client } = cluster;
  const claimName = `c${random.below(12)}`;
  const volumeName = `v${random.below(14)}`;
  const storageClassName = random.oneOf(["manual", "manual", delayedClass]);
  const size = { storage: `${random.oneOf([1, 1, 2, 4])}Gi` };
  const doings = [
    () => {
      const claimRef = { namespace: "default", name: `c${random.below(12)}` };
      const reserved = random.below(5) === 0 ? { claimRef } : {};
      const labels = { disk: random.oneOf(["ssd", "hdd"]) };
      const volume = newVolume(volumeName, { storageClassName, capacity: size, ...reserved });
      return client.create("persistentvolumes", { ...volume, metadata: { name: volumeName, labels } });
    },
    () => {
      const named = random.below(6) === 0 ? { volumeName } : {};
      const selector = random.below(5) === 0 ? { selector: { matchLabels: { disk: "ssd" } } } : {};
      const spec = { storageClassName, resources: { requests: size }, ...named, ...selector };
      return client.create("persistentvolumeclaims", newClaim(claimName, spec));
    },
    () => client.create("pods", newPod(`p${random.below(12)}`, claimName)),
    () => client.delete("persistentvolumeclaims", { namespace: "default", name: claimName }),
    () => client.delete("pods", { namespace: "default", name: `p${random.below(12)}` }, { gracePeriodSeconds: 0 }),
    () => clearReleased(cluster, volumeName),
    () => {
      const body = { metadata: { labels: { touched: String(random.below(100)) } } };
      return client.patch("persistentvolumes", { name: volumeName }, { type: "merge", body });
    },
    () => {
      const body = { metadata: { labels: { touched: String(random.below(100)) } } };
      return client.patch("persistentvolumeclaims", { namespace: "default", name: claimName }, { type: "merge", body });
    },
    async () => await new Promise((resolve) => setTimeout(resolve, random.below(4))),
  ];
  const doing = random.oneOf([...doings.slice(0, 2), ...doings.slice(0, 2), ...doings]);
  // It may be there already, or not there, or changed meanwhile.
  await doing().catch(() => {});
}

async function clearReleased({ client }: Cluster, name: string): Promise<void> {
  const volume: PersistentVolume = await client.get("persistentvolumes", { name });
  if (volume.status?.phase !== "Released") return;
  const { claimRef: _cleared, ...spec } = volume.spec;
  await client.update("persistentvolumes", { ...volume, spec });
}

async function untilFinished({ client }: Cluster): Promise<void> {
  const look = async () => ({
    claims: (await client.list("persistentvolumeclaims")).items,
    volumes: (await client.list("persistentvolumes")).items,
    pods: (await client.list("pods")).items,
    delayedClass,
  });
  const deadline = AbortSignal.timeout(15_000);
  let left = unfinished(await look());
  while (left !== undefined && !deadline.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    left = unfinished(await look());
  }
  expect(left).to.equal(undefined);
}
