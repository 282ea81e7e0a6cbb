import { finalizers, type Kind, type KubeObject } from "@ordinal/api";

/** The finalizer that keeps an object of this resource while it is used. */
const protectionOf: Readonly<Record<string, string>> = {
  persistentvolumeclaims: finalizers.claimProtection,
  persistentvolumes: finalizers.volumeProtection,
};

/**
 * Gives every new claim and volume the finalizer that holds up its deletion while it is used, so that there is no
 * moment in which it is not protected. Source: upstream admission plugin StorageObjectInUseProtection.
 */
export function withStorageProtection(kind: Kind, object: KubeObject): KubeObject {
  const protection = protectionOf[kind.plural];
  const present = object.metadata.finalizers ?? [];
  if (protection === undefined || present.includes(protection)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...present, protection] } };
}
