import { expect } from "chai";
import type { Pod, StatefulSet } from "@ordinal/api";
import { plan } from "./plan.ts";
import {
  aClaim,
  aPod,
  aSet,
  aWorld,
  nowMs,
  revisionA,
  revisionB,
  revisionC,
  sayStep,
  type PodState,
  type WorldOptions,
} from "./world.fixture.ts";

type Spec = Partial<StatefulSet["spec"]>;

const parallel: Spec = { podManagementPolicy: "Parallel" };
const onDelete: Spec = { updateStrategy: { type: "OnDelete" } };
const partition = (at: number): Spec => ({
  updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: at } },
});

/** Pods of consecutive ordinals from 0 on, written `ready`, or `ready of web-b`. */
function podsOf(set: StatefulSet, states: readonly string[], first = 0): readonly Pod[] {
  return states.flatMap((text, index) => {
    const [state, name] = text.split(" of ");
    const revision = [revisionA, revisionB, revisionC].find((each) => each.name === name) ?? revisionA;
    return state === "none" ? [] : [aPod(set, first + index, { state: state as PodState, revision })];
  });
}

function stepsOf(spec: Spec, states: readonly string[], options: WorldOptions & { readonly first?: number } = {}) {
  const set = aSet(spec);
  return plan(set, aWorld(set, { pods: podsOf(set, states, options.first), ...options })).steps.map(sayStep);
}

function policy(whenDeleted: string, whenScaled: string): Spec {
  return { persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } };
}

function unowned(set: StatefulSet, count: number) {
  return Array.from({ length: count }, (_each, ordinal) => {
    const { ownerReferences: _, ...metadata } = aClaim(set, ordinal).metadata;
    return { ...aClaim(set, ordinal), metadata };
  });
}

interface Case {
  readonly title: string;
  readonly spec?: Spec;
  readonly pods: readonly string[];
  readonly first?: number;
  readonly world?: WorldOptions;
  readonly steps: readonly string[];
}

const rolling: WorldOptions = { current: revisionA, update: revisionB };
const reverted: WorldOptions = { current: revisionA, update: revisionA };

