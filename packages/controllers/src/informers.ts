import {
  claimNamesOf,
  classNameOf,
  finalizers,
  isTerminating,
  type KubeObject,
  type ObjectOf,
  type ResourceName,
} from "@ordinal/api";
import { startInformer, type Client, type Informer } from "@ordinal/client";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import { serviceKeysOfSlice } from "./endpoints/slice-owner.ts";

/** Local copies of resources, shared by all controllers of a process, so that each resource is watched once. */
export interface Informers extends Stoppable {
  /**
   * The copy of this resource. The first call starts it; it is stopped by `stop` of this whole, not by its users.
   * A listener that comes late is first told of everything that is there already.
   */
  of<R extends ResourceName>(resource: R): Informer<ObjectOf<R>>;
}

export interface InformersOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}

type Started = { [R in ResourceName]?: Informer<ObjectOf<R>> };
type Index<T> = (object: T) => readonly string[];
type Indexes = { readonly [R in ResourceName]?: Readonly<Record<string, Index<ObjectOf<R>>>> };

/** Lookups every resource has: by namespace (not for cluster-scoped objects), and by the uid of each owner. */
const commonIndexes = {
  namespace: ({ metadata: { namespace = "" } }: KubeObject) => (namespace === "" ? [] : [namespace]),
  ownerUid: ({ metadata }: KubeObject) => (metadata.ownerReferences ?? []).map((owner) => owner.uid),
} as const;

/** Lookups of single resources; a controller that needs one adds its row. Values are `keyOf` keys where they name objects. */
const ownIndexes: Indexes = {
  pods: {
    /** The claims a pod mounts, as `namespace/claim`. */
    claim: (pod) => claimNamesOf(pod).map((name) => `${pod.metadata.namespace}/${name}`),
    /** Every label, as `namespace/key=value`: how a service finds its pods. */
    label: ({ metadata }) =>
      Object.entries(metadata.labels ?? {}).map(([key, value]) => `${metadata.namespace}/${key}=${value}`),
    /** The node a pod is on; `""` finds those that wait for one. */
    node: (pod) => [pod.spec.nodeName ?? ""],
  },
  endpointslices: {
    /** The service a slice belongs to, as `namespace/service`. */
    service: serviceKeysOfSlice,
  },
  persistentvolumes: {
    /** The claim a volume is bound or reserved for, as `namespace/claim`. */
    claim: ({ spec: { claimRef } }) => (claimRef === undefined ? [] : [`${claimRef.namespace}/${claimRef.name}`]),
  },
  persistentvolumeclaims: {
    /** Claims that look for a volume, by the class they ask for. */
    unboundOfClass: (claim) => ((claim.spec.volumeName ?? "") === "" ? [classNameOf(claim)] : []),
    volume: ({ spec }) => ((spec.volumeName ?? "") === "" ? [] : [spec.volumeName ?? ""]),
    /** Terminating claims that are held for the pods that use them, by namespace. */
    terminatingIn: ({ metadata }) =>
      isTerminating({ metadata }) && (metadata.finalizers ?? []).includes(finalizers.claimProtection)
        ? [metadata.namespace ?? ""]
        : [],
  },
};

/** No informer runs yet; each starts with its first use. */
export function createInformers(options: InformersOptions): Informers {
  const started: Started = {};

  function start<R extends ResourceName>(resource: R): Informer<ObjectOf<R>> {
    const indexes = { ...commonIndexes, ...ownIndexes[resource] };
    const informer = startInformer(resource, { ...options, indexes });
    return {
      ...informer,
      onChange(listener) {
        for (const after of informer.list()) listener({ after });
        return informer.onChange(listener);
      },
    };
  }

  return {
    of<R extends ResourceName>(resource: R): Informer<ObjectOf<R>> {
      return (started[resource] ??= start(resource) as Started[R]) as Informer<ObjectOf<R>>;
    },
    async stop() {
      await Promise.all(Object.values(started).map((informer) => informer.stop()));
    },
  };
}
