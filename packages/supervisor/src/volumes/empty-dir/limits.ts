import { join } from "node:path";
import type { Pod } from "@ordinal/api";
import { describeError, hasCode, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import { measureTree } from "../../volume-stats/measure-tree.ts";
import { createPace } from "../../volume-stats/pace.ts";
import { bytesOf } from "./memory-size.ts";

/** An emptyDir on disk that may hold only so much. */
export interface LimitedVolume {
  readonly name: string;
  /** As the pod says it. */
  readonly sizeLimit: string;
  readonly directory: string;
}

/** Looks at the emptyDirs of running pods now and then. */
export interface EmptyDirLimits extends Stoppable {
  /** Goes on with what is watched of the pod already. */
  watch(podUid: string, volumes: readonly LimitedVolume[]): void;
  forget(podUid: string): void;
}

export interface EmptyDirLimitsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** From the end of one look to the next. Defaults to 10 000 ms, as the kubelet's. */
  readonly everyMs?: number;
  /** Called once; the message is that of the eviction. */
  readonly onExceeded: (podUid: string, message: string) => void;
}

/** The volumes of a pod that its sizeLimits hold for. What is in memory holds its size by itself, where it is mounted. */
export function limitedVolumes(pod: Pod, podDirectory: string): readonly LimitedVolume[] {
  return (pod.spec.volumes ?? []).flatMap(({ name, emptyDir }) => {
    const { sizeLimit } = emptyDir ?? {};
    if (sizeLimit === undefined || (bytesOf(sizeLimit) ?? 0) <= 0) return [];
    return [{ name, sizeLimit, directory: join(podDirectory, "volumes", name) }];
  });
}

/** Source: kubelet `eviction_manager` emptyDirLimitEviction, and its text. Measuring takes a fiftieth of a core at most. */
export function startEmptyDirLimits(options: EmptyDirLimitsOptions): EmptyDirLimits {
  const { clock, log, everyMs = 10_000, onExceeded } = options;
  const pods = new Map<string, readonly LimitedVolume[]>();
  const ending = new AbortController();
  const { signal } = ending;
  const pace = createPace({ clock });
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    while (pods.size > 0 && !signal.aborted) {
      await clock.sleep(everyMs, signal).catch(() => {
        // It is time to end.
      });
      for (const [podUid, volumes] of pods) await lookAt(podUid, volumes);
    }
    looking = undefined;
  }

  async function lookAt(podUid: string, volumes: readonly LimitedVolume[]): Promise<void> {
    for (const { name, sizeLimit, directory } of volumes) {
      if (signal.aborted || pods.get(podUid) !== volumes) return;
      const used = await measure(directory);
      if (used === undefined || used <= (bytesOf(sizeLimit) ?? 0) || pods.get(podUid) !== volumes) continue;
      pods.delete(podUid);
      onExceeded(podUid, `Usage of EmptyDir volume ${JSON.stringify(name)} exceeds the limit "${sizeLimit}". `);
    }
  }

  async function measure(directory: string): Promise<number | undefined> {
    try {
      return (await measureTree(directory, { pace, signal })).bytes;
    } catch (error) {
      // The pod may be going.
      if (!signal.aborted && !hasCode(error, "ENOENT")) {
        log.warn("cannot measure an emptyDir", { directory, error: describeError(error) });
      }
      return undefined;
    }
  }

  return {
    watch(podUid, volumes) {
      if (volumes.length === 0 || pods.has(podUid)) return;
      pods.set(podUid, volumes);
      looking ??= look();
    },
    forget: (podUid) => void pods.delete(podUid),
    async stop() {
      ending.abort();
      await looking;
    },
  };
}