const cases: readonly Case[] = [
  { title: "C3 starts with the first pod", pods: [], steps: ["create web-0 of web-a"] },
  { title: "C3 waits while the first is pending", pods: ["pending"], steps: [] },
  { title: "C3 waits while the first is not ready", pods: ["running"], steps: [] },
  { title: "C3 makes the second once the first is ready", pods: ["ready"], steps: ["create web-1 of web-a"] },
  { title: "C3 is content when all are ready", pods: ["ready", "ready"], steps: [] },
  { title: "C23 makes a missing pod again", pods: ["none", "ready"], steps: ["create web-0 of web-a"] },
  { title: "C24 waits for a terminating pod to be gone", pods: ["terminating"], steps: [] },
  { title: "C27 re-makes a failed predecessor", pods: ["failed", "ready"], steps: ["delete web-0 because finished"] },
  { title: "C22 replaces a succeeded pod too", pods: ["ready", "succeeded"], steps: ["delete web-1 because finished"] },
  {
    title: "C18 makes the claims of a pod before the pod",
    pods: [],
    world: { claims: [] },
    steps: ["create claim www-web-0", "create web-0 of web-a"],
  },
  {
    title: "C19 makes the missing claim of a pending pod again",
    pods: ["pending"],
    world: { claims: [] },
    steps: ["create claim www-web-0"],
  },
  {
    title: "C18 makes no pod on a claim that is being deleted",
    pods: [],
    world: { claims: [aClaim(aSet(), 0, { deletionTimestamp: "2026-01-01T00:00:00Z" })] },
    steps: ["refuse web-0: pvc www-web-0 is being deleted"],
  },
  {
    title: "C4 removes the highest first",
    spec: { replicas: 1 },
    pods: ["ready", "ready", "ready"],
    steps: ["delete web-2 because scaled"],
  },
  {
    title: "C4 waits until it is fully gone",
    spec: { replicas: 1 },
    pods: ["ready", "ready", "terminating"],
    steps: [],
  },
  {
    title: "C4 halts while a pod that stays is unhealthy",
    spec: { replicas: 1 },
    pods: ["running", "ready"],
    steps: [],
  },
  {
    title: "C4 halts for a lower condemned pod",
    spec: { replicas: 1 },
    pods: ["ready", "unready", "unready"],
    steps: [],
  },
  {
    title: "C4 removes an ended pod whatever the others do",
    spec: { replicas: 1 },
    pods: ["ready", "failed", "failed"],
    steps: ["delete web-2 because scaled"],
  },
  {
    title: "C4 removes a pod that was never ready whatever the others do",
    spec: { replicas: 0 },
    pods: ["running", "pending"],
    steps: ["delete web-1 because scaled"],
  },
  {
    title: "C4 removes the only unhealthy pod when it is the highest",
    spec: { replicas: 1 },
    pods: ["ready", "ready", "running"],
    steps: ["delete web-2 because scaled"],
  },
  { title: "C4 goes down to nothing", spec: { replicas: 0 }, pods: ["ready"], steps: ["delete web-0 because scaled"] },
  {
    title: "C5 makes all at once",
    spec: { ...parallel, replicas: 3 },
    pods: [],
    steps: ["create web-0 of web-a", "create web-1 of web-a", "create web-2 of web-a"],
  },
  {
    title: "C5 removes all at once",
    spec: { ...parallel, replicas: 0 },
    pods: ["running", "ready", "terminating"],
    steps: ["delete web-1 because scaled", "delete web-0 because scaled"],
  },
  {
    title: "C5 makes pods beside a failed one",
    spec: { ...parallel, replicas: 2 },
    pods: ["failed"],
    steps: ["delete web-0 because finished", "create web-1 of web-a"],
  },
  {
    title: "C7 updates the highest first",
    pods: ["ready", "ready"],
    world: rolling,
    steps: ["delete web-1 because updated"],
  },
  {
    title: "C7 makes it again on the new revision",
    pods: ["ready", "none"],
    world: rolling,
    steps: ["create web-1 of web-b"],
  },
  { title: "C7 waits until it is ready", pods: ["ready", "running of web-b"], world: rolling, steps: [] },
  {
    title: "C7 goes on with the next",
    pods: ["ready", "ready of web-b"],
    world: rolling,
    steps: ["delete web-0 because updated"],
  },
  {
    title: "C5 updates one by one under Parallel too",
    spec: parallel,
    pods: ["ready", "ready"],
    world: rolling,
    steps: ["delete web-1 because updated"],
  },
  {
    title: "C5 waits for the updated pod under Parallel too",
    spec: parallel,
    pods: ["ready", "running of web-b"],
    world: rolling,
    steps: [],
  },
  {
    title: "C8 leaves pods below the partition alone",
    spec: partition(1),
    pods: ["ready", "ready of web-b"],
    world: rolling,
    steps: [],
  },
  {
    title: "C8 makes pods below the partition on the old revision",
    spec: partition(1),
    pods: ["none", "ready of web-b"],
    world: rolling,
    steps: ["create web-0 of web-a"],
  },
  {
    title: "C8 updates nothing when the partition is above all",
    spec: partition(9),
    pods: ["ready", "ready"],
    world: rolling,
    steps: [],
  },
  {
    title: "C10 leaves pods to be deleted by hand",
    spec: onDelete,
    pods: ["ready", "ready"],
    world: rolling,
    steps: [],
  },
  {
    title: "C10 makes a deleted pod on the new revision",
    spec: onDelete,
    pods: ["none", "ready"],
    world: rolling,
    steps: ["create web-0 of web-b"],
  },
  {
    title: "C10 never replaces a stuck pod",
    spec: onDelete,
    pods: ["ready", "running of web-b"],
    world: reverted,
    steps: [],
  },
  {
    title: "C26 replaces a pod of a bad revision once the spec is reverted",
    pods: ["ready", "pending of web-b"],
    world: reverted,
    steps: ["delete web-1 because stuck"],
  },
  {
    title: "C26 replaces it too when it was ready for a moment",
    pods: ["ready", "unready of web-b"],
    world: reverted,
    steps: ["delete web-1 because stuck"],
  },
  {
    title: "C26 replaces it too when the spec goes forward",
    pods: ["ready", "running of web-b"],
    world: { current: revisionA, update: revisionC },
    steps: ["delete web-1 because stuck"],
  },
  {
    title: "C26 replaces a first revision that never worked",
    pods: ["pending"],
    world: rolling,
    steps: ["delete web-0 because stuck"],
  },
  {
    title: "C26 waits for a pod of the current revision that was ready before",
    pods: ["unready", "ready"],
    world: rolling,
    steps: [],
  },
  {
    title: "C26 waits for a pod of the wanted revision",
    pods: ["ready", "pending of web-b"],
    world: rolling,
    steps: [],
  },
  {
    title: "C26 leaves a ready pod of a given-up revision to the rollout",
    pods: ["ready of web-b", "ready"],
    world: reverted,
    steps: ["delete web-0 because updated"],
  },
  {
    title: "C17 counts from ordinals.start",
    spec: { ordinals: { start: 3 } },
    pods: ["ready"],
    first: 3,
    steps: ["create web-4 of web-a"],
  },
  {
    title: "C17 fills the new range before it leaves the old one",
    spec: { ordinals: { start: 1 } },
    pods: ["ready", "ready"],
    steps: ["create web-2 of web-a"],
  },
  {
    title: "C17 removes what is below the start",
    spec: { ordinals: { start: 1 } },
    pods: ["ready", "ready", "ready"],
    steps: ["delete web-0 because scaled"],
  },
];

