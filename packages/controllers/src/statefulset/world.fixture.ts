import type { Draft, PersistentVolumeClaim, Pod, StatefulSet } from "@ordinal/api";
import { timestamp, unreachable } from "@ordinal/runtime";
import { newClaim } from "./claims.ts";
import { newPod, type Revision } from "./identity.ts";
import type { Step } from "./step.ts";
import type { World } from "./world.ts";

/** The time tables of this folder play at: 2026-01-01T00:00:00Z. */
export const nowMs: number = Date.UTC(2026, 0, 1);

/** How a pod is doing. */
export type PodState = "pending" | "running" | "ready" | "unready" | "terminating" | "failed" | "succeeded";

export const revisionA: Revision = revision("web-a");
export const revisionB: Revision = revision("web-b");
export const revisionC: Revision = revision("web-c");

function revision(name: string): Revision {
  return { name, template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name, image: name }] } } };
}

/** A set `web` with two replicas and one claim template, as the API server would hand it out. */
export function aSet(spec: Partial<StatefulSet["spec"]> = {}): StatefulSet {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: {
      name: "web",
      namespace: "default",
      uid: "set-uid",
      resourceVersion: "1",
      generation: 3,
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: {
      replicas: 2,
      serviceName: "nginx",
      selector: { matchLabels: { app: "web" } },
      podManagementPolicy: "OrderedReady",
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
      template: revisionA.template,
      volumeClaimTemplates: [{ metadata: { name: "www" }, spec: { accessModes: ["ReadWriteOnce"] } }],
      ...spec,
    },
  };
}

export interface PodOptions {
  readonly state: PodState;
  readonly revision?: Revision;
  /** Since when the pod's Ready condition is what it is. */
  readonly sinceMs?: number;
}

/** The pod a set would have made for an ordinal, in some state. */
export function aPod(set: StatefulSet, ordinal: number, options: PodOptions): Pod {
  const { state, revision: of = revisionA, sinceMs = nowMs - 3_600_000 } = options;
  const draft = newPod(set, ordinal, of);
  return storedPod(draft, { uid: `uid-of-${draft.metadata.name}`, state, startMs: nowMs - 7_200_000, sinceMs });
}

/** What the API server and the supervisor make of a new pod. */
export function storedPod(
  draft: Draft<Pod>,
  {
    uid,
    state,
    startMs,
    sinceMs,
  }: { readonly uid: string; readonly state: PodState } & Record<"startMs" | "sinceMs", number>,
): Pod {
  const startTime = timestamp(startMs);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...draft.metadata,
      name: draft.metadata.name ?? "",
      uid,
      resourceVersion: "1",
      creationTimestamp: startTime,
      ...(state === "terminating" ? { deletionTimestamp: startTime } : {}),
    },
    spec: draft.spec,
    status: {
      phase: phases[state],
      startTime,
      conditions: [
        {
          type: "Ready",
          status: state === "ready" || state === "terminating" ? "True" : "False",
          lastTransitionTime: state === "pending" || state === "running" ? startTime : timestamp(sinceMs),
        },
      ],
    },
  };
}

const phases = {
  pending: "Pending",
  /** Has not been ready yet. */
  running: "Running",
  ready: "Running",
  /** Was ready once. */
  unready: "Running",
  terminating: "Running",
  failed: "Failed",
  succeeded: "Succeeded",
} as const;

/** The stored claim of the set's first template. */
export function aClaim(set: StatefulSet, ordinal: number, metadata: Partial<PersistentVolumeClaim["metadata"]> = {}) {
  const draft = newClaim(set, set.spec.volumeClaimTemplates?.[0] ?? {}, ordinal);
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      ...draft.metadata,
      name: draft.metadata.name ?? "",
      uid: `uid-of-${draft.metadata.name}`,
      resourceVersion: "1",
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    spec: draft.spec,
  } satisfies PersistentVolumeClaim;
}

export interface WorldOptions {
  readonly pods?: readonly Pod[];
  /** Left out: every claim is there. */
  readonly claims?: readonly PersistentVolumeClaim[];
  readonly current?: Revision;
  readonly update?: Revision;
}

export function aWorld(set: StatefulSet, options: WorldOptions = {}): World {
  const { pods = [], current = revisionA, update = revisionA } = options;
  const claims = options.claims ?? Array.from({ length: 10 }, (_, ordinal) => aClaim(set, ordinal));
  const byName = new Map(claims.map((claim) => [claim.metadata.name, claim]));
  return { pods, claim: (name) => byName.get(name), current, update, collisionCount: 0, nowMs };
}

/** One step in few words: `create web-0 of web-a`. */
export function sayStep(step: Step): string {
  switch (step.do) {
    case "create-claim":
      return `create claim ${step.claim.metadata.name}`;
    case "update-claim":
      return `own claim ${step.claim.metadata.name} by ${(step.claim.metadata.ownerReferences ?? []).map(({ name }) => name).join() || "nobody"}`;
    case "create-pod":
      return `create ${step.podName} of ${step.pod.metadata.labels?.["controller-revision-hash"]}`;
    case "update-pod":
      return `restore ${step.podName}`;
    case "delete-pod":
      return `delete ${step.pod.metadata.name} because ${step.because}`;
    case "refuse-pod":
      return `refuse ${step.podName}: ${step.message}`;
    default:
      return unreachable(step);
  }
}
