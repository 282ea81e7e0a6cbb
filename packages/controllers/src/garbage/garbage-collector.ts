import { isApiError, type KubeObject, type OwnerReference } from "@ordinal/api";
import { unreachable, type Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import { isForegroundDeleted, orphanFinalizer, withoutFinalizer } from "./finalizers.ts";
import {
  collectedResources,
  createOwnerGraph,
  describePlace,
  ownersOf,
  placeOf,
  placeOfOwner,
  type Place,
} from "./owner-graph.ts";
import { planItem, type Item, type ItemStep, type OwnerState, type Propagation } from "./plan-item.ts";

/**
 * Deletes what all owners are gone of, and sees foreground and orphaning deletions through. An owner counts as gone only
 * when the API says so itself; an object is deleted only as it was when it was judged. Source: `pkg/controller/garbagecollector`.
 */
export function startGarbageCollector({ client, clock, log, informers }: ControllerOptions): Stoppable {
  const graph = createOwnerGraph(informers);
  const reads = collectedResources.map((resource) => informers.of(resource));
  const controller = startController({ name: "garbage collector", clock, log, reads, reconcile });
  for (const resource of collectedResources) {
    controller.follow(informers.of(resource), (change) => graph.touchedBy(resource, change));
  }
  return controller;

  async function reconcile(key: string): Promise<void> {
    const place = placeOf(key);
    const copy = graph.find(place);
    if (copy === undefined) return;
    const judged = planItem(await itemOf(copy));
    if (judged.do === "nothing") return;
    const fresh = await get(place);
    if (fresh?.metadata.uid !== copy.metadata.uid) return;
    const item = await itemOf(fresh);
    await act(place, item, planItem(item));
  }

  async function itemOf(object: KubeObject): Promise<Item> {
    const states = ownersOf(object).map(async (owner) => ({ owner, state: await stateOf(object, owner) }));
    const dependents = graph.dependentsOf(object.metadata.uid).map((found) => found.object);
    return { object, owners: await Promise.all(states), dependents };
  }

  async function stateOf(dependent: KubeObject, owner: OwnerReference): Promise<OwnerState> {
    const place = placeOfOwner(dependent, owner);
    if (place === undefined) return "solid";
    const copy = graph.find(place);
    const found = copy?.metadata.uid === owner.uid ? copy : await get(place);
    if (found?.metadata.uid !== owner.uid) return "absent";
    return isForegroundDeleted(found) ? "waiting" : "solid";
  }

  async function act(place: Place, item: Item, step: ItemStep): Promise<void> {
    const { object } = item;
    if (step.do !== "nothing") log.debug(`garbage collector: ${step.do} ${describePlace(place)}`, { ...step });
    switch (step.do) {
      case "nothing":
        return;
      case "delete":
        return await remove(place, object, step.propagation);
      case "drop-owners":
        await write(
          place,
          withOwners(object, (owner) => (step.uids.includes(owner.uid) ? [] : [owner])),
        );
        return;
      case "unblock-and-delete":
        return await remove(place, await write(place, withOwners(object, unblocking)), "Foreground");
      case "release-dependents":
        await releaseDependents(object);
        return await drop(place, object, orphanFinalizer);
      case "drop-finalizer":
        return await drop(place, object, step.finalizer);
      default:
        return unreachable(step);
    }
  }

  async function releaseDependents(owner: KubeObject): Promise<void> {
    const { uid } = owner.metadata;
    for (const { resource, at } of graph.dependentsOf(uid)) {
      const fresh = await get({ resource, at });
      if (fresh === undefined || !ownersOf(fresh).some((each) => each.uid === uid)) continue;
      await write(
        { resource, at },
        withOwners(fresh, (each) => (each.uid === uid ? [] : [each])),
      );
    }
  }

  async function drop(place: Place, object: KubeObject, finalizer: string): Promise<void> {
    await write(place, withoutFinalizer(object, finalizer));
  }

  async function get({ resource, at }: Place): Promise<KubeObject | undefined> {
    return await ifPresent(client.get(resource, at));
  }

  async function write({ resource }: Place, object: KubeObject): Promise<KubeObject | undefined> {
    return await ifPresent(client.update(resource, object));
  }

  async function remove({ resource, at }: Place, object: KubeObject | undefined, propagation: Propagation) {
    if (object === undefined) return;
    const { uid, resourceVersion } = object.metadata;
    await ifPresent(client.delete(resource, at, { propagation, preconditions: { uid, resourceVersion } }));
  }
}

function withOwners(object: KubeObject, map: (owner: OwnerReference) => readonly OwnerReference[]): KubeObject {
  return { ...object, metadata: { ...object.metadata, ownerReferences: ownersOf(object).flatMap(map) } };
}

function unblocking(owner: OwnerReference): readonly OwnerReference[] {
  return [{ ...owner, blockOwnerDeletion: false }];
}

/** What the API answers, or undefined when the object is gone by now. */
async function ifPresent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isApiError(error, "NotFound")) return undefined;
    throw error;
  }
}
