import type { ConfigMap, Result, Secret, Volume } from "@ordinal/api";
import { readFieldPath } from "../../environment/field-path.ts";
import { readResourceField } from "../../environment/resource-field.ts";
import type { VolumeFile } from "./atomic-files.ts";
import type { VolumeContext } from "../volume.ts";

type Item = NonNullable<NonNullable<Volume["configMap"]>["items"]>[number];
type DownwardItem = NonNullable<NonNullable<Volume["downwardAPI"]>["items"]>[number];

/** How a volume refers to an object of keys: which keys, under which names, and whether the object may be missing. */
export interface KeysWanted {
  readonly kind: "configmap" | "secret";
  readonly name: string;
  readonly items?: readonly Item[];
  readonly mode: number;
  readonly optional: boolean;
}

/** The files of a config map. */
export function configMapFiles(
  found: ConfigMap | undefined,
  wanted: KeysWanted,
): Result<readonly VolumeFile[], string> {
  const text = Object.entries(found?.data ?? {}).map(([key, value]): [string, Buffer] => [key, Buffer.from(value)]);
  const data = new Map([...text, ...decode(found?.binaryData)]);
  return filesOf(found === undefined ? undefined : data, wanted);
}

/** The files of a secret. */
export function secretFiles(found: Secret | undefined, wanted: KeysWanted): Result<readonly VolumeFile[], string> {
  return filesOf(found === undefined ? undefined : new Map(decode(found.data)), wanted);
}

/** The files of the downward API. */
export function downwardFiles(
  items: readonly DownwardItem[],
  { pod, facts, capacity }: VolumeContext,
  defaultMode: number,
): Result<readonly VolumeFile[], string> {
  const files: VolumeFile[] = [];
  for (const { path, fieldRef, resourceFieldRef, mode = defaultMode } of items) {
    const value =
      fieldRef === undefined
        ? readResourceField(resourceFieldRef ?? { resource: "" }, { pod, capacity })
        : readFieldPath(fieldRef.fieldPath, pod, facts);
    if (!value.ok) return value;
    const problem = pathProblem(path);
    if (problem !== undefined) return { ok: false, error: problem };
    files.push({ path, content: Buffer.from(value.value), mode });
  }
  return { ok: true, value: files };
}

function filesOf(
  data: ReadonlyMap<string, Buffer> | undefined,
  { kind, name, items, mode, optional }: KeysWanted,
): Result<readonly VolumeFile[], string> {
  if (data === undefined && !optional) return { ok: false, error: `${kind} ${JSON.stringify(name)} not found` };
  const all = [...(data ?? [])].map(([key, content]): VolumeFile => ({ path: key, content, mode }));
  if (items === undefined || items.length === 0) return { ok: true, value: all };
  const files: VolumeFile[] = [];
  for (const item of items) {
    const content = data?.get(item.key);
    const problem = pathProblem(item.path);
    if (problem !== undefined) return { ok: false, error: problem };
    if (content === undefined && !optional)
      return { ok: false, error: `references non-existent ${kind} key: ${item.key}` };
    if (content !== undefined) files.push({ path: item.path, content, mode: item.mode ?? mode });
  }
  return { ok: true, value: files };
}

function pathProblem(path: string): string | undefined {
  if (path === "" || path.startsWith("/")) return `invalid path ${JSON.stringify(path)}: must be relative`;
  return path.split("/").includes("..") ? `invalid path ${JSON.stringify(path)}: must not contain '..'` : undefined;
}

function decode(data: Readonly<Record<string, string>> | undefined): readonly (readonly [string, Buffer])[] {
  return Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64")]);
}
