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

/** Sources: `pkg/volume/configmap` MakePayload, `pkg/volume/secret` MakePayload. */
const missingKey = {
  configmap: "configmap references non-existent config key",
  secret: "references non-existent secret key",
} as const;

function filesOf(
  data: ReadonlyMap<string, Buffer> | undefined,
  { kind, name, items, mode, optional }: KeysWanted,
): Result<readonly VolumeFile[], string> {
  if (data === undefined && !optional) return { ok: false, error: `${kind} ${JSON.stringify(name)} not found` };
  if (items === undefined || items.length === 0) {
    const all = [...(data ?? [])].map(([key, content]): VolumeFile => ({ path: key, content, mode }));
    const problem = all.map(({ path }) => pathProblem(path)).find((each) => each !== undefined);
    return problem === undefined ? { ok: true, value: all } : { ok: false, error: problem };
  }
  const files: VolumeFile[] = [];
  for (const item of items) {
    const content = data?.get(item.key);
    const problem = pathProblem(item.path);
    if (problem !== undefined) return { ok: false, error: problem };
    if (content === undefined && !optional) return { ok: false, error: `${missingKey[kind]}: ${item.key}` };
    if (content !== undefined) files.push({ path: item.path, content, mode: item.mode ?? mode });
  }
  return { ok: true, value: files };
}

/** Source: `pkg/volume/util` validatePath of AtomicWriter. */
function pathProblem(path: string): string | undefined {
  if (path === "") return "invalid path: must not be empty";
  if (path.startsWith("/")) return `invalid path: must be relative path: ${path}`;
  if (path.split("/").includes("..")) return `invalid path: must not contain '..': ${path}`;
  if (path.startsWith("..")) return `invalid path: must not start with '..': ${path}`;
  return path.includes("\0") ? "invalid path: must not contain a NUL character" : undefined;
}

function decode(data: Readonly<Record<string, string>> | undefined): readonly (readonly [string, Buffer])[] {
  return Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64")]);
}
