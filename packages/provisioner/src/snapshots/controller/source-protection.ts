import { finalizers, isApiError, isTerminating, type PersistentVolumeClaim, type VolumeSnapshot } from "@ordinal/api";
import { keyOf } from "@ordinal/client";
import { startReconcileLoop, type Stoppable } from "@ordinal/runtime";
import { dataSourceOf, isBeingFilledFrom, isClaim } from "./data-source.ts";
import type { SnapshotOptions } from "./snapshot-options.ts";
import { areSynced } from "../../provision/synced.ts";

type Options = Pick<SnapshotOptions, "client" | "clock" | "log" | "claims" | "snapshots">;

/**
 * Lets go of claims that snapshots or clones were made of, when nothing is being made of them any more. The finalizers are set
 * by whoever begins. Source: snapshot-controller `checkandRemovePVCFinalizer`, external-provisioner `clone_controller.go`.
 */
export function startSourceProtection({ client, clock, log, claims, snapshots }: Options): Stoppable {
  const loop = startReconcileLoop({ name: "sources of copies", reconcile, clock, log, capMs: 15_000 });
  const listening = [
    claims.onChange(({ before, after }) => {
      if (after !== undefined && isProtected(after)) loop.enqueue(keyOf(after));
      const claim = after ?? before;
      const source = claim === undefined ? undefined : dataSourceOf(claim);
      if (source !== undefined && isClaim(source)) loop.enqueue(`${source.namespace}/${source.name}`);
    }),
    snapshots.onChange(({ before, after }) => {
      const { metadata, spec } = after ?? before ?? {};
      const name = spec?.source.persistentVolumeClaimName;
      if (name !== undefined) loop.enqueue(`${metadata?.namespace}/${name}`);
    }),
  ];

  async function reconcile(key: string, signal: AbortSignal): Promise<void> {
    if (!(await areSynced([claims, snapshots], signal))) return;
    const claim = claims.get(key);
    if (claim === undefined || !isProtected(claim)) return;
    const current = claim.metadata.finalizers ?? [];
    const left = current.filter(
      (each) =>
        (each !== finalizers.claimAsSnapshotSource || isBeingSnapshot(key)) &&
        (each !== finalizers.cloningProtection || isBeingCloned(key)),
    );
    if (left.length === current.length) return;
    try {
      await client.update("persistentvolumeclaims", { ...claim, metadata: { ...claim.metadata, finalizers: left } });
    } catch (error) {
      if (!isApiError(error, "NotFound")) throw error;
    }
  }

  function isBeingSnapshot(key: string): boolean {
    return snapshots.by("source", key).some((snapshot: VolumeSnapshot) => {
      return snapshot.status?.readyToUse !== true && !isTerminating(snapshot);
    });
  }

  function isBeingCloned(key: string): boolean {
    return claims.list().some((claim) => {
      const source = isBeingFilledFrom(claim, key);
      return source !== undefined && isClaim(source);
    });
  }

  return {
    async stop() {
      for (const end of listening) end();
      await loop.stop();
    },
  };
}

export function withFinalizer(claim: PersistentVolumeClaim, finalizer: string): PersistentVolumeClaim {
  const { metadata } = claim;
  return { ...claim, metadata: { ...metadata, finalizers: [...(metadata.finalizers ?? []), finalizer] } };
}

export function hasFinalizer({ metadata }: PersistentVolumeClaim, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) === true;
}

function isProtected(claim: PersistentVolumeClaim): boolean {
  return hasFinalizer(claim, finalizers.claimAsSnapshotSource) || hasFinalizer(claim, finalizers.cloningProtection);
}
