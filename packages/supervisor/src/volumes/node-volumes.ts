import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeError, type Stoppable } from "@ordinal/runtime";
import { createKeyedQueue } from "../runtime/core/keyed-queue.ts";
import { listIfPresent } from "../runtime/commands/read-if-present.ts";
import type { PersistentVolumePlugin } from "./persistent/persistent-volume.ts";
import { createPersistentPlugins } from "./persistent/plugins.ts";
import { removeSubPaths } from "./sub-path/bind-sub-path.ts";
import type { PersistentVolumes, VolumeHost } from "./volume.ts";

/** The volumes of all pods of the node. What is known of them stands on the disk, so that any daemon can go on from there. */
export interface NodeVolumes extends PersistentVolumes, Stoppable {
  /**
   * Lets writes to volumes go on that an earlier daemon had stopped, when it was killed. Nothing else may be done before. What
   * stands against it is logged, and keeps no daemon from starting.
   */
  thaw(): Promise<void>;
  /**
   * Looks at what earlier daemons left: remembers what pods use, and takes away what is of pods that are not known any
   * more. No pod must start before.
   */
  recover(isKnown: (podUid: string) => boolean): Promise<void>;
  /**
   * Takes a pod's volumes away, nothing of which runs any more: unmounts what is its own, and PVs that no other pod
   * uses. `files` says what becomes of its files: `keep` is for a pod that comes back. Repeatable; rejects when something
   * cannot be unmounted, and has then removed nothing that a mount leads to.
   */
  remove(podUid: string, files: "keep" | "volumes" | "all"): Promise<void>;
  /** Unmounts what pods share; none of them is left running. */
  tearDown(): Promise<void>;
}

const retryMs = 10_000;

/** Nothing is looked at or changed before `thaw` and `recover`. */
export function createNodeVolumes(
  host: VolumeHost,
  plugins: readonly PersistentVolumePlugin[] = createPersistentPlugins(host),
): NodeVolumes {
  const { dataDir, mounter, memory, clock, log } = host;
  const queue = createKeyedQueue();
  /** Pods by the name of the PV. */
  const holders = new Map<string, Set<string>>();
  /** How to give up what is to be tried again. */
  const retries = new Map<string, () => void>();
  let isStopped = false;
  const podDirectory = (podUid: string): string => join(dataDir, "pods", podUid);
  const holdsOf = (podUid: string): string => join(podDirectory(podUid), "persistent-volumes");

  function remember(volumeName: string, podUid: string): void {
    holders.set(volumeName, (holders.get(volumeName) ?? new Set()).add(podUid));
  }

  async function hold(volumeName: string, podUid: string): Promise<void> {
    if (holders.get(volumeName)?.has(podUid) === true) return;
    await mkdir(holdsOf(podUid), { recursive: true, mode: 0o700 });
    await (await open(join(holdsOf(podUid), volumeName), "a")).close();
    remember(volumeName, podUid);
  }

  async function release(podUid: string): Promise<void> {
    const names = await listIfPresent(holdsOf(podUid));
    await rm(holdsOf(podUid), { recursive: true, force: true });
    for (const name of names) holders.get(name)?.delete(podUid);
    for (const name of names) await tearDownUnused(name);
  }

  async function tearDownUnused(volumeName: string): Promise<void> {
    try {
      await queue.run(volumeName, async () => {
        if ((holders.get(volumeName)?.size ?? 0) > 0) return;
        holders.delete(volumeName);
        for (const { node } of plugins) {
          if (node !== undefined && (await node.find()).includes(volumeName)) await node.tearDown(volumeName);
        }
      });
    } catch (error) {
      log.warn("cannot let go of a volume yet", { volume: volumeName, error: describeError(error) });
      retries.get(volumeName)?.();
      if (!isStopped)
        retries.set(
          volumeName,
          clock.after(retryMs, () => void tearDownUnused(volumeName)),
        );
    }
  }

  async function remove(podUid: string, files: "keep" | "volumes" | "all"): Promise<void> {
    const directory = podDirectory(podUid);
    for (const name of ["volumes", "volume-subpaths"]) await mounter?.unmountBelow(join(directory, name));
    await removeSubPaths(directory);
    await memory?.remove(podUid);
    await release(podUid);
    if (files === "all") return await rm(directory, { recursive: true, force: true });
    await rm(join(directory, "volumes-ready"), { recursive: true, force: true });
    if (files === "volumes") await rm(join(directory, "volumes"), { recursive: true, force: true });
  }

  return {
    plugins,
    exclusively: (volumeName, work) => queue.run(volumeName, work),
    hold,
    isHeldByOther: (volumeName, podUid) => [...(holders.get(volumeName) ?? [])].some((each) => each !== podUid),
    remove,
    async thaw() {
      const thawing = await Promise.allSettled(plugins.map(async ({ node }) => await node?.thaw?.()));
      for (const each of thawing) {
        if (each.status === "rejected")
          log.warn("cannot look for volumes that are still frozen", { error: describeError(each.reason) });
      }
    },
    async recover(isKnown) {
      const inMemory = (await memory?.podUids()) ?? [];
      const onDisk = (await listIfPresent(join(dataDir, "pods"))).filter((name) => !name.startsWith("."));
      const podUids = [...new Set([...inMemory, ...onDisk])];
      for (const podUid of podUids.filter(isKnown)) {
        for (const volumeName of await listIfPresent(holdsOf(podUid))) remember(volumeName, podUid);
      }
      for (const podUid of podUids.filter((each) => !isKnown(each))) {
        await remove(podUid, "all").catch((error: unknown) =>
          log.warn("cannot remove the volumes of a pod that is gone", { podUid, error: describeError(error) }),
        );
      }
      const setUp = await Promise.all(plugins.map(async ({ node }) => (await node?.find()) ?? []));
      for (const volumeName of setUp.flat()) await tearDownUnused(volumeName);
    },
    tearDown: async () => await memory?.tearDown(),
    async stop() {
      isStopped = true;
      for (const cancel of retries.values()) cancel();
    },
  };
}
