import {
  annotations,
  classNameOf,
  isTerminating,
  wellKnown,
  type Draft,
  type PersistentVolumeClaim,
  type Result,
  type StorageClass,
} from "@ordinal/api";
import type { TrashEntry } from "@ordinal/provisioner";

export interface RestoreWorld {
  readonly entry: TrashEntry;
  /** The claim that is to have the bytes. */
  readonly target: { readonly namespace: string; readonly name: string };
  /** The claim of that name, where there is one. */
  readonly existing: PersistentVolumeClaim | undefined;
  /** The class the claim will have, where there is one of that name. */
  readonly storageClass: StorageClass | undefined;
}

export type RestoreStep =
  | { readonly do: "create"; readonly claim: Draft<PersistentVolumeClaim> }
  /** A claim that waits for a volume: this is to be it. */
  | {
      readonly do: "annotate";
      readonly claim: PersistentVolumeClaim;
      readonly annotations: Readonly<Record<string, string>>;
    };

/** What has to be done for a claim to get the bytes, or why it cannot be. */
export function planRestore({ entry, target, existing, storageClass }: RestoreWorld): Result<RestoreStep, string> {
  const problem = problemOf(existing, target) ?? classProblem(entry, storageClass);
  if (problem !== undefined) return { ok: false, error: problem };
  const asked = {
    [annotations.restoreFrom]: entry.record.entry,
    // The volume is made now and not when a pod comes, because somebody waits for it.
    [annotations.selectedNode]: wellKnown.nodeName,
  };
  if (existing !== undefined) return { ok: true, value: { do: "annotate", claim: existing, annotations: asked } };
  return { ok: true, value: { do: "create", claim: claimOf(entry, { ...target, annotations: asked }) } };
}

/** The class a claim for this entry will have. */
export function classForRestore(entry: TrashEntry, existing: PersistentVolumeClaim | undefined): string {
  return existing === undefined ? entry.record.storageClass : classNameOf(existing);
}

function problemOf(
  claim: PersistentVolumeClaim | undefined,
  { namespace, name }: RestoreWorld["target"],
): string | undefined {
  if (claim === undefined) return undefined;
  const remedy = "restore beside it with --as NAME";
  if (isTerminating(claim))
    return `claim ${namespace}/${name} is being deleted: wait until it is gone (a pod may still use it), or ${remedy}`;
  if ((claim.spec.volumeName ?? "") !== "")
    return `claim ${namespace}/${name} has a volume already, ${claim.spec.volumeName}: delete the claim first, or ${remedy}`;
  return undefined;
}

function classProblem({ record }: TrashEntry, storageClass: StorageClass | undefined): string | undefined {
  if (storageClass === undefined)
    return `there is no StorageClass ${JSON.stringify(record.storageClass)} any more, which the volume was of: make one with provisioner ${record.provisioner}, or first create the claim with a class that is there`;
  if (storageClass.provisioner !== record.provisioner)
    return `the volume was made by ${record.provisioner}, and StorageClass ${storageClass.metadata.name} is one of ${storageClass.provisioner}: create the claim with a class of ${record.provisioner} first`;
  return undefined;
}

/** As the claim was, as far as its volume tells. */
function claimOf(
  { record }: TrashEntry,
  metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly annotations: Readonly<Record<string, string>>;
  },
): Draft<PersistentVolumeClaim> {
  const { accessModes = ["ReadWriteOnce"], volumeMode = "Filesystem" } = record.volume.spec;
  return {
    metadata,
    spec: {
      accessModes,
      volumeMode,
      storageClassName: record.storageClass,
      resources: { requests: { storage: record.size } },
    },
  };
}
