import type { ConfigMap, PersistentVolume, PersistentVolumeClaim, Pod, Result, Secret, Volume } from "@ordinal/api";
import type { PodFacts } from "../environment/field-path.ts";
import type { NodeCapacity } from "../environment/resource-field.ts";

/** What plugins may ask the API for; undefined when there is no such object in the pod's namespace. */
export interface VolumeSources {
  configMap(name: string): Promise<ConfigMap | undefined>;
  secret(name: string): Promise<Secret | undefined>;
  claim(name: string): Promise<PersistentVolumeClaim | undefined>;
  persistentVolume(name: string): Promise<PersistentVolume | undefined>;
}

export interface VolumeContext {
  readonly pod: Pod;
  readonly facts: PodFacts;
  readonly capacity: NodeCapacity;
  readonly sources: VolumeSources;
  /** A directory of this volume's own that goes with the pod. It need not exist yet. */
  readonly directory: string;
}

/** A volume that is there: a directory or file of the host. */
export interface MountedVolume {
  readonly source: string;
  /** True where the kind of volume, or how the pod refers to it, allows no writing. */
  readonly readOnly: boolean;
}

/** One kind of volume. An error is text for the FailedMount event; setting up again does nothing new. */
export interface VolumePlugin {
  /** The field of a pod's volume it stands for: `emptyDir`. */
  readonly kind: keyof Volume;
  setUp(volume: Volume, context: VolumeContext): Promise<Result<MountedVolume, string>>;
}
