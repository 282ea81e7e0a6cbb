import { isTerminating, type StatefulSet } from "@ordinal/api";
import { revisionOf } from "./identity.ts";
import { isAvailable, isRunningAndReady } from "./pod-state.ts";
import type { World } from "./world.ts";

/** Every field the controller keeps. */
export interface SetStatus {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  /** Pods of the current and of the update revision; one pod can count for both. */
  readonly currentReplicas: number;
  readonly updatedReplicas: number;
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly collisionCount: number;
}

/** What the pods amount to. Source: `computeReplicaStatus`. */
export function statusOf(set: StatefulSet, world: World): SetStatus {
  const patience = { minReadySeconds: set.spec.minReadySeconds ?? 0, nowMs: world.nowMs };
  const staying = world.pods.filter((pod) => !isTerminating(pod)).map(revisionOf);
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: world.pods.length,
    readyReplicas: world.pods.filter(isRunningAndReady).length,
    availableReplicas: world.pods.filter((pod) => isAvailable(pod, patience)).length,
    currentReplicas: staying.filter((revision) => revision === world.current.name).length,
    updatedReplicas: staying.filter((revision) => revision === world.update.name).length,
    currentRevision: world.current.name,
    updateRevision: world.update.name,
    collisionCount: world.collisionCount,
  };
}

/** When every pod is updated and ready, the update revision becomes the current one. Source: `completeRollingUpdate`. */
export function completed(set: StatefulSet, status: SetStatus): SetStatus {
  const wanted = set.spec.replicas ?? 1;
  const isRolling = (set.spec.updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate";
  const isDone = [status.updatedReplicas, status.readyReplicas, status.replicas].every((count) => count === wanted);
  if (!isRolling || !isDone) return status;
  return { ...status, currentReplicas: status.updatedReplicas, currentRevision: status.updateRevision };
}

/** The status as the API keeps it: some counts of zero are left out, as upstream's `omitempty` does. */
export function storedForm(status: SetStatus): NonNullable<StatefulSet["status"]> {
  const { readyReplicas, currentReplicas, updatedReplicas, ...rest } = status;
  return {
    ...rest,
    ...(readyReplicas === 0 ? {} : { readyReplicas }),
    ...(currentReplicas === 0 ? {} : { currentReplicas }),
    ...(updatedReplicas === 0 ? {} : { updatedReplicas }),
  };
}

/** Whether the stored status already says this. */
export function saysSame(stored: StatefulSet["status"], status: SetStatus): boolean {
  if (stored === undefined) return false;
  const { readyReplicas = 0, currentReplicas = 0, updatedReplicas = 0, availableReplicas = 0 } = stored;
  const full = { ...stored, readyReplicas, currentReplicas, updatedReplicas, availableReplicas };
  return (Object.keys(status) as (keyof SetStatus)[]).every((key) => full[key] === status[key]);
}
