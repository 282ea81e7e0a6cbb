import type { ConfigMap, Container, Pod, Result, Secret } from "@ordinal/api";
import { expandVariables } from "./expand.ts";
import { readFieldPath, type PodFacts } from "./field-path.ts";
import { readResourceField, type NodeCapacity } from "./resource-field.ts";

/** The objects a container's environment refers to; undefined for one that does not exist. */
export interface EnvironmentSources {
  configMap(name: string): Promise<ConfigMap | undefined>;
  secret(name: string): Promise<Secret | undefined>;
}

export interface EnvironmentOptions {
  readonly pod: Pod;
  readonly container: Container;
  readonly facts: PodFacts;
  readonly capacity: NodeCapacity;
  readonly sources: EnvironmentSources;
  /** What the image and the services give; a container's own settings win over them. */
  readonly base: Readonly<Record<string, string>>;
}

type Variables = Record<string, string>;
type EnvVar = NonNullable<Container["env"]>[number];

/** The PATH of a container whose image sets none. */
export const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * A container's whole environment. An error is text for the status: CreateContainerConfigError.
 * Source: kubelet `makeEnvironmentVariables`.
 */
export async function buildEnvironment(options: EnvironmentOptions): Promise<Result<Variables, string>> {
  const variables: Variables = { ...options.base };
  for (const from of options.container.envFrom ?? []) {
    const values = await readAll(from, options);
    if (!values.ok) return values;
    for (const [key, value] of Object.entries(values.value)) variables[`${from.prefix ?? ""}${key}`] = value;
  }
  for (const entry of options.container.env ?? []) {
    const value = await readOne(entry, { ...options, base: variables });
    if (!value.ok) return value;
    if (value.value !== undefined) variables[entry.name] = value.value;
  }
  return { ok: true, value: variables };
}

async function readAll(
  from: NonNullable<Container["envFrom"]>[number],
  { sources, pod }: EnvironmentOptions,
): Promise<Result<Variables, string>> {
  const namespace = pod.metadata.namespace ?? "";
  if (from.configMapRef !== undefined) {
    const { name = "", optional = false } = from.configMapRef;
    const found = await sources.configMap(name);
    if (found === undefined && !optional) return { ok: false, error: `configmap ${JSON.stringify(name)} not found` };
    return { ok: true, value: { ...found?.data } };
  }
  if (from.secretRef !== undefined) {
    const { name = "", optional = false } = from.secretRef;
    const found = await sources.secret(name);
    if (found === undefined && !optional) return { ok: false, error: `secret ${JSON.stringify(name)} not found` };
    return { ok: true, value: decodeAll(found) };
  }
  return {
    ok: false,
    error: `envFrom of ${pod.metadata.name}_${namespace} names neither a configMapRef nor a secretRef`,
  };
}

/** Undefined: an optional reference to what is not there, so the variable is not set. */
async function readOne(entry: EnvVar, options: EnvironmentOptions): Promise<Result<string | undefined, string>> {
  const { valueFrom } = entry;
  if (valueFrom === undefined) return { ok: true, value: expandVariables(entry.value ?? "", options.base) };
  if (valueFrom.fieldRef !== undefined) return readFieldPath(valueFrom.fieldRef.fieldPath, options.pod, options.facts);
  if (valueFrom.resourceFieldRef !== undefined) return readResourceField(valueFrom.resourceFieldRef, options);
  if (valueFrom.configMapKeyRef !== undefined) {
    const { name = "", key, optional = false } = valueFrom.configMapKeyRef;
    const found = await options.sources.configMap(name);
    return pick(found?.data, { kind: "configmap", title: "ConfigMap", name, key, optional, options });
  }
  if (valueFrom.secretKeyRef !== undefined) {
    const { name = "", key, optional = false } = valueFrom.secretKeyRef;
    const found = await options.sources.secret(name);
    const data = found === undefined ? undefined : decodeAll(found);
    return pick(data, { kind: "secret", title: "Secret", name, key, optional, options });
  }
  return { ok: true, value: "" };
}

interface KeyWanted {
  readonly kind: string;
  readonly title: string;
  readonly name: string;
  readonly key: string;
  readonly optional: boolean;
  readonly options: EnvironmentOptions;
}

function pick(data: Readonly<Variables> | undefined, wanted: KeyWanted): Result<string | undefined, string> {
  const { kind, title, name, key, optional, options } = wanted;
  const value = data !== undefined && Object.hasOwn(data, key) ? data[key] : undefined;
  if (value !== undefined || optional) return { ok: true, value };
  if (data === undefined) return { ok: false, error: `${kind} ${JSON.stringify(name)} not found` };
  const place = `${options.pod.metadata.namespace ?? ""}/${name}`;
  return { ok: false, error: `couldn't find key ${key} in ${title} ${place}` };
}

function decodeAll(secret: Secret | undefined): Variables {
  const entries = Object.entries(secret?.data ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]));
}
