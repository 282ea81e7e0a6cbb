import { expect } from "chai";
import { isPodFinished, isTerminating, type Pod, type StatefulSet } from "@ordinal/api";
import { claimNames } from "./claims.ts";
import { isInRange, ordinalRange } from "./identity.ts";
import { isHealthy, isRunningAndReady } from "./pod-state.ts";
import { createSimulation, placeOf, type Simulation } from "./simulation.fixture.ts";
import type { Step } from "./step.ts";
import type { World } from "./world.ts";

const seeds = Array.from({ length: 250 }, (_, index) => index + 1);
const happenings = 60;
/** Far more rounds than any of these worlds needs to come to rest. */
const patience = 200;
/** When nothing happens for so many rounds, nothing will; longer than any minReadySeconds of the simulation. */
const restRounds = 6;

describe("the plan, whatever order the world moves in", () => {
  it("C3 C4 C7 under OrderedReady never gets ahead of an unhealthy pod", () => {
    for (const seed of seeds) play(createSimulation(seed, "OrderedReady"), seed, { isOrdered: true });
  });

  it("C5 under Parallel keeps every promise but the order", () => {
    for (const seed of seeds) play(createSimulation(seed, "Parallel"), seed, { isOrdered: false });
  });
});

interface Rules {
  readonly isOrdered: boolean;
}

