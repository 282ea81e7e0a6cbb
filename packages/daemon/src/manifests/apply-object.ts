import {
  isApiError,
  kindOf,
  ordinalPrefix,
  wellKnown,
  type Draft,
  type KubeObject,
  type ResourceName,
} from "@ordinal/api";
import type { Client, Ref, WriteOptions } from "@ordinal/client";
import type { ManifestObject } from "./parse-manifest.ts";
import { threeWayPatch } from "./three-way.ts";

/** On an object: the manifest it comes from, relative to the watched folder. */
export const manifestAnnotation: `${typeof ordinalPrefix}manifest` = `${ordinalPrefix}manifest`;

/** The same annotation as kubectl's, so that both can take turns on one object. */
const appliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** The place of a manifest's object; namespaced ones without a namespace belong to `default`. */
export function refOfManifest({ kind, object }: ManifestObject): Ref {
  const { name = "", namespace = wellKnown.defaultNamespace } = object.metadata;
  return kind.namespaced ? { namespace, name } : { name };
}

/** Creates the object, or brings it to what the manifest says now. Gives back what was done. Throws ApiError. */
export async function applyObject(
  client: Client,
  manifest: ManifestObject,
  { file, dryRun }: { readonly file: string; readonly dryRun: boolean },
): Promise<"created" | "configured" | "unchanged"> {
  const resource = manifest.kind.plural;
  const ref = refOfManifest(manifest);
  const desired = withMarks(manifest, file);
  const options: WriteOptions = { dryRun, fieldValidation: "Strict" };
  const current = await getIfPresent(client, resource, ref);
  if (current === undefined) {
    await client.create(resource, desired, options);
    return "created";
  }
  const body = threeWayPatch(asJson(current), { applied: lastApplied(current), desired: asJson(desired) });
  const after: KubeObject = await client.patch(resource, ref, { ...options, type: "merge", body });
  return after.metadata.resourceVersion === current.metadata.resourceVersion ? "unchanged" : "configured";
}

/** The object as it is, or undefined. */
export async function getIfPresent(client: Client, resource: ResourceName, ref: Ref): Promise<KubeObject | undefined> {
  try {
    return await client.get(resource, ref);
  } catch (error) {
    if (isApiError(error, "NotFound")) return undefined;
    throw error;
  }
}

function withMarks({ object, kind }: ManifestObject, file: string): Draft {
  const namespace = kindOf(kind.plural).namespaced
    ? { namespace: object.metadata.namespace ?? wellKnown.defaultNamespace }
    : {};
  const annotations = {
    ...object.metadata.annotations,
    [manifestAnnotation]: file,
    [appliedAnnotation]: `${JSON.stringify(object)}\n`,
  };
  return { ...object, metadata: { ...object.metadata, ...namespace, annotations } };
}

function lastApplied(current: KubeObject): Readonly<Record<string, unknown>> {
  const text = current.metadata.annotations?.[appliedAnnotation];
  if (text === undefined) return {};
  try {
    return asJson(JSON.parse(text));
  } catch (error) {
    // Somebody wrote something else there: then nothing is known to have been applied, and nothing is removed.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function asJson(value: unknown): Readonly<Record<string, unknown>> {
  return value as Readonly<Record<string, unknown>>;
}
