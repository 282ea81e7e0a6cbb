import type { Causes } from "./causes.ts";
import { invalidEach } from "./causes.ts";
import { field } from "./field-errors.ts";
import { qualifiedNameProblems } from "./formats.ts";

/** Fields of a pod that an environment variable may hold. */
export const environmentFields: readonly string[] = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

/** Fields of a pod that a file of a volume may hold. */
export const volumeFields: readonly string[] = [
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
];

const resources = ["cpu", "ephemeral-storage", "memory"].flatMap((each) => [`limits.${each}`, `requests.${each}`]);

/** Every path the API knows; another one cannot even be read. */
const knownFields = new Set([
  ...environmentFields,
  ...volumeFields,
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.phase",
]);

/** Source: `validateObjectFieldSelector`. */
export function* downwardFieldCauses(
  reference: { readonly fieldPath: string },
  { path, fields }: { readonly path: string; readonly fields: readonly string[] },
): Causes {
  const { fieldPath } = reference;
  if (!fieldPath) {
    yield field.required(`${path}.fieldPath`);
    return;
  }
  const subscripted = /^(?<map>[^[]+)\['(?<key>[^']*)'\]$/.exec(fieldPath)?.groups;
  if (subscripted !== undefined) {
    const { map = "", key = "" } = subscripted;
    if (map === "metadata.annotations") yield* invalidEach(path, key, qualifiedNameProblems(key.toLowerCase()));
    else if (map === "metadata.labels") yield* invalidEach(path, key, qualifiedNameProblems(key));
    else yield field.invalid(path, map, "does not support subscript");
  } else if (!knownFields.has(fieldPath)) {
    const message = `error converting fieldPath: field label not supported: ${fieldPath}`;
    yield field.invalid(`${path}.fieldPath`, fieldPath, message);
  } else if (!fields.includes(fieldPath)) yield field.notSupported(`${path}.fieldPath`, fieldPath, fields);
}

/** Source: `validateContainerResourceFieldSelector`. */
export function* resourceFieldCauses(reference: { readonly resource: string }, path: string): Causes {
  const { resource } = reference;
  if (!resource) yield field.required(`${path}.resource`);
  else if (!resources.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource)) {
    yield field.notSupported(`${path}.resource`, resource, resources);
  }
}
