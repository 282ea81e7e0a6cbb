import type { Kind } from "../kinds.ts";
import { labelNameProblem, serviceNameProblem, subdomainNameProblem } from "../names.ts";
import type { ObjectMeta, OwnerReference } from "../types.ts";
import { invalidEach, nonnegative } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { isSame } from "./equal.ts";
import { field } from "./field-errors.ts";
import { labelValueProblems, qualifiedNameProblems } from "./formats.ts";

const maxAnnotationBytes = 256 * 1024;
/** Kinds whose name is stricter than a DNS subdomain. */
const nameProblems: Readonly<Record<string, (name: string) => string | undefined>> = {
  namespaces: labelNameProblem,
  services: serviceNameProblem,
  statefulsets: labelNameProblem,
};
const immutable = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
] as const;

/** Source: apimachinery `ValidateObjectMeta`, which expects that a name has been generated where one was asked for. */
export function* metadataCauses(kind: Pick<Kind, "plural" | "namespaced">, metadata: Partial<ObjectMeta>): Causes {
  const problemOf = nameProblems[kind.plural] ?? subdomainNameProblem;
  const { name, generateName, namespace } = metadata;
  if (generateName !== undefined && generateName !== "") {
    // A trailing dash is fine: something follows it.
    yield* invalidEach("metadata.generateName", generateName, [problemOf(generateName.replace(/-$/, "a"))]);
  }
  if (name === undefined || name === "") yield field.required("metadata.name", "name or generateName is required");
  else yield* invalidEach("metadata.name", name, [problemOf(name)]);
  if (kind.namespaced) {
    if (namespace === undefined || namespace === "") yield field.required("metadata.namespace");
    else yield* invalidEach("metadata.namespace", namespace, [labelNameProblem(namespace)]);
  } else if (namespace !== undefined && namespace !== "") {
    yield field.forbidden("metadata.namespace", "not allowed on this type");
  }
  yield* nonnegative("metadata.generation", metadata.generation);
  yield* commonCauses(metadata);
  yield* finalizerCauses(metadata.finalizers ?? []);
}

/** Source: apimachinery `ValidateObjectMetaUpdate`. */
export function* metadataUpdateCauses(next: Partial<ObjectMeta>, before: Partial<ObjectMeta>): Causes {
  if (before.deletionTimestamp !== undefined) {
    const added = (next.finalizers ?? []).filter((each) => !before.finalizers?.includes(each)).toSorted();
    const list = added.map((each) => JSON.stringify(each)).join(", ");
    const message = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
    if (added.length > 0) yield field.forbidden("metadata.finalizers", message);
  }
  for (const key of immutable) {
    if (!isSame(next[key], before[key])) yield field.invalid(`metadata.${key}`, next[key], "field is immutable");
  }
  yield* commonCauses(next);
}

/** Labels at `path`, or any other map of the same form, such as a node selector. */
export function* labelCauses(labels: Readonly<Record<string, string>> | undefined, path: string): Causes {
  for (const [key, value] of Object.entries(labels ?? {})) {
    yield* invalidEach(path, key, qualifiedNameProblems(key));
    yield* invalidEach(path, value, labelValueProblems(value));
  }
}

export function* annotationCauses(annotations: Readonly<Record<string, string>> | undefined, path: string): Causes {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    yield* invalidEach(path, key, qualifiedNameProblems(key.toLowerCase()));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > maxAnnotationBytes) yield field.tooLong(path, maxAnnotationBytes);
}

function* commonCauses(metadata: Partial<ObjectMeta>): Causes {
  yield* labelCauses(metadata.labels, "metadata.labels");
  yield* annotationCauses(metadata.annotations, "metadata.annotations");
  yield* ownerCauses(metadata.ownerReferences ?? []);
}

function* ownerCauses(owners: readonly OwnerReference[]): Causes {
  const path = "metadata.ownerReferences";
  for (const owner of owners) {
    if (!owner.apiVersion)
      yield field.invalid(`${path}.apiVersion`, owner.apiVersion ?? "", "version must not be empty");
    if (!owner.kind) yield field.invalid(`${path}.kind`, owner.kind ?? "", "kind must not be empty");
    if (!owner.name) yield field.invalid(`${path}.name`, owner.name ?? "", "name must not be empty");
    if (!owner.uid) yield field.invalid(`${path}.uid`, owner.uid ?? "", "uid must not be empty");
    if (owner.kind === "Event" && owner.apiVersion === "v1") {
      yield field.invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner");
    }
  }
  const [first, second] = owners.filter((owner) => owner.controller === true);
  if (first === undefined || second === undefined) return;
  const found = `${first.kind}/${first.name} and ${second.kind}/${second.name}`;
  const message = `Only one reference can have Controller set to true. Found "true" in references for ${found}`;
  yield field.invalid(path, owners, message);
}

function* finalizerCauses(finalizers: readonly string[]): Causes {
  const standard = ["kubernetes", "orphan", "foregroundDeletion"];
  for (const [index, finalizer] of finalizers.entries()) {
    yield* invalidEach("metadata.finalizers", finalizer, qualifiedNameProblems(finalizer));
    if (!finalizer.includes("/") && !standard.includes(finalizer)) {
      const message = "name is neither a standard finalizer name nor is it fully qualified";
      yield field.invalid(`metadata.finalizers[${index}]`, finalizer, message);
    }
  }
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    const message = "finalizer orphan and foregroundDeletion cannot be both set";
    yield field.invalid("metadata.finalizers", finalizers, message);
  }
}
