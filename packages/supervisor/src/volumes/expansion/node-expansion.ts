import {
  claimNamesOf,
  isApiError,
  resizeStatusOf,
  withResize,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type ResizeChange,
} from "@ordinal/api";
import { keyOf, startInformer, type Client, type EventRecorder, type Informer } from "@ordinal/client";
import {
  describeError,
  startReconcileLoop,
  timestamp,
  unreachable,
  type Clock,
  type Logger,
  type Stoppable,
} from "@ordinal/runtime";
import { findPlugin } from "../persistent/claim.ts";
import type { Growth } from "../persistent/persistent-volume.ts";
import type { PersistentVolumes } from "../volume.ts";

export interface NodeExpansionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  /** Those of this node. Not stopped by `stop`. */
  readonly pods: Informer<Pod>;
  readonly persistentVolumes: Pick<PersistentVolumes, "plugins" | "exclusively">;
  readonly nodeName: string;
}

/**
 * The node's half of an expansion: the file system of a volume that has been made larger grows, while pods use it, and the
 * claim is told. What is not set up here grows when it is, which a change of its pod then tells. Source:
 * `pkg/volume/util/operationexecutor/node_expander.go`.
 */
export function startNodeExpansion(options: NodeExpansionOptions): Stoppable {
  const { client, clock, log, events, pods, persistentVolumes, nodeName } = options;
  const claims = startInformer("persistentvolumeclaims", { client, clock, log });
  const loop = startReconcileLoop({ name: "node expansion", reconcile, clock, log, capMs: 15_000 });
  /** What has been said of claims that cannot grow now, by uid. */
  const said = new Map<string, string>();
  claims.onChange(({ before, after }) => {
    if (after === undefined) said.delete(before?.metadata.uid ?? "");
    else if (isWaiting(after)) loop.enqueue(keyOf(after));
  });
  const stopListening = pods.onChange(({ after }) => {
    for (const name of after === undefined ? [] : claimNamesOf(after)) {
      const claim = claims.get(`${after?.metadata.namespace}/${name}`);
      if (claim !== undefined && isWaiting(claim)) loop.enqueue(keyOf(claim));
    }
  });

  async function reconcile(key: string): Promise<void> {
    await claims.synced;
    const claim = claims.get(key);
    if (claim === undefined || !isWaiting(claim)) return;
    const volume = await volumeOf(claim);
    if (volume === undefined || volume.spec.claimRef?.uid !== claim.metadata.uid) return;
    const mounts = findPlugin(persistentVolumes.plugins, volume)?.node;
    try {
      const growth = await persistentVolumes.exclusively(
        volume.metadata.name,
        async () => await mounts?.grow?.(volume),
      );
      if (growth !== undefined) await settle(claim, { volume, growth });
    } catch (error) {
      await failed(claim, { volume, why: describeError(error) });
      throw error;
    }
  }

  async function volumeOf(claim: PersistentVolumeClaim): Promise<PersistentVolume | undefined> {
    try {
      return await client.get("persistentvolumes", { name: claim.spec.volumeName ?? "" });
    } catch (error) {
      if (isApiError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  async function settle(
    claim: PersistentVolumeClaim,
    { volume, growth }: { readonly volume: PersistentVolume; readonly growth: Growth },
  ): Promise<void> {
    const { name } = volume.metadata;
    switch (growth.is) {
      case "later":
        return;
      case "in use": {
        const message = `NodeExpandVolume of volume ${JSON.stringify(name)} waits until its pods are started again: ${growth.why}`;
        if (said.get(claim.metadata.uid) === message) return;
        said.set(claim.metadata.uid, message);
        events.record(claim, { type: "Warning", reason: "VolumeResizeFailed", message });
        return;
      }
      case "done": {
        const capacity = volume.spec.capacity?.["storage"];
        await write(claim, { conditions: [], ...(capacity === undefined ? {} : { capacity }) });
        const message = `MountVolume.NodeExpandVolume succeeded for volume ${JSON.stringify(name)} ${nodeName}`;
        for (const object of [claim, ...usersOf(claim)])
          events.record(object, { type: "Normal", reason: "FileSystemResizeSuccessful", message });
        return;
      }
      default:
        unreachable(growth);
    }
  }

  async function failed(
    claim: PersistentVolumeClaim,
    { volume, why }: { readonly volume: PersistentVolume; readonly why: string },
  ): Promise<void> {
    const { name } = volume.metadata;
    const message = `NodeExpandVolume.NodeExpandVolume failed for volume ${JSON.stringify(name)} : ${why}`;
    events.record(claim, { type: "Warning", reason: "VolumeResizeFailed", message });
    const condition = { type: "NodeResizeError", message: `failed to expand pvc with ${why}` } as const;
    await write(claim, { status: "NodeResizeInProgress", conditions: [condition], keepConditions: true });
  }

  function usersOf({ metadata }: PersistentVolumeClaim): readonly Pod[] {
    return pods.list().filter((pod) => {
      return pod.metadata.namespace === metadata.namespace && claimNamesOf(pod).includes(metadata.name);
    });
  }

  async function write(claim: PersistentVolumeClaim, change: Omit<ResizeChange, "now">): Promise<void> {
    const next = withResize(claim, { ...change, now: timestamp(clock.now()) });
    await client.update("persistentvolumeclaims", next, { subresource: "status" });
  }

  return {
    async stop() {
      stopListening();
      await Promise.all([claims.stop(), loop.stop()]);
    },
  };
}

/** Whether the provisioner has done its part, and the node is to do its own. */
function isWaiting(claim: PersistentVolumeClaim): boolean {
  return ["NodeResizePending", "NodeResizeInProgress"].includes(resizeStatusOf(claim) ?? "");
}
