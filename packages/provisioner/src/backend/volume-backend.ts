import type { Draft, PersistentVolume, PersistentVolumeClaim, Result, StorageClass } from "@ordinal/api";

/** A claim that asks for a volume, with what decides how it is made. */
export interface VolumeRequest {
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass;
  /** The node the volume is for. */
  readonly nodeName: string;
}

/** What will be made for a claim. The same for every attempt, so that a repeated one finds the first one's work. */
export interface VolumePlan {
  /** The directory under which volumes of this kind lie, and beside them their trash: `/var/lib/ordinal/volumes`. Absolute. */
  readonly base: string;
  /** The volume's own directory: everything that belongs to the volume is in it, and it lies below `base`. Absolute. */
  readonly path: string;
  /** The object. The loop puts in what is alike for all: its name, claimRef, class, reclaim policy, mount options and finalizer. */
  readonly volume: Draft<PersistentVolume>;
  /** Other volumes may have the same directory, because the class says so. Defaults to false. */
  readonly mayShare?: boolean;
  /** The directory has been there, or has been filled: its owner and mode stay. Set by the loop for `make`. Defaults to false. */
  readonly keepsAccess?: boolean;
}

/** Where an existing volume lies. */
export interface VolumePlace {
  readonly base: string;
  readonly path: string;
}

/**
 * One way of keeping volumes: what stands behind a StorageClass's `provisioner`. Every call may be interrupted at any
 * instruction and is then repeated, also by a later process.
 */
export interface VolumeBackend {
  /** The name classes ask for it by; also the value of `pv.kubernetes.io/provisioned-by`. */
  readonly provisioner: string;
  /** Decides, and touches nothing. An error is the text after `failed to provision volume with StorageClass "x": `. */
  plan(request: VolumeRequest): Promise<Result<VolumePlan, string>>;
  /** Makes what was planned, or completes a directory that is there already. On disk when it resolves. */
  make(plan: VolumePlan, request: VolumeRequest): Promise<void>;
  /** Where the volume of this object lies, or why nothing of it may be touched: whatever an object says, nothing outside our own directories ever is. */
  placeOf(volume: PersistentVolume): Result<VolumePlace, string>;
  /** Called before the directory is taken away: unmounts, runs a teardown script. False when the directory has been dealt with and must not go to the trash. */
  letGo(volume: PersistentVolume, place: VolumePlace): Promise<boolean>;
  /** Makes room for this many bytes. `needsNode`: the node has to grow a file system before the room can be used. */
  expand(volume: PersistentVolume, bytes: bigint): Promise<{ readonly needsNode: boolean }>;
}

/** Fills the directory of a new volume with bytes that are there already: from the trash, a snapshot, another claim. */
export interface VolumeFiller {
  /** Whether this claim asks for it. */
  wants(claim: PersistentVolumeClaim): boolean;
  /**
   * Fills `plan.path`, which may hold the beginnings of an earlier attempt; on disk when it resolves. The backend's `make`
   * comes after it. An error is the text of the ProvisioningFailed event, and it is tried again.
   */
  fill(plan: VolumePlan, request: VolumeRequest): Promise<Result<void, string>>;
}
