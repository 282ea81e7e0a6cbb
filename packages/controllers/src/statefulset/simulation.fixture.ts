import type { ControllerRevision, PersistentVolumeClaim, Pod, StatefulSet } from "@ordinal/api";
import { unreachable } from "@ordinal/runtime";
import { createRandom } from "../random.fixture.ts";
import { ordinalOf, revisionOf } from "./identity.ts";
import { plan, type Plan } from "./plan.ts";
import { planRevision, readRevision } from "./revisions.ts";
import { completed, storedForm } from "./status.ts";
import type { Step } from "./step.ts";
import { aSet, nowMs as startMs, storedPod, type PodState } from "./world.fixture.ts";
import type { World } from "./world.ts";

/** Templates that contain this never become ready. */
const bad = "bad";

interface Life {
  readonly pod: Pod;
  readonly state: PodState;
  readonly startMs: number;
}

/** A world in memory that a random supervisor, a random user and the plan take turns in. Same seed, same story. */
export interface Simulation {
  readonly set: () => StatefulSet;
  readonly world: () => World;
  readonly claims: ReadonlyMap<string, PersistentVolumeClaim>;
  /** What has happened, for the message of a failed check. */
  readonly story: readonly string[];
  /** One random thing happens to the pods, the claims or the spec. */
  happen(): void;
  /** Time passes and everything that can come right comes a step closer to it. */
  heal(): void;
  /** Plans once and carries out the steps; until it is calm sometimes only the first few, as a crash would have it. */
  reconcile(check: (step: Step, before: World) => void): Plan;
  /** From here on nothing crashes, and the user asks for something that works, held at no revision that does not. */
  calm(): void;
}

