import { claimNamesOf, type Pod } from "@ordinal/api";

/** The claims a pod uses: `namespace/name`. */
export function claimKeysOf(pod: Pod): readonly string[] {
  return claimNamesOf(pod).map((name) => `${pod.metadata.namespace ?? ""}/${name}`);
}
