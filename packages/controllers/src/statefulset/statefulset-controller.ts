import {
  isApiError,
  isTerminating,
  type ControllerRevision,
  type KubeObject,
  type ResourceName,
  type StatefulSet,
} from "@ordinal/api";
import { createEventRecorder, keyOf, refOf } from "@ordinal/client";
import type { Outcome, Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import { act } from "./act.ts";
import { carryOut } from "./carry-out.ts";
import { setsOfClaim, setsOfDependent } from "./concerned-sets.ts";
import { revisionOf } from "./identity.ts";
import { createOwnWrites } from "./own-writes.ts";
import { ownedPods, settleOwnership } from "./ownership.ts";
import { plan } from "./plan.ts";
import { expiredRevisions, readRevision } from "./revisions.ts";
import { createSetEvents } from "./set-events.ts";
import { settleRevision } from "./settle-revision.ts";
import type { World } from "./world.ts";
import { writeStatus } from "./write-status.ts";

/** What was written comes back as a change, which brings the set here again; this is only for when it does not. */
const settled: Outcome = {};
const afterOwnWrite: Outcome = { againMs: 1_000 };

/** Keeps the pods and claims of every StatefulSet at what its spec says. Source: `pkg/controller/statefulset`. */
export function startStatefulSetController({ client, clock, log, informers }: ControllerOptions): Stoppable {
  const sets = informers.of("statefulsets");
  const pods = informers.of("pods");
  const claims = informers.of("persistentvolumeclaims");
  const revisions = informers.of("controllerrevisions");
  const reads = [sets, pods, claims, revisions];
  const events = createSetEvents(createEventRecorder({ client, clock, log, component: "statefulset-controller" }));
  const ownWrites = createOwnWrites(informers, clock);

  const controller = startController({ name: "statefulset", clock, log, reads, reconcile });
  controller.follow(sets, ({ before, after }) => [before, after].filter((set) => set !== undefined).map(keyOf));
  controller.follow(pods, (change) => setsOfDependent(sets, change));
  controller.follow(revisions, (change) => setsOfDependent(sets, change));
  controller.follow(claims, (change) => setsOfClaim(sets, change));
  return controller;

  async function reconcile(key: string): Promise<Outcome> {
    const set = sets.get(key);
    if (set === undefined) return settled;
    if (!ownWrites.areSeen(key)) return afterOwnWrite;
    if (isTerminating(set)) return await report(set);
    const isOwned = await settleOwnership(set, {
      client,
      pods: candidates(set),
      revisions: revisions.by("namespace", set.metadata.namespace ?? ""),
      onWritten: noteFor(set),
    });
    return isOwned ? await step(set) : afterOwnWrite;
  }

  /** A set on its way out makes nothing any more, not even revisions. */
  async function report(set: StatefulSet): Promise<Outcome> {
    const { currentRevision = "", updateRevision = "", collisionCount = 0 } = set.status ?? {};
    const { template } = set.spec;
    const world = worldOf(set, {
      current: { name: currentRevision, template },
      update: { name: updateRevision, template },
      collisionCount,
    });
    await writeStatus(client, set, plan(set, world).status);
    return settled;
  }

  async function step(set: StatefulSet): Promise<Outcome> {
    const note = noteFor(set);
    const history = revisions.by("ownerUid", set.metadata.uid);
    const { update, collisionCount } = await settleRevision(client, set, history);
    note("controllerrevisions", update);
    const current = history.find((each) => each.metadata.name === set.status?.currentRevision) ?? update;
    const world = worldOf(set, { current: readRevision(current), update: readRevision(update), collisionCount });
    const { steps, status, waitsFor, againMs } = plan(set, world);
    log.debug(`statefulset ${keyOf(set)}: ${steps.length} steps`, { waitsFor });
    try {
      await carryOut(steps, {
        isOrdered: set.spec.podManagementPolicy !== "Parallel",
        act: async (each) => await act(set, each, { client, events, onWritten: note }),
      });
    } finally {
      const written = await writeStatus(client, set, status);
      if (written !== undefined) note("statefulsets", written);
    }
    await trim(set, history, new Set([current.metadata.name, update.metadata.name, ...world.pods.map(revisionOf)]));
    return againMs === undefined ? settled : { againMs };
  }

  function worldOf(set: StatefulSet, at: Pick<World, "current" | "update" | "collisionCount">): World {
    const namespace = set.metadata.namespace ?? "";
    return {
      ...at,
      pods: ownedPods(set, candidates(set)),
      claim: (name) => claims.get(`${namespace}/${name}`),
      nowMs: clock.now(),
    };
  }

  function candidates(set: StatefulSet) {
    return pods.by("namespace", set.metadata.namespace ?? "");
  }

  function noteFor(set: StatefulSet): (resource: ResourceName, written: KubeObject) => void {
    return (resource, written) => ownWrites.note(keyOf(set), resource, written);
  }

  async function trim(set: StatefulSet, history: readonly ControllerRevision[], live: ReadonlySet<string>) {
    for (const revision of expiredRevisions(set, history, live)) {
      const { uid } = revision.metadata;
      try {
        await client.delete("controllerrevisions", refOf(keyOf(revision)), { preconditions: { uid } });
      } catch (error) {
        if (!isApiError(error, "NotFound")) throw error;
      }
    }
  }
}