export function createSimulation(seed: number, podManagementPolicy: "OrderedReady" | "Parallel"): Simulation {
  const random = createRandom(seed);
  const lives = new Map<string, Life>();
  const claims = new Map<string, PersistentVolumeClaim>();
  const story: string[] = [];
  let history: readonly ControllerRevision[] = [];
  let nowMs = startMs;
  let uids = 0;
  let isCalm = false;
  let settledTemplate: StatefulSet["spec"]["template"] | undefined;
  let set = aSet({
    podManagementPolicy,
    replicas: random.below(5),
    minReadySeconds: random.oneOf([0, 0, 3]),
    ordinals: { start: random.oneOf([0, 0, 2]) },
    updateStrategy: random.oneOf([
      { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
      { type: "RollingUpdate", rollingUpdate: { partition: 2 } },
      { type: "RollingUpdate" },
    ]),
    persistentVolumeClaimRetentionPolicy: {
      whenDeleted: random.oneOf(["Retain", "Delete"]),
      whenScaled: random.oneOf(["Retain", "Delete"]),
    },
  });

  function world(): World {
    const update = history.at(-1);
    const current = history.find((each) => each.metadata.name === set.status?.currentRevision) ?? update;
    if (update === undefined || current === undefined) throw new Error("the set has no revision yet");
    return {
      pods: [...lives.values()].map((life) => life.pod),
      claim: (name) => claims.get(name),
      current: readRevision(current),
      update: readRevision(update),
      collisionCount: 0,
      nowMs,
    };
  }

  function become(name: string, state: PodState): void {
    const life = lives.get(name);
    if (life === undefined) return;
    const { pod, startMs: since } = life;
    const { deletionTimestamp: _, ...metadata } = pod.metadata;
    const next = storedPod({ ...pod, metadata }, { uid: pod.metadata.uid, state, startMs: since, sinceMs: nowMs });
    lives.set(name, { ...life, state, pod: next });
    story.push(`${name} is ${state}`);
  }

  function canBeReady({ pod }: Life): boolean {
    return !pod.spec.containers.some((container) => container.image?.startsWith(bad));
  }

  function progress(name: string, life: Life): void {
    switch (life.state) {
      case "pending": {
        const mounted = (life.pod.spec.volumes ?? []).map((each) => each.persistentVolumeClaim?.claimName ?? "");
        if (mounted.every((claim) => claims.has(claim))) become(name, "running");
        return;
      }
      case "running":
      case "unready":
        if (canBeReady(life)) become(name, "ready");
        return;
      case "terminating":
        lives.delete(name);
        story.push(`${name} is gone`);
        return;
      case "ready":
      case "failed":
      case "succeeded":
        return;
      default:
        unreachable(life.state);
    }
  }

  function disturb(name: string, life: Life): void {
    const wish = random.oneOf(["crash", "fail", "delete", "force-delete"] as const);
    if (life.state === "terminating" || wish === "force-delete") {
      lives.delete(name);
      story.push(`${name} disappears`);
    } else if (wish === "crash") become(name, life.state === "ready" ? "unready" : life.state);
    else become(name, wish === "fail" ? random.oneOf(["failed", "succeeded"]) : "terminating");
  }

  function change(spec: Partial<StatefulSet["spec"]>, what: string): void {
    set = { ...set, spec: { ...set.spec, ...spec } };
    story.push(what);
  }

  function changeTemplate(image: string): void {
    const { metadata } = set.spec.template;
    change(
      { template: { metadata: metadata ?? {}, spec: { containers: [{ name: "main", image }] } } },
      `template ${image}`,
    );
  }

  /** What the garbage collector does: claims of owners that are gone go. */
  function collect(): void {
    const alive = new Set([set.metadata.uid, ...[...lives.values()].map((life) => life.pod.metadata.uid)]);
    for (const [name, { metadata }] of claims) {
      const owners = metadata.ownerReferences ?? [];
      if (owners.length > 0 && owners.every((owner) => !alive.has(owner.uid))) {
        claims.delete(name);
        story.push(`${name} is collected`);
      }
    }
  }

  function settleHistory(): void {
    if (settledTemplate === set.spec.template) return;
    settledTemplate = set.spec.template;
    const step = planRevision(set, history, 0);
    if (step.do === "keep") return;
    const { name = "" } = step.revision.metadata;
    const stored = {
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      ...step.revision,
      metadata: { ...step.revision.metadata, name, uid: name, resourceVersion: "1", creationTimestamp: "" },
    };
    history = [...history.filter((each) => each.metadata.name !== name), stored];
  }

  function apply(step: Step): void {
    story.push(`step ${step.do} ${"podName" in step ? step.podName : step.pod.metadata.name}`);
    switch (step.do) {
      case "create-claim":
      case "update-claim": {
        const { name = "" } = step.claim.metadata;
        const metadata = {
          uid: `claim-${uids++}`,
          resourceVersion: "1",
          creationTimestamp: "",
          ...step.claim.metadata,
        };
        claims.set(name, {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          ...step.claim,
          metadata: { ...metadata, name },
        });
        return;
      }
      case "create-pod":
        lives.set(step.podName, {
          pod: storedPod(step.pod, { uid: `pod-${uids++}`, state: "pending", startMs: nowMs, sinceMs: nowMs }),
          state: "pending",
          startMs: nowMs,
        });
        return;
      case "update-pod":
      case "refuse-pod":
        return;
      case "delete-pod": {
        const { name } = step.pod.metadata;
        if (step.because === "finished") lives.delete(name);
        else become(name, "terminating");
        return;
      }
      default:
        unreachable(step);
    }
  }

  return {
    set: () => set,
    world,
    claims,
    story,
    happen() {
      nowMs += 1_000;
      const pods = [...lives];
      const [name, life] = pods[random.below(pods.length)] ?? [];
      const dice = random.below(20);
      if (dice < 11 && name !== undefined && life !== undefined) progress(name, life);
      else if (dice < 14 && name !== undefined && life !== undefined) disturb(name, life);
      else if (dice === 14) change({ replicas: random.below(5) }, "scaled");
      else if (dice === 15) changeTemplate(random.oneOf(["good-1", "good-2", "bad-1", "bad-2"]));
      else if (dice === 16) claims.delete(`www-web-${random.below(6)}`);
      else collect();
    },
    heal() {
      nowMs += 1_000;
      collect();
      for (const [name, life] of lives) progress(name, life);
    },
    reconcile(check) {
      settleHistory();
      const next = plan(set, world());
      const all = next.steps.length;
      const until = isCalm ? all : random.oneOf([all, all, random.below(all + 1)]);
      for (const step of next.steps.slice(0, until)) {
        check(step, world());
        apply(step);
      }
      set = { ...set, status: storedForm(completed(set, next.status)) };
      return next;
    },
    calm() {
      isCalm = true;
      changeTemplate(random.oneOf(["good-1", "good-2", "good-3"]));
      const [main] = world().current.template.spec?.containers ?? [];
      const isHeld = main?.image?.startsWith(bad) ?? false;
      if (isHeld) change({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } } }, "partition 0");
    },
  };
}

/** Where a pod of the simulation stands. */
export function placeOf(set: StatefulSet, pod: Pod): { readonly ordinal: number; readonly revision: string } {
  return { ordinal: ordinalOf(set, pod.metadata.name) ?? Number.NaN, revision: revisionOf(pod) };
}

/** Small numbers that depend on nothing but the seed. Source: mulberry32. */
