import type {
  Draft,
  PersistentVolume,
  PersistentVolumeClaim,
  VolumeSnapshot,
  VolumeSnapshotClass,
  VolumeSnapshotContent,
} from "@ordinal/api";

/** What the next step for a snapshot depends on. */
export interface SnapshotWorld {
  readonly content: (name: string) => VolumeSnapshotContent | undefined;
  /** The claim of this name in the snapshot's namespace. */
  readonly claim: (name: string) => PersistentVolumeClaim | undefined;
  readonly volume: (name: string) => PersistentVolume | undefined;
  readonly classes: readonly VolumeSnapshotClass[];
  /** Whether a volume is being made of this snapshot. */
  readonly isBeingRestored: (snapshot: VolumeSnapshot) => boolean;
}

export type SnapshotStep =
  | { readonly do: "nothing" }
  /** Goes into the status and an event, and is tried again. */
  | Failure
  | { readonly do: "setClass"; readonly name: string }
  | { readonly do: "setFinalizers"; readonly finalizers: readonly string[] }
  | { readonly do: "protectClaim"; readonly claim: PersistentVolumeClaim }
  | { readonly do: "createContent"; readonly content: Draft<VolumeSnapshotContent> }
  | { readonly do: "bindContent"; readonly content: VolumeSnapshotContent }
  | {
      readonly do: "writeStatus";
      readonly status: NonNullable<VolumeSnapshot["status"]>;
      readonly consistency?: string;
    }
  /** A volume is being made of it, so it stays for now. */
  | { readonly do: "wait"; readonly reason: string; readonly message: string }
  | { readonly do: "markContent"; readonly content: VolumeSnapshotContent }
  | { readonly do: "deleteContent"; readonly content: VolumeSnapshotContent };

export interface Failure {
  readonly do: "fail";
  readonly reason: string;
  readonly message: string;
  /** Whether it says nothing about what is ready already. */
  readonly keepsReady?: boolean;
}

/** The name of the content made for a snapshot. Source: external-snapshotter `GetDynamicSnapshotContentNameForSnapshot`. */
export function contentNameOf(snapshot: VolumeSnapshot): string {
  return `snapcontent-${snapshot.metadata.uid}`;
}

export function hasFinalizer({ metadata }: VolumeSnapshot | PersistentVolumeClaim, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) === true;
}

export function fail(reason: string, message: string): Failure {
  return { do: "fail", reason, message };
}
