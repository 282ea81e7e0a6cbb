import type { PersistentVolume, PersistentVolumeClaim, Pod, Result } from "@ordinal/api";
import type { MountedVolume } from "../volume.ts";

/** Where PVs say what they are: the fields of their spec. */
type PersistentVolumeSource = Exclude<
  keyof PersistentVolume["spec"],
  | "accessModes"
  | "capacity"
  | "claimRef"
  | "mountOptions"
  | "nodeAffinity"
  | "persistentVolumeReclaimPolicy"
  | "storageClassName"
  | "volumeAttributesClassName"
  | "volumeMode"
>;

interface PersistentVolumeContext {
  readonly pod: Pod;
  readonly claim: PersistentVolumeClaim;
  /** The pod asks for no more than reading. */
  readonly readOnly: boolean;
  /** A directory of this pod's own for the volume, which need not exist; what is mounted there goes with the pod. */
  readonly directory: string;
}

/**
 * One kind of PV, by the field of its spec. What is done to one PV of the node is done one thing after the other:
 * `setUp` and `tearDown` of a name never overlap.
 */
export interface PersistentVolumePlugin {
  readonly source: PersistentVolumeSource;
  /** Where several plugins share one source, as the drivers of `csi` do: whether it is this one's. Defaults to yes. */
  serves?(volume: PersistentVolume): boolean;
  /** It deals with the volume's `mountOptions` itself. Without it, only flags of a bind mount are possible. */
  readonly takesMountOptions?: boolean;
  /**
   * Makes the volume usable on this node, for one more pod. Repeatable, also after a restart of the daemon or the
   * machine. An error is text for the FailedMount event; it is tried again with back-off.
   */
  setUp(volume: PersistentVolume, context: PersistentVolumeContext): Promise<Result<MountedVolume, string>>;
  /** For what is not the pod's own: how it is undone. */
  readonly node?: NodeMounts;
}

/** Things that a plugin does once per node and PV, such as a mount that pods share. */
interface NodeMounts {
  /** Names of the PVs that something is set up of, as the node itself shows it, whoever did it and when. */
  find(): Promise<readonly string[]>;
  /**
   * Lets writes go on that a daemon which was killed had stopped for a copy. Called when a daemon begins, before anything
   * else is done to pods and volumes: a process that waits for such a write cannot even be killed.
   */
  thaw?(): Promise<void>;
  /** Undoes it: no pod of the node uses the PV any more. Repeatable; rejects when it cannot be yet, and is called again. */
  tearDown(volumeName: string): Promise<void>;
  /** Lets pods use all the room that the provisioner has made, while they run. Without it there is nothing to do. */
  grow?(volume: PersistentVolume): Promise<Growth>;
}

/** What became of the wish for more room in a volume of this node. */
export type Growth =
  | { readonly is: "done" }
  /** It is not set up here, and has the room when it is set up next. */
  | { readonly is: "later" }
  /** It is set up, and can only grow when it is not. */
  | { readonly is: "in use"; readonly why: string };
