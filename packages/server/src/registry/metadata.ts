import type { ObjectMeta } from "@ordinal/api";

/** The metadata of an update: what only the server writes stays as it is. Source: apiserver `rest.BeforeUpdate`. */
export function mergeMetadata(next: ObjectMeta, current: ObjectMeta): ObjectMeta {
  const { generation, deletionTimestamp, deletionGracePeriodSeconds, managedFields, ...given } = next;
  return {
    ...given,
    uid: current.uid,
    creationTimestamp: current.creationTimestamp,
    resourceVersion: current.resourceVersion,
    ...(current.generation === undefined ? {} : { generation: current.generation }),
    ...(current.deletionTimestamp === undefined ? {} : { deletionTimestamp: current.deletionTimestamp }),
    ...(current.deletionGracePeriodSeconds === undefined
      ? {}
      : { deletionGracePeriodSeconds: current.deletionGracePeriodSeconds }),
  };
}
