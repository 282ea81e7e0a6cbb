import type { PersistentVolume, PersistentVolumeClaim, Pod } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { isBindCompleted, isReservedFor, mismatch } from "./match-volume.ts";
import { createVolumeIndex } from "./volume-index.ts";
import { toldInformer } from "./volumes.fixture.ts";

interface Seen {
  readonly revision: number;
  readonly type: string;
  readonly object: PersistentVolume | PersistentVolumeClaim;
}

/** Watches claims and volumes, and tells afterwards whether a promise was broken at any time. */
export interface Witness {
  /** What went wrong, in the order of the writes; empty when nothing did. */
  problems(): readonly string[];
  stop(): Promise<void>;
}

export async function startWitness(client: Client): Promise<Witness> {
  const seen: Seen[] = [];
  const ending = new AbortController();
  const { revision: fromRevision } = await client.list("persistentvolumes");
  const watching = (["persistentvolumes", "persistentvolumeclaims"] as const).map(async (resource) => {
    for await (const event of client.watch(resource, { fromRevision, signal: ending.signal })) {
      if (event.type !== "BOOKMARK") seen.push(event);
    }
  });
  return {
    problems: () => replay(seen.toSorted((a, b) => a.revision - b.revision)),
    async stop() {
      ending.abort();
      await Promise.all(watching);
    },
  };
}

/** No two claims have one volume, and no claim that has one ever gets another, nor its volume another claim. */
function replay(events: readonly Seen[]): readonly string[] {
  const problems: string[] = [];
  const claims = new Map<string, PersistentVolumeClaim>();
  const volumes = new Map<string, PersistentVolume>();
  const pairs = new Map<string, string>();
  for (const { type, object, revision } of events) {
    const all = object.kind === "PersistentVolume" ? volumes : claims;
    if (type === "DELETED") all.delete(object.metadata.uid);
    else (all as Map<string, typeof object>).set(object.metadata.uid, object);
    if (object.kind !== "PersistentVolume" && type === "DELETED") pairs.delete(object.metadata.uid);
    const taken = new Map<string, string>();
    for (const claim of claims.values()) {
      const { name, uid } = claim.metadata;
      const volumeName = claim.spec.volumeName ?? "";
      const before = pairs.get(uid);
      if (before !== undefined && before !== volumeName)
        problems.push(`${revision}: ${name} moved from ${before} to ${volumeName}`);
      if (!isBindCompleted(claim)) continue;
      pairs.set(uid, volumeName);
      const other = taken.get(volumeName);
      if (other !== undefined) problems.push(`${revision}: ${name} and ${other} both have ${volumeName}`);
      taken.set(volumeName, name);
      const volume = [...volumes.values()].find((each) => each.metadata.name === volumeName);
      if (volume?.spec.claimRef?.uid !== uid)
        problems.push(`${revision}: ${volumeName} is not reserved for ${name}, which has it`);
    }
  }
  return problems;
}

/** What is still to be done, or undefined when all that can be bound is bound and all agrees. */
export function unfinished(world: {
  readonly claims: readonly PersistentVolumeClaim[];
  readonly volumes: readonly PersistentVolume[];
  readonly pods: readonly Pod[];
  readonly delayedClass: string;
}): string | undefined {
  const { claims, volumes, pods, delayedClass } = world;
  const index = createVolumeIndex(toldInformer(volumes).informer);
  for (const claim of claims) {
    const problem = claimProblem(claim);
    if (problem !== undefined) return `${claim.metadata.name} ${problem}`;
  }
  for (const volume of volumes) {
    const problem = volumeProblem(volume);
    if (problem !== undefined) return `${volume.metadata.name} ${problem}`;
  }
  return undefined;

  function claimProblem(claim: PersistentVolumeClaim): string | undefined {
    const users = pods.filter((pod) =>
      pod.spec.volumes?.some((each) => each.persistentVolumeClaim?.claimName === claim.metadata.name),
    );
    if (isBindCompleted(claim)) {
      const volume = index.get(claim.spec.volumeName ?? "");
      if (volume?.spec.claimRef?.uid !== claim.metadata.uid)
        return `has ${claim.spec.volumeName}, which does not have it`;
      if (claim.status?.phase !== "Bound") return `is ${claim.status?.phase}`;
      const isKept = claim.metadata.deletionTimestamp !== undefined;
      const isServed = users.every((pod) => pod.spec.nodeName !== undefined);
      return isServed || isKept ? undefined : "is bound and its pod waits";
    }
    if (claim.metadata.deletionTimestamp !== undefined) {
      return users.some((pod) => pod.spec.nodeName !== undefined) ? undefined : "is still there";
    }
    if ((claim.spec.volumeName ?? "") !== "") {
      const volume = index.get(claim.spec.volumeName ?? "");
      if (volume === undefined) return undefined;
      const isFree = volume.spec.claimRef === undefined && mismatch(claim, volume) === undefined;
      return isFree || isReservedFor(volume, claim) ? "could have the volume it names" : undefined;
    }
    if (index.reservedFor(claim) !== undefined) return "could have the volume reserved for it";
    if (claim.spec.storageClassName === delayedClass && users.every((pod) => pod.spec.nodeName !== undefined))
      return undefined;
    const free = index.find(claim, { prefer: "smallest" });
    return free === undefined ? undefined : `could have ${free.metadata.name}`;
  }

  function volumeProblem(volume: PersistentVolume): string | undefined {
    const { claimRef } = volume.spec;
    const claim = claims.find((each) => each.metadata.uid === claimRef?.uid);
    const phase = volume.status?.phase;
    if (claim !== undefined && claim.spec.volumeName !== volume.metadata.name)
      return `is kept for ${claim.metadata.name} in vain`;
    const isNobodys = claimRef?.uid === undefined;
    const wanted = isNobodys ? "Available" : claim === undefined ? "Released" : "Bound";
    return phase === wanted ? undefined : `is ${phase} instead of ${wanted}`;
  }
}
