import { isApiError, type Pod, type PodStatus } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { describeError, type Logger } from "@ordinal/runtime";
import { statusPatch } from "./status-patch.ts";

export interface StatusWriter {
  /** Writes what `wanted` says about the newest state of the pod, unless it is so already. Later calls wait their turn. */
  write(wanted: (pod: Pod) => PodStatus): void;
  /** The pod as it is after the last write, or as `see` last told. */
  current(): Pod;
  /** Tells of a newer version of the pod. */
  see(pod: Pod): void;
  /** Resolves when nothing is left to write. */
  settled(): Promise<void>;
}

export interface StatusWriterOptions {
  readonly client: Client;
  readonly log: Logger;
  readonly pod: Pod;
  /** A write failed and ought to be tried again later. */
  readonly onFailure: () => void;
}

/** Writes one pod's status: one write at a time, in order, and of those that wait only the newest. */
export function createStatusWriter({ client, log, pod, onFailure }: StatusWriterOptions): StatusWriter {
  let current = pod;
  let waiting: ((pod: Pod) => PodStatus) | undefined;
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (let wanted = waiting; wanted !== undefined; wanted = waiting) {
      waiting = undefined;
      await writeOne(wanted);
    }
    // In the same turn as the last look at `waiting`, so that no write falls between the two.
    working = undefined;
  }

  async function writeOne(wanted: (pod: Pod) => PodStatus): Promise<void> {
    const { namespace = "", name } = current.metadata;
    try {
      const body = statusPatch(current, wanted(current));
      if (body === undefined) return;
      see(await client.patch("pods", { namespace, name }, { type: "merge", subresource: "status", body }));
    } catch (error) {
      if (isApiError(error, "NotFound")) return;
      // A conflict: another pod has its name by now, and the informer is about to say so.
      log[isApiError(error, "Conflict") ? "debug" : "warn"](`could not write the status of pod ${namespace}/${name}`, {
        error: describeError(error),
      });
      onFailure();
    }
  }

  function see(seen: Pod): void {
    const isSame = seen.metadata.uid === pod.metadata.uid;
    if (isSame && Number(seen.metadata.resourceVersion) >= Number(current.metadata.resourceVersion)) current = seen;
  }

  return {
    current: () => current,
    see,
    write(wanted) {
      waiting = wanted;
      working ??= work();
    },
    async settled() {
      await working;
    },
  };
}
