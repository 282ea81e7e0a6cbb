import type { Pod } from "@ordinal/api";
import type { Client, EventRecorder } from "@ordinal/client";
import type { BackoffOptions, Clock, Logger } from "@ordinal/runtime";
import type { NodeCapacity } from "../environment/resource-field.ts";
import type { Catalogue } from "../images/profile.ts";
import type { PodRuntime } from "../pod-runtime.ts";
import type { Names } from "../readiness/names.ts";
import type { EmptyDirLimits } from "../volumes/empty-dir/limits.ts";
import type { NodeVolumes } from "../volumes/node-volumes.ts";
import type { ObjectFollower } from "../volumes/objects/object-follower.ts";
import type { VolumeHost } from "../volumes/volume.ts";

/** What every pod worker stands on. */
export interface WorkerContext {
  readonly client: Client;
  readonly runtime: PodRuntime;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly names: Names;
  readonly catalogue: Catalogue;
  readonly settings: WorkerSettings;
  readonly volumeHost: VolumeHost;
  readonly nodeVolumes: NodeVolumes;
  readonly objects: ObjectFollower;
  readonly emptyDirLimits: EmptyDirLimits;
  /** Asks for this pod to be looked at soon. */
  enqueue(podUid: string): void;
  /** Whether processes may still run of an earlier pod that had this one's name, and so its volumes. */
  hasPredecessor(pod: Pod): boolean;
}

/** All times in milliseconds. */
export interface WorkerSettings {
  /** A directory per pod for what is not in its sandbox: volumes that go with it, files of its images. */
  podDirectory(podUid: string): string;
  readonly clusterDomain: string;
  readonly dnsAddress: string;
  readonly hostResolvConf: string;
  readonly hostIP: string;
  readonly capacity: NodeCapacity;
  /** The Node program, for the built-in web server. */
  readonly nodeProgram: string;
  readonly crashBackoff: BackoffOptions;
  readonly imageBackoff: BackoffOptions;
  /** How long readiness and deletion wait for DNS at most. */
  readonly namesBoundMs: number;
}
