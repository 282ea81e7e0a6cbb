import type { ConfigMap, PersistentVolume, PersistentVolumeClaim, Pod, Result, Secret, Volume } from "@ordinal/api";
import type { Clock, Logger } from "@ordinal/runtime";
import type { PodFacts } from "../environment/field-path.ts";
import type { NodeCapacity } from "../environment/resource-field.ts";
import type { MemoryRoom } from "./mounts/memory-room.ts";
import type { Mounter } from "./mounts/mounter.ts";
import type { PersistentVolumePlugin } from "./persistent/persistent-volume.ts";

/** What plugins may ask the API for; undefined when there is no such object in the pod's namespace. */
export interface VolumeSources {
  configMap(name: string): Promise<ConfigMap | undefined>;
  secret(name: string): Promise<Secret | undefined>;
  claim(name: string): Promise<PersistentVolumeClaim | undefined>;
  persistentVolume(name: string): Promise<PersistentVolume | undefined>;
}

/** What volumes are made with, the same for every pod of the node. */
export interface VolumeHost {
  readonly runtime: "sandbox" | "process";
  /** Holds the directories of pods, and `mounts/<driver>` for what is mounted once for all of them. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether files can be given to anybody. */
  readonly isRoot: boolean;
  /** Absent where nothing is mounted: in the process runtime. */
  readonly mounter?: Mounter;
  /** Absent where nothing is mounted. */
  readonly memory?: MemoryRoom;
}

export interface VolumeContext {
  readonly pod: Pod;
  readonly facts: PodFacts;
  readonly capacity: NodeCapacity;
  readonly sources: VolumeSources;
  readonly host: VolumeHost;
  readonly persistentVolumes: PersistentVolumes;
  /**
   * A directory of this volume's own that goes with the pod. It need not exist yet. What is mounted at it or below it
   * is unmounted when the pod goes, whoever mounted it.
   */
  readonly directory: string;
}

/** Sets PVs up for pods, and undoes it when the last of them has gone. */
export interface PersistentVolumes {
  readonly plugins: readonly PersistentVolumePlugin[];
  /** Remembers that the pod uses the volume from now on, before anything of it is set up; durable. */
  hold(volumeName: string, podUid: string): Promise<void>;
  /** Whether another pod of the node uses the volume. */
  isHeldByOther(volumeName: string, podUid: string): boolean;
  /** Runs alone among everything that is done to the volume of this name on this node. */
  exclusively<T>(volumeName: string, work: () => Promise<T>): Promise<T>;
}

/** A volume that is there: a directory or file of the host. */
export interface MountedVolume {
  readonly source: string;
  /** True where the kind of volume, or how the pod refers to it, allows no writing. */
  readonly readOnly: boolean;
  /** Flags of its mount in every container, besides `ro`: `noexec`, `nosuid`, … Defaults to none. */
  readonly mountOptions?: readonly string[];
  /** Whether the pod's fsGroup gets what is in it, as upstream decides for the kind. Defaults to false. */
  readonly takesFsGroup?: boolean;
  /** The PV behind it; upstream's messages name that instead of the pod's volume. */
  readonly persistentVolume?: PersistentVolume;
}

/** Why a volume cannot be set up, for the FailedMount event. */
export interface SetUpProblem {
  readonly text: string;
  /** The PV it is about. */
  readonly persistentVolume?: string;
  /** It was not even found what to set up. */
  readonly isUnprocessed?: true;
}

/**
 * One kind of volume. An error is text for the FailedMount event; setting up again does nothing new, also after a
 * restart of the daemon. Nothing has to be undone but what lies at `context.directory`, which the pod's end takes away.
 */
export interface VolumePlugin {
  /** The field of a pod's volume it stands for: `emptyDir`. */
  readonly kind: keyof Volume;
  setUp(volume: Volume, context: VolumeContext): Promise<Result<MountedVolume, string | SetUpProblem>>;
}
