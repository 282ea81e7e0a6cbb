import {
  annotations,
  claimNamesOf,
  classNameOf,
  isDefaultClass,
  podCondition,
  type Node,
  type PersistentVolume,
  type Pod,
  type StorageClass,
} from "@ordinal/api";
import { keyOf, type Change } from "@ordinal/client";
import type { Informers } from "../informers.ts";
import { couldTake, isAvailable } from "./match-volume.ts";

/** The keys of the claims that may have something to do now that something else has changed. */
export interface ConcernedClaims {
  readonly byVolume: (change: Change<PersistentVolume>) => readonly string[];
  readonly byClass: (change: Change<StorageClass>) => readonly string[];
  /** Those of a pod that finds no node: they can say for whom they wait. */
  readonly byPod: (change: Change<Pod>) => readonly string[];
  /** Those whose volumes were to be made for a node that is gone. */
  readonly byNode: (change: Change<Node>) => readonly string[];
}

export function concernedClaims(informers: Informers): ConcernedClaims {
  const claims = informers.of("persistentvolumeclaims");
  const classes = informers.of("storageclasses");

  /** Those that could take this volume now that it is to be had. */
  function servedBy(volume: PersistentVolume): readonly string[] {
    const className = classNameOf(volume);
    // There the scheduler chooses the volume, once a pod asks for it.
    if (classes.get(className)?.volumeBindingMode === "WaitForFirstConsumer") return [];
    const waiting = claims.by("unboundOfClass", className);
    return waiting.filter((claim) => couldTake(claim, volume)).map(keyOf);
  }

  return {
    byVolume({ before, after }) {
      const volume = after ?? before;
      if (volume === undefined) return [];
      const references = [before, after].flatMap((each) => each?.spec.claimRef ?? []);
      return [
        ...references.map(({ namespace, name }) => `${namespace}/${name}`),
        ...claims.by("volume", volume.metadata.name).map(keyOf),
        ...(after !== undefined && isAvailable(after) ? servedBy(after) : []),
      ];
    },
    byClass({ before, after }) {
      const named = claims.by("unboundOfClass", (after ?? before)?.metadata.name ?? "");
      const unset = after !== undefined && isDefaultClass(after) ? claims.by("unboundOfClass", "") : [];
      return [...named, ...unset].map(keyOf);
    },
    byPod({ before, after }) {
      if (after === undefined || !isRefused(after) || (before !== undefined && isRefused(before))) return [];
      return claimNamesOf(after).map((name) => `${after.metadata.namespace}/${name}`);
    },
    byNode({ before, after }) {
      if (before === undefined || after !== undefined) return [];
      const isFor = annotations.selectedNode;
      // Nodes hardly ever go, so this needs no index.
      return claims
        .list()
        .filter(({ metadata }) => metadata.annotations?.[isFor] === before.metadata.name)
        .map(keyOf);
    },
  };
}

function isRefused(pod: Pod): boolean {
  return podCondition(pod, "PodScheduled")?.status === "False";
}