function play(simulation: Simulation, seed: number, rules: Rules): void {
  try {
    for (let turn = 0; turn < happenings; turn++) {
      simulation.happen();
      reconcile(simulation, rules);
    }
    simulation.calm();
    for (let turn = 0, atRest = 0; turn < patience && atRest < restRounds; turn++) {
      const before = simulation.story.length;
      simulation.heal();
      reconcile(simulation, rules);
      atRest = simulation.story.length === before ? atRest + 1 : 0;
    }
    checkIsAtRest(simulation);
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}\n  ${simulation.story.slice(-25).join("\n  ")}`, { cause: error });
  }
}

function reconcile(simulation: Simulation, rules: Rules): void {
  const set = simulation.set();
  const { steps, status } = simulation.reconcile((step, before) => checkStep(set, { step, before, rules }));
  const writes = steps.filter((step) => step.do === "create-pod" || step.do === "delete-pod");
  if (rules.isOrdered) expect(writes.length, "pods touched in one round").to.be.at.most(1);
  const updates = steps.filter((step) => step.do === "delete-pod" && step.because === "updated");
  expect(updates.length, "pods updated in one round").to.be.at.most(1);
  const { replicas, ...counts } = status;
  const { readyReplicas, availableReplicas, currentReplicas, updatedReplicas } = counts;
  for (const count of [readyReplicas, currentReplicas, updatedReplicas]) expect(count).to.be.within(0, replicas);
  expect(availableReplicas).to.be.at.most(readyReplicas);
}

interface Taken {
  readonly step: Step;
  readonly before: World;
  readonly rules: Rules;
}

function checkStep(set: StatefulSet, { step, before, rules }: Taken): void {
  if (step.do === "create-pod") checkCreation(set, { step, before, rules });
  if (step.do === "delete-pod") checkDeletion(set, step, { before, rules });
  if (step.do === "create-claim")
    expect(before.claim(step.claim.metadata.name ?? ""), "claim made twice").to.equal(undefined);
  if (step.do === "update-claim") expect(step.claim.metadata.uid, "the claim itself").to.match(/^claim-/);
}

function checkCreation(
  set: StatefulSet,
  { step, before, rules }: Taken & { readonly step: { do: "create-pod" } & Step },
) {
  const pods = podsByOrdinal(set, before);
  const ordinal = Number(step.podName.split("-").at(-1));
  expect(isInRange(set, ordinal), "a pod the set wants").to.equal(true);
  expect(pods.get(ordinal), "pod made twice").to.equal(undefined);
  expect(step.pod.metadata.labels).to.include({ app: "web", "apps.kubernetes.io/pod-index": String(ordinal) });
  expect(step.pod.spec.hostname).to.equal(step.podName);
  const mounted = step.pod.spec.volumes?.map((volume) => volume.persistentVolumeClaim?.claimName);
  expect(mounted, "the claims of its ordinal").to.deep.equal(claimNames(set, ordinal));
  for (const name of claimNames(set, ordinal))
    expect(before.claim(name), `claim ${name} first`).not.to.equal(undefined);
  if (!rules.isOrdered) return;
  for (let lower = ordinalRange(set).start; lower < ordinal; lower++) {
    expect(isWell(set, before, pods.get(lower)), `pod ${lower} is healthy before ${ordinal} is made`).to.equal(true);
  }
}

function checkDeletion(set: StatefulSet, step: Step & { do: "delete-pod" }, { before, rules }: Omit<Taken, "step">) {
  const { ordinal, revision } = placeOf(set, step.pod);
  const pods = podsByOrdinal(set, before);
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  expect(isTerminating(step.pod), "deleted twice").to.equal(false);
  switch (step.because) {
    case "finished":
      expect(isPodFinished(step.pod)).to.equal(true);
      return;
    case "scaled": {
      expect(isInRange(set, ordinal)).to.equal(false);
      if (!rules.isOrdered) return;
      const higher = [...pods.keys()].filter((each) => each > ordinal && !isInRange(set, each));
      expect(higher, "pods above it").to.deep.equal([]);
      const { start, end } = ordinalRange(set);
      for (let each = start; each < end; each++) {
        expect(isWell(set, before, pods.get(each)), `pod ${each} is healthy`).to.equal(true);
      }
      return;
    }
    case "updated": {
      expect(revision).not.to.equal(before.update.name);
      expect(ordinal).to.be.at.least(ordinalRange(set).start + partition);
      for (let each = ordinal + 1; each < ordinalRange(set).end; each++) {
        const above = pods.get(each);
        expect(isWell(set, before, above), `pod ${each} is healthy`).to.equal(true);
        expect(above && placeOf(set, above).revision, `pod ${each} is updated`).to.equal(before.update.name);
      }
      return;
    }
    case "stuck":
      expect(isRunningAndReady(step.pod), "a ready pod").to.equal(false);
      expect(revision).not.to.equal(before.update.name);
  }
}

function podsByOrdinal(set: StatefulSet, world: World): ReadonlyMap<number, Pod> {
  return new Map(world.pods.map((pod) => [placeOf(set, pod).ordinal, pod]));
}

function isWell(set: StatefulSet, { nowMs }: World, pod: Pod | undefined): boolean {
  return pod !== undefined && isHealthy(pod, { minReadySeconds: set.spec.minReadySeconds ?? 0, nowMs });
}

/** Once nothing disturbs it any more, every world ends as the spec says. */
function checkIsAtRest(simulation: Simulation): void {
  const set = simulation.set();
  const world = simulation.world();
  const { start, end } = ordinalRange(set);
  const ordinals = Array.from({ length: end - start }, (_, index) => start + index);
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const pods = podsByOrdinal(set, world);
  expect(
    [...pods.keys()].toSorted((a, b) => a - b),
    "the wanted pods, no other",
  ).to.deep.equal(ordinals);
  for (const [ordinal, pod] of pods) {
    expect(isWell(set, world, pod), `pod ${ordinal} is healthy`).to.equal(true);
    const wanted = ordinal < start + partition ? [world.current.name, world.update.name] : [world.update.name];
    expect(wanted, `revision of pod ${ordinal}`).to.include(placeOf(set, pod).revision);
  }
  checkClaimOwners(simulation);
  if (partition === 0) {
    expect(set.status).to.include({ currentRevision: world.update.name, updateRevision: world.update.name });
  }
  expect(set.status).to.include({ replicas: ordinals.length, availableReplicas: ordinals.length });
}

/** A claim that vanished under a running pod stays away until the pod is made again, as upstream has it. */
function checkClaimOwners({ set, claims }: Simulation): void {
  const { whenDeleted } = set().spec.persistentVolumeClaimRetentionPolicy ?? {};
  const { start, end } = ordinalRange(set());
  for (let ordinal = start; ordinal < end; ordinal++) {
    for (const name of claimNames(set(), ordinal)) {
      const claim = claims.get(name);
      if (claim === undefined) continue;
      const owners = (claim.metadata.ownerReferences ?? []).map((owner) => owner.uid);
      expect(owners, `owners of ${name}`).to.deep.equal(whenDeleted === "Delete" ? ["set-uid"] : []);
    }
  }
}