describe("plan", () => {
  for (const { title, spec = {}, pods, first, world, steps } of cases) {
    it(title, () => {
      expect(stepsOf(spec, pods, { ...world, ...(first === undefined ? {} : { first }) })).to.deep.equal(steps);
    });
  }

  it("C16 waits until a pod has been ready for minReadySeconds, and says when to look again", () => {
    const set = aSet({ minReadySeconds: 10 });
    const pods = [aPod(set, 0, { state: "ready", sinceMs: nowMs - 4_000 })];
    const { steps, againMs, status } = plan(set, aWorld(set, { pods }));
    expect(steps).to.deep.equal([]);
    expect(againMs).to.equal(6_000);
    expect(status).to.include({ readyReplicas: 1, availableReplicas: 0 });
  });

  it("C31 only reports on a set that is being deleted", () => {
    const set = aSet();
    const going = { ...set, metadata: { ...set.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    const { steps, status } = plan(going, aWorld(set, { pods: podsOf(set, ["failed", "ready"]) }));
    expect(steps).to.deep.equal([]);
    expect(status).to.include({ replicas: 2, readyReplicas: 1 });
  });

  it("C2 puts the identity labels of a pod right", () => {
    const set = aSet({ replicas: 1 });
    const pod = aPod(set, 0, { state: "ready" });
    const stripped = { ...pod, metadata: { ...pod.metadata, labels: { app: "web" } } };
    const { steps } = plan(set, aWorld(set, { pods: [stripped] }));
    const [restore] = steps;
    expect(restore?.do === "update-pod" && restore.pod.metadata.labels).to.deep.equal({
      app: "web",
      "apps.kubernetes.io/pod-index": "0",
      "statefulset.kubernetes.io/pod-name": "web-0",
    });
  });

  describe("C20 persistentVolumeClaimRetentionPolicy", () => {
    it("whenDeleted Delete: the set owns the claims", () => {
      const set = aSet({ ...policy("Delete", "Retain"), replicas: 1 });
      const world = aWorld(set, { pods: podsOf(set, ["ready"]), claims: unowned(set, 1) });
      expect(plan(set, world).steps.map(sayStep)).to.deep.equal(["own claim www-web-0 by web"]);
    });

    it("whenScaled Delete: a pod that goes owns its claims before it goes", () => {
      const set = aSet({ ...policy("Retain", "Delete"), replicas: 1 });
      const world = aWorld(set, { pods: podsOf(set, ["ready", "ready"]), claims: unowned(set, 2) });
      expect(plan(set, world).steps.map(sayStep)).to.deep.equal([
        "own claim www-web-1 by web-1",
        "delete web-1 because scaled",
      ]);
    });

    it("back to Retain: nobody owns the claims", () => {
      const set = aSet({ replicas: 1 });
      const owned = aClaim(aSet(policy("Delete", "Retain")), 0);
      const world = aWorld(set, { pods: podsOf(set, ["ready"]), claims: [owned] });
      expect(plan(set, world).steps.map(sayStep)).to.deep.equal(["own claim www-web-0 by nobody"]);
    });

    it("whenScaled Delete: a claim that goes with its former pod is waited for", () => {
      const set = aSet({ ...policy("Retain", "Delete"), replicas: 1 });
      const former = { apiVersion: "v1", kind: "Pod", name: "web-0", uid: "uid-of-the-former" };
      const world = aWorld(set, { claims: [aClaim(set, 0, { ownerReferences: [former] })] });
      const { steps, waitsFor } = plan(set, world);
      expect(steps).to.deep.equal([]);
      expect(waitsFor).to.contain("www-web-0");
    });
  });

  it("C15 counts pods by what they are and where they come from", () => {
    const set = aSet({ replicas: 4 });
    const states = ["ready", "ready of web-b", "terminating of web-b", "pending of web-b"];
    const { status } = plan(set, aWorld(set, { pods: podsOf(set, states), ...rolling }));
    expect(status).to.deep.equal({
      observedGeneration: 3,
      replicas: 4,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 1,
      updatedReplicas: 2,
      currentRevision: "web-a",
      updateRevision: "web-b",
      collisionCount: 0,
    });
  });

  it("C15 no longer counts the pod it deletes for an update", () => {
    const set = aSet();
    const { status } = plan(set, aWorld(set, { pods: podsOf(set, ["ready", "ready"]), ...rolling }));
    expect(status).to.include({ replicas: 2, currentReplicas: 1, updatedReplicas: 0 });
  });
});
