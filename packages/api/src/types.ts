import type {
  ControllerRevision as V1ControllerRevision,
  StatefulSet as V1StatefulSet,
} from "kubernetes-types/apps/v1.d.ts";
import type { Scale as V1Scale } from "kubernetes-types/autoscaling/v1.d.ts";
import type { Lease as V1Lease } from "kubernetes-types/coordination/v1.d.ts";
import type * as core from "kubernetes-types/core/v1.d.ts";
import type { EndpointSlice as V1EndpointSlice } from "kubernetes-types/discovery/v1.d.ts";
import type {
  LabelSelector as V1LabelSelector,
  OwnerReference as V1OwnerReference,
} from "kubernetes-types/meta/v1.d.ts";
import type { StorageClass as V1StorageClass } from "kubernetes-types/storage/v1.d.ts";
import type { ResourceName } from "./kinds.ts";
import type * as snapshot from "./snapshot-types.ts";

/** Read-only all the way down: what the store hands out is changed by copy only. */
export type DeepReadonly<T> = T extends string | number | boolean | undefined | null
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

/** Metadata of an object that the API server has accepted. */
export interface ObjectMeta {
  readonly name: string;
  /** `""` for cluster-scoped kinds, so that keys can be built without a question. */
  readonly namespace?: string;
  readonly uid: string;
  /** The store revision of the last change, as a decimal string. */
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly generateName?: string;
  /** RFC 3339, in whole seconds. */
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly unknown[];
}

/** Any object as the API server hands it out. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** An object on its way in: only the name (or generateName) must be there. */
export type Draft<T extends KubeObject = KubeObject> = Omit<T, "metadata" | "apiVersion" | "kind"> & {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Partial<ObjectMeta>;
};

type Served<T> = KubeObject & DeepReadonly<Omit<T, "apiVersion" | "kind" | "metadata">>;
type ServedWithSpec<T extends { spec?: unknown }> = KubeObject &
  DeepReadonly<Omit<T, "apiVersion" | "kind" | "metadata" | "spec">> & {
    readonly spec: DeepReadonly<NonNullable<T["spec"]>>;
  };

export type ConfigMap = Served<core.ConfigMap>;
export type ControllerRevision = Served<V1ControllerRevision>;
export type Endpoints = Served<core.Endpoints>;
export type EndpointSlice = Served<V1EndpointSlice>;
export type Event = Served<core.Event>;
export type Lease = Served<V1Lease>;
export type LimitRange = ServedWithSpec<core.LimitRange>;
export type Namespace = Served<core.Namespace>;
export type Node = Served<core.Node>;
export type PersistentVolume = ServedWithSpec<core.PersistentVolume>;
export type PersistentVolumeClaim = ServedWithSpec<core.PersistentVolumeClaim>;
export type Pod = ServedWithSpec<core.Pod>;
export type ResourceQuota = ServedWithSpec<core.ResourceQuota>;
export type Scale = Served<V1Scale>;
export type Secret = Served<core.Secret>;
export type Service = ServedWithSpec<core.Service>;
export type ServiceAccount = Served<core.ServiceAccount>;
export type StatefulSet = ServedWithSpec<V1StatefulSet>;
export type StorageClass = Served<V1StorageClass>;
export type VolumeSnapshot = ServedWithSpec<snapshot.VolumeSnapshot>;
export type VolumeSnapshotClass = Served<snapshot.VolumeSnapshotClass>;
export type VolumeSnapshotContent = ServedWithSpec<snapshot.VolumeSnapshotContent>;

export type Container = DeepReadonly<core.Container>;
export type ContainerPort = DeepReadonly<core.ContainerPort>;
export type ContainerState = DeepReadonly<core.ContainerState>;
export type ContainerStatus = DeepReadonly<core.ContainerStatus>;
export type Endpoint = NonNullable<EndpointSlice["endpoints"]>[number];
export type LabelSelector = DeepReadonly<V1LabelSelector>;
export type ObjectReference = DeepReadonly<core.ObjectReference>;
export type OwnerReference = DeepReadonly<V1OwnerReference>;
export type PersistentVolumeClaimTemplate = NonNullable<StatefulSet["spec"]["volumeClaimTemplates"]>[number];
export type PodCondition = DeepReadonly<core.PodCondition>;
export type PodSpec = DeepReadonly<core.PodSpec>;
export type PodStatus = DeepReadonly<core.PodStatus>;
export type PodTemplate = DeepReadonly<core.PodTemplateSpec>;
export type Probe = DeepReadonly<core.Probe>;
export type Volume = DeepReadonly<core.Volume>;
export type VolumeMount = DeepReadonly<core.VolumeMount>;

/** The type of the objects behind each resource name. */
export interface ObjectTypes {
  readonly configmaps: ConfigMap;
  readonly controllerrevisions: ControllerRevision;
  readonly endpoints: Endpoints;
  readonly endpointslices: EndpointSlice;
  readonly events: Event;
  readonly leases: Lease;
  readonly limitranges: LimitRange;
  readonly namespaces: Namespace;
  readonly nodes: Node;
  readonly persistentvolumeclaims: PersistentVolumeClaim;
  readonly persistentvolumes: PersistentVolume;
  readonly pods: Pod;
  readonly resourcequotas: ResourceQuota;
  readonly secrets: Secret;
  readonly serviceaccounts: ServiceAccount;
  readonly services: Service;
  readonly statefulsets: StatefulSet;
  readonly storageclasses: StorageClass;
  readonly volumesnapshotclasses: VolumeSnapshotClass;
  readonly volumesnapshotcontents: VolumeSnapshotContent;
  readonly volumesnapshots: VolumeSnapshot;
}

export type ObjectOf<R extends ResourceName> = ObjectTypes[R];
